package io.github.replicationrouting;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The public API of the core, as a list that a change of the API has to change, too. To update it, run this test
 * with {@code -Dpublic-api.update=true}.
 */
class PublicApiTest {

    private static final String INTERNAL = ArchitectureTest.ROOT + ".internal";
    private static final Path LIST = Path.of("src/test/resources/public-api.txt");

    private final JavaClasses classes =
            new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages(ArchitectureTest.ROOT);

    @Test
    void whenThePublicApiChangesShouldBeListed() throws IOException {
        List<String> api = publicTypes().flatMap(PublicApiTest::lines).toList();
        if (Boolean.getBoolean("public-api.update")) {
            Files.write(LIST, api);
        }

        assertThat(api)
                .as("the public API; if the change is intended, run this test with -Dpublic-api.update=true")
                .containsExactlyElementsOf(Files.readAllLines(LIST));
    }

    @Test
    void whenATypeIsPublicShouldExposeNoInternalType() {
        assertThat(publicTypes().flatMap(PublicApiTest::lines).filter(line -> line.contains(INTERNAL)))
                .isEmpty();
    }

    private Stream<Class<?>> publicTypes() {
        return classes.stream()
                .filter(type -> !type.getPackageName().startsWith(INTERNAL))
                .filter(PublicApiTest::isPublic)
                .sorted((a, b) -> a.getName().compareTo(b.getName()))
                .map(JavaClass::reflect);
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(PublicApiTest::isPublic).orElse(true);
    }

    private static Stream<String> lines(Class<?> type) {
        List<String> members = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (isVisible(field)) {
                members.add(
                        type.isEnum() && field.isEnumConstant()
                                ? field.getName()
                                : field.getName() + ": "
                                        + field.getGenericType().getTypeName());
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isVisible(constructor)) {
                members.add("new(" + parameters(constructor) + ")");
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isVisible(method) && !method.isBridge() && !isOfEveryRecordOrEnum(type, method)) {
                members.add(method.getName() + "(" + parameters(method) + "): "
                        + method.getGenericReturnType().getTypeName());
            }
        }
        return Stream.concat(
                Stream.of(kind(type) + " " + type.getName()),
                members.stream().sorted().map(member -> "    " + member));
    }

    private static String kind(Class<?> type) {
        return type.isAnnotation()
                ? "annotation"
                : type.isInterface() ? "interface" : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
    }

    private static boolean isOfEveryRecordOrEnum(Class<?> type, Method method) {
        return (type.isRecord() && List.of("equals", "hashCode", "toString").contains(method.getName()))
                || (type.isEnum() && List.of("values", "valueOf").contains(method.getName()));
    }

    private static boolean isVisible(Member member) {
        return !member.isSynthetic()
                && (Modifier.isPublic(member.getModifiers()) || Modifier.isProtected(member.getModifiers()));
    }

    private static String parameters(Executable executable) {
        return Arrays.stream(executable.getGenericParameterTypes())
                .map(java.lang.reflect.Type::getTypeName)
                .collect(Collectors.joining(", "));
    }
}
