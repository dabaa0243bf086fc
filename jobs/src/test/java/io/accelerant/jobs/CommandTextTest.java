package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "lsd --dry-run | accelerant lsd --dry-run",
        "lsd --set lsd.steps=[8,16] | accelerant lsd --set 'lsd.steps=[8,16]'",
        "--set it's | accelerant --set 'it'\\''s'",
        "--set spark.hadoop.fs.s3a.secret.key=x | accelerant --set 'spark.hadoop.fs.s3a.secret.key=***'",
        "--set=hub.token=x | accelerant '--set=hub.token=***'",
        "--set=run.seed=3 | accelerant --set=run.seed=3"
      })
  void canBeTypedAgainAndKeepsSecrets(String arguments, String text) {
    assertThat(CommandText.of(arguments.split(" "))).isEqualTo(text);
  }
}
