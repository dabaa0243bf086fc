package io.accelerant.rl.gvm;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.lm.prompt.PreparePromptsJob;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Repeat the first of four letters: right by chance once in four, so that a network with random
 * weights has something to be rewarded for, and learned in a few updates.
 */
final class LetterTask {
  private LetterTask() {}

  /** All 81 prompts, half of them for tests. */
  static Prompts prompts(JobContext context, Path folder) throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 81; i++) {
      StringBuilder text = new StringBuilder();
      for (int rest = i, k = 0; k < 4; k++, rest /= 3) {
        text.append("abc".charAt(rest % 3));
      }
      rows.append(Text.of("{\"prompt\":\"%s\",\"completion\":\"%s\"}\n", text, text.charAt(0)));
    }
    Path source = Files.writeString(folder.resolve("letters.jsonl"), rows);
    PreparePromptsJob job = new PreparePromptsJob();
    List<String> sets =
        List.of(
            "run.output=" + folder.resolve("prompts"),
            "preparePrompts.source=" + source,
            "preparePrompts.tokenizer=\"alphabet:abc\"",
            "preparePrompts.split=[0.4,0.1,0.5]");
    String uri = job.run(context, JobConfig.load(List.of(), sets, job.keys())).artifact();
    return Prompts.open(context.spark(), context.hadoop(), uri, "a test");
  }
}
