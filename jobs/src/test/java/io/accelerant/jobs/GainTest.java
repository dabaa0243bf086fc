package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GainTest {
  private static final Map<String, Number> METRICS =
      new TreeMap<>(
          Map.of(
              "own.mse", 0.25,
              "plain.mse", 0.5,
              "gap", -0.25,
              "gap.low", -0.4,
              "gap.high", -0.1,
              "even", 0.98,
              "even.low", 0.9,
              "even.high", 1.1));

  private static JsonReader said(String json) {
    String form = json.replace('\'', '"');
    return JsonReader.of(CanonicalJson.readObject(form, "test"), "here", ConfigException::new);
  }

  private static Gain gain(String json) {
    JsonReader said = said(json);
    Gain.require(said);
    return Gain.of(said, METRICS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "ratio | less | own.mse | , 'control': 'plain.mse' | **0.500 of it**",
        "ratio | more | own.mse | , 'control': 'plain.mse' | NOT better, 0.500 of it",
        "times | more | plain.mse | , 'control': 'own.mse' | **2.00 times**",
        "difference | less | own.mse | , 'control': 'plain.mse' | **-0.250**",
        "ratio | less | own.mse | , 'control': 'plain.mse', 'interval': 'gap'"
            + " | **0.500 of it** (difference -0.250 [-0.400, -0.100])",
        "difference | less | gap | , 'of': '5 steps' | 5 steps: **-0.250** [-0.400, -0.100]",
        "difference | more | gap | | NOT better, -0.250 [-0.400, -0.100]",
        "ratio | less | even | | NOT told apart, 0.980 of it [0.900, 1.10]",
        "ratio | less | gone | , 'missing': 'it is not reached' | NOT measured, it is not reached",
      })
  void saysWhatIsAGainAndWhatIsNone(
      String kind, String better, String value, String rest, String expected) {
    String more = rest == null ? "" : rest;
    assertThat(
            gain(Text.of("{'kind':'%s','better':'%s','value':'%s'%s}", kind, better, value, more))
                .text())
        .isEqualTo(expected);
  }

  @Test
  void keepsTheMetricsThatItWasComputedFrom() {
    Gain gain = gain("{'kind':'ratio','better':'less','value':'own.mse','control':'plain.mse'}");
    assertThat(gain.metrics()).isEqualTo(Map.of("own.mse", 0.25, "plain.mse", 0.5));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'kind':'share','better':'less','value':'gap'} | kind must be ratio, times or difference",
        "{'kind':'ratio','better':'high','value':'gap'} | better must be less or more, is high",
        "{'kind':'ratio','better':'less'} | value must be a text, is missing",
        "{'kind':'ratio','better':'less','value':'gap','name':'x'} | name is none of",
        "{'kind':'ratio','better':'less','value':'own.mes'} | the nearest is own.mse",
        "{'kind':'ratio','better':'less','value':'gap','control':'plan.mse'} | control is plan.mse",
      })
  void whatIsWrongIsNamed(String json, String message) {
    assertThatThrownBy(() -> gain(json))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("here: ")
        .hasMessageContaining(message);
  }
}
