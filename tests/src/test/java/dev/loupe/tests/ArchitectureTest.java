package dev.loupe.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who may know whom. Invariant: with one order of all packages there is no cycle. */
final class ArchitectureTest {
    /** From the bottom up: a package uses those above it in this list and none below. */
    private static final List<String> ORDER = List.of(
            "dev.loupe.engine",
            "dev.loupe.engine.trace",
            "dev.loupe.engine.dtype",
            "dev.loupe.engine.tensor",
            "dev.loupe.engine.hub",
            "dev.loupe.engine.format",
            "dev.loupe.engine.tokenizer",
            "dev.loupe.engine.chat.jinja",
            "dev.loupe.engine.chat",
            "dev.loupe.engine.ops",
            "dev.loupe.engine.backend.vector.x86",
            "dev.loupe.engine.backend.vector",
            "dev.loupe.engine.backend.opencl",
            "dev.loupe.engine.backend.cuda",
            "dev.loupe.engine.backend.split",
            "dev.loupe.engine.backend",
            "dev.loupe.engine.cache",
            "dev.loupe.engine.attention",
            "dev.loupe.engine.model",
            "dev.loupe.engine.model.arch",
            "dev.loupe.engine.decode",
            "dev.loupe.engine.eval",
            "dev.loupe.runs",
            "dev.loupe",
            "dev.loupe.datasets",
            "dev.loupe.viz",
            "dev.loupe.kernel.bench",
            "dev.loupe.kernel.doctor",
            "dev.loupe.kernel.view",
            "dev.loupe.kernel.command",
            "dev.loupe.kernel.terminal",
            "dev.loupe.kernel.jupyter",
            "dev.loupe.kernel.ijava",
            "dev.loupe.kernel.jjava",
            "dev.loupe.kernel.notebook",
            "dev.loupe.kernel",
            "dev.loupe.kernel.cli");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.loupe");

    @Test
    void everyPackageHasItsPlaceInTheOrder() {
        var packages = new TreeSet<String>();
        CLASSES.forEach(c -> packages.add(c.getPackageName()));
        assertTrue(packages.contains("dev.loupe.engine.backend.vector"), packages::toString);
        packages.removeAll(ORDER);
        assertEquals(List.of(), List.copyOf(packages), "packages to enter into ORDER");
    }

    @Test
    void dependenciesPointOneWay() {
        var upward = CLASSES.stream()
                .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
                .filter(ArchitectureTest::upward)
                .map(Dependency::getDescription)
                .sorted()
                .toList();
        assertEquals(List.of(), upward);
    }

    private static boolean upward(Dependency dependency) {
        int target = rank(dependency.getTargetClass());
        return target >= 0 && target > rank(dependency.getOriginClass());
    }

    private static int rank(JavaClass c) {
        return ORDER.indexOf(c.getPackageName());
    }

    @Test
    void modelsAndBackendsNeverMeet() {
        noClasses()
                .that()
                .resideInAPackage("dev.loupe.engine.model..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.loupe.engine.backend..")
                .check(CLASSES);
    }

    @Test
    void onlyTheVectorBackendUsesTheIncubator() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.loupe.engine.backend.vector")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator..")
                .check(CLASSES);
    }

    @Test
    void onlyBackendsCallNativeCode() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.loupe.engine.backend..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .check(CLASSES);
    }

    /** Hugging Face's own variables say where models and texts lie; nothing else reads any. */
    @Test
    void environmentVariablesAreNoInterface() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.loupe.engine.hub", "dev.loupe.datasets")
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "System.getenv",
                        call -> call.getTargetOwner().isEquivalentTo(System.class)
                                && call.getName().equals("getenv")))
                .check(CLASSES);
    }

    @Test
    void namesSayWhatAThingIs() {
        noClasses().should().haveSimpleNameStartingWith("Abstract").check(CLASSES);
        for (String filler : List.of("Impl", "Manager", "Utils", "Util", "Helper")) {
            noClasses().should().haveSimpleNameEndingWith(filler).check(CLASSES);
        }
    }

    @Test
    void frontEndsStayOutOfTheEngine() {
        classes()
                .that()
                .resideInAPackage("dev.loupe.engine..")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackages("org.dflib..", "picocli..", "org.knowm..", "tech.tablesaw..", "java.awt..")
                .check(CLASSES);
    }
}
