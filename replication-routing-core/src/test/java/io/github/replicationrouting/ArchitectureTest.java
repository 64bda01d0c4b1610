package io.github.replicationrouting;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Set;

/**
 * The order of the packages. The root package has two parts: types that the internals use (annotations, exceptions,
 * values), and the entry points, which use the internals and are used by none of them.
 */
@AnalyzeClasses(packages = ArchitectureTest.ROOT, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    static final String ROOT = "io.github.replicationrouting";

    private static final Set<String> ENTRY_POINTS =
            Set.of("ReplicationRouting", "RoutingDataSource", "RoutingHints", "SessionToken");

    private static final DescribedPredicate<JavaClass> AN_ENTRY_POINT =
            DescribedPredicate.describe("an entry point", ArchitectureTest::isEntryPoint);

    private static final DescribedPredicate<JavaClass> A_ROOT_TYPE =
            resideInAPackage(ROOT).and(DescribedPredicate.not(AN_ENTRY_POINT)).as("another type of the root package");

    @ArchTest
    static final ArchRule packagesShouldDependInOneDirection = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("entry points")
            .definedBy(AN_ENTRY_POINT)
            .layer("root types")
            .definedBy(A_ROOT_TYPE)
            .layer("position")
            .definedBy(ROOT + ".position")
            .layer("topology")
            .definedBy(ROOT + ".topology")
            .layer("event")
            .definedBy(ROOT + ".event")
            .layer("spi")
            .definedBy(ROOT + ".spi")
            .layer("settings")
            .definedBy(ROOT + ".settings")
            .layer("conflict")
            .definedBy(ROOT + ".conflict")
            .layer("time")
            .definedBy(ROOT + ".internal.time")
            .layer("internal topology")
            .definedBy(ROOT + ".internal.topology")
            .layer("consistency")
            .definedBy(ROOT + ".internal.consistency")
            .layer("driver")
            .definedBy(ROOT + ".internal.driver")
            .layer("dialect")
            .definedBy(ROOT + ".internal.dialect")
            .layer("election")
            .definedBy(ROOT + ".internal.election")
            .layer("monitor")
            .definedBy(ROOT + ".internal.monitor..")
            .layer("selection")
            .definedBy(ROOT + ".internal.selection")
            .layer("routing")
            .definedBy(ROOT + ".internal.routing")
            .layer("connection")
            .definedBy(ROOT + ".internal.connection..")
            .layer("transaction")
            .definedBy(ROOT + ".internal.transaction")
            .layer("assembly")
            .definedBy(ROOT + ".internal.assembly")
            .whereLayer("entry points")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("conflict")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("conflict")
            .mayNotAccessAnyLayer()
            .whereLayer("assembly")
            .mayOnlyBeAccessedByLayers("entry points")
            .whereLayer("transaction")
            .mayOnlyBeAccessedByLayers("assembly", "entry points")
            .whereLayer("connection")
            .mayOnlyBeAccessedByLayers("assembly", "entry points")
            .whereLayer("monitor")
            .mayOnlyBeAccessedByLayers("assembly", "entry points")
            .whereLayer("routing")
            .mayOnlyBeAccessedByLayers("connection", "transaction", "assembly", "entry points")
            .whereLayer("selection")
            .mayOnlyBeAccessedByLayers("routing", "settings", "assembly", "entry points")
            .whereLayer("election")
            .mayOnlyBeAccessedByLayers("monitor")
            .whereLayer("dialect")
            .mayOnlyBeAccessedByLayers("consistency", "election", "monitor", "connection", "assembly", "entry points")
            .whereLayer("driver")
            .mayOnlyBeAccessedByLayers("dialect", "monitor", "connection", "assembly", "entry points")
            .whereLayer("consistency")
            .mayOnlyBeAccessedByLayers("routing", "connection", "assembly", "entry points")
            .whereLayer("consistency")
            .mayOnlyAccessLayers("position", "topology", "spi", "settings", "time", "internal topology", "dialect")
            .whereLayer("settings")
            .mayOnlyAccessLayers("topology", "spi", "selection")
            .whereLayer("spi")
            .mayOnlyAccessLayers("position", "topology")
            .whereLayer("event")
            .mayOnlyAccessLayers("topology")
            .whereLayer("root types")
            .mayOnlyAccessLayers("position", "topology")
            .whereLayer("topology")
            .mayOnlyAccessLayers("position", "time")
            .whereLayer("internal topology")
            .mayOnlyAccessLayers("topology")
            .whereLayer("position")
            .mayNotAccessAnyLayer()
            .whereLayer("time")
            .mayNotAccessAnyLayer();

    @ArchTest
    static final ArchRule packagesShouldHaveNoCycles =
            slices().assignedFrom(new PackagesAndEntryPoints()).should().beFreeOfCycles();

    @ArchTest
    static final ArchRule coreShouldNotDependOnSpringBoot =
            noClasses().should().dependOnClassesThat().resideInAPackage("org.springframework.boot..");

    @ArchTest
    static final ArchRule onlyTheDriverPackageShouldDependOnDrivers = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".internal.driver")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.mysql..", "org.mariadb..");

    @ArchTest
    static final ArchRule publicClassesShouldBeFinalUnlessDesignedForExtension = classes()
            .that()
            .arePublic()
            .and()
            .areNotInterfaces()
            .and()
            .areTopLevelClasses()
            .and()
            .doNotHaveModifier(com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT)
            .and()
            .areNotAssignableTo(NoWritableNodeException.class)
            .and()
            .areNotAssignableTo("org.springframework.transaction.support.TransactionTemplate")
            .should()
            .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL);

    private static boolean isEntryPoint(JavaClass type) {
        String name = type.getName();
        while (name.contains("$")) {
            name = name.substring(0, name.lastIndexOf('$'));
        }
        return type.getPackageName().equals(ROOT) && ENTRY_POINTS.contains(name.substring(ROOT.length() + 1));
    }

    private static final class PackagesAndEntryPoints implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return isEntryPoint(type) ? SliceIdentifier.of("entry points") : SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages, and the entry points of the root package";
        }
    }
}
