package io.github.replicationrouting.autoconfigure;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * The form of the auto-configuration: one package for the router, and one below it for each optional partner, which
 * depends on the router's package and on no other partner.
 */
@AnalyzeClasses(packages = ArchitectureTest.ROOT, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    static final String ROOT = "io.github.replicationrouting.autoconfigure";

    /** Public types that are neither auto-configurations, properties nor connection details, with the reason. */
    private static final Set<String> OTHER_PUBLIC_TYPES = Set.of(
            // used by other packages of the auto-configuration
            ROOT + ".Labels",
            ROOT + ".event.TopologyEventPublisher",
            // called and serialized by Actuator
            ROOT + ".endpoint.ReplicationRoutingEndpoint",
            ROOT + ".endpoint.ReplicationRoutingEndpointWebExtension",
            ROOT + ".endpoint.RouterDescriptor",
            ROOT + ".endpoint.NodeDescriptor",
            ROOT + ".endpoint.ExplanationDescriptor",
            ROOT + ".endpoint.PromotionDescriptor",
            // injected by applications that bind the meters to further registries
            ROOT + ".metrics.RouterMeters",
            // loaded by Hibernate as a service
            ROOT + ".transaction.EntityStateIntegrator");

    private static final DescribedPredicate<JavaClass> MADE_TO_BE_PUBLIC = DescribedPredicate.describe(
            "made to be public",
            type -> type.isAnnotatedWith(AutoConfiguration.class)
                    || type.isAnnotatedWith(ConfigurationProperties.class)
                    || type.isAssignableTo(ConnectionDetails.class)
                    || type.isAssignableTo(Exception.class)
                    || OTHER_PUBLIC_TYPES.contains(type.getName()));

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.github.replicationrouting.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule partnersDoNotDependOnEachOther =
            slices().matching(ROOT + ".(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule autoConfigurationsArePublicAndFinalAndNamedAfterTheProject = classes()
            .that()
            .areAnnotatedWith(AutoConfiguration.class)
            .should()
            .bePublic()
            .andShould()
            .haveModifier(JavaModifier.FINAL)
            .andShould()
            .haveNameMatching(".*\\.ReplicationRouting(\\w+)?AutoConfiguration");

    @ArchTest
    static final ArchRule onlyAutoConfigurationsAreNamedSo = classes()
            .that()
            .haveSimpleNameEndingWith("AutoConfiguration")
            .should()
            .beAnnotatedWith(AutoConfiguration.class);

    @ArchTest
    static final ArchRule beanMethodsArePackagePrivate =
            methods().that().areAnnotatedWith(Bean.class).should().bePackagePrivate();

    @ArchTest
    static final ArchRule otherTypesAreNotPublic = classes()
            .that()
            .areTopLevelClasses()
            .and(DescribedPredicate.not(MADE_TO_BE_PUBLIC))
            .should()
            .notBePublic();
}
