package io.accelerant.jobs;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.job.Job;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
class ArchitectureTest {
  static final JavaClasses CLASSES =
      new ClassFileImporter().withImportOption(new NoTests()).importPackages("io.accelerant");

  private static final String CORE = "io.accelerant.core.";

  /** Tests come as a folder or, once packaged, as a jar. */
  static final class NoTests implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return new DoNotIncludeTests().includes(location) && !location.contains("-tests.jar");
    }
  }

  @Test
  void modulesPointOneWay() {
    check(
        layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.accelerant..")
            .withOptionalLayers(true)
            .layer("core")
            .definedBy("io.accelerant.core..")
            .layer("distill")
            .definedBy("io.accelerant.distill..")
            .layer("data-selection")
            .definedBy("io.accelerant.selection..")
            .layer("rl")
            .definedBy("io.accelerant.rl..")
            .layer("jobs")
            .definedBy("io.accelerant.jobs..")
            .whereLayer("jobs")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("distill")
            .mayOnlyBeAccessedByLayers("jobs")
            .whereLayer("data-selection")
            .mayOnlyBeAccessedByLayers("jobs")
            .whereLayer("rl")
            .mayOnlyBeAccessedByLayers("jobs")
            .whereLayer("core")
            .mayNotAccessAnyLayer());
  }

  @Test
  void packagesHaveNoCycles() {
    check(slices().matching("io.accelerant.(**)").should().beFreeOfCycles());
  }

  /** What packages of core may use besides the JDK and themselves. */
  @Test
  void corePackagesUseOnly() {
    check(
        CompositeArchRule.of(only("error"))
            .and(only("text"))
            .and(only("random"))
            .and(only("config", "com.typesafe.config..", CORE + "error.."))
            .and(
                only(
                    "report",
                    "org.knowm.xchart..",
                    "org.commonmark..",
                    CORE + "error..",
                    CORE + "config.."))
            .and(without("artifact", "org.apache.spark..", CORE + "artifact.TableFingerprint"))
            .and(without("engine", "org.apache.spark..", ""))
            .and(without("nn", "org.apache.spark..", ""))
            .and(without("optim", "org.apache.spark..", "")));
  }

  @Test
  void librariesHaveOneDoor() {
    check(
        CompositeArchRule.of(door("engine", "org.bytedeco.."))
            .and(arrays())
            .and(door("onnx", "ai.onnxruntime.."))
            .and(door("features", "org.deeplearning4j.."))
            .and(door("config", "com.typesafe.config.."))
            .and(door("report", "org.knowm.xchart..", "org.commonmark.."))
            .and(door("lm.tokenizer", "ai.djl..", "com.hubspot.."))
            .and(
                noClasses()
                    .that()
                    .resideOutsideOfPackage("io.accelerant.jobs..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("picocli..")));
  }

  /** A package that holds a job is Spark work; every other one of a method is mathematics. */
  @Test
  void mathematicsKnowsNoSpark() {
    check(
        noClasses()
            .that(
                resideInAnyPackage(
                        "io.accelerant.distill..",
                        "io.accelerant.selection..",
                        "io.accelerant.rl..")
                    .and(describe("have no job in their package", type -> !isBesideAJob(type))))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop.."));
  }

  /** It finds what a method publishes by the kind of the artifact. */
  @Test
  void samplingKnowsNoMethod() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.accelerant.distill.sample..")
            .should()
            .dependOnClassesThat(
                resideInAPackage("io.accelerant.distill..")
                    .and(not(resideInAPackage("io.accelerant.distill.sample..")))
                    .and(describe("are of a job's package", ArchitectureTest::isBesideAJob))));
  }

  /** What a model comes as is a matter of the registry and its providers. */
  @Test
  void jobsOpenModelsByTheirNames() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("io.accelerant.distill.model..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.accelerant.distill.model.onnx.."));
  }

  /** So that every output is claimed before the work and read back after it. */
  @Test
  void artifactsAreMadeInOneFrame() {
    check(
        noClasses()
            .that(resideInAPackage("io.accelerant.."))
            .and()
            .resideOutsideOfPackages(CORE + "run..", CORE + "artifact..")
            .should()
            .callMethodWhere(
                describe(
                    "claims an output",
                    call ->
                        call.getTargetOwner().isEquivalentTo(ArtifactWriter.class)
                            && call.getName().equals("claim"))));
  }

  /** Else the same text is one file for a reader and another for a writer. */
  @Test
  void oneClassMakesPathsOfTexts() {
    check(
        noClasses()
            .that(resideInAPackage("io.accelerant.."))
            .and()
            .doNotHaveFullyQualifiedName(CORE + "artifact.Location")
            .and()
            // its files are URIs of a store
            .resideOutsideOfPackage(CORE + "train..")
            .should()
            .callConstructor(Path.class, String.class));
  }

  @Test
  void randomNumbersComeFromStreams() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                "java\\.util\\.(Random|SplittableRandom|concurrent\\.ThreadLocalRandom|random\\..*)")
            .orShould()
            .callMethod(Math.class, "random")
            .because("a result must not depend on who draws first"));
  }

  @Test
  void onlyTheCommandLineHasStandardStreams() {
    check(
        noClasses()
            .that()
            .doNotHaveFullyQualifiedName(Main.class.getName())
            .and()
            .doNotHaveFullyQualifiedName(Console.class.getName())
            .and()
            // drops what SameDiff prints while it differentiates
            .haveNameNotMatching("io\\.accelerant\\.core\\.engine\\.Gradient.*")
            .should(ACCESS_STANDARD_STREAMS)
            .because("standard output is one line of JSON; progress goes through Progress"));
  }

  /** Tests too: one of them sets another locale while others run. */
  @Test
  void textIsTheSameUnderEveryLocale() {
    JavaClasses tests =
        new ClassFileImporter()
            .withImportOption(location -> !location.contains("LocaleRuleTest"))
            .importPackages("io.accelerant");
    LocaleRule.namesALocale().check(tests);
  }

  @Test
  void inputIsNeverDeserialized() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.ObjectInputStream")
            .because("an artifact may come from anybody"));
  }

  @Test
  void classesHaveNamesOfThings() {
    check(noClasses().should().haveNameMatching(".*(Utils?|Helpers?|Manager)"));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }

  static boolean isJob(JavaClass type) {
    return type.isAssignableTo(Job.class) && !type.isInterface();
  }

  private static boolean isBesideAJob(JavaClass type) {
    return type.getPackage().getClasses().stream().anyMatch(ArchitectureTest::isJob);
  }

  private static ArchRule only(String name, String... others) {
    DescribedPredicate<JavaClass> allowed =
        resideInAnyPackage(
                "java..", "javax..", "com.sun.management..", CORE + "text..", CORE + name + "..")
            .or(resideInAnyPackage(others));
    return classes()
        .that()
        .resideInAPackage(CORE + name + "..")
        .should()
        .onlyDependOnClassesThat(allowed);
  }

  private static ArchRule without(String name, String library, String exception) {
    return noClasses()
        .that()
        .resideInAPackage(CORE + name + "..")
        .and()
        .haveNameNotMatching(exception.replace(".", "\\.") + "(\\$.*)?")
        .should()
        .dependOnClassesThat(resideInAPackage(library));
  }

  /** DL4J's layers speak in ND4J's arrays. */
  private static ArchRule arrays() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(CORE + "engine..", CORE + "features..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.nd4j..");
  }

  private static ArchRule door(String name, String... library) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(CORE + name + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(library);
  }
}
