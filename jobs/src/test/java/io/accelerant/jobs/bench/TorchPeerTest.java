package io.accelerant.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Python that has a PyTorch of any speed: it answers what a test says, and imports all. */
class TorchPeerTest {
  @TempDir Path folder;
  private final List<String> said = new ArrayList<>();
  private Scratch scratch;

  @BeforeEach
  void scratch() {
    scratch = new Scratch(folder);
  }

  private TorchPeer multiplying(double gflops) throws IOException {
    Path python = folder.resolve("python");
    Files.writeString(
        python,
        Text.of(
            """
            #!/bin/sh
            case "$1" in
              -c) ;;
              *matrix_product.py) echo '{"gflops": %s}' ;;
              *) echo '{"seconds": 4}' ;;
            esac
            """,
            gflops));
    Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwxr-xr-x"));
    return TorchPeer.of(List.of(python.toString()), "dc_solver.py", scratch, said::add)
        .orElseThrow();
  }

  private static Map<String, Number> metrics(TorchPeer peer) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    double theirs = PythonPeer.number(peer.run(Map.of()), "seconds");
    peer.putRate(metrics);
    peer.putRatio(metrics, "ratio", 3, theirs);
    return metrics;
  }

  @Test
  void aPeerThatMultipliesFastIsComparedWith() throws IOException {
    assertThat(metrics(multiplying(10))).isEqualTo(Map.of("torchGflops", 10.0, "ratio", 0.75));
    assertThat(said).singleElement().asString().contains("10.0 GFLOP/s");
  }

  @Test
  void noRatioToAPeerThatMultipliesSlowlyAndItIsSaidWhy() throws IOException {
    assertThat(metrics(multiplying(9.9))).isEqualTo(Map.of("torchGflops", 9.9));
    assertThat(said).hasSize(2);
    assertThat(said.get(1)).contains("no ratio", "libopenblas0-pthread");
  }

  @Test
  void withoutPyTorchThereIsNoPeer() {
    List<String> nowhere = List.of(folder.resolve("none").toString());
    assertThat(TorchPeer.of(nowhere, "dc_solver.py", scratch, said::add)).isEmpty();
    assertThat(said).singleElement().asString().contains("no python3 with torch");
  }
}
