package io.accelerant.distill.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.json.CanonicalJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DecoderTest {
  private static final DecoderKeys KEYS = new DecoderKeys("evaluate");

  private static Map<String, Object> read(Decoder decoder) {
    return CanonicalJson.readObject(CanonicalJson.write(decoder.toJson()), "decoder");
  }

  private static List<Decoder> grid(String... sets) {
    return KEYS.of(JobConfig.load(List.of(), List.of(sets), KEYS.all()));
  }

  @ParameterizedTest
  @EnumSource
  void aFileSaysAll(RuleKind rule) {
    Decoder decoder = new Decoder(rule, RuleSettings.NONE, 9);
    assertThat(Decoder.fromJson(read(decoder), "decoder.json")).isEqualTo(decoder);
    assertThat(decoder.decoding()).isEqualTo(MaskedDecoding.of(rule.rule(RuleSettings.NONE), 9));
  }

  @Test
  void aFileIsFlat() {
    assertThat(read(Decoder.at(RuleKind.CONFIDENCE, .85, 16)))
        .isEqualTo(
            Map.of(
                "formatVersion",
                1,
                "rule",
                "confidence",
                "threshold",
                .85,
                "boundary",
                "inclusive",
                "blockLength",
                16));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          rule | guess | here: rule must be one of one-per-step, quota, confidence, factor, entropy, entropy-budget, sched, saber, info-gain, first-hitting, is guess.
          formatVersion | 2 | here: formatVersion must be 1, is 2.
          threshold | -2 | here: Method entropy: threshold must be a number, 0 or more, is -2.0.
          threshold | high | here: threshold must be a number, is high.
          boundary | loose | here: Method entropy: boundary must be one of inclusive, strict, is loose.
          blockLength | -1 | here: blockLength must be 0 (one block) or more, is -1.
          steps | 3 | here: steps is no parameter of the rule entropy.
          """)
  void aFileThatSaysOtherThingsIsRefused(String field, String value, String message) {
    Map<String, Object> json = new LinkedHashMap<>(read(Decoder.at(RuleKind.ENTROPY, .5, 0)));
    json.put(field, value.matches("-?\\d") ? (Object) Integer.valueOf(value) : value);
    assertThatThrownBy(() -> Decoder.fromJson(json, "here"))
        .isInstanceOf(ArtifactException.class)
        .hasMessage(message);
  }

  @Test
  void aFileThatLeavesAParameterOutIsRefused() {
    Map<String, Object> json = new LinkedHashMap<>(read(Decoder.at(RuleKind.SABER, 3, 0)));
    json.remove("count");
    assertThatThrownBy(() -> Decoder.fromJson(json, "here"))
        .isInstanceOf(ArtifactException.class)
        .hasMessage("here: count must be a number, is missing.");
  }

  @Test
  void labelsNameRuleAndKnob() {
    assertThat(new Decoder(RuleKind.ONE_PER_STEP, RuleSettings.NONE, 0))
        .hasToString("one-per-step")
        .returns(0.0, Decoder::threshold);
    assertThat(Decoder.at(RuleKind.CONFIDENCE, .9, 0)).hasToString("confidence.0.9");
    assertThat(Decoder.at(RuleKind.QUOTA, 3, 0)).hasToString("quota.3");
  }

  @Test
  void theThresholdOfSchedFallsToAThird() {
    assertThat(Decoder.at(RuleKind.SCHED, 7.5, 0))
        .isEqualTo(new Decoder(RuleKind.SCHED, RuleSettings.NONE, 0));
    assertThat(Decoder.at(RuleKind.SCHED, 1.5, 0).settings().numbers()).containsEntry("low", .5);
  }

  @Test
  void aGridHasAllRulesThatDoNotSample() {
    List<Decoder> grid = grid();
    assertThat(grid.stream().map(d -> d.rule().label()).distinct())
        .hasSize(RuleKind.values().length - 1)
        .doesNotContain("first-hitting");
    assertThat(grid).doesNotHaveDuplicates().hasSizeBetween(55, 70);
    assertThat(grid.stream().filter(d -> d.rule() == RuleKind.CONFIDENCE).count())
        .isGreaterThanOrEqualTo(10);
  }

  @Test
  void aGridIsWhatKeysSay() {
    assertThat(
            grid(
                "evaluate.decoders=[saber, one-per-step, saber]",
                "evaluate.thresholds.saber=[3, 2, 3]",
                "evaluate.blockLength=9"))
        .containsExactly(
            Decoder.at(RuleKind.SABER, 3, 9),
            Decoder.at(RuleKind.SABER, 2, 9),
            new Decoder(RuleKind.ONE_PER_STEP, RuleSettings.NONE, 9));
  }

  @Test
  void bothReadingsOfAThresholdAreInAGridAndInTheFile() {
    List<Decoder> grid =
        grid(
            "evaluate.decoders=[entropy, confidence, saber]",
            "evaluate.thresholds.entropy=[0.5]",
            "evaluate.thresholds.confidence=[0.9]",
            "evaluate.thresholds.saber=[2]",
            "evaluate.boundary=strict");
    assertThat(grid)
        .extracting(decoder -> decoder.decoding().rule())
        .containsExactly(
            new EntropyThreshold(.5, true), new ConfidenceThreshold(.9, true), new Saber(2));
    assertThat(read(grid.get(0))).containsEntry("boundary", "strict");
    assertThat(grid("evaluate.thresholds.entropy=[0.5]"))
        .contains(Decoder.at(RuleKind.ENTROPY, .5, 0))
        .doesNotContain(grid.get(0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          decoders=[] | evaluate.decoders (--set) names no rule.
          thresholds.quota=[2.5] | evaluate.thresholds.quota (--set) cannot be used: Method quota: steps must be a whole number, 0 or more, is 2.5.
          thresholds.confidence=[1.5] | evaluate.thresholds.confidence (--set) must be between 0 and 1, is 1.5.
          thresholds.entropy=[] | evaluate.thresholds.entropy (--set) has no values; leave the rule out of evaluate.decoders.
          """)
  void aGridThatCannotBeIsRefused(String set, String message) {
    assertThatThrownBy(() -> grid("evaluate." + set))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message);
  }

  @Test
  void valuesOfARuleThatIsNotComparedAreRefused() {
    assertThatThrownBy(() -> grid("evaluate.decoders=[quota]", "evaluate.thresholds.entropy=[.1]"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "evaluate.thresholds.entropy (--set) is of a rule that evaluate.decoders does not"
                + " name.");
    assertThatThrownBy(() -> grid("evaluate.decoders=[factor]", "evaluate.boundary=strict"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("evaluate.boundary (--set) is of rules that evaluate.decoders does not name.");
  }
}
