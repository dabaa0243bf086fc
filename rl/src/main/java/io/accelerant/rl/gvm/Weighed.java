package io.accelerant.rl.gvm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An answer and what it counts in the loss of its step.
 *
 * @param weight with all normalisers of the step in it, times the updates among which it is cut
 */
record Weighed(Answer answer, double advantage, double weight) {

  /**
   * Answers of a step.
   *
   * @param prompts m, those without answers with them
   */
  static List<Weighed> of(
      GvmSettings settings, Arm arm, Planner planner, List<Answer> answers, int prompts) {
    double[] rewards = answers.stream().mapToDouble(a -> a.correct() ? 1 : 0).toArray();
    boolean grouped = arm.algorithm() == Arm.Algorithm.GRPO;
    double[] advantages =
        grouped
            ? Advantages.grpo(rewards, answers.stream().mapToLong(Answer::prompt).toArray())
            : Advantages.raft(rewards);
    Map<Integer, long[]> counts = new HashMap<>(); // samples, used
    long tokens = 0;
    for (Answer answer : answers) {
      long[] own = counts.computeIfAbsent(answer.prompt(), p -> new long[2]);
      own[0]++;
      own[1] += grouped || answer.correct() ? 1 : 0;
      tokens += answer.tokens().length;
    }
    List<Weighed> weighed = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      int prompt = answers.get(i).prompt();
      long[] own = counts.get(prompt);
      double weight =
          arm.weighting()
              .of(own[0], grouped ? 1 : planner.p(answers.get(i)), own[1], prompts, tokens);
      weighed.add(new Weighed(answers.get(i), advantages[i], settings.updates() * weight));
    }
    return weighed;
  }

  /** Whether it moves anything. */
  boolean counts(double kl) {
    return weight > 0 && (advantage != 0 || kl > 0);
  }
}
