package io.accelerant.core.run;

import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.report.HtmlPage;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was made: files that the work itself wrote are in the artifact already, {@code
 * metrics.json}, {@code README.md} and {@code report.html} are written from this.
 *
 * @param draft with metrics and tables, begun by {@link Run#draft}
 * @param files further ones by name, such as those of the report
 * @param card see {@link Run#card}
 * @param check what must come out again from the published artifact
 */
public record Product(ManifestDraft draft, Map<String, byte[]> files, ModelCard card, Check check) {

  /** Report and card as one HTML file, plots inside. */
  byte[] page() {
    Stream<String> report =
        Optional.ofNullable(files.get(Report.FILE)).stream()
            .map(text -> new String(text, StandardCharsets.UTF_8));
    List<String> parts = Stream.concat(report, Stream.of(card.markdown())).toList();
    return HtmlPage.of(card.title(), parts, files);
  }
}
