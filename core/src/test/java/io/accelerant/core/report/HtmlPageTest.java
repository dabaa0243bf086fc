package io.accelerant.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.htmlunit.WebClient;
import org.htmlunit.html.HtmlImage;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a report, opened in a browser without a window. */
class HtmlPageTest {
  @TempDir Path folder;

  private HtmlPage open(WebClient browser, List<String> parts, Map<String, byte[]> pictures)
      throws IOException {
    Path file = folder.resolve("report.html");
    Files.write(
        file, io.accelerant.core.report.HtmlPage.of("Two samplers & more", parts, pictures));
    return browser.getPage(file.toUri().toURL());
  }

  @Test
  void holdsTablesAndPicturesWithoutAnyOtherFile() throws IOException {
    Report report =
        Report.titled("Two samplers", w -> {})
            .table(Table.of("solver", "error").row("ddim", 0.5).row("unipc", 0.25))
            .picture("dots", new ImageGrid(1, 4, 4, 1, 1).png(List.of(new byte[16])), "Dots");
    try (WebClient browser = new WebClient()) {
      HtmlPage page =
          open(browser, List.of(report.markdown(), "# Card\n\nHow it was made."), report.files());
      assertThat(page.getTitleText()).isEqualTo("Two samplers & more");
      HtmlTable table = (HtmlTable) page.getElementsByTagName("table").get(0);
      assertThat(table.getRowCount()).isEqualTo(3);
      assertThat(table.getCellAt(2, 0).asNormalizedText()).isEqualTo("unipc");
      HtmlImage image = (HtmlImage) page.getElementsByTagName("img").get(0);
      assertThat(image.getSrcAttribute()).startsWith("data:image/png;base64,");
      assertThat(image.getWidth()).isPositive();
      assertThat(page.asNormalizedText()).contains("How it was made.");
    }
  }

  @Test
  void textsOfDataAreShownAndNotObeyed() throws IOException {
    List<String> alerts = new ArrayList<>();
    try (WebClient browser = new WebClient()) {
      browser.setAlertHandler((page, message) -> alerts.add(message));
      String text =
          "<script>alert(1)</script>\n\n[here](javascript:alert(2)) [file](file:///etc/passwd)"
              + " ![x](http://nowhere.invalid/x.png)\n\n| a |\n|---|\n| <img src=x onerror=alert(3)> |\n";
      HtmlPage page = open(browser, List.of(text), Map.of());
      assertThat(alerts).isEmpty();
      assertThat(page.getElementsByTagName("script")).isEmpty();
      assertThat(page.asNormalizedText()).contains("<script>alert(1)</script>", "onerror");
      assertThat(page.getWebResponse().getContentAsString(StandardCharsets.UTF_8))
          .doesNotContain("javascript:", "file:", "nowhere.invalid");
    }
  }
}
