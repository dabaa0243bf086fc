package io.accelerant.rl.offline;

import static org.apache.spark.sql.functions.col;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import io.accelerant.rl.environment.Environment;
import io.accelerant.rl.policy.OfflineData;
import io.accelerant.rl.trajectory.EpisodeWeights;
import io.accelerant.rl.trajectory.Transitions;
import io.accelerant.rl.weight.WeightSettings;
import io.accelerant.rl.weight.WeightSummary;
import io.accelerant.rl.weight.Weighting;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A collection made ready for training: packed arrays, which a task holds whole (a network of this
 * size learns from what fits into memory), and the mass of each episode under each weighting, by
 * the same plan as {@code trajectory-weights}.
 *
 * @param warnings what is not as asked, or as one may think
 */
record DataSets(
    OfflineData data,
    Map<Weighting, double[]> mass,
    Map<Weighting, WeightSummary> summaries,
    List<String> warnings) {
  /** Transitions that one collection may have here; 200 bytes each are 2 GB. */
  private static final long LARGEST = 10_000_000;

  static DataSets read(
      Transitions source,
      String name,
      Environment environment,
      List<Weighting> weightings,
      double alpha,
      double top) {
    Map<Weighting, double[]> mass = new EnumMap<>(Weighting.class);
    Map<Weighting, WeightSummary> summaries = new EnumMap<>(Weighting.class);
    List<String> warnings = new ArrayList<>();
    String place = source.uri() + " (" + name + ")";
    try (EpisodeWeights weights = EpisodeWeights.of(source.table(), place, false)) {
      if (weights.statistics().transitions() > LARGEST) {
        throw new DataException(
            Text.of(
                "%s holds %,d transitions; offline-rl trains on at most %,d in one task.",
                place, weights.statistics().transitions(), LARGEST));
      }
      weights.notes().forEach(note -> warnings.add(name + ": " + note));
      for (Weighting weighting : weightings) {
        EpisodeWeights.Weighted weighted =
            weights.weigh(new WeightSettings(weighting, alpha, top, 0));
        mass.put(
            weighting,
            weighted.table().orderBy("episode_id").select("mass").collectAsList().stream()
                .mapToDouble(row -> row.getDouble(0))
                .toArray());
        summaries.put(weighting, weighted.summary());
        weighted
            .warnings()
            .forEach(w -> warnings.add(Text.of("%s by %s: %s", name, weighting.label(), w)));
      }
    }
    return new DataSets(pack(source.table(), place, environment), mass, summaries, warnings);
  }

  private static OfflineData pack(Dataset<Row> table, String place, Environment environment) {
    List<Row> rows =
        table
            .select(
                col("episode_id"),
                col("observation"),
                col("action"),
                col("reward"),
                col("next_observation"),
                col("terminal"),
                col("step"))
            .orderBy("episode_id", "step")
            .collectAsList();
    int d = environment.observationSize();
    int a = environment.actionSize();
    int n = rows.size();
    float[] observations = new float[n * d];
    float[] next = new float[n * d];
    float[] actions = new float[n * a];
    float[] rewards = new float[n];
    float[] terminals = new float[n];
    List<Integer> lengths = new ArrayList<>();
    List<Integer> followed = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Row row = rows.get(i);
      copy(row, 1, d, observations, i, 1, place);
      copy(row, 2, a, actions, i, 1 / environment.actionBound(), place);
      rewards[i] = (float) row.getDouble(3);
      terminals[i] = row.getBoolean(5) ? 1 : 0;
      boolean last = i == n - 1 || rows.get(i + 1).getLong(0) != row.getLong(0);
      boolean ends = terminals[i] == 1;
      if (!ends && !row.isNullAt(4)) {
        copy(row, 4, d, next, i, 1, place);
      } else if (!ends && !last) {
        copy(rows.get(i + 1), 1, d, next, i, 1, place);
      }
      if (last) {
        int length = row.getInt(6) + 1;
        lengths.add(length);
        followed.add(ends || !row.isNullAt(4) ? length : length - 1);
      }
    }
    return new OfflineData(
        d,
        a,
        observations,
        actions,
        rewards,
        next,
        terminals,
        lengths.stream().mapToInt(Integer::intValue).toArray(),
        followed.stream().mapToInt(Integer::intValue).toArray());
  }

  private static void copy(
      Row row, int column, int size, float[] to, int index, double scale, String place) {
    List<Double> numbers = row.isNullAt(column) ? List.of() : row.getList(column);
    if (numbers.size() != size) {
      throw new DataException(
          Text.of(
              "%s, episode %d: %s has %d numbers, the environment has %d.",
              place, row.getLong(0), row.schema().fieldNames()[column], numbers.size(), size));
    }
    for (int k = 0; k < size; k++) {
      to[index * size + k] = (float) (scale * numbers.get(k));
    }
  }
}
