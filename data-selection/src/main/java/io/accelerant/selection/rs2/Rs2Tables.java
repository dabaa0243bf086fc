package io.accelerant.selection.rs2;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.TableSource;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.random.PermutationKind;
import io.accelerant.core.text.Text;
import io.accelerant.selection.subset.SubsetPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;

/** Writes the tables of one run into its artifact and meters the rounds. */
final class Rs2Tables {
  static final String ROUND = "round";
  static final String POSITIONS = "positions";

  /** The input with the ids that were assigned. */
  static final String NUMBERED = "numbered";

  private static final String JSON = ".jsonl";

  private final JobContext context;
  private final Rs2Settings settings;
  private final ArtifactWriter artifact;
  private final String format;
  private final Map<String, String> folders = new LinkedHashMap<>();
  private long rows;
  private long roundsPerPass;
  private Map<String, Object> sampler;
  private long exchangeBytes;

  Rs2Tables(JobContext context, Rs2Settings settings, ArtifactWriter artifact) {
    this.context = context;
    this.settings = settings;
    this.artifact = artifact;
    this.format = settings.config().get(RunKeys.FORMAT);
  }

  /**
   * The input as it is.
   *
   * @throws DataException if it has a column of a name that is needed
   */
  static Dataset<Row> open(JobContext context, Rs2Settings settings) {
    TableSource source = TableSource.find(settings.input(), context.hadoop());
    boolean assigns = settings.id().isEmpty() && settings.key().isEmpty();
    if (source.format() == TableSource.Format.TEXT
        || (assigns && source.format() != TableSource.Format.PARQUET)) {
      throw new DataException(
          Text.of(
              "%s is %s; rs2 reads Parquet, and JSON lines where rs2.id or rs2.key names a column"
                  + " (only Parquet knows the places of its rows).",
              settings.input(), source.format().name().toLowerCase(Locale.ROOT)));
    }
    Dataset<Row> input = source.read(context.spark());
    ReservedNames.refuse(
        input,
        settings.input(),
        settings.key().isPresent() ? List.of(ROUND) : RandomSubsets.RESERVED);
    return input;
  }

  /** Draws and writes every round. */
  void write(Dataset<Row> input) {
    if (settings.key().isPresent()) {
      keyed(input, settings.key().get());
      return;
    }
    String id = settings.id().orElse("id");
    Dataset<Row> table = input;
    if (settings.id().isEmpty() && settings.range().isEmpty()) {
      id = ReservedNames.free(input, settings.input(), List.of("id", "row_id"));
      table = store(DenseIds.assign(input, id));
    }
    RandomSubsets.Options options =
        RandomSubsets.of(table, id)
            .ratio(settings.ratio())
            .mode(settings.mode())
            .balanced(settings.balanced())
            .seed(settings.seed())
            .permutation(settings.permutation())
            .called(settings.input());
    settings.stratify().ifPresent(options::stratify);
    try (RandomSubsets subsets = options.open()) {
      dense(subsets, id);
    }
  }

  private Dataset<Row> store(Dataset<Row> numbered) {
    say("assigning ids");
    folders.put(NUMBERED, ArtifactTables.write(numbered, NUMBERED, artifact, format));
    return ArtifactTables.written(context.spark(), artifact, folders.get(NUMBERED));
  }

  private void dense(RandomSubsets subsets, String id) {
    rows = subsets.rows();
    requireRows();
    if (subsets.size(0) == 0) {
      throw settings.noRow("every class"); // stratified, since otherwise it was found before
    }
    roundsPerPass = subsets.roundsPerPass();
    sampler = sampler(subsets, id);
    long passes = subsets.pass(settings.rounds() - 1L) + 1;
    Column[] emitted = emitted(subsets, id);
    try (StageMeter meter = new StageMeter(context.spark().sparkContext())) {
      String uri = begin(ROUND);
      String positions = settings.positions() ? begin(POSITIONS) : null;
      for (long pass = 0; pass < passes; pass++) {
        say(Text.of("pass %d/%d", pass + 1, passes));
        append(
            subsets
                .rounds(pass, settings.rounds())
                .select(emitted)
                .sortWithinPartitions(ROUND, RandomSubsets.POSITION),
            uri,
            true);
        if (positions != null) {
          append(positions(subsets, id, pass), positions, false);
        }
        context.checkStop();
      }
      exchangeBytes = meter.exchangeBytes();
    }
  }

