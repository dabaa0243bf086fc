package io.accelerant.distill.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.lm.task.Verdict;
import io.accelerant.distill.measure.AnswerScores.OfPrompt;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswerScoresTest {
  private static final double EXACT = 1e-14;

  /** Share of the subsets of k of n samples, the first c of which are right, that hold one. */
  private static double share(int n, int c, int k) {
    int subsets = 0;
    int hits = 0;
    for (int set = 0; set < 1 << n; set++) {
      if (Integer.bitCount(set) == k) {
        subsets++;
        hits += (set & ((1 << c) - 1)) != 0 ? 1 : 0;
      }
    }
    return hits / (double) subsets;
  }

  @Test
  void passAtKIsTheShareOfSubsetsWithARightAnswer() {
    for (int n = 1; n <= 7; n++) {
      for (int c = 0; c <= n; c++) {
        for (int k = 1; k <= n; k++) {
          assertThat(new OfPrompt(n, c).passAt(k))
              .as("%d of %d right, k = %d", c, n, k)
              .isCloseTo(share(n, c, k), within(EXACT));
        }
      }
    }
  }

  private static AnswerScores scores() {
    AnswerScores scores = new AnswerScores();
    boolean[][] right = {{true, false, false, false, false}, {false, true, true, false}};
    for (int prompt = 0; prompt < right.length; prompt++) {
      for (boolean correct : right[prompt]) {
        scores.add(10 + prompt, prompt == 0 ? "k2" : "k1", Verdict.of(correct));
      }
    }
    scores.add(12, "k1", new Verdict(true, false));
    for (int i = 0; i < 3; i++) {
      scores.add(12, "k1", Verdict.of(true));
    }
    return scores;
  }

  @Test
  void passAtKIsTheMeanOverPromptsForKThatAllHave() {
    assertThat(scores().passAt().keySet()).containsExactly(1, 2, 4);
    assertThat(scores().passAt().get(2))
        .isCloseTo((share(5, 1, 2) + share(4, 2, 2) + share(4, 3, 2)) / 3, within(EXACT));
  }

  @Test
  void metricsCountSamplesWholeAndByGroup() {
    Map<String, Number> metrics = scores().metrics();
    assertThat(metrics)
        .containsEntry("samples", 13L)
        .containsEntry("prompts", 3)
        .containsEntry("exactMatch", 6 / 13.)
        .containsEntry("exactMatch.k1", 5 / 8.)
        .containsEntry("exactMatch.k2", 1 / 5.)
        .containsEntry("falsePositive", 1 / 13.);
  }
}
