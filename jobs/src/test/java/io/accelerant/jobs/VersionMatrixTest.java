package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class VersionMatrixTest {
  private static final String LINUX = "Linux amd64";

  @Test
  void whatIsTestedSaysNothing() {
    assertThat(VersionMatrix.check(new Platform("4.1.3", 17, LINUX))).isEmpty();
    assertThat(VersionMatrix.check(new Platform("4.1.3", 21, LINUX))).isEmpty();
  }

  @Test
  void whatIsNotTestedSaysSoInOneLine() {
    assertThat(VersionMatrix.check(new Platform("4.2.0", 17, LINUX)))
        .contains("Not tested here: Spark 4.2.0 (tested: 4.1.3).");
    assertThat(VersionMatrix.check(new Platform("4.1.3", 17, "Mac OS X aarch64")))
        .contains("Not tested here: System Mac OS X aarch64 (tested: Linux amd64).");
  }

  @Test
  void anOldSparkIsRefused() {
    assertThatThrownBy(() -> VersionMatrix.check(new Platform("3.5.6", 17, LINUX)))
        .isInstanceOf(ConfigException.class)
        .hasMessage("Accelerant needs Spark 4.x; this is 3.5.6.");
  }

  @Test
  void everyOtherJavaIsRefused() {
    for (int java : List.of(18, 22, 25)) {
      assertThatThrownBy(() -> VersionMatrix.requireJava(java))
          .isInstanceOf(ConfigException.class)
          .hasMessage(Text.of("Accelerant needs Java 17 or 21; this is %d.", java));
    }
  }

  @Test
  void theDocumentHoldsTheMatrix() throws IOException {
    List<String> document =
        Files.readAllLines(Accelerant.project().resolve("docs/operations.md")).stream()
            .filter(line -> line.matches("\\| (Spark|Java|System) \\|.*"))
            .toList();
    assertThat(document)
        .isEqualTo(
            VersionMatrix.ROWS.stream()
                .map(
                    row ->
                        Text.of(
                            "| %s | %s | %s |",
                            row.part(),
                            row.versions().isEmpty()
                                ? "others"
                                : row.versions().replaceAll("\\.$", ".x"),
                            row.known()))
                .collect(Collectors.toList()));
  }

  @Test
  void thisBuildIsTested() {
    Platform platform = Platform.current();
    assertThat(platform.spark()).isEqualTo("4.1.3");
    assertThat(platform.java()).isGreaterThanOrEqualTo(17);
  }
}
