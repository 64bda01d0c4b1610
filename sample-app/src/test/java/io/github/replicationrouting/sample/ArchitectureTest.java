package io.github.replicationrouting.sample;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The sample is an application as a user writes it: it uses public types only. */
@AnalyzeClasses(packages = "io.github.replicationrouting.sample", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule internalTypesShouldNotBeUsed = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.github.replicationrouting.internal..",
                    "io.github.replicationrouting.autoconfigure.internal..",
                    "io.github.replicationrouting.test.internal..");
}
