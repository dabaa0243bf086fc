package io.accelerant.core.report;

import io.accelerant.core.config.JobConfig;
import java.util.List;

/**
 * The README.md of an artifact: what it is, how it was made, how to use it.
 *
 * @param title first line
 * @param description Markdown: what it is, what it was measured to do, what it cannot do
 * @param commands shell commands that made it, in order
 * @param python how to load it from Python; empty if there is nothing to load
 * @param parents artifacts and data it was made from
 * @param licence one line, of the artifact and of the data in it
 */
public record ModelCard(
    String title,
    String description,
    List<String> commands,
    String python,
    List<Parent> parents,
    String licence) {
  /** Heading of the section that has {@code python}. */
  public static final String LOADING = "Load it from Python";

  /**
   * @param hash sha256 that identifies the content, whatever its place
   */
  public record Parent(String uri, String hash) {}

  public ModelCard {
    commands = List.copyOf(commands);
    parents = List.copyOf(parents);
  }

  /**
   * The command line that runs a job with the settings that differ from their defaults; secrets are
   * replaced by {@code ***}.
   */
  public static String command(String job, JobConfig config) {
    StringBuilder command = new StringBuilder("accelerant ").append(job);
    config
        .effective()
        .forEach(
            (path, setting) -> {
              if (!setting.isDefault()) {
                String text = path + "=" + setting.value();
                command.append(" \\\n  --set '").append(text.replace("'", "'\\''")).append("'");
              }
            });
    return command.toString();
  }

  public String markdown() {
    StringBuilder text = new StringBuilder();
    text.append("# ").append(title).append("\n\n").append(description.strip()).append("\n");
    if (!commands.isEmpty()) {
      text.append("\n## Made by\n\n").append(Report.block("sh", String.join("\n", commands)));
    }
    if (!python.isBlank()) {
      text.append("\n## " + LOADING + "\n\n").append(Report.block("python", python));
    }
    if (!parents.isEmpty()) {
      Table table = Table.of("made from", "content hash");
      parents.forEach(parent -> table.row(parent.uri(), parent.hash()));
      text.append("\n## Parents\n\n").append(table.markdown());
    }
    return text.append("\n## Licence\n\n").append(licence.strip()).append("\n").toString();
  }
}
