package io.accelerant.rl.gvm;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.lm.TokenLaw;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.nn.NetworkSpec;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * What a causal network says of given answers, as {@link io.accelerant.core.lm.Generation} says it
 * of those that it writes: natural logarithms of probabilities, in float64 from float32 logits.
 *
 * @param network a causal transformer, perhaps with adapters
 * @param lengths for which programs are built, of what is read: one less than of rows
 * @param microBatch rows of a program
 */
public record LogProbabilities(NetworkSpec network, Buckets lengths, int microBatch)
    implements Serializable {

  /** Of rows of up to so many tokens. */
  public static LogProbabilities of(NetworkSpec network, int longest, int microBatch) {
    return new LogProbabilities(network, Buckets.upTo(Math.max(1, longest - 1)), microBatch);
  }

  /**
   * Reads answers.
   *
   * @param parameters in the order of the network's layout
   * @return {@code [row][token]}
   */
  public double[][] of(float[] parameters, ProgramPool pool, List<GradientNorms.Row> rows) {
    double[][] all = new double[rows.size()][];
    AnswerGraph graph = new AnswerGraph(network);
    TokenLaw law = new TokenLaw(Warp.NONE, graph.base().vocabulary());
    try (AnswerPrograms programs = new AnswerPrograms(graph, lengths, parameters, pool)) {
      programs.run(
          rows,
          microBatch,
          List.of(),
          (program, numbers, length) -> {
            double[] logits = program.doubles("logits");
            for (int at = 0; at < numbers.size(); at++) {
              GradientNorms.Row row = rows.get(numbers.get(at));
              int first = at * length + row.prompt().length - 1;
              all[numbers.get(at)] = logP(law, logits, first, row.answer());
            }
          });
    }
    return all;
  }

  /**
   * @param first place in which the first token of the answer is foreseen
   */
  private static double[] logP(TokenLaw law, double[] logits, int first, int[] answer) {
    int v = law.vocabulary();
    double[] logP = new double[answer.length];
    for (int t = 0; t < logP.length; t++) {
      law.set(Arrays.copyOfRange(logits, (first + t) * v, (first + t + 1) * v));
      logP[t] = law.logP(answer[t]);
    }
    return logP;
  }
}
