package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.accelerant.core.onnx.OnnxNoise;
import io.accelerant.core.onnx.OnnxPort.Element;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is wrong with files and settings of real machines, through the real entry point: the message
 * says what was found, what was expected and what to do; before anything is done.
 */
class FaultMessagesTest {
  @TempDir Path folder;

  private static final byte[] POINTER =
      bytes("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
  private static final byte[] PAGE = bytes("<!DOCTYPE html>\n<html><body>404</body></html>");
  private static final byte[] GZIP = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2};
  private static final byte[] PICKLE = {(byte) 0x80, 2, (byte) 0x8a, 10, 'l', (byte) 0xfc, 0, 0};
  private static final byte[] WHOLE = OnnxNoise.model(Element.INT64, OnnxNoise.SLOPE, -1);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A file's name and content, exit code, job and settings ({@code @} is the folder), words. */
  static Stream<Arguments> faults() {
    String image = "sample sample.steps=4 sample.solver=ddim ";
    return Stream.of(
        of(
            "config.json",
            PAGE,
            3,
            "import-model importModel.source=@",
            "config.json is an HTML page",
            "expected JSON"),
        of(
            "a.onnx",
            POINTER,
            3,
            image + "sample.model=onnx:@/a.onnx",
            "a.onnx is not an ONNX model",
            "a Git LFS pointer",
            "git lfs pull"),
        of(
            "a.onnx",
            PICKLE,
            3,
            image + "sample.model=onnx:@/a.onnx",
            "a Python pickle",
            "export it again"),
        of("a.onnx", new byte[0], 3, "lsd lsd.teacher=onnx:@/a.onnx", "it is empty", "Download it"),
        of(
            "m.json",
            GZIP,
            3,
            image + "sample.model=@/m.json",
            "m.json is compressed by gzip",
            "expected JSON"),
        of(
            "m.json",
            bytes("{\"error\":\"no access\"}"),
            3,
            image + "sample.model=@/m.json",
            "m.json"),
        of(
            "a.onnx",
            WHOLE,
            2,
            image + "sample.model=onnx:@/a.onnx",
            "t: int64 [b], the number of a step",
            "vp-linear",
            "set the schedule to ddpm-linear"),
        of(
            "a.onnx",
            WHOLE,
            2,
            "dc-solver dcSolver.model=onnx:@/a.onnx onnx.timeUnit=index",
            "onnx.timeUnit (--set) is index",
            "vp-linear has no steps",
            "set the schedule"),
        of(
            "x",
            POINTER,
            2,
            "train-teacher trainTeacher.data=@ trainTeacher.kind=image"
                + " trainTeacher.schedule=ddpm-linear trainTeacher.tMin=0.0005",
            "trainTeacher.tMin (--set) is below 0.001, where ddpm-linear ends"),
        of(
            "x",
            POINTER,
            2,
            "sample sample.model=markov:countdown sample.steps=2"
                + " spark.kryo.registrationRequired=true",
            "spark.kryo.registrationRequired is true",
            "org.apache.spark.sql.types.ArrayType",
            "leave it out"));
  }

  private static Arguments of(
      String file, byte[] content, int exitCode, String line, String... words) {
    return arguments(file, content, exitCode, line, List.of(words));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void saysWhatWasFoundAndWhatToDo(
      String file, byte[] content, int exitCode, String line, List<String> words)
      throws IOException {
    Files.write(folder.resolve(file), content);
    List<String> parts = List.of(line.replace("@", folder.toString()).split(" "));
    List<String> arguments = new ArrayList<>(List.of(parts.get(0), "--dry-run"));
    parts.subList(1, parts.size()).forEach(set -> arguments.addAll(List.of("--set", set)));
    arguments.addAll(List.of("--set", "run.output=" + folder.resolve("out")));
    Accelerant.Outcome outcome = Accelerant.run(arguments.toArray(String[]::new));
    assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(exitCode);
    assertThat(outcome.line().get("error").asText()).contains(words).doesNotContain("\n");
    assertThat(outcome.err()).doesNotContain("\tat ");
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
