package io.accelerant.rl.gvm;

import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What the probes say of each prompt: the share p of right answers, and the size G of the gradient
 * of a right answer's log-probability. Sums in float64, so that earlier iterations may stay with
 * less weight ({@link #decay}). The same probes in the same order give the same bits.
 */
public final class Estimates {
  /** Samples that a group's rate counts as. */
  private static final double PRIOR = 2;

  private final boolean laplace;
  private final double[] samples;
  private final double[] correct;
  private final double[] norms;
  private final double[] squares;
  private final double[] agreements;
  private final double[] agreed; // right ones that were held against others
  private final double[] all = new double[3]; // right ones, norms and squares of all prompts

  /** Group of each prompt; empty: none. */
  private final int[] groups;

  private final double[][] ofGroup; // [group]: samples, right ones, norms, squares

  /** What G is made of. */
  public enum Norm {
    /** Mean of the norms over right answers, as published. */
    MEAN,
    /** Root of their mean square, as the theory has it. */
    RMS,
    /** 1: by p alone. */
    ONE;

    /** The name in configurations. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The norm of a label. */
    public static Norm ofLabel(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * @param prompts how many; they are known by index
   * @param laplace whether p is never 0, {@code (c + 1/2) / (n + 1)}, and a prompt without a right
   *     answer has the G of all prompts together; if not, p is {@code c / n} and G then 0
   */
  public Estimates(int prompts, boolean laplace) {
    this(prompts, laplace, new int[0]);
  }

  private Estimates(int prompts, boolean laplace, int[] groups) {
    this.laplace = laplace;
    this.groups = groups.clone();
    ofGroup = new double[Arrays.stream(groups).max().orElse(-1) + 1][4];
    samples = new double[prompts];
    correct = new double[prompts];
    norms = new double[prompts];
    squares = new double[prompts];
    agreements = new double[prompts];
    agreed = new double[prompts];
  }

  /**
   * With prompts in groups, whose rates stand for what is not known of a prompt: p is {@code (c + k
   * p_group) / (n + k)}, G alike over right answers, k = {@value #PRIOR}; that of a group is
   * Laplace's, and its G without a right answer that of all prompts.
   *
   * @param groups of each prompt, from 0
   */
  public static Estimates ofGroups(int[] groups) {
    return new Estimates(groups.length, true, groups);
  }

  public int prompts() {
    return samples.length;
  }

  /**
   * One probe.
   *
   * @param norm of the gradient of the sum of its log-probabilities; not read of a wrong answer
   * @throws IllegalArgumentException if it is read and negative or not finite
   */
  public void add(int prompt, boolean isCorrect, double norm) {
    add(prompt, 1, isCorrect ? 1 : 0, norm);
  }

  /**
   * As {@link #add(int, boolean, double)}, held against the other right answers of its prompt.
   *
   * @param agreement mean of the inner products of its gradient and theirs; NaN if there is none
   */
  public void add(int prompt, boolean isCorrect, double norm, double agreement) {
    add(prompt, isCorrect, norm);
    if (isCorrect && !Double.isNaN(agreement)) {
      agreements[prompt] += agreement;
      agreed[prompt]++;
    }
  }

  /**
   * Several probes of a prompt, whose right answers all count with their mean norm.
   *
   * @throws IllegalArgumentException as {@link #add(int, boolean, double)}, or if more are right
   *     than there are
   */
  public void add(int prompt, long count, long right, double norm) {
    if (right < 0 || right > count) {
      throw new IllegalArgumentException(Text.of("%d of %d probes are right", right, count));
    }
    samples[prompt] += count;
    double[] group = groups.length == 0 ? new double[4] : ofGroup[groups[prompt]];
    group[0] += count;
    if (right == 0) {
      return;
    }
    if (!(norm >= 0) || norm == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("the norm of a gradient is " + norm);
    }
    correct[prompt] += right;
    norms[prompt] += right * norm;
    squares[prompt] += right * norm * norm;
    group[1] += right;
    group[2] += right * norm;
    group[3] += right * norm * norm;
    all[0] += right;
    all[1] += right * norm;
    all[2] += right * norm * norm;
  }

  /**
   * Begins an iteration: what is known counts with this factor.
   *
   * @param factor 0 forgets everything, 1 nothing
   */
  public void decay(double factor) {
    if (!(factor >= 0 && factor <= 1)) {
      throw new IllegalArgumentException("the factor must be between 0 and 1, is " + factor);
    }
    for (double[] sums : sums()) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] *= factor;
      }
    }
  }

  private double[][] sums() {
    double[][] own = {samples, correct, norms, squares, agreements, agreed, all};
    return Stream.concat(Arrays.stream(own), Arrays.stream(ofGroup)).toArray(double[][]::new);
  }

  /** All sums, to be kept. */
  public double[] state() {
    return Arrays.stream(sums()).flatMapToDouble(Arrays::stream).toArray();
  }

  /** Takes {@link #state} back. */
  public void restore(double[] state) {
    int at = 0;
    for (double[] sums : sums()) {
      System.arraycopy(state, at, sums, 0, sums.length);
      at += sums.length;
    }
  }

  /** Probes of a prompt, after all decay. */
  public double samples(int prompt) {
    return samples[prompt];
  }

  /** The probability of a right answer. */
  public double p(int prompt) {
    return laplace ? laplace(prompt) : share(prompt);
  }

  /** p where one divides by it: never 0, whatever {@link #p} is. */
  public double pForWeight(int prompt) {
    return laplace(prompt);
  }

  /**
   * As {@link #pForWeight} of a sample that was {@linkplain #add(int, boolean, double) added}: of
   * all but itself, so that its weight does not know its reward.
   */
  public double pWithout(int prompt, boolean isCorrect) {
    double right = isCorrect ? 1 : 0;
    double group = groups.length == 0 ? 0.5 : ofGroup(groups[prompt], 1, right);
    return laplace(correct[prompt] - right, samples[prompt] - 1, group);
  }

  private double laplace(int prompt) {
    double group = groups.length == 0 ? 0.5 : ofGroup(groups[prompt], 0, 0);
    return laplace(correct[prompt], samples[prompt], group);
  }

  /** {@code (c + k p') / (n + k)}; without groups k is 1 and p' a half. */
  private double laplace(double right, double count, double group) {
    double k = groups.length == 0 ? 1 : PRIOR;
    return (right + k * group) / (count + k);
  }

  /** Laplace's p of a group without some samples. */
  private double ofGroup(int group, double count, double right) {
    double[] sums = ofGroup[group];
    return (sums[1] - right + 0.5) / (sums[0] - count + 1);
  }

  private double share(int prompt) {
    return samples[prompt] > 0 ? correct[prompt] / samples[prompt] : 0;
  }

  /** p of all prompts. */
  public double[] p() {
    double[] p = new double[prompts()];
    for (int i = 0; i < p.length; i++) {
      p[i] = p(i);
    }
    return p;
  }

  /** G of a prompt; 0 of one without a right answer, unless there is a prior. */
  public double g(int prompt, Norm norm) {
    if (groups.length > 0 && ofGroup[groups[prompt]][1] > 0) {
      double[] group = ofGroup[groups[prompt]];
      double share = PRIOR / group[1];
      return g(
          norm,
          correct[prompt] + PRIOR,
          norms[prompt] + share * group[2],
          squares[prompt] + share * group[3]);
    }
    if (correct[prompt] > 0) {
      return g(norm, correct[prompt], norms[prompt], squares[prompt]);
    }
    return laplace ? g(norm, all[0], all[1], all[2]) : 0;
  }

  /** Mean square of the norms of a prompt's right answers. */
  public double m2(int prompt) {
    double rms = g(prompt, Norm.RMS);
    return rms * rms;
  }

  /** Squared norm of their mean, by what was said of agreement; 0 where that is less. */
  public double mu2(int prompt) {
    return agreed[prompt] == 0 ? 0 : Math.max(0, agreements[prompt] / agreed[prompt]);
  }

  /** G of all prompts. */
  public double[] g(Norm norm) {
    double[] g = new double[prompts()];
    for (int i = 0; i < g.length; i++) {
      g[i] = g(i, norm);
    }
    return g;
  }

  private static double g(Norm norm, double right, double norms, double squares) {
    if (norm == Norm.ONE) {
      return 1;
    }
    if (right == 0) {
      return 0;
    }
    return norm == Norm.MEAN ? norms / right : StrictMath.sqrt(squares / right);
  }
}
