package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;

/** What {@code accelerant artifact show | verify | export} do. */
public final class ArtifactReport {
  private ArtifactReport() {}

  /** The manifest for people; verifies nothing. */
  public static String show(Artifact artifact) {
    Manifest manifest = artifact.manifest();
    StringBuilder text = new StringBuilder();
    line(text, "artifact", artifact.uri());
    line(text, "kind", manifest.kind());
    line(text, "method", manifest.method());
    line(text, "name", manifest.name());
    line(text, "created", manifest.created());
    line(text, "run", manifest.runId());
    line(text, "code", manifest.codeVersion());
    line(text, "seed", manifest.seed());
    line(text, "contentHash", manifest.contentHash());
    for (Manifest.Parent parent : manifest.parents()) {
      line(text, "made from", parent.role() + " " + parent.uri() + " " + parent.contentHash());
    }
    section(text, "metrics", manifest.metrics());
    section(text, "configuration", manifest.config());
    text.append("files\n");
    long total = 0;
    for (Manifest.FileEntry file : manifest.files()) {
      total += file.size();
      text.append(
          String.format(Locale.ROOT, "  %14d  %s  %s\n", file.size(), file.sha256(), file.path()));
    }
    text.append(
        String.format(Locale.ROOT, "  %14d  bytes in %d files\n", total, manifest.files().size()));
    return text.toString();
  }

  private static void line(StringBuilder text, String label, Object value) {
    text.append(String.format(Locale.ROOT, "%-12s %s\n", label, value));
  }

  private static void section(StringBuilder text, String title, Map<String, ?> values) {
    if (!values.isEmpty()) {
      text.append(title).append('\n');
      values.forEach(
          (key, value) ->
              text.append(
                  String.format(Locale.ROOT, "  %s = %s\n", key, CanonicalJson.write(value))));
    }
  }

  /**
   * Verifies every file.
   *
   * @return what was found, with a warning for each extra file
   * @throws ArtifactException if something is missing or changed
   */
  public static String verify(Artifact artifact) {
    List<String> extra = artifact.verify();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %d files verified, contentHash %s\n",
            artifact.uri(),
            artifact.manifest().files().size(),
            artifact.contentHash()));
    extra.forEach(
        file -> text.append("warning: ").append(file).append(" is not in the manifest\n"));
    return text.toString();
  }

  /**
   * Copies an artifact to another place, of any kind of store, verifying what is read and what was
   * written; the copy has the same manifest.
   *
   * @return the URI of the copy
   * @throws ArtifactException if the artifact has changed, or the target is taken
   */
  public static String export(Artifact artifact, String target, Configuration hadoop) {
    try (ArtifactWriter writer = claim(artifact, target, hadoop)) {
      for (Manifest.FileEntry file : artifact.manifest().files()) {
        try (InputStream in = artifact.open(file.path());
            OutputStream out = writer.createCopy(file.path())) {
          in.transferTo(out);
        } catch (IOException e) {
          throw new ArtifactException(
              Text.of(
                  "Cannot copy %s to %s: %s", file.path(), writer.uri(), StoreFailure.describe(e)),
              e);
        }
      }
      writer.commitCopy(artifact.manifest());
      return writer.uri();
    }
  }

  private static ArtifactWriter claim(Artifact artifact, String target, Configuration hadoop) {
    Claim claim = Claim.of("export of " + artifact.contentHash());
    return ArtifactWriter.claim(target, hadoop, claim, false);
  }

  /**
   * Publishes an artifact in another layout.
   *
   * @param draft of what is written; the artifact becomes its parent
   * @param files writes them
   * @return the URI
   * @throws ArtifactException if the target is taken, or what was written does not read back
   */
  public static String export(
      Artifact artifact,
      String target,
      Configuration hadoop,
      ManifestDraft draft,
      Consumer<ArtifactWriter> files) {
    try (ArtifactWriter writer = claim(artifact, target, hadoop)) {
      files.accept(writer);
      writer.commit(
          draft.withParent(artifact.manifest().kind(), artifact.uri(), artifact.contentHash()));
      return writer.uri();
    }
  }
}
