package io.accelerant.jobs;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactFolder;
import io.accelerant.core.artifact.ArtifactFolder.Entry;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.math.PairedDifference;
import io.accelerant.core.report.HtmlPage;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A page about all artifacts of a folder: what each was made from and what was made from it, as
 * links, and its verdicts.
 */
final class ArtifactIndex {
  /** The page's name in the folder. */
  static final String FILE = "index.html";

  private static final String VERDICT = "verdict.";

  private final List<Entry> entries;

  /** By content hash: a copy is what its original is. */
  private final Map<String, Entry> known = new LinkedHashMap<>();

  private final Map<Entry, List<Entry>> children = new LinkedHashMap<>();

  ArtifactIndex(List<Entry> entries) {
    this.entries = entries;
    for (Entry entry : entries) {
      known.putIfAbsent(entry.artifact().contentHash(), entry);
      children.put(entry, new ArrayList<>());
    }
    for (Entry entry : entries) {
      for (Manifest.Parent parent : entry.artifact().manifest().parents()) {
        Entry made = known.get(parent.contentHash());
        if (made != null && !children.get(made).contains(entry)) {
          children.get(made).add(entry);
        }
      }
    }
  }

  /**
   * Writes a report of a folder's artifacts into it as {@code report.md}, its pictures and {@code
   * report.html}, and the index.
   *
   * @return the URI of {@code report.html}
   */
  static String writeBeside(Report report, String title, ArtifactFolder folder) {
    report.files().forEach(folder::write);
    folder.write(FILE, new ArtifactIndex(folder.artifacts()).page(folder.uri()));
    return folder.write(
        "report.html", HtmlPage.of(title, List.of(report.markdown()), report.files()));
  }

  byte[] page(String uri) {
    StringBuilder text = new StringBuilder("# Artifacts\n\n");
    text.append(Text.of("%d artifacts of `%s`, the oldest first.\n\n", entries.size(), uri));
    Table all = Table.of("artifact", "kind", "method", "made", "made from", "used by", "verdicts");
    for (Entry entry : entries) {
      Manifest manifest = entry.artifact().manifest();
      all.row(
          link(entry),
          manifest.kind(),
          manifest.method(),
          manifest.created().replaceFirst("\\..*", "").replace('T', ' ').replace("Z", ""),
          String.join(", ", manifest.parents().stream().map(this::parent).toList()),
          String.join(", ", children.get(entry).stream().map(ArtifactIndex::link).toList()),
          Verdict.of(manifest.metrics()).size());
    }
    text.append(all.markdown());
    for (Entry entry : entries) {
      List<Verdict> verdicts = Verdict.of(entry.artifact().manifest().metrics());
      if (!verdicts.isEmpty()) {
        text.append("\n## ").append(name(entry)).append("\n\n").append(table(verdicts).markdown());
      }
    }
    text.append(
        "\nA verdict is the method less its control, with the 95% interval of the difference; what is"
            + " better, less or more, says the report of each.\n");
    return HtmlPage.of("Artifacts of " + uri, List.of(text.toString()), Map.of());
  }

  private static Table table(List<Verdict> verdicts) {
    Table table = Table.of("verdict", "difference", "low", "high", "interval");
    verdicts.forEach(verdict -> verdict.row(table));
    return table;
  }

  private String parent(Manifest.Parent parent) {
    Entry made = known.get(parent.contentHash());
    return parent.role() + " " + (made == null ? parent.uri() : link(made));
  }

  private static String link(Entry entry) {
    Artifact artifact = entry.artifact();
    String path = entry.path().isEmpty() ? "" : entry.path() + "/";
    String file = artifact.manifest().file("report.html").isPresent() ? "report.html" : "README.md";
    return Text.of("[%s](<%s%s>)", name(entry), path, file);
  }

  private static String name(Entry entry) {
    return entry.path().isEmpty() ? entry.artifact().manifest().name() : entry.path();
  }

  /**
   * A difference that a job was asked to show.
   *
   * @param what the metric's name without its first word
   */
  private record Verdict(String what, PairedDifference difference) {
    static List<Verdict> of(Map<String, Number> metrics) {
      return metrics.keySet().stream()
          .filter(name -> name.startsWith(VERDICT))
          .flatMap(
              name ->
                  PairedDifference.find(metrics, name)
                      .map(found -> new Verdict(name.substring(VERDICT.length()), found))
                      .stream())
          .toList();
    }

    void row(Table table) {
      double low = difference.low();
      double high = difference.high();
      String side = high < 0 ? "below 0" : low > 0 ? "above 0" : "holds 0";
      table.row(what, difference.value(), low, high, side);
    }
  }
}
