package io.github.replicationrouting.test;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What users see of the module, and the order of its packages.
 */
@AnalyzeClasses(packages = ArchitectureTest.ROOT, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    static final String ROOT = "io.github.replicationrouting.test";

    private static final String INTERNAL = ROOT + ".internal..";

    private static final Set<String> PUBLIC_TYPES = Set.of(
            "ClusterKind",
            "ClusterNode",
            "JdbcDriver",
            "NodeRole",
            "ReplicatedCluster",
            "ReplicatedCluster$Builder",
            "ReplicatedClusterAutoConfiguration",
            "WithReplicatedCluster");

    @ArchTest
    static final ArchRule onlyTheListedTypesShouldBePublic = classes()
            .that()
            .resideOutsideOfPackage(INTERNAL)
            .should(new ArchCondition<>("be public if and only if it is listed") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    String name = type.getName().substring(type.getPackageName().length() + 1);
                    boolean isPublic = type.getModifiers().contains(JavaModifier.PUBLIC);
                    if (isPublic != PUBLIC_TYPES.contains(name)) {
                        events.add(SimpleConditionEvent.violated(type, type.getName() + ": public is " + isPublic));
                    }
                }
            });

    @ArchTest
    static final ArchRule publicMembersShouldNotExposeInternalTypes = classes()
            .that()
            .resideOutsideOfPackage(INTERNAL)
            .and()
            .arePublic()
            .should(new ArchCondition<>("expose no internal type") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    type.getMembers().stream()
                            .filter(ArchitectureTest::isVisible)
                            .filter(member -> signature(member).anyMatch(resideInAPackage(INTERNAL)))
                            .forEach(member -> events.add(SimpleConditionEvent.violated(type, member.getFullName())));
                }
            });

    @ArchTest
    static final ArchRule packagesShouldHaveNoCycles =
            slices().matching(ROOT + ".(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule internalsShouldNotUseTheRootPackage = noClasses()
            .that()
            .resideInAPackage(INTERNAL)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT);

    @ArchTest
    static final ArchRule internalsOfTheRouterShouldNotBeUsed =
            noClasses().should().dependOnClassesThat().resideInAPackage("io.github.replicationrouting.internal..");

    private static boolean isVisible(JavaMember member) {
        Set<JavaModifier> modifiers = member.getModifiers();
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }

    private static Stream<JavaClass> signature(JavaMember member) {
        return member instanceof JavaCodeUnit unit
                ? Stream.concat(Stream.of(unit.getRawReturnType()), unit.getRawParameterTypes().stream())
                : Stream.of(((JavaField) member).getRawType());
    }
}
