package io.accelerant.jobs;

import io.accelerant.core.lm.SmallCausalModel;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/** One letter to answer with, which a model that has learned nothing finds now and then. */
final class LetterTask {
  private LetterTask() {}

  /** Prompts in {@code <folder>/letters} and a causal model in {@code <folder>/causal-model}. */
  static void publish(SparkSession spark, Path folder) throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 64; i++) {
      String text = Integer.toString(i + 64, 4).replace('0', 'a').replace('1', 'b');
      text = text.replace('2', 'c').replace('3', 'd');
      rows.append(Text.of("{\"prompt\":\"%s\",\"completion\":\"%s\"}\n", text, text.charAt(1)));
    }
    Path source = Files.writeString(folder.resolve("letters.jsonl"), rows);
    String prompts = folder.resolve("letters").toString();
    Accelerant.run(
        "prepare-prompts",
        "--set",
        "preparePrompts.source=" + source,
        "--set",
        "preparePrompts.tokenizer=\"alphabet:abcd\"",
        "--set",
        "preparePrompts.split=[0.5, 0.1, 0.4]",
        "--set",
        "run.output=" + prompts);
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    SmallCausalModel.publish(
        hadoop,
        folder.resolve("causal-model"),
        Prompts.open(spark, hadoop, prompts, "a test").tokenizer());
  }
}
