package io.github.replicationrouting.integration.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.AnnotationConsumer;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * Runs a class once on each of these stacks, passed to its constructor before the {@link Applications}. A run that is
 * limited to the embedded servers omits the others.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass
@ArgumentsSource(OnStacks.Provider.class)
@ExtendWith(Applications.Extension.class)
public @interface OnStacks {

    Stack[] value();

    /** Whether the class also runs with each transaction manager, JDBC's and JPA's, passed as its configuration. */
    boolean withEachTransactionManager() default false;

    /** Provider of the stacks, with the configurations where a class requires them. */
    final class Provider implements ArgumentsProvider, AnnotationConsumer<OnStacks> {

        private OnStacks wanted;

        @Override
        public void accept(OnStacks annotation) {
            wanted = annotation;
        }

        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            return Stack.enabled(wanted.value()).flatMap(this::arguments);
        }

        private Stream<Arguments> arguments(Stack stack) {
            return wanted.withEachTransactionManager()
                    ? Stream.of(JdbcApplication.class, JpaApplication.class)
                            .map(configuration -> Arguments.of(stack, configuration))
                    : Stream.of(Arguments.of(stack));
        }
    }
}
