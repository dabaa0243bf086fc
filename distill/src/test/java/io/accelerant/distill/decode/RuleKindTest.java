package io.accelerant.distill.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RuleKindTest {
  @Test
  void rulesHaveTheNamesOfConfigurations() {
    assertThat(RuleKind.names())
        .containsExactly(
            "one-per-step",
            "quota",
            "confidence",
            "factor",
            "entropy",
            "entropy-budget",
            "sched",
            "saber",
            "info-gain",
            "first-hitting");
  }

  @ParameterizedTest
  @EnumSource
  void completeSettingsSayAllAndMakeTheSameRule(RuleKind kind) {
    RuleSettings all = kind.complete(RuleSettings.NONE);
    assertThat(all.numbers().size() + all.words().size()).isEqualTo(kind.parameters().size());
    assertThat(kind.rule(all)).isEqualTo(kind.rule(RuleSettings.NONE));
    assertThat(kind.rule(all).label()).startsWith(kind.label());
  }

  @Test
  void settingsReachTheRule() {
    RuleSettings settings =
        RuleSettings.NONE
            .with("threshold", 6)
            .with("low", 1.5)
            .with("schedule", "linear")
            .with("reading", "paper")
            .with("order", "margin")
            .with("steps", 12);
    assertThat(RuleKind.rule("sched", settings))
        .isEqualTo(
            new Sched(
                new Quota(Order.MARGIN, 12), 6, 1.5, Sched.Shape.LINEAR, 4, Sched.Reading.PAPER));
    assertThat(RuleKind.rule("entropy", RuleSettings.NONE.with("boundary", "strict")))
        .isEqualTo(new EntropyThreshold(.5, true));
    assertThat(RuleKind.rule("one-per-step", RuleSettings.NONE.with("order", "random")))
        .isEqualTo(OnePerStep.RANDOM);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          confidence | threshold | 1.5 | Method confidence: threshold must be a number from 0 to 1, is 1.5.
          confidence | threshold | NaN | Method confidence: threshold must be a number from 0 to 1, is NaN.
          entropy | threshold | -1 | Method entropy: threshold must be a number, 0 or more, is -1.0.
          quota | steps | 2.5 | Method quota: steps must be a whole number, 0 or more, is 2.5.
          saber | count | 0 | Method saber: count must be a whole number, 1 or more, is 0.0.
          saber | threshold | .5 | Method saber has no parameter threshold; it has count.
          first-hitting | steps | 3 | Method first-hitting has no parameter steps; it has none.
          quota | order | 1 | Method quota: order must be one of confidence, margin, entropy, random, is 1.0.
          sched | threshold | 2 | Method sched: low must be at most threshold (2.0), is 2.5.
          """)
  void aNumberThatARuleCannotBeMadeOfIsRefused(
      String method, String parameter, double number, String message) {
    assertThatThrownBy(() -> RuleKind.rule(method, RuleSettings.NONE.with(parameter, number)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message);
  }

  @Test
  void aWordThatIsNoneOfARulesIsRefused() {
    assertThatThrownBy(() -> RuleKind.rule("quota", RuleSettings.NONE.with("order", "first")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Method quota: order must be one of confidence, margin, entropy, random, is first.");
    assertThatThrownBy(() -> RuleKind.rule("quota", RuleSettings.NONE.with("steps", "all")))
        .isInstanceOf(ConfigException.class)
        .hasMessage("Method quota: steps must be a whole number, 0 or more, is all.");
    assertThatThrownBy(() -> RuleKind.named("guess"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("Method must be one of one-per-step, quota, ")
        .hasMessageEndingWith(", is guess.");
  }
}
