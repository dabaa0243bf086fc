package io.accelerant.core.lm.prompt;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.lm.task.PromptTask;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Where prompts come from.
 *
 * @param name as the user wrote it
 * @param description the block {@code source} of {@code config.json}
 * @param hash of what is read; costs a pass over tables
 * @param rows reads and checks, rows of {@link RowCheck#SCHEMA}
 * @param symbols name of the tokenizer unless the user names another
 * @param checker the block {@code checker} of {@code config.json}
 * @param chanceRate of a task
 * @param cloze whether answers fill gaps
 */
record PromptSource(
    String name,
    Map<String, Object> description,
    Supplier<String> hash,
    BiFunction<SparkSession, RowCheck, Dataset<Row>> rows,
    String symbols,
    Map<String, Object> checker,
    OptionalDouble chanceRate,
    boolean cloze) {

  /**
   * Finds what a configuration names.
   *
   * @throws io.accelerant.core.error.AccelerantException for what a user has to set right
   */
  static PromptSource of(JobContext context, JobConfig config) {
    return ofTask(config);
  }

  private static PromptSource ofTask(JobConfig config) {
    PromptTask task = PreparePromptsKeys.task(config);
    String name = config.get(PreparePromptsKeys.SOURCE);
    int count = config.get(PreparePromptsKeys.COUNT);
    long seed = config.get(io.accelerant.core.job.RunKeys.SEED);
    return new PromptSource(
        name,
        task.config(),
        () -> CanonicalJson.sha256Of(task.config()),
        (spark, check) -> {
          MapFunction<Long, Row> draw =
              id -> {
                PromptTask.Example e = task.example(seed, id);
                return check.row(e.prompt(), e.answer(), e.group(), e.planted(), id, name);
              };
          return spark.range(count).map(draw, Encoders.row(RowCheck.SCHEMA));
        },
        SymbolTokenizer.PREFIX + task.symbols(),
        task.config(),
        OptionalDouble.of(task.chanceRate()),
        task.isCloze());
  }

  Manifest.Parent parent() {
    return new Manifest.Parent("source", name, hash.get());
  }
}
