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
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Set;
import org.hibernate.integrator.spi.Integrator;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
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

    /** Types that other packages of the auto-configuration use. */
    private static final Set<String> SHARED = Set.of(ROOT + ".Labels", ROOT + ".event.TopologyEventPublisher");

    /**
     * Types that Spring Boot, Actuator, Micrometer or Hibernate create, call or serialize, or that applications use.
     */
    private static final DescribedPredicate<JavaClass> MAY_BE_PUBLIC = DescribedPredicate.describe(
            "made to be public",
            type -> type.isAnnotatedWith(AutoConfiguration.class)
                    || type.isAnnotatedWith(ConfigurationProperties.class)
                    || type.isAnnotatedWith(Endpoint.class)
                    || type.isAnnotatedWith(EndpointWebExtension.class)
                    || type.isAssignableTo(ConnectionDetails.class)
                    || type.isAssignableTo(Exception.class)
                    || type.isAssignableTo(MeterBinder.class)
                    || type.isAssignableTo(Integrator.class)
                    || (type.isRecord() && type.getPackageName().equals(ROOT + ".endpoint"))
                    || SHARED.contains(type.getName()));

    @ArchTest
    static final ArchRule packagesShouldHaveNoCycles =
            slices().matching("io.github.replicationrouting.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule partnersShouldNotDependOnEachOther =
            slices().matching(ROOT + ".(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule autoConfigurationsShouldBePublicAndFinalAndNamedAfterTheProject = classes()
            .that()
            .areAnnotatedWith(AutoConfiguration.class)
            .should()
            .bePublic()
            .andShould()
            .haveModifier(JavaModifier.FINAL)
            .andShould()
            .haveNameMatching(".*\\.ReplicationRouting(\\w+)?AutoConfiguration");

    @ArchTest
    static final ArchRule onlyAutoConfigurationsShouldBeNamedSo = classes()
            .that()
            .haveSimpleNameEndingWith("AutoConfiguration")
            .should()
            .beAnnotatedWith(AutoConfiguration.class);

    @ArchTest
    static final ArchRule beanMethodsShouldBePackagePrivate =
            methods().that().areAnnotatedWith(Bean.class).should().bePackagePrivate();

    @ArchTest
    static final ArchRule otherTypesShouldNotBePublic = classes()
            .that()
            .areTopLevelClasses()
            .and(DescribedPredicate.not(MAY_BE_PUBLIC))
            .should()
            .notBePublic();
}
