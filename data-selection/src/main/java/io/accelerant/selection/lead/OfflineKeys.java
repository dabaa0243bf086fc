package io.accelerant.selection.lead;

import io.accelerant.core.config.Key;
import java.util.List;

/** What is found out of the pool before training. */
final class OfflineKeys {
  static final Key<Integer> WARM_UP_ROWS =
      Key.integer(
              "lead.warmUp.rows",
              "Random rows that the warm-up model is trained on, whose IFD sorts the pool by"
                  + " difficulty")
          .between(1, 100_000_000)
          .withDefault(600);
  static final Key<Double> WARM_UP_RATE =
      Key.number("lead.warmUp.rate", "Its learning rate; default: train.learningRate")
          .between(1e-9, 10)
          .optional();
  static final Key<String> CLUSTERING =
      Key.string(
              "lead.clustering",
              "How difficulty is cut into clusters: k-means, exact in one dimension; quantiles, of"
                  + " equal size")
          .oneOf("k-means", "quantiles")
          .withDefault("k-means");
  static final Key<String> DIFFICULTY =
      Key.string(
              "lead.difficulty",
              "What difficulty is: ifd, the loss of the answer behind its prompt over that of the"
                  + " answer alone, by the warm-up model; loss, by the untouched model, where IFD"
                  + " says nothing")
          .oneOf("ifd", "loss")
          .withDefault("ifd");
  static final Key<String> TASKS =
      Key.string(
              "lead.tasks",
              "Task of a row: label, the column of the pool; embedding, a cluster of what its"
                  + " prompt means")
          .oneOf("label", "embedding")
          .withDefault("label");
  static final Key<Integer> TASK_CLUSTERS =
      Key.integer("lead.embedding.clusters", "How many, with lead.tasks = embedding")
          .between(1, 10_000)
          .withDefault(8);
  static final Key<String> EMBEDDING_MODEL =
      Key.string("lead.embedding.model", "URI of an ONNX file: a sentence encoder").optional();
  static final Key<String> EMBEDDING_TOKENIZER =
      Key.string("lead.embedding.tokenizer", "URI of its tokenizer.json").optional();
  static final Key<Integer> SCORE_BATCH =
      Key.integer("lead.scoreBatch", "Rows that are scored together")
          .between(1, 65_536)
          .withDefault(64);
  static final Key<Integer> PARTITIONS =
      Key.integer("lead.partitions", "Spark partitions of scoring; 0: four a core")
          .between(0, 1_000_000)
          .withDefault(0)
          .operational();

  static final List<Key<?>> ALL =
      List.of(
          WARM_UP_ROWS,
          WARM_UP_RATE,
          CLUSTERING,
          DIFFICULTY,
          TASKS,
          TASK_CLUSTERS,
          EMBEDDING_MODEL,
          EMBEDDING_TOKENIZER,
          SCORE_BATCH,
          PARTITIONS);

  private OfflineKeys() {}
}
