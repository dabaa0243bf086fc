package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.htmlunit.WebClient;
import org.htmlunit.html.HtmlAnchor;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a folder of artifacts. */
class ArtifactIndexTest {
  @TempDir Path folder;

  private String publish(String name, ManifestDraft draft) {
    try (ArtifactWriter writer =
        ArtifactWriter.claim(
            folder.resolve(name).toString(), new Configuration(), Claim.of("test"), false)) {
      writer.write("sampler.json", "{\"name\": \"" + name + "\"}");
      writer.write("report.html", "<title>" + name + "</title>");
      return writer.commit(draft).contentHash();
    }
  }

  @Test
  void linksParentsAndChildrenAndShowsVerdicts() throws IOException {
    String teacher = publish("teachers/one", ManifestDraft.of("model", "train-teacher", "one", 1));
    publish(
        "sampler",
        ManifestDraft.of("sampler", "lsd", "two", 1)
            .withParent("teacher", "s3a://elsewhere/one", teacher)
            .withParent("corpus", "s3a://elsewhere/text", "0".repeat(64))
            .withMetrics(
                Map.of("verdict.m8", -0.5, "verdict.m8.low", -0.75, "verdict.m8.high", -0.25)));
    Files.createDirectories(folder.resolve("half/_claims"));
    Accelerant.Outcome outcome = Accelerant.run("artifact", "index", folder.toString());
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.line().get("artifacts").asInt()).isEqualTo(2);
    try (WebClient browser = new WebClient()) {
      HtmlPage page = browser.getPage(Path.of(outcome.line().get("page").asText()).toUri().toURL());
      assertThat(page.asNormalizedText())
          .contains("teacher teachers/one", "corpus s3a://elsewhere/text", "m8", "below 0");
      assertThat(page.getAnchorByText("sampler").getHrefAttribute())
          .isEqualTo("sampler/report.html");
      HtmlAnchor parent = page.getAnchorByText("teachers/one");
      assertThat(((HtmlPage) parent.click()).getTitleText()).isEqualTo("teachers/one");
    }
    assertThat(Accelerant.run("artifact", "index", folder.toString()).exitCode()).isZero();
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    String missing = folder.resolve("missing").toString();
    Accelerant.Outcome outcome = Accelerant.run("artifact", "index", missing);
    assertThat(outcome.exitCode()).isEqualTo(4);
    assertThat(outcome.err()).contains(missing + " does not exist");
  }
}
