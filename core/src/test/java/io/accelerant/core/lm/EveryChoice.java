package io.accelerant.core.lm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Replays a decoder along every path of its choices, which gives the exact law of what it returns.
 * A decoder must draw through its choice alone, and do the same when it is run again.
 */
public final class EveryChoice implements Choice {
  /** A choice on the path: its options of positive weight, and which of them is taken. */
  private static final class Fork {
    final int[] options;
    final double[] probabilities;
    int taken;

    Fork(double[] weights, int n) {
      double sum = Arrays.stream(weights, 0, n).sum();
      options = IntStream.range(0, n).filter(i -> weights[i] > 0).toArray();
      probabilities = Arrays.stream(options).mapToDouble(i -> weights[i] / sum).toArray();
    }
  }

  private final List<Fork> path = new ArrayList<>();
  private int at;

  private EveryChoice() {}

  /** Probability of each result of the decoder; results are told apart by {@code equals}. */
  public static <T> Map<T, Double> law(Function<Choice, T> decoder) {
    EveryChoice every = new EveryChoice();
    Map<T, Double> law = new LinkedHashMap<>();
    do {
      every.at = 0;
      T result = decoder.apply(every);
      double probability = 1;
      for (Fork fork : every.path) {
        probability *= fork.probabilities[fork.taken];
      }
      law.merge(result, probability, Double::sum);
    } while (every.turn());
    return law;
  }

  /** Takes the next branch of the last choice that has one. */
  private boolean turn() {
    while (!path.isEmpty()) {
      Fork last = path.get(path.size() - 1);
      if (++last.taken < last.options.length) {
        return true;
      }
      path.remove(path.size() - 1);
    }
    return false;
  }

  @Override
  public int choose(double[] weights, int n) {
    if (at == path.size()) {
      path.add(new Fork(weights, n));
    }
    Fork fork = path.get(at++);
    return fork.options[fork.taken];
  }
}
