package io.accelerant.rl.gvm;

import io.accelerant.core.random.RandomStream;

/**
 * A policy that is a table of logits {@code [operator][state][next]}, so that everything about it
 * has a closed form: operators are permutations of states, a prompt is a start and one to six
 * operators, the rationale the states on the way, right if the last one is.
 */
final class TableWorld {
  static final int STATES = 8;
  private static final int OPERATORS = 10;
  private static final int MOST = 6;
  private static final double EASY = 4.5;
  private static final double HARD = 1;

  private final int[][] next = new int[OPERATORS][];
  private final double[][][] law = new double[OPERATORS][STATES][];
  private final int[] start;
  private final int[][] operators;

  TableWorld(long seed, int prompts) {
    RandomStream draws = new RandomStream(seed, RandomStream.purpose("test.world"), 0, 0);
    for (int o = 0; o < OPERATORS; o++) {
      next[o] = permutation(draws);
      double bonus = EASY + (HARD - EASY) * o / (OPERATORS - 1);
      for (int s = 0; s < STATES; s++) {
        law[o][s] = new double[STATES];
        double sum = STATES - 1 + Math.exp(bonus);
        java.util.Arrays.fill(law[o][s], 1 / sum);
        law[o][s][next[o][s]] = Math.exp(bonus) / sum;
      }
    }
    start = new int[prompts];
    operators = new int[prompts][];
    for (int i = 0; i < prompts; i++) {
      start[i] = draws.nextInt(STATES);
      operators[i] = new int[1 + draws.nextInt(MOST)];
      java.util.Arrays.setAll(operators[i], t -> draws.nextInt(OPERATORS));
    }
  }

  private static int[] permutation(RandomStream draws) {
    int[] order = new int[STATES];
    for (int s = 0; s < STATES; s++) {
      int at = draws.nextInt(s + 1);
      order[s] = order[at];
      order[at] = s;
    }
    return order;
  }

  /** Of the gradients, one number for each logit. */
  static int dimension() {
    return OPERATORS * STATES * STATES;
  }

  int prompts() {
    return start.length;
  }

  int length(int prompt) {
    return operators[prompt].length;
  }

  private int goal(int prompt) {
    int state = start[prompt];
    for (int o : operators[prompt]) {
      state = next[o][state];
    }
    return state;
  }

  /** Draws a rationale, {@code [length + 1]} states with the start. */
  int[] draw(int prompt, RandomStream draws) {
    int[] states = new int[length(prompt) + 1];
    states[0] = start[prompt];
    for (int t = 0; t < length(prompt); t++) {
      states[t + 1] = draws.nextCategorical(law[operators[prompt][t]][states[t]], 0, STATES);
    }
    return states;
  }

  boolean isCorrect(int prompt, int[] states) {
    return states[states.length - 1] == goal(prompt);
  }

  double probability(int prompt, int[] states) {
    double product = 1;
    for (int t = 0; t < length(prompt); t++) {
      product *= law[operators[prompt][t]][states[t]][states[t + 1]];
    }
    return product;
  }

  /** Adds a multiple of the gradient of a rationale's log-probability: onehot - law by step. */
  void addGradient(int prompt, int[] states, double factor, double[] gradient) {
    for (int t = 0; t < length(prompt); t++) {
      addRow(operators[prompt][t], states[t], states[t + 1], factor, gradient);
    }
  }

  private void addRow(int operator, int state, int to, double factor, double[] gradient) {
    int row = (operator * STATES + state) * STATES;
    for (int s = 0; s < STATES; s++) {
      gradient[row + s] -= factor * law[operator][state][s];
    }
    gradient[row + to] += factor;
  }

  /** Squared norm of the gradient of one rationale; steps have a product only in the same row. */
  double squaredNorm(int prompt, int[] states) {
    int[] o = operators[prompt];
    double sum = 0;
    for (int t = 0; t < o.length; t++) {
      for (int u = 0; u < o.length; u++) {
        if (o[t] == o[u] && states[t] == states[u]) {
          sum += product(o[t], states[t], states[t + 1], states[u + 1]);
        }
      }
    }
    return sum;
  }

  /** {@code <onehot(a) - law, onehot(b) - law>} of a row. */
  private double product(int operator, int state, int a, int b) {
    double[] q = law[operator][state];
    double squares = 0;
    for (double x : q) {
      squares += x * x;
    }
    return (a == b ? 1 : 0) - q[a] - q[b] + squares;
  }

  /** What a prompt's right rationales are like. */
  record Exact(double p, double m2, double[] mean) {
    double mu2() {
      return squares(mean);
    }
  }

  static double squares(double[] vector) {
    double sum = 0;
    for (double x : vector) {
      sum += x * x;
    }
    return sum;
  }

  /**
   * By products of matrices: forwards from the start, backwards from the goal, between two steps.
   */
  Exact exact(int prompt) {
    int[] o = operators[prompt];
    int length = o.length;
    double[][][] from = new double[length + 1][length + 1][]; // [t][u]: steps t to u - 1, flat
    for (int t = 0; t <= length; t++) {
      from[t][t] = identity();
      for (int u = t; u < length; u++) {
        from[t][u + 1] = times(from[t][u], o[u]);
      }
    }
    int first = start[prompt] * STATES;
    int goal = goal(prompt);
    double p = from[0][length][first + goal];
    double[] mean = new double[dimension()];
    double m2 = 0;
    for (int t = 0; t < length; t++) {
      for (int s = 0; s < STATES; s++) {
        for (int a = 0; a < STATES; a++) {
          double there = from[0][t][first + s] * law[o[t]][s][a];
          double q = there * from[t + 1][length][a * STATES + goal] / p;
          addRow(o[t], s, a, q, mean);
          m2 += q * product(o[t], s, a, a);
          for (int u = t + 1; u < length; u++) {
            for (int b = 0; o[u] == o[t] && b < STATES; b++) {
              double back = from[t + 1][u][a * STATES + s] * law[o[u]][s][b];
              double both = there * back * from[u + 1][length][b * STATES + goal] / p;
              m2 += 2 * both * product(o[t], s, a, b);
            }
          }
        }
      }
    }
    return new Exact(p, m2, mean);
  }

  private static double[] identity() {
    double[] one = new double[STATES * STATES];
    for (int s = 0; s < STATES; s++) {
      one[s * STATES + s] = 1;
    }
    return one;
  }

  private double[] times(double[] left, int operator) {
    double[] out = new double[STATES * STATES];
    for (int i = 0; i < STATES; i++) {
      for (int k = 0; k < STATES; k++) {
        for (int j = 0; j < STATES; j++) {
          out[i * STATES + j] += left[i * STATES + k] * law[operator][k][j];
        }
      }
    }
    return out;
  }
}
