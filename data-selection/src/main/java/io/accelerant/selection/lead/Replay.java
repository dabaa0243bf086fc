package io.accelerant.selection.lead;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.RowsFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.run.Computed;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.TrainSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * A whole selection from losses and gradients that a user gives, without a model: {@code lead.of}.
 * The tables of a folder come in, the {@link RoundTable}s go out.
 */
final class Replay {
  /** Kind of the artifact. */
  static final String KIND = "lead-replay";

  static final Key<String> OF =
      Key.string(
              "lead.of",
              "Only choose rows, by given numbers: a folder of tables, each .json (rows [{..}, ..]"
                  + " or columns {\"id\": [..], ..}), JSON lines or Parquet: pool (id, task, iu0,"
                  + " and cluster or ifd; optional duplicateOf, an id), losses (round, id, loss: of"
                  + " all rows, or of those that are chosen), gradients (round, vector; optional"
                  + " rate, by default train.learningRate, and step, what the parameters moved by,"
                  + " or its product with the vector), optional arms (round, cluster), which"
                  + " replaces the draw. The first round is the first of losses")
          .optional();

  /** Of those that only training has, what a replay reads too. */
  private static final List<Key<?>> READ =
      List.of(TrainSettings.LEARNING_RATE, OfflineKeys.CLUSTERING, OfflineKeys.DIFFICULTY);

  private Replay() {}

  /** The tables of a folder. */
  private record Tables(
      RowsFile pool, RowsFile losses, Optional<RowsFile> gradients, Optional<RowsFile> arms) {
    static Tables in(String folder, JobContext context) {
      return new Tables(
          required(folder, "pool", context),
          required(folder, "losses", context),
          RowsFile.in(folder, "gradients", context),
          RowsFile.in(folder, "arms", context));
    }

    private static RowsFile required(String folder, String name, JobContext context) {
      return RowsFile.in(folder, name, context)
          .orElseThrow(
              () ->
                  new DataException(
                      Text.of(
                          "%s holds no table %s; expected %s.json, %s.jsonl, %s.parquet or a folder"
                              + " of them.",
                          folder, name, name, name, name)));
    }

    List<Manifest.Parent> parents() {
      Map<String, RowsFile> given = new LinkedHashMap<>(Map.of("pool", pool));
      given.put("losses", losses);
      gradients.ifPresent(file -> given.put("gradients", file));
      arms.ifPresent(file -> given.put("arms", file));
      return given.entrySet().stream()
          .map(t -> new Manifest.Parent(t.getKey(), t.getValue().uri(), t.getValue().hash().get()))
          .toList();
    }
  }

  /** Whether the configuration asks for one. */
  static boolean isMeant(JobConfig config) {
    return config.find(OF).isPresent();
  }

  static Work work(JobContext context, JobConfig config) {
    List<Key<?>> unread = new ArrayList<>(LeadKeys.TRAINING);
    unread.removeIf(key -> READ.stream().anyMatch(read -> read.path().equals(key.path())));
    config.refuse(unread, "is for training; lead.of replays given losses, without a model.");
    String folder = config.get(OF);
    Tables tables = Tables.in(folder, context);
    return new Work(
        tables::parents,
        output -> List.of("choose rows by the losses of " + folder, "publish them to " + output),
        run -> product(run, tables));
  }

  /** A selection that has run over given numbers. */
  record Replayed(Selection selection, List<RoundTrace> rounds) {}

  /**
   * @throws DataException if the tables of the folder are not what they must be, or something that
   *     is chosen is not in them
   */
  static Replayed replayed(JobContext context, JobConfig config) {
    return replayed(Tables.in(config.get(OF), context), config);
  }

  private static Replayed replayed(Tables tables, JobConfig config) {
    Arm arm = SelectionKeys.published(config);
    Rule rule = SelectionKeys.rule(config);
    PoolRows pool = GivenPool.of(tables.pool(), config);
    GivenRounds given =
        GivenRounds.of(
            tables.losses(),
            tables.gradients(),
            tables.arms(),
            rule.lossChange(),
            config.get(TrainSettings.LEARNING_RATE));
    long seed = config.get(RunKeys.SEED);
    int clusters = GivenPool.clusters(pool, config);
    boolean[] eligible = rule.guard().eligible(arm, pool, new boolean[0]); // neither is the oracle
    Candidates candidates =
        new MemoryCandidates(pool, arm, clusters, eligible, rule.uses(arm), seed);
    Selection selection = new Selection(rule, arm, seed, clusters, candidates);
    if (selection.isOver()) {
      throw config.invalid(
          SelectionKeys.RATE, "leaves nothing to choose of any cluster and task; set it higher.");
    }
    return new Replayed(selection, given.replay(selection));
  }

  private static Product product(Run run, Tables tables) {
    Replayed replayed = replayed(tables, run.config());
    Selection selection = replayed.selection();
    List<RoundTrace> rounds = replayed.rounds();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("meanReward", rounds.stream().mapToDouble(RoundTrace::reward).average().orElse(0));
    result.put("rounds", selection.rounds());
    result.put("uses", selection.uses());
    result.put("distinct", selection.distinct());
    result.put("probability", selection.probabilities());
    result.put("weight", selection.weights());
    return new Computed(
            KIND, "Rows chosen by given losses", "meanReward", result, Map.of(), write(run, rounds))
        .product(run);
  }

  private static Map<String, String> write(Run run, List<RoundTrace> rounds) {
    Map<String, String> fingerprints = new LinkedHashMap<>();
    for (RoundTable table : RoundTable.values()) {
      List<Row> rows =
          rounds.stream()
              .flatMap(round -> table.rows(round).stream())
              .map(RowFactory::create)
              .toList();
      StructType schema = StructType.fromDDL(table.columns());
      fingerprints.putAll(ArtifactTables.writeRows(run, table.label(), rows, schema));
    }
    return fingerprints;
  }
}
