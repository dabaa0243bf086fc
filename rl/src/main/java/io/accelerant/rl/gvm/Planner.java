package io.accelerant.rl.gvm;

import io.accelerant.core.engine.Flat;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What a training knows of its prompts, and how it shares samples out by it. */
final class Planner {
  /** How fast the expected length of an answer follows. */
  private static final double RATE = 0.25;

  private final GvmSettings settings;
  private final Arm arm;
  private final Questions questions;
  private final Estimates estimates;

  /** Expected tokens of an answer, by prompt. */
  private final double[] lengths;

  Planner(GvmSettings settings, Arm arm, Questions questions) {
    this.settings = settings;
    this.arm = arm;
    this.questions = questions;
    this.estimates =
        arm.isProbedAlone()
            ? new Estimates(questions.count(), settings.smooths(arm))
            : Estimates.ofGroups(questions.groups());
    this.lengths = new double[questions.count()];
    Arrays.fill(lengths, questions.answerLength());
  }

  /** Everything, to be kept. */
  List<Flat> state() {
    return List.of(Flat.of(estimates.state()), Flat.of(lengths.clone()));
  }

  /** Takes {@link #state} back. */
  void restore(List<Flat> state) {
    estimates.restore(state.get(0).doubles());
    System.arraycopy(state.get(1).doubles(), 0, lengths, 0, lengths.length);
  }

  /** Begins an iteration. */
  void begin() {
    estimates.decay(arm.kept(settings.decay()));
  }

  void learn(List<Answer> answers) {
    for (Answer answer : answers) {
      estimates.add(answer.prompt(), answer.correct(), answer.norm(), answer.agreement());
      lengths[answer.prompt()] += RATE * (answer.tokens().length - lengths[answer.prompt()]);
    }
  }

  /** p by which an answer is weighed, which does not know its reward. */
  double p(Answer answer) {
    boolean known = !arm.probes() || answer.sample() >= Answer.FIRST_PROBE;
    return known
        ? estimates.pWithout(answer.prompt(), answer.correct())
        : estimates.pForWeight(answer.prompt());
  }

  /**
   * Pieces of samples that are drawn together.
   *
   * @param first number of the first sample of every prompt
   */
  List<List<Drawing.Part>> pieces(int[] prompts, int first, long[] n) {
    int[] firsts = new int[prompts.length];
    Arrays.fill(firsts, first);
    return Pieces.of(
        prompts,
        firsts,
        Arrays.stream(n).mapToInt(Math::toIntExact).toArray(),
        Arrays.stream(prompts).mapToDouble(prompt -> lengths[prompt]).toArray(),
        settings.sampleBatch());
  }

  /** Samples of each prompt and step, probes that are trained on with them. */
  Optional<Allocation> allocation(int[] prompts) {
    if (arm.budget() == Arm.Budget.UNIFORM) {
      return Optional.empty();
    }
    long[] ids = Arrays.stream(prompts).mapToLong(i -> questions.ids()[i]).toArray();
    double[] p = Arrays.stream(prompts).mapToDouble(estimates::p).toArray();
    long total = prompts.length * (long) (each() + reused());
    long floor =
        Math.max(settings.allocation().floor(), Math.max(reused(), arm.hasFloor() ? 1 : 0));
    if (arm.budget() == Arm.Budget.OPTIMUM) {
      double[] m2 = Arrays.stream(prompts).mapToDouble(estimates::m2).toArray();
      double[] mu2 = Arrays.stream(prompts).mapToDouble(estimates::mu2).toArray();
      return Optional.of(Allocation.optimum(ids, p, m2, mu2, total, floor));
    }
    double[] g =
        Arrays.stream(prompts).mapToDouble(i -> estimates.g(i, settings.norm(arm))).toArray();
    return Optional.of(Allocation.of(ids, p, g, total, settings.allocation().withFloor(floor)));
  }

  /** What {@link #allocation} went by, as rows of a table. */
  List<Trace.AllocationRow> rows(int[] prompts, Optional<Allocation> allocation) {
    return IntStream.range(0, prompts.length)
        .mapToObj(
            i ->
                new Trace.AllocationRow(
                    questions.ids()[prompts[i]],
                    estimates.p(prompts[i]),
                    estimates.g(prompts[i], settings.norm(arm)),
                    allocation.map(a -> a.score()[i]).orElse(0.0),
                    allocation.map(a -> a.real()[i]).orElse((double) each() + reused()),
                    allocation.map(a -> a.n()[i]).orElse((long) each() + reused())))
        .toList();
  }

  /** Samples of a prompt that are drawn after the probes, on average. */
  int each() {
    return arm.samples(settings.samples(), settings.probes());
  }

  /** Probes of a prompt that are trained on. */
  int reused() {
    return settings.reuses(arm) ? arm.probes(settings.probes()) : 0;
  }
}
