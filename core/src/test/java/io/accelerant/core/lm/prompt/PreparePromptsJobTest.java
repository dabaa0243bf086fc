package io.accelerant.core.lm.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.lm.task.PromptTask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreparePromptsJobTest extends SparkTest {
  private static final PreparePromptsJob JOB = new PreparePromptsJob();

  @TempDir Path folder;

  private JobConfig config(String... sets) {
    List<String> all = new ArrayList<>(List.of("run.output=" + folder.resolve("prompts")));
    all.addAll(List.of(sets));
    return JobConfig.load(List.of(), all, JOB.keys());
  }

  @Test
  void publishesPromptsThatReadersOpen() {
    JobResult result =
        JOB.run(
            context(),
            config("preparePrompts.source=task:cloze-chain", "preparePrompts.count=300"));

    Prompts prompts = Prompts.open(spark(), context().hadoop(), result.artifact(), "a test");
    assertThat(prompts.isCloze()).isTrue();
    assertThat(prompts.longest()).isEqualTo(18);
    assertThat(prompts.tokenizer()).isEqualTo(SymbolTokenizer.of("0123456789"));
    assertThat(prompts.table().count()).isEqualTo(result.metrics().get("prompts"));
    for (Prompt prompt : prompts.first("test", 5)) {
      assertThat(prompt.given()).containsExactly(0, 3, 6, 9, 12, 15);
      assertThat(prompts.checker().check(prompt.prompt(), "", prompt.answer()).correct()).isTrue();
      assertThat(prompt.prompt()).contains(String.valueOf(PromptTask.GAP));
    }
  }
}
