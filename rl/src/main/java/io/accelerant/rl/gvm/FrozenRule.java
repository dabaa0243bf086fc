package io.accelerant.rl.gvm;

import io.accelerant.core.random.RandomStream;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/** How samples are shared out at the frozen start. */
enum FrozenRule {
  UNIFORM("uniform", Whose.OWN, Estimates.Norm.ONE),
  GVM("gvm", Whose.OWN, Estimates.Norm.MEAN),
  HEAD_NORM("gvm-head", Whose.HEAD, Estimates.Norm.MEAN),
  ALL_NORM("gvm-all", Whose.ALL, Estimates.Norm.MEAN),
  RMS("gvm-rms", Whose.OWN, Estimates.Norm.RMS),
  ONE("gvm-one", Whose.OWN, Estimates.Norm.ONE),
  OPTIMUM("gvm-optimum", Whose.ALL, Estimates.Norm.RMS),
  LAPLACE("gvm-laplace", Whose.OWN, Estimates.Norm.MEAN);

  private static final long PROBES = RandomStream.purpose("gvm.frozen.probes");

  /** Those that are judged with all samples known. */
  static final List<FrozenRule> KNOWING =
      List.of(UNIFORM, GVM, HEAD_NORM, ALL_NORM, RMS, ONE, OPTIMUM);

  /** Those that are judged by probes. */
  static final List<FrozenRule> PROBING = List.of(UNIFORM, GVM, RMS, HEAD_NORM, ONE, LAPLACE);

  /** By what a gradient is taken whose norm is known. */
  enum Whose {
    OWN,
    HEAD,
    ALL
  }

  /**
   * Samples of a prompt.
   *
   * @param norms {@code [Whose][samples]}, 0 of wrong ones
   */
  record Samples(boolean[] correct, double[][] norms) implements Serializable {}

  /**
   * By prompt.
   *
   * @param n samples
   * @param p by which weights divide; 0 for a prompt that no sample of the reference solved, which
   *     has no part in reference and gradients
   */
  record Shares(long[] n, double[] p) implements Serializable {}

  final String label;
  private final Whose whose;
  private final Estimates.Norm norm;

  FrozenRule(String label, Whose whose, Estimates.Norm norm) {
    this.label = label;
    this.whose = whose;
    this.norm = norm;
  }

  /**
   * One draw of the probes and what follows of it. The p of weights is Laplace's where there are
   * probes, else the share of right samples.
   *
   * @param probes of a prompt, drawn of its samples with replacement, the same ones under every
   *     rule; 0: all samples
   */
  Shares shares(
      GvmSettings settings,
      List<Samples> samples,
      FrozenMoments moments,
      int probes,
      int repetition) {
    int m = samples.size();
    Estimates estimates = new Estimates(m, this == LAPLACE);
    for (int i = 0; i < m; i++) {
      Samples own = samples.get(i);
      int count = own.correct().length;
      RandomStream draws = new RandomStream(settings.seed(), PROBES, i, repetition);
      for (int k = 0; k < (probes == 0 ? count : probes); k++) {
        int s = probes == 0 ? k : draws.nextInt(count);
        estimates.add(i, own.correct()[s], own.norms()[whose.ordinal()][s]);
      }
    }
    double[] p =
        IntStream.range(0, m)
            .mapToDouble(
                i -> moments.p()[i] == 0 || probes == 0 ? moments.p()[i] : estimates.pForWeight(i))
            .toArray();
    return new Shares(allocation(settings, estimates, moments).n(), p);
  }

  private Allocation allocation(GvmSettings settings, Estimates estimates, FrozenMoments moments) {
    AllocationSettings own = settings.allocation();
    AllocationSettings floored = own.withFloor(Math.max(1, own.floor()));
    long total = (long) settings.samples() * moments.count();
    long[] ids = IntStream.range(0, moments.count()).mapToLong(i -> i).toArray();
    return switch (this) {
      case UNIFORM -> Allocation.uniform(ids, total);
      case OPTIMUM ->
          Allocation.optimum(ids, moments.p(), moments.m2(), moments.mu2(), total, floored.floor());
      default ->
          Allocation.of(
              ids, estimates.p(), estimates.g(norm), total, this == LAPLACE ? floored : own);
    };
  }
}
