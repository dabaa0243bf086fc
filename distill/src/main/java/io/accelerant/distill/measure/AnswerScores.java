package io.accelerant.distill.measure;

import io.accelerant.core.lm.task.Verdict;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many answers are right: of all samples, of those of a part of the task, and by prompts of
 * which one of k samples is. Not thread-safe.
 */
public final class AnswerScores {
  /** Name of the share of right answers. */
  public static final String EXACT_MATCH = "exactMatch";

  /** Name of the share of answers whose result is right though a step on the way is wrong. */
  public static final String FALSE_POSITIVE = "falsePositive";

  /** What was said of some samples. */
  private static final class Tally {
    long samples;
    long correct;
    long falsePositive;

    void add(Verdict verdict) {
      samples++;
      correct += verdict.correct() ? 1 : 0;
      falsePositive += verdict.falsePositive() ? 1 : 0;
    }
  }

  /**
   * Samples of one prompt.
   *
   * @param samples n
   * @param correct c
   */
  public record OfPrompt(int samples, int correct) {
    private OfPrompt with(boolean right) {
      return new OfPrompt(samples + 1, correct + (right ? 1 : 0));
    }

    /**
     * The probability that one of k of the samples, drawn without replacement, is right: {@code 1 -
     * C(n-c,k) / C(n,k)}, an unbiased estimate of that of k new samples.
     */
    public double passAt(int k) {
      double allWrong = 1;
      for (int i = 0; i < k; i++) {
        allWrong *= Math.max(0, samples - correct - i) / (double) (samples - i);
      }
      return 1 - allWrong;
    }
  }

  private final Tally all = new Tally();
  private final SortedMap<String, Tally> groups = new TreeMap<>();
  private final Map<Long, OfPrompt> prompts = new LinkedHashMap<>();

  /**
   * Counts one sample.
   *
   * @param prompt id of its prompt
   * @param group part of the task that the prompt belongs to
   */
  public void add(long prompt, String group, Verdict verdict) {
    all.add(verdict);
    groups.computeIfAbsent(group, g -> new Tally()).add(verdict);
    OfPrompt before = prompts.getOrDefault(prompt, new OfPrompt(0, 0));
    prompts.put(prompt, before.with(verdict.correct()));
  }

  /** By id, in the order in which they came. */
  public Map<Long, OfPrompt> prompts() {
    return prompts;
  }

  /** Share of right samples. */
  public double exactMatch() {
    return all.correct / (double) all.samples;
  }

  /** Share of samples whose result is right though a step on the way is wrong. */
  public double falsePositive() {
    return all.falsePositive / (double) all.samples;
  }

  /** {@link #exactMatch} of each group, by name. */
  public SortedMap<String, Double> groups() {
    SortedMap<String, Double> shares = new TreeMap<>();
    groups.forEach((group, tally) -> shares.put(group, tally.correct / (double) tally.samples));
    return shares;
  }

  /** Number of samples of a group. */
  public long samples(String group) {
    return groups.get(group).samples;
  }

  /** Mean over prompts of {@link OfPrompt#passAt}, for k = 1, 2, 4, .. that all prompts have. */
  public SortedMap<Integer, Double> passAt() {
    int fewest = prompts.values().stream().mapToInt(OfPrompt::samples).min().orElse(0);
    SortedMap<Integer, Double> means = new TreeMap<>();
    for (int k = 1; k <= fewest; k *= 2) {
      int of = k;
      means.put(
          k, prompts.values().stream().mapToDouble(p -> p.passAt(of)).average().orElseThrow());
    }
    return means;
  }

  /** {@code samples, prompts, exactMatch, exactMatch.<group>, falsePositive}. */
  public Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("samples", all.samples);
    metrics.put("prompts", prompts.size());
    metrics.put(EXACT_MATCH, exactMatch());
    groups().forEach((group, share) -> metrics.put(EXACT_MATCH + "." + group, share));
    metrics.put(FALSE_POSITIVE, falsePositive());
    return metrics;
  }
}
