package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The discovery script with a pretended nvidia-smi. */
@Timeout(120)
class GpuDiscoveryTest {
  private static final String TWO =
      """
      GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aaaa1111-0000)
      GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-bbbb2222-0000)
      """;
  private static final String MIG =
      """
      GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aaaa1111-0000)
        MIG 3g.20gb     Device  0: (UUID: MIG-cccc3333)
        MIG 3g.20gb     Device  1: (UUID: MIG-dddd4444)
      """;

  @TempDir Path folder;

  private record Answer(int exitCode, String out, String err) {}

  /** On a PATH with what a plain machine has and, if given, an nvidia-smi that says this. */
  private Answer discover(String listed, int exitCode, String visible)
      throws IOException, InterruptedException {
    Path bin = Files.createDirectory(folder.resolve("bin"));
    for (String tool : new String[] {"bash", "sed", "grep", "seq"}) {
      Files.copy(where(tool), bin.resolve(tool), StandardCopyOption.COPY_ATTRIBUTES);
    }
    if (listed != null) {
      Path smi = bin.resolve("nvidia-smi");
      Files.writeString(smi, "#!/usr/bin/env bash\necho '" + listed + "'\nexit " + exitCode + "\n");
      Files.setPosixFilePermissions(smi, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(Accelerant.project().resolve("deploy/gpu/discover-gpus.sh").toString())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("PATH", bin.toString());
    builder.environment().remove("CUDA_VISIBLE_DEVICES");
    if (visible != null) {
      builder.environment().put("CUDA_VISIBLE_DEVICES", visible);
    }
    Process process = builder.start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Answer(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  private static Path where(String tool) {
    for (String place : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(place, tool))) {
        return Path.of(place, tool);
      }
    }
    throw new AssertionError("no " + tool + " on the PATH");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "unset",
      value = {
        "unset         | \"0\",\"1\"",
        "0,1           | \"0\",\"1\"",
        "1             | \"0\"", // the process counts from 0
        "' 1 , 0 '     | \"0\",\"1\"",
        "1,7,0         | \"0\"", // CUDA stops at what it does not know
        "GPU-bbbb2222  | \"0\"",
      })
  void printsWhatCudaCounts(String visible, String addresses) throws Exception {
    Answer answer = discover(TWO, 0, visible);
    assertThat(answer.exitCode()).as(answer.err()).isZero();
    assertThat(answer.out()).isEqualTo("{\"name\":\"gpu\",\"addresses\":[" + addresses + "]}\n");
  }

  @Test
  void aMigInstanceIsOneGpu() throws Exception {
    Answer answer = discover(MIG, 0, "MIG-dddd4444,MIG-cccc3333");
    assertThat(answer.exitCode()).as(answer.err()).isZero();
    assertThat(answer.out()).isEqualTo("{\"name\":\"gpu\",\"addresses\":[\"0\"]}\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "7", "GPU-ffff", "MIG-cccc3333", "NoDevFiles"})
  void noneThatIsVisibleIsAFailure(String visible) throws Exception {
    Answer answer = discover(TWO, 0, visible);
    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err()).contains("no GPU", "CUDA_VISIBLE_DEVICES is " + visible);
  }

  @Test
  void migWithoutANamedInstanceIsAFailure() throws Exception {
    Answer answer = discover(MIG, 0, null);
    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.err()).contains("MIG is on");
  }

  @Test
  void noDriverIsAFailure() throws Exception {
    Answer answer = discover(null, 0, null);
    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err()).contains("no nvidia-smi on the PATH");
  }

  @Test
  void aDriverThatDoesNotAnswerIsAFailure() throws Exception {
    Answer answer = discover("NVIDIA-SMI has failed", 9, null);
    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.err()).contains("nvidia-smi failed: NVIDIA-SMI has failed");
  }

  @Test
  void noGpuIsAFailure() throws Exception {
    Answer answer = discover("No devices found", 0, null);
    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.err()).contains("lists no GPU", "CUDA_VISIBLE_DEVICES is not set");
  }
}
