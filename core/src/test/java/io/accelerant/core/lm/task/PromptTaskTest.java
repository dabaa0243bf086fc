package io.accelerant.core.lm.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.lm.task.PromptTask.Example;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptTaskTest {
  private static final ClozeChain CHAIN = new ClozeChain(10, 6, 0.3);
  private static final Addition SUMS = new Addition(1, 4, List.of());
  private static final Addition SLIPS = new Addition(1, 4, List.of(0.08, 0.2, 0.3, 0.4));

  private static Verdict verdict(PromptTask task, Example example) {
    return task.checker().check(example.prompt(), example.answer(), example.answer());
  }

  /** The share of all digit strings of the answer's length that have the right result. */
  private static double measuredChance(PromptTask task, Example example, int base, int length) {
    int all = (int) Math.pow(base, length);
    int right = 0;
    for (int guess = 0; guess < all; guess++) {
      String text = Integer.toString(guess, base);
      String answer = "0".repeat(length - text.length()) + text;
      if (task.checker().check(example.prompt(), example.answer(), answer).answerRight()) {
        right++;
      }
    }
    return right / (double) all;
  }

  @Test
  void everyExampleWithoutSlipsIsCorrect() {
    for (int id = 0; id < 500; id++) {
      assertThat(verdict(CHAIN, CHAIN.example(3, id)).correct()).isTrue();
      assertThat(verdict(SUMS, SUMS.example(3, id)).correct()).isTrue();
    }
  }

  @Test
  void anExampleFollowsFromSeedAndIdAlone() {
    assertThat(CHAIN.example(3, 7)).isEqualTo(new ClozeChain(10, 6, 0.3).example(3, 7));
    assertThat(CHAIN.example(3, 7)).isNotEqualTo(CHAIN.example(4, 7));
    assertThat(SUMS.example(3, 7)).isEqualTo(new Addition(1, 4, List.of()).example(3, 7));
  }

  @Test
  void aChainHasSeveralRightAnswers() {
    Checker checker = new ClozeChain(10, 2, 0.3).checker();

    assertThat(checker.check("3__4__", "", "2559").correct()).isTrue(); // 2+3=5, 5+4=9
    assertThat(checker.check("3__4__", "", "2560").correct()).isTrue(); // 2+3=5, then 6+4=0
    assertThat(checker.check("3__4__", "", "2571").correct()).isFalse(); // 7 is not 5 or 6
    assertThat(checker.check("3__4__", "", "2459").correct()).isFalse(); // 2+3 is not 4
    assertThat(checker.check("3__4__", "", "255").correct()).isFalse();
    assertThat(checker.check("3__4__", "", "25x9").correct()).isFalse();
  }

  @Test
  void aChoiceThatIsNeverDrawnIsWrong() {
    assertThat(new ClozeChain(10, 2, 0).checker().check("3__4__", "", "2560").correct()).isFalse();
    assertThat(new ClozeChain(10, 2, 1).checker().check("3__4__", "", "2559").correct()).isFalse();
  }

  @Test
  void theSecondChoiceComesAtItsRate() {
    int second = 0;
    for (int id = 0; id < 2000; id++) {
      String answer = CHAIN.example(11, id).answer();
      for (int link = 1; link < 6; link++) {
        second += answer.charAt(2 * link) == answer.charAt(2 * link - 1) ? 0 : 1;
      }
    }
    assertThat(second / 10_000.0).isCloseTo(0.3, within(0.02));
  }

  @Test
  void chanceRatesAreTheShareOfRightGuesses() {
    ClozeChain chain = new ClozeChain(3, 3, 0.5);
    assertThat(measuredChance(chain, chain.example(1, 0), 3, 6))
        .isCloseTo(chain.chanceRate(), within(1e-12));
    Addition one = new Addition(3, 3, List.of());
    assertThat(measuredChance(one, one.example(1, 0), 10, 4))
        .isCloseTo(one.chanceRate(), within(1e-12));
  }

  @Test
  void aRightSumAfterAWrongStepIsAFalsePositive() {
    Checker checker = SUMS.checker();

    assertThat(checker.check("27+35=", "", "1206;062").correct()).isTrue();
    assertThat(checker.check("27+35=", "", "1306;062").falsePositive()).isTrue();
    assertThat(checker.check("27+35=", "", "062").falsePositive()).isTrue();
    assertThat(checker.check("27+35=", "", "1206;063")).isEqualTo(new Verdict(false, true));
    assertThat(checker.check("27+35=", "", "").answerRight()).isFalse();
  }

  @Test
  void slipsSpoilAsManyAnswersAsTheirRatesSay() {
    int[] rows = new int[5];
    int[] right = new int[5];
    for (int id = 0; id < 8000; id++) {
      Example example = SLIPS.example(5, id);
      int k = example.prompt().indexOf('+');
      Verdict verdict = verdict(SLIPS, example);
      assertThat(verdict.answerRight()).isEqualTo(verdict.traceRight());
      rows[k]++;
      right[k] += verdict.correct() ? 1 : 0;
    }
    for (int k = 1; k <= 4; k++) {
      double expected = Math.pow(1 - SLIPS.slips().get(k - 1), k);
      assertThat(right[k] / (double) rows[k]).isCloseTo(expected, within(0.04));
    }
  }

  @Test
  void theLastNumberIsComparedByValue() {
    Checker checker = Checker.lastNumber();

    assertThat(checker.check("", "so 12", "first 3, then 12.0 apples").correct()).isTrue();
    assertThat(checker.check("", "12", "12 or 13").correct()).isFalse();
    assertThat(checker.check("", "-5", "5").correct()).isFalse();
    assertThat(checker.check("", "12", "none").correct()).isFalse();
    assertThat(Checker.exact().check("", "12", "12.0").correct()).isFalse();
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new ClozeChain(11, 6, 0.3)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new ClozeChain(10, 6, Double.NaN)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new Addition(2, 1, List.of())).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new Addition(1, 4, List.of(0.1))).isInstanceOf(ConfigException.class);
  }
}
