package io.accelerant.core.lm;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.Arrays;

/**
 * The two laws of a next token, in float64 from its logits: p, what the model says, and q, what is
 * drawn from after a {@link Warp}. What is no token is never drawn. Whoever weighs samples needs
 * both. Not thread-safe.
 */
public final class TokenLaw {
  private final Warp warp;
  private final int tokens;

  /** Those of q, not normalised; none for a greedy warp. */
  private final double[] weights;

  /** Ids, those of the largest weights first; what is taken out lies behind the heap. */
  private final int[] heap;

  private double[] logits;
  private double temperature;
  private int likeliest;
  private double logSumP;
  private double logSumQ;

  public TokenLaw(Warp warp, int vocabulary) {
    this(warp, vocabulary, vocabulary);
  }

  /**
   * @param tokens so many of the vocabulary are tokens, the first ones
   */
  public TokenLaw(Warp warp, int vocabulary, int tokens) {
    if (tokens < 1 || tokens > vocabulary) {
      throw new IllegalArgumentException(
          Text.of("%d tokens do not go into %d logits", tokens, vocabulary));
    }
    this.warp = warp;
    this.tokens = tokens;
    this.weights = new double[vocabulary];
    this.heap = new int[vocabulary];
  }

  /** Number of logits. */
  public int vocabulary() {
    return weights.length;
  }

  /** As {@link #set(double[], double)}, at the temperature of the warp. */
  public void set(double[] numbers) {
    set(numbers, 1);
  }

  /**
   * Takes the logits of the next token.
   *
   * @param numbers {@code [vocabulary]}, minus infinity for what never comes; read, not copied
   * @param factor above 0, of the temperature of the warp
   * @throws DataException if one is not a number, or none is finite
   */
  public void set(double[] numbers, double factor) {
    logits = numbers;
    temperature = warp.temperature() * factor;
    likeliest = 0;
    for (int i = 0; i < numbers.length; i++) {
      if (Double.isNaN(numbers[i])) {
        throw new DataException("The model gives logits that are not numbers.");
      }
      likeliest = i < tokens && numbers[i] > numbers[likeliest] ? i : likeliest;
    }
    if (Double.isInfinite(numbers[likeliest])) {
      throw new DataException("The largest logit of the model is " + numbers[likeliest] + ".");
    }
    double sum = exponentials(1);
    logSumP = StrictMath.log(sum);
    if (!warp.isGreedy()) {
      logSumQ = StrictMath.log(warped(sum));
    }
  }

  /** The weights at a temperature. Returns their sum. */
  private double exponentials(double tau) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = StrictMath.exp((logits[i] - logits[likeliest]) / tau);
      sum += weights[i];
    }
    return sum;
  }

  private double warped(double sum) {
    double total = temperature == 1 ? sum : exponentials(temperature);
    if (tokens < weights.length) {
      Arrays.fill(weights, tokens, weights.length, 0);
      total = Arrays.stream(weights, 0, tokens).sum();
    }
    return warp.topK() == 0 && warp.topP() == 1 ? total : truncated(total);
  }

  private double truncated(double total) {
    int n = weights.length;
    int limit = warp.topK() == 0 ? n : Math.min(warp.topK(), n);
    double bound = warp.topK() == 0 ? warp.topP() * total : Double.POSITIVE_INFINITY;
    heapify();
    int kept = 0;
    double sum = 0;
    while (kept < limit && sum < bound) {
      sum += weights[largest(n - kept++)];
    }
    if (warp.topK() > 0 && warp.topP() < 1) { // the nucleus of what topK has left
      double ofThese = warp.topP() * sum;
      sum = 0;
      for (kept = 0; kept < limit && sum < ofThese; kept++) {
        sum += weights[heap[n - 1 - kept]];
      }
    }
    for (int i = 0; i < n - kept; i++) {
      weights[heap[i]] = 0;
    }
    return sum;
  }

  private void heapify() {
    for (int i = 0; i < heap.length; i++) {
      heap[i] = i;
    }
    for (int i = heap.length / 2 - 1; i >= 0; i--) {
      sink(i, heap.length);
    }
  }

  /** Puts the id of the largest weight of a heap behind it. */
  private int largest(int size) {
    int id = heap[0];
    heap[0] = heap[size - 1];
    heap[size - 1] = id;
    sink(0, size - 1);
    return id;
  }

  private void sink(int from, int size) {
    int at = from;
    int id = heap[at];
    for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (isBefore(id, heap[child])) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = id;
  }

  private boolean isBefore(int a, int b) {
    return weights[a] > weights[b] || weights[a] == weights[b] && a < b;
  }

  /** The most probable one that is a token; of equal ones the first. */
  public int likeliest() {
    return likeliest;
  }

  /** Draws from q. */
  public int draw(Choice choice) {
    return warp.isGreedy() ? likeliest : choice.choose(weights, weights.length);
  }

  /** Natural logarithm of the probability that the model gives a token. */
  public double logP(int token) {
    return logits[token] - logits[likeliest] - logSumP;
  }

  /** Natural logarithm of the probability with which {@link #draw} gives a token that it gave. */
  public double logQ(int token) {
    return warp.isGreedy() ? 0 : (logits[token] - logits[likeliest]) / temperature - logSumQ;
  }
}
