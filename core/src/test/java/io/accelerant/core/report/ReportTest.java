package io.accelerant.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static LinePlot plot() {
    return LinePlot.of("t", "x", "y").series("s", new double[] {1, 2}, new double[] {1, 2});
  }

  @Test
  void writesItsPartsInOrder() {
    Report report =
        Report.titled("A run", w -> {})
            .section("Numbers")
            .paragraph("Lower is better.")
            .table(Table.of("a").row(1))
            .code("sh", "accelerant lsd");
    assertThat(report.markdown())
        .isEqualTo(
            """
            # A run

            ## Numbers

            Lower is better.

            |   a |
            | --: |
            |   1 |

            ```sh
            accelerant lsd
            ```
            """);
  }

  @Test
  void theFilesAreTheTextAndEveryPictureItNames() {
    List<String> warnings = new ArrayList<>();
    Report report = Report.titled("A run", warnings::add).plot("judge-nll", plot(), "NLL");
    String text = new String(report.files().get("report.md"), StandardCharsets.UTF_8);
    if (warnings.isEmpty()) {
      assertThat(report.files()).containsOnlyKeys("report.md", "plots/judge-nll.png");
      assertThat(text).contains("![NLL](plots/judge-nll.png)");
    } else {
      assertThat(report.files()).containsOnlyKeys("report.md");
      assertThat(text).contains("no picture");
    }
  }

  @Test
  void aCodeBlockMayHoldAFence() {
    assertThat(Report.block("", "```x```")).isEqualTo("````\n```x```\n````\n");
  }

  @Test
  void refusesNamesThatLeaveTheFolder() {
    assertThatThrownBy(() -> Report.titled("t", w -> {}).plot("../x", plot(), "c"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theModelCardSaysHowItWasMadeAndFromWhat() {
    ModelCard card =
        new ModelCard(
            "Corpus",
            "Text.",
            List.of("accelerant prepare-text"),
            "",
            List.of(new ModelCard.Parent("file:/data", "abc")),
            "Apache-2.0");
    assertThat(card.markdown())
        .contains("# Corpus", "accelerant prepare-text", "| file:/data | abc", "Apache-2.0")
        .doesNotContain("python");
  }
}
