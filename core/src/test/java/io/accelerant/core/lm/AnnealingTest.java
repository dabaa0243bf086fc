package io.accelerant.core.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnnealingTest {
  private static final double EXACT = 1e-12;
  private static final Temperature COOLING = new Annealing(1, 1.5, .3, 3);

  private static Generated one(Temperature temperature, Warp warp, Choice choice) {
    return new Generation(warp, temperature, 4, List.of(ChainModel.END))
        .run(
            new ChainModel(3),
            List.of(new Generation.Request(0, 0, ChainModel.PROMPT)),
            (p, s, k) -> choice)
        .get(0);
  }

  /** Law of a chain whose token k has {@code p^(1/tau_k)}, normalised. */
  private static double closedForm(ChainModel model, int[] text, double factor) {
    double product = 1;
    int before = ChainModel.START;
    for (int k = 0; k < text.length; k++) {
      double tau = factor * COOLING.at(k);
      double sum = 0;
      for (int token = 0; token < model.vocabulary(); token++) {
        sum += StrictMath.pow(model.probability(before, k, token), 1 / tau);
      }
      product *= StrictMath.pow(model.probability(before, k, text[k]), 1 / tau) / sum;
      before = text[k];
    }
    return product;
  }

  @Test
  void everyTokenIsDrawnAtTheTemperatureOfItsPlace() {
    for (double factor : new double[] {1, .5}) {
      Warp warp = new Warp(factor, 0, 1);
      Map<List<Integer>, Double> law =
          EveryChoice.law(
              choice -> Arrays.stream(one(COOLING, warp, choice).tokens()).boxed().toList());
      assertThat(law).hasSizeGreaterThan(30);
      law.forEach(
          (text, q) -> {
            int[] tokens = text.stream().mapToInt(t -> t).toArray();
            assertThat(q).isCloseTo(closedForm(new ChainModel(3), tokens, factor), within(EXACT));
          });
    }
  }

  @Test
  void itsWeightsHaveMeanOne() {
    Map<Generated, Double> law = EveryChoice.law(choice -> one(COOLING, Warp.NONE, choice));
    double mean = 0;
    double furthest = 0;
    for (Map.Entry<Generated, Double> text : law.entrySet()) {
      double logQ = text.getKey().drawnLogProbability();
      double weight = StrictMath.exp(text.getKey().logProbability() - logQ);
      mean += text.getValue() * weight;
      furthest = Math.max(furthest, weight);
      assertThat(StrictMath.exp(logQ)).isCloseTo(text.getValue(), within(EXACT));
    }
    assertThat(mean).isCloseTo(1, within(EXACT));
    assertThat(furthest).isGreaterThan(1.5);
  }

  @Test
  void atOneTextsHaveTheBitsThatTheyHaveWithout() {
    Choices draws = Choices.keyed(1, RandomStream.purpose("test.tokens"));
    List<Generation.Request> requests = List.of(new Generation.Request(3, 1, ChainModel.PROMPT));
    Warp warp = new Warp(.7, 3, .9);
    Generated without =
        new Generation(warp, 30, List.of()).run(new ChainModel(50), requests, draws).get(0);
    Generated at =
        new Generation(warp, new Temperature.Constant(1), 30, List.of())
            .run(new ChainModel(50), requests, draws)
            .get(0);
    assertThat(at).usingRecursiveComparison().isEqualTo(without);
  }

  @Test
  void formulaAndCodeReadTheScheduleInTwoWays() {
    Temperature formula = Annealing.formula(1.2, .1, 25, 10);
    assertThat(formula.at(0)).isEqualTo(1.2);
    assertThat(formula.at(30)).isCloseTo(2.2 - StrictMath.exp(30 / 75.0), within(EXACT));
    assertThat(formula.at(100_000)).isEqualTo(.1);
    Temperature code = Annealing.code(1.2, .1, 25, 0);
    assertThat(code.at(9)).isEqualTo(1);
    assertThat(code.at(10)).isCloseTo(2.2 - StrictMath.exp(10 / 500.0), within(EXACT));
    assertThat(code.at(90)).isGreaterThan(1); // it passes 1 at token 91 and ends at 371
    assertThat(code.at(92)).isLessThan(1);
    assertThat(code.at(370)).isGreaterThan(.1);
    assertThat(code.at(371)).isEqualTo(.1);
    assertThat(Annealing.formula(1.2, .1, 25, 7_995)).isEqualTo(Annealing.formula(1.2, .1, 4e4, 9));
  }

  @Test
  void settingsOutsideTheirRangesAreRefused() {
    for (double[] wrong : new double[][] {{1.2, 0, 25}, {.5, 1, 25}, {1.2, .1, 0}}) {
      assertThatThrownBy(() -> Annealing.formula(wrong[0], wrong[1], wrong[2], 0))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("0 < lowest <= highest");
    }
  }
}
