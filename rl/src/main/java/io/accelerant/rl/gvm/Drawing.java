package io.accelerant.rl.gvm;

import io.accelerant.core.lm.CausalModel;
import io.accelerant.core.lm.Choices;
import io.accelerant.core.lm.Generated;
import io.accelerant.core.lm.Generation;
import io.accelerant.core.lm.Temperature;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.random.RandomStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How answers are drawn: a pure function of (policy, this, prompt, sample), whatever is drawn
 * beside it.
 *
 * @param asDrawn whether old log-probabilities are those of the drawing, not of the policy
 * @param seed keys the draws, with prompt, sample and position
 * @param norms of what gradients of right answers are taken; null for nothing
 * @param agree whether these gradients are held against each other as well
 */
record Drawing(Temperature temperature, boolean asDrawn, long seed, NormOf norms, boolean agree)
    implements Serializable {
  private static final long DRAWS = RandomStream.purpose("gvm.draws");

  /** At temperature 1, without norms. */
  static Drawing plain(long seed) {
    return new Drawing(Temperature.ONE, true, seed, null, false);
  }

  /** The seed of some draws of a run, such as those of an iteration. */
  static long key(long seed, long purpose, long number) {
    return new RandomStream(seed, purpose, number, 0).nextLong();
  }

  /** A part of a prompt's samples. */
  record Part(int prompt, int first, int count) implements Serializable {}

  /**
   * Some answers together.
   *
   * @param meter not used, and may be null, where no norms are wanted
   */
  List<Answer> run(
      Questions questions, CausalModel model, GradientNorms.Meter meter, List<Part> parts) {
    List<Generation.Request> requests = new ArrayList<>();
    List<Integer> prompts = new ArrayList<>();
    for (Part part : parts) {
      for (int s = part.first(); s < part.first() + part.count(); s++) {
        requests.add(questions.request(part.prompt(), s));
        prompts.add(part.prompt());
      }
    }
    List<Generated> written =
        Generation.of(Warp.NONE, temperature, questions.answerLength(), questions.tokenizer())
            .run(model, requests, Choices.keyed(seed, DRAWS));
    boolean[] correct = new boolean[written.size()];
    for (int i = 0; i < correct.length; i++) {
      correct[i] = questions.isSolvedBy(prompts.get(i), written.get(i).tokens());
    }
    double[] norm = new double[correct.length];
    double[] agreement = new double[correct.length];
    if (norms != null) {
      measure(questions, meter, prompts, written, correct, norm, agreement);
    }
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < correct.length; i++) {
      Generated text = written.get(i);
      answers.add(
          new Answer(
              prompts.get(i),
              text.sample(),
              text.tokens(),
              asDrawn ? text.logQ() : text.logP(),
              correct[i],
              norm[i],
              agreement[i]));
    }
    return answers;
  }

  /** Of right answers alone. */
  private void measure(
      Questions questions,
      GradientNorms.Meter meter,
      List<Integer> prompts,
      List<Generated> written,
      boolean[] correct,
      double[] norm,
      double[] agreement) {
    int[] right = IntStream.range(0, correct.length).filter(i -> correct[i]).toArray();
    List<GradientNorms.Row> rows =
        Arrays.stream(right)
            .mapToObj(i -> questions.row(prompts.get(i), written.get(i).tokens()))
            .toList();
    double[] found = meter.norms(norms, rows);
    for (int k = 0; k < right.length; k++) {
      norm[right[k]] = found[k];
    }
    for (int from = 0, to; agree && from < right.length; from = to) {
      to = from;
      while (to < right.length && prompts.get(right[to]).equals(prompts.get(right[from]))) {
        to++;
      }
      double[] own = meter.agreements(rows.subList(from, to));
      for (int k = from; k < to; k++) {
        agreement[right[k]] = own.length == 1 ? Double.NaN : own[k - from];
      }
    }
  }
}
