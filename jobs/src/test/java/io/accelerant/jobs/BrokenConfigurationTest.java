package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that a user can get wrong before a job starts, through the real entry point. */
class BrokenConfigurationTest {
  @TempDir Path folder;

  /** A configuration file, command line settings, and what the message must say. */
  static Stream<Arguments> broken() {
    return Stream.of(
        file("probe.stepz = [8]", "Unknown key probe.stepz", "job.conf: 3", "probe.steps"),
        file("probe { ratio = half }", "probe.ratio", "a number", "job.conf: 3", "half"),
        file("probe.ratio = 1.5", "probe.ratio", "job.conf: 3", "between 0 and 1", "1.5"),
        file("probe.ratio = NaN", "probe.ratio", "a number", "NaN"),
        file("probe.steps = [8, 0]", "probe.steps", "at least 1", "0"),
        file("probe.steps = 2.5", "probe.steps", "whole numbers", "2.5"),
        file("probe.steps = { a = 1 }", "probe.steps", "whole numbers", "{\"a\":1}"),
        file("run.seed = 9223372036854775808", "run.seed", "a whole number"),
        file("run.resume = perhaps", "run.resume", "auto, never, require", "perhaps"),
        file("probe = 3", "Unknown key probe", "job.conf: 3"),
        file("probe.teacher = null", "probe.teacher", "a string", "null"),
        file("engine.threads = 0", "engine.threads", "between 1 and 1024"),
        file("probe.ratio = ${absent.value}", "job.conf: 3", "absent.value"),
        file("probe { ratio = ", "job.conf", "is not HOCON"),
        file("]", "job.conf", "is not HOCON"),
        file("run { output : [ }", "job.conf", "is not HOCON"),
        set("probe.ratio", "--set needs key=value", "probe.ratio"),
        set("=3", "--set needs key=value"),
        set("probe.ratios=0.1", "Unknown key probe.ratios", "--set", "probe.ratio"),
        set("probe.ratio=high", "probe.ratio (--set)", "a number", "high"),
        set("probe.steps=[1,", "probe.steps", "not HOCON"),
        set("\"=3", "--set", "not HOCON"),
        set("probe.behaviour=[1]", "probe.behaviour (--set)", "must be one of", "[1]"));
  }

  private static Arguments file(String text, String... fragments) {
    return arguments(text, List.of(), List.of(fragments));
  }

