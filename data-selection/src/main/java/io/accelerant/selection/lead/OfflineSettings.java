package io.accelerant.selection.lead;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Optional;

/**
 * How a pool is looked over before training.
 *
 * @param batch rows that are scored together
 * @param partitions Spark partitions of scoring; 0: four a core
 * @param clusters of difficulty
 * @param byLoss whether they are cut by the initial loss in place of IFD
 * @param quantiles whether they are of equal size in place of k-means
 * @param meaning how tasks are told apart by what prompts mean; empty: by their labels
 * @param duplicates which rows are looked for
 */
record OfflineSettings(
    int batch,
    int partitions,
    int clusters,
    boolean byLoss,
    boolean quantiles,
    Optional<Meaning> meaning,
    Guard.Duplicates duplicates,
    long seed,
    EngineSettings engine) {

  /**
   * @param model URI of a sentence encoder as an ONNX file
   * @param tokenizer URI of its {@code tokenizer.json}
   * @param clusters of the embeddings
   */
  record Meaning(String model, String tokenizer, int clusters) implements Serializable {}

  /**
   * @throws io.accelerant.core.error.ConfigException if tasks are to be told apart by embeddings
   *     and there is no encoder
   */
  static OfflineSettings of(JobConfig config) {
    return new OfflineSettings(
        config.get(OfflineKeys.SCORE_BATCH),
        config.get(OfflineKeys.PARTITIONS),
        config.get(SelectionKeys.CLUSTERS),
        config.get(OfflineKeys.DIFFICULTY).equals("loss"),
        config.get(OfflineKeys.CLUSTERING).equals("quantiles"),
        config.get(OfflineKeys.TASKS).equals("embedding")
            ? Optional.of(meaning(config))
            : Optional.empty(),
        SelectionKeys.guard(config).duplicates(),
        config.get(RunKeys.SEED),
        EngineSettings.of(config));
  }

  /** The cluster of each row, the easiest being 0. */
  int[] cut(double[] initialLoss, double[] difficulty) {
    double[] by = byLoss ? initialLoss : difficulty;
    return quantiles ? LineClusters.quantiles(by, clusters) : LineClusters.means(by, clusters);
  }

  private static Meaning meaning(JobConfig config) {
    return new Meaning(
        needed(config, OfflineKeys.EMBEDDING_MODEL),
        needed(config, OfflineKeys.EMBEDDING_TOKENIZER),
        config.get(OfflineKeys.TASK_CLUSTERS));
  }

  private static String needed(JobConfig config, Key<String> key) {
    return config
        .find(key)
        .orElseThrow(
            () ->
                new ConfigException(
                    Text.of(
                        "%s is needed with %s = embedding.",
                        key.path(), OfflineKeys.TASKS.path())));
  }
}