  private Column[] emitted(RandomSubsets subsets, String id) {
    if (!settings.emitRows()) {
      return new Column[] {DenseIds.named(id).as("id"), col(RandomSubsets.POSITION), col(ROUND)};
    }
    List<Column> columns = new ArrayList<>();
    for (String column : subsets.rounds(0, 1).columns()) {
      columns.add(DenseIds.named(column));
    }
    return columns.toArray(Column[]::new);
  }

  private static Dataset<Row> positions(RandomSubsets subsets, String id, long pass) {
    return subsets
        .positions(pass)
        .select(DenseIds.named(id).as("id"), lit(pass).as("pass"), col(RandomSubsets.POSITION));
  }

  private void keyed(Dataset<Row> table, String key) {
    rows = KeyedSubsets.require(table, key, settings.input());
    requireRows();
    settings.size(rows);
    SubsetPlan plan = SubsetPlan.of(settings.mode(), rows, settings.ratio(), settings.balanced());
    roundsPerPass = plan.slots();
    KeyedSubsets subsets = new KeyedSubsets(table, key, plan, settings.seed(), settings.input());
    sampler = described(plan.size());
    sampler.put("key", key);
    sampler.put("hash", "xxhash64(key, seed, pass)");
    sampler.put("approximate", settings.approximate());
    String uri = begin(ROUND);
    try (StageMeter meter = new StageMeter(context.spark().sparkContext())) {
      for (long e = 0; e < settings.rounds(); e++) {
        say(Text.of("round %d/%d", e + 1, settings.rounds()));
        Dataset<Row> round =
            settings.approximate()
                ? KeyedSubsets.approximate(
                    table, key, settings.ratio(), settings.seed(), plan.round(e).pass())
                : subsets.round(e);
        Dataset<Row> emitted =
            settings.emitRows() ? round : round.select(DenseIds.named(key).as("id"));
        append(emitted.withColumn(ROUND, lit(e)), uri, true);
        context.checkStop();
      }
      exchangeBytes = meter.exchangeBytes();
    }
  }

  private void requireRows() {
    if (rows == 0) {
      throw new DataException(settings.input() + " has no rows.");
    }
    if (settings.stratify().isEmpty()) {
      settings.size(rows);
    }
  }

  private String begin(String table) {
    String folder = format.equals("json") ? table + JSON : table;
    folders.put(table, folder);
    return artifact.tableUri(folder);
  }

  private void append(Dataset<Row> part, String uri, boolean partitioned) {
    DataFrameWriter<Row> writer = ArtifactTables.writer(part, format).mode(SaveMode.Append);
    (partitioned ? writer.partitionBy(ROUND) : writer).save(uri);
  }

  private void say(String what) {
    context.progress().say("rs2: " + what);
    context.spark().sparkContext().setJobDescription("RS2: " + what);
  }

  /** Everything that another program needs to draw the same rounds. */
  private Map<String, Object> sampler(RandomSubsets subsets, String id) {
    Map<String, Object> json = described(subsets.size(0));
    json.put("id", id);
    json.put("permutation", subsets.permutation().name());
    json.put("tableBelow", PermutationKind.TABLE_BELOW);
    json.put("roundsPerPass", roundsPerPass);
    subsets
        .strata()
        .ifPresent(
            plan -> {
              json.put("stratify", settings.stratify().get());
              List<Map<String, Object>> strata = new ArrayList<>();
              plan.strata()
                  .forEach(
                      s -> {
                        Map<String, Object> stratum = new TreeMap<>();
                        stratum.put("label", s.label());
                        stratum.put("seed", s.seed());
                        stratum.put("rows", s.plan().rows());
                        stratum.put("size", s.plan().size());
                        strata.add(stratum);
                      });
              json.put("strata", strata);
            });
    return json;
  }

  private Map<String, Object> described(long size) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("method", "rs2");
    json.put("mode", settings.mode().label());
    json.put("seed", settings.seed());
    json.put("rows", rows);
    json.put("ratio", settings.ratio());
    json.put("size", size);
    json.put("balanced", settings.balanced());
    json.put("roundsPerPass", roundsPerPass);
    return json;
  }

  Map<String, Object> sampler() {
    return sampler;
  }

  /** Name of each table that was written to its folder. */
  Map<String, String> folders() {
    return folders;
  }

  Dataset<Row> written(String table) {
    return ArtifactTables.written(context.spark(), artifact, folders.get(table));
  }

  long rows() {
    return rows;
  }

  long roundsPerPass() {
    return roundsPerPass;
  }

  /** Between stages while rounds were drawn and written; what was prepared before is not in it. */
  long exchangeBytes() {
    return exchangeBytes;
  }

  /** What the permutation became, for the manifest. */
  Optional<String> permutation() {
    return Optional.ofNullable((String) sampler.get("permutation"));
  }
}
