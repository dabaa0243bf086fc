package io.accelerant.selection.rs2;

import static org.apache.spark.sql.functions.col;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.artifact.StageStore;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.artifact.Versions;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.TableSource;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.json.CanonicalJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code rs2}: repeated random subsets of a table, written partitioned by round. All rounds of a
 * pass are one scan without an exchange. A run that is started again draws the same rounds, since a
 * round depends on ids, seed and number alone; nothing is saved on the way.
 */
public final class Rs2Job implements Job {
  /** Kind of the artifact. */
  public static final String KIND = "subsets";

  @Override
  public String name() {
    return "rs2";
  }

  @Override
  public String summary() {
    return "Draw repeated random subsets of a table (RS2): exact sizes, no shuffle";
  }

  @Override
  public List<Key<?>> keys() {
    return Rs2Keys.ALL;
  }

  @Override
  public List<String> plan(JobContext context, JobConfig config) {
    Rs2Settings settings = Rs2Settings.of(config);
    if (settings.range().isEmpty()) {
      Rs2Tables.open(context, settings);
    }
    String output =
        Versions.resolve(
            config.get(RunKeys.OUTPUT), context.hadoop(), StageStore.resumeKey(config.identity()));
    if (Artifact.find(output, context.hadoop()).isPresent()) {
      throw new ArtifactException(output + " is an artifact already; choose another run.output.");
    }
    return settings.plan(output);
  }

  @Override
  public JobResult run(JobContext context, JobConfig config) {
    Rs2Settings settings = Rs2Settings.of(config);
    Dataset<Row> input = Rs2Tables.open(context, settings);
    String inputHash = hash(input, settings);
    Map<String, Object> identity = new TreeMap<>(config.identity());
    identity.put("input.table", inputHash);
    Claim claim = Claim.of(StageStore.resumeKey(identity));
    try (ArtifactWriter artifact =
        ArtifactWriter.claim(
            config.get(RunKeys.OUTPUT), context.hadoop(), claim, context.force())) {
      Rs2Tables tables = new Rs2Tables(context, settings, artifact);
      tables.write(input);
      Map<Long, Long> sizes = sizes(tables.written(Rs2Tables.ROUND));
      Map<String, Number> metrics = metrics(settings, tables, sizes);
      artifact.writeJson("sampler.json", tables.sampler());
      artifact.writeJson("metrics.json", metrics);
      new Rs2Report(context, settings, tables, sizes).files().forEach(artifact::write);
      artifact.write("README.md", Rs2Report.card(settings, tables, inputHash).markdown());
      if (settings.key().isEmpty()) {
        artifact.write("python/load.py", loader());
      }
      Manifest manifest = artifact.commit(draft(config, settings, tables, inputHash, metrics));
      reproduce(context, artifact.uri(), sizes);
      return new JobResult(artifact.uri(), manifest.contentHash(), metrics);
    }
  }

  /**
   * Reads the input once, so that a file that cannot be read is found before anything is claimed.
   */
  private static String hash(Dataset<Row> input, Rs2Settings settings) {
    if (settings.range().isPresent()) {
      return CanonicalJson.sha256Of(Map.of("range", settings.range().getAsLong()));
    }
    try {
      return TableFingerprint.of(input);
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      throw TableSource.cannotRead(settings.input(), e);
    }
  }

  private static Map<Long, Long> sizes(Dataset<Row> round) {
    Map<Long, Long> sizes = new TreeMap<>();
    for (Row row : round.groupBy(col(Rs2Tables.ROUND)).count().collectAsList()) {
      sizes.put(((Number) row.get(0)).longValue(), row.getLong(1));
    }
    return sizes;
  }

  private static Map<String, Number> metrics(
      Rs2Settings settings, Rs2Tables tables, Map<Long, Long> sizes) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("rows", tables.rows());
    metrics.put("rounds", settings.rounds());
    metrics.put("roundsPerPass", tables.roundsPerPass());
    metrics.put("exchangeBytes", tables.exchangeBytes());
    for (long e = 0; e < settings.rounds(); e++) {
      metrics.put("round" + e + ".size", sizes.getOrDefault(e, 0L));
    }
    return metrics;
  }

  private ManifestDraft draft(
      JobConfig config,
      Rs2Settings settings,
      Rs2Tables tables,
      String inputHash,
      Map<String, Number> metrics) {
    ManifestDraft draft = ManifestDraft.of(KIND, name(), config);
    if (tables.permutation().isPresent()) {
      Map<String, Object> values = new TreeMap<>(draft.config());
      values.put("rs2.permutation.used", tables.permutation().get());
      draft = draft.withConfig(values);
    }
    draft = draft.withParent("input", settings.input(), inputHash).withMetrics(metrics);
    for (Map.Entry<String, String> table : tables.folders().entrySet()) {
      draft =
          draft.withTable(table.getValue(), TableFingerprint.of(tables.written(table.getKey())));
    }
    return draft;
  }

  private static byte[] loader() {
    try (InputStream in = Rs2Job.class.getResourceAsStream("load.py")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a reader gets has the sizes that were recorded. */
  private static void reproduce(JobContext context, String uri, Map<Long, Long> sizes) {
    Artifact artifact = Artifact.open(uri, context.hadoop());
    Map<Long, Long> again = sizes(ArtifactTables.read(context.spark(), artifact, Rs2Tables.ROUND));
    if (!again.equals(sizes)) {
      throw new ArtifactException(
          "%s was published, but its rounds have the sizes %s instead of %s."
              .formatted(uri, again, sizes));
    }
  }
}
