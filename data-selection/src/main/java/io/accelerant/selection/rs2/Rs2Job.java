package io.accelerant.selection.rs2;

import static org.apache.spark.sql.functions.col;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.artifact.TableFingerprint;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.TableSource;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * {@code rs2}: repeated random subsets of a table, written partitioned by round. All rounds of a
 * pass are one scan without an exchange. A run that is started again draws the same rounds, since a
 * round depends on ids, seed and number alone; nothing is saved on the way.
 */
public final class Rs2Job implements PublishingJob {
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
  public Work open(JobContext context, JobConfig config) {
    Rs2Settings settings = Rs2Settings.of(config);
    Source source = source(context, settings);
    return new Work(
        () -> List.of(new Manifest.Parent("input", settings.input(), source.hash().get())),
        settings::plan,
        run -> make(run, settings, source.table().get()));
  }

  private static Product make(Run run, Rs2Settings settings, Dataset<Row> input) {
    Rs2Tables tables = new Rs2Tables(run.context(), settings, run.artifact());
    tables.write(input);
    Map<Long, Long> sizes = sizes(tables.written(Rs2Tables.ROUND));
    run.artifact().writeJson("sampler.json", tables.sampler());
    if (settings.key().isEmpty()) {
      run.writeLoader(Rs2Job.class);
    }
    return new Product(
        draft(run.draft(KIND, metrics(settings, tables, sizes)), tables),
        new Rs2Report(run.context(), settings, tables, sizes).files(),
        Rs2Report.card(run, settings, tables),
        new Check(
            "the sizes of the rounds",
            sizes,
            artifact ->
                sizes(ArtifactTables.read(run.context().spark(), artifact, Rs2Tables.ROUND))));
  }

  /** The table and its hash; a range needs Spark when it is drawn from, not before. */
  private record Source(Supplier<Dataset<Row>> table, Supplier<String> hash) {}

  private static Source source(JobContext context, Rs2Settings settings) {
    if (settings.range().isPresent()) {
      long rows = settings.range().getAsLong();
      return new Source(
          () -> context.spark().range(rows).toDF("id"),
          () -> CanonicalJson.sha256Of(Map.of("range", rows)));
    }
    Dataset<Row> table = Rs2Tables.open(context, settings);
    return new Source(() -> table, () -> TableSource.hash(table, settings.input()));
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

  private static ManifestDraft draft(ManifestDraft begun, Rs2Tables tables) {
    ManifestDraft draft = begun;
    if (tables.permutation().isPresent()) {
      Map<String, Object> values = new TreeMap<>(draft.config());
      values.put("rs2.permutation.used", tables.permutation().get());
      draft = draft.withConfig(values);
    }
    Map<String, String> fingerprints = new TreeMap<>();
    tables
        .folders()
        .forEach(
            (name, folder) -> fingerprints.put(folder, TableFingerprint.of(tables.written(name))));
    return draft.withTables(fingerprints);
  }
}
