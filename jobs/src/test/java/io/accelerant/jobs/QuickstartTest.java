package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.job.SparkTest;
import java.io.IOException;
import java.nio.file.Path;
import org.htmlunit.WebClient;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first command of a newcomer, with few samples. */
class QuickstartTest extends SparkTest {
  @TempDir Path folder;

  private Accelerant.Outcome run() {
    return Accelerant.run(
        "quickstart",
        "--set",
        "run.output=" + folder.resolve("quick"),
        "--set",
        "quickstart.samples=24",
        "--set",
        "quickstart.rounds=2",
        "--set",
        "quickstart.prompts=24");
  }

  @Test
  void endsWithOnePageAndASecondRunComputesNothing() throws IOException {
    Accelerant.Outcome outcome = run();
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.line().get("metrics").get("decoders.evaluationsAt.0.95").asDouble())
        .isBetween(4.0, 12.0);
    try (WebClient browser = new WebClient()) {
      HtmlPage page = browser.getPage(folder.resolve("quick/report.html").toUri().toURL());
      assertThat(page.asNormalizedText())
          .contains(
              "finetuned by MMD, 5 evaluations",
              "learned (LSD)",
              "32 plain steps",
              "entropy-budget");
      assertThat(page.getElementsByTagName("img"))
          .hasSize(6)
          .extracting((DomElement image) -> image.getAttribute("src"))
          .allMatch(source -> source.startsWith("data:image/png;base64,"));
      HtmlPage index = browser.getPage(folder.resolve("quick/index.html").toUri().toURL());
      assertThat(index.asNormalizedText()).contains("finetuned-1", "model builtin:fashion");
    }
    Accelerant.Outcome again = run();
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.err().lines().filter(line -> line.contains("done already"))).hasSize(15);
    assertThat(again.line().get("contentHash")).isEqualTo(outcome.line().get("contentHash"));
  }
}