  private static Arguments set(String setting, String... fragments) {
    return arguments("", List.of("--set", setting), List.of(fragments));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void isRefusedWithOneLineAndNoStackTrace(String text, List<String> sets, List<String> fragments)
      throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("job.conf"), "run.output = /out\nprobe.teacher = ann\n" + text + "\n");
    List<String> arguments = new ArrayList<>(List.of("probe", "--conf", file.toString()));
    arguments.addAll(sets);
    refused(arguments, fragments);
  }

  static Stream<Arguments> misused() {
    return Stream.of(
        use("", "Name a job"),
        use("prob", "Unknown command prob", "probe"),
        use("probe --dryrun", "Unknown option --dryrun", "--dry-run"),
        use("--verbos probe", "Unknown option --verbos", "--version"),
        use("probe extra", "Unexpected argument \"extra\"", "--set"),
        use("probe --set", "--set"),
        use("probe --conf", "--conf"),
        use("help prob", "prob"),
        use("artifact", "subcommand"),
        use("artifact shw /x", "Unknown command shw", "show"),
        use("artifact show", "URI"),
        use("artifact show /x --set lsd.steps=3", "Unknown key lsd.steps"),
        use("probe --conf /does/not/exist.conf", "/does/not/exist.conf", "does not exist"),
        use("probe --conf /", "/", "not a file"),
        use("probe --set run.output=/x", "probe.teacher is required", "--set probe.teacher="),
        use("probe --set probe.teacher=ann", "run.output is required"),
        use(
            "probe --set run.output=/x --set probe.teacher=a --set engine.kernel=Nowhere",
            "engine.kernel (--set)",
            "must be auto or one of [cooperlake, haswell,"),
        use(
            "probe --set run.output=/x --set probe.teacher=a --set engine.kernel=haswell",
            "engine.kernel (--set)",
            "OPENBLAS_CORETYPE=HASWELL"),
        use(
            "probe --set run.output=/x --set probe.teacher=a --set engine.device=gpu",
            "engine.device",
            "cpu, cuda"),
        use(
            "probe --set run.output=/x --set probe.teacher=a --set engine.gpus=2",
            "engine.gpus",
            "between 0.01 and 1"),
        use(
            "probe --dry-run --set run.output=/x --set probe.teacher=a --set engine.device=cuda",
            "engine.device = cuda",
            "the master local[*] has not",
            "spark.executor.resource.gpu.amount=1",
            "spark.executor.resource.gpu.discoveryScript"),
        use(
            "probe --set run.output=/x --set probe.teacher=a --set engine.device=cuda --set spark.master=yarn",
            "Spark was not asked for"),
        use(
            "probe --set run.output=/x --set probe.teacher=a --set engine.device=cuda --set spark.master=yarn --set spark.executor.resource.gpu.amount=1",
            "engine.device = cuda",
            "build with -Pcuda"));
  }

  private static Arguments use(String line, String... fragments) {
    return arguments(line, List.of(fragments));
  }

  @ParameterizedTest
  @MethodSource("misused")
  void isRefusedAsUsage(String line, List<String> fragments) {
    refused(line.isEmpty() ? List.of() : List.of(line.split(" ")), fragments);
  }

  private static void refused(List<String> arguments, List<String> fragments) {
    Accelerant.Outcome outcome = Accelerant.probe(arguments.toArray(String[]::new));
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.line().get("status").asText()).isEqualTo("failed");
    assertThat(outcome.line().get("exitCode").asInt()).isEqualTo(2);
    assertThat(outcome.line().get("error").asText()).contains(fragments);
    assertThat(outcome.err()).contains(fragments).doesNotContain("\tat ");
  }

  static Stream<Arguments> unused() {
    String mixture = Accelerant.project().resolve("conf/models/mixture-16d.json").toString();
    return Stream.of(
        use(
            "lsd --dry-run --set run.output=/x --set lsd.teacher=markov:countdown --set onnx.mask=3",
            "onnx.mask (--set) is for onnx:<file>, but lsd.teacher = markov:countdown is none"),
        use(
            "dc-solver --dry-run --set run.output=/x --set dcSolver.model=MODEL --set onnx.provider=cuda"
                .replace("MODEL", mixture),
            "onnx.provider (--set) is for onnx:<file>, but dcSolver.model = " + mixture),
        use(
            "sample --dry-run --set run.output=/x --set sample.model=markov:countdown --set sample.steps=4 --set onnx.tokens=ids",
            "onnx.tokens (--set) is for onnx:<file>, but sample.model = markov:countdown is none"),
        use(
            "train-teacher --dry-run --set run.output=/x --set trainTeacher.data=/y --set trainTeacher.patch=2",
            "trainTeacher.patch (--set) is for the other kind of teacher, not for trainTeacher.kind = masked-text"),
        use(
            "train-teacher --dry-run --set run.output=/x --set trainTeacher.data=/y --set trainTeacher.kind=image --set trainTeacher.timed=true",
            "trainTeacher.timed (--set) is for the other kind of teacher, not for trainTeacher.kind = image"),
        use(
            "train-teacher --dry-run --set run.output=/x --set trainTeacher.data=/y --set trainTeacher.kind=image --set trainTeacher.schedule=ddpm-linear --set trainTeacher.tMin=0.0005",
            "trainTeacher.tMin (--set) is below 0.001, where ddpm-linear ends"));
  }

  /** A key that a job knows, and that has no effect on what it is told to do. */
  @ParameterizedTest
  @MethodSource("unused")
  void isNotIgnored(String line, List<String> fragments) {
    Accelerant.Outcome outcome = Accelerant.run(line.split(" "));
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.line().get("error").asText()).contains(fragments);
  }

  @Test
  void unknownJobIsNamedInTheLine() {
    assertThat(Accelerant.probe("prob").line().get("job").asText()).isEqualTo("prob");
  }

  @Test
  void verboseAddsTheStackTrace() {
    assertThat(Accelerant.probe("probe", "--verbose", "--set", "x").err()).contains("\tat ");
  }
}
