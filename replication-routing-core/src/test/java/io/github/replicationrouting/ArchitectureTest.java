package io.github.replicationrouting;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The order of the rooms: who may know whom. */
@AnalyzeClasses(packages = "io.github.replicationrouting", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "io.github.replicationrouting";

    @ArchTest
    static final ArchRule packagesDependInOneDirection = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("node")
            .definedBy(ROOT + ".node..")
            .layer("position")
            .definedBy(ROOT + ".position..")
            .layer("metrics")
            .definedBy(ROOT + ".metrics..")
            .layer("topology")
            .definedBy(ROOT + ".topology..")
            .layer("event")
            .definedBy(ROOT + ".event..")
            .layer("consistency")
            .definedBy(ROOT + ".consistency..")
            .layer("driver")
            .definedBy(ROOT + ".driver..")
            .layer("dialect")
            .definedBy(ROOT + ".dialect..")
            .layer("election")
            .definedBy(ROOT + ".election..")
            .layer("monitor")
            .definedBy(ROOT + ".monitor..")
            .layer("selection")
            .definedBy(ROOT + ".selection..")
            .layer("routing")
            .definedBy(ROOT + ".routing..")
            .layer("connection")
            .definedBy(ROOT + ".connection..")
            .layer("transaction")
            .definedBy(ROOT + ".transaction..")
            .layer("assembly")
            .definedBy(ROOT)
            .whereLayer("assembly")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("connection")
            .mayOnlyBeAccessedByLayers("assembly")
            .whereLayer("transaction")
            .mayOnlyBeAccessedByLayers("assembly")
            .whereLayer("monitor")
            .mayOnlyBeAccessedByLayers("assembly")
            .whereLayer("routing")
            .mayOnlyBeAccessedByLayers("connection", "transaction", "assembly")
            .whereLayer("selection")
            .mayOnlyBeAccessedByLayers("routing", "connection", "assembly")
            .whereLayer("dialect")
            .mayOnlyBeAccessedByLayers("election", "monitor", "connection", "assembly")
            .whereLayer("election")
            .mayOnlyBeAccessedByLayers("monitor")
            .whereLayer("driver")
            .mayOnlyBeAccessedByLayers("dialect", "monitor", "connection", "assembly")
            .whereLayer("consistency")
            .mayOnlyAccessLayers("node", "position", "metrics", "topology")
            .whereLayer("topology")
            .mayOnlyAccessLayers("node", "position")
            .whereLayer("event")
            .mayOnlyAccessLayers("node", "topology")
            .whereLayer("metrics")
            .mayOnlyAccessLayers("node")
            .whereLayer("position")
            .mayNotAccessAnyLayer()
            .whereLayer("node")
            .mayNotAccessAnyLayer();

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching(ROOT + ".(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule coreDoesNotKnowSpringBoot =
            noClasses().should().dependOnClassesThat().resideInAPackage("org.springframework.boot..");

    @ArchTest
    static final ArchRule driversAreKnownInOneRoom = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".driver")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.mysql..", "org.mariadb..");
}
