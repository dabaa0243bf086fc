package io.accelerant.rl.gvm;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.stream.Stream;

/** The keys of {@link Replay}, and those of the allocation that training has as well. */
final class ReplayKeys {
  static final Key<String> OF =
      Key.string(
              "gvmRaft.of",
              "Only share samples out over the prompts of a table: a .json file (rows [{..}, ..] or"
                  + " columns {\"promptId\": [..], ..}), JSON lines or Parquet. Its columns decide:"
                  + " promptId with p and g; or with samples, correct and gradientNorm, their"
                  + " numbers and the mean norm of the correct ones; or a row a probe with correct"
                  + " and gradientNorm")
          .optional();
  static final Key<String> LOSS =
      Key.string(
              "gvmRaft.loss",
              "Only compute the clipped loss of given numbers: a file {\"new\": [[..], ..],"
                  + " \"old\": [[..], ..], optional \"reference\", log-probabilities by sequence"
                  + " and token; \"advantages\": [..], or \"rewards\" with \"advantage\": raft"
                  + " (default) or grpo; \"weights\": [..] or \"weighting\", default tokenMean,"
                  + " lemma1 with \"p\": [..]; \"promptIds\" where prompts count; \"low\","
                  + " \"high\" (0.2), \"dual\" (3), \"kl\" (0.001 if there is a reference),"
                  + " \"plain\" (false; true: no ratio)}")
          .optional();
  static final Key<String> VARIANCE =
      Key.string(
              "gvmRaft.variance",
              "Only compute variances in closed form: a table as gvmRaft.of names it, a row a"
                  + " prompt with p, M2 and mu2 (mean square of the norm of a correct answer's"
                  + " gradient, squared norm of their mean) and optional n (samples)")
          .optional();
  static final Key<Long> TOTAL =
      Key.longInteger("gvmRaft.total", "Samples that are shared out; default: 8 a prompt")
          .between(1, 1e15)
          .optional();
  static final Key<Double> ALPHA =
      Key.number(
              "gvmRaft.alpha",
              "Takes samples from prompts that are hardly ever solved: a prompt's share goes with G"
                  + " / sqrt(p + alpha / p^(beta - 1))")
          .between(0, 1e6)
          .withDefault(AllocationSettings.DEFAULT.alpha());
  static final Key<Double> BETA =
      Key.number("gvmRaft.beta", "How fast alpha does so with falling p; in theory at least 2")
          .between(1, 100)
          .withDefault(AllocationSettings.DEFAULT.beta());
  static final Key<Double> THRESHOLD =
      Key.number("gvmRaft.threshold", "Prompts of larger p get no share; 1: all may have one")
          .between(1e-9, 1)
          .withDefault(AllocationSettings.DEFAULT.threshold());
  static final Key<Double> INSUFFICIENT =
      Key.number(
              "gvmRaft.insufficient",
              "Prompts get no share that would bring fewer right answers; 0: all may have one")
          .between(0, 1e9)
          .withDefault(AllocationSettings.DEFAULT.insufficient());
  static final Key<Integer> FLOOR =
      Key.integer("gvmRaft.floor", "Samples that every prompt gets before shares, of the total")
          .between(0, 1_000_000)
          .withDefault((int) AllocationSettings.DEFAULT.floor());
  static final Key<String> P =
      Key.string(
              "gvmRaft.p",
              "How probes give p: share, right ones of all; laplace, (c + 1/2) / (n + 1), never 0,"
                  + " and a prompt without a right one has the G of all prompts")
          .oneOf("share", "laplace")
          .withDefault("share");
  static final Key<String> G =
      Key.string(
              "gvmRaft.g",
              "How the norms of a prompt's right probes give G: mean; rms; one, by p alone")
          .oneOf(Estimates.Norm.class)
          .withDefault(Estimates.Norm.MEAN.label());

  /** How samples are shared out; training has them too. */
  static final List<Key<?>> ALLOCATION = List.of(ALPHA, BETA, THRESHOLD, INSUFFICIENT, FLOOR, P, G);

  /** What only computes given numbers. */
  static final List<Key<?>> REPLAY = List.of(OF, LOSS, VARIANCE, TOTAL);

  static final List<Key<?>> ALL =
      Stream.of(REPLAY, ALLOCATION).<Key<?>>flatMap(List::stream).toList();

  private ReplayKeys() {}

  static AllocationSettings allocation(JobConfig config) {
    return new AllocationSettings(
        config.get(ALPHA),
        config.get(BETA),
        config.get(THRESHOLD),
        config.get(INSUFFICIENT),
        config.get(FLOOR));
  }

  static boolean isLaplace(JobConfig config) {
    return config.get(P).equals("laplace");
  }

  static Estimates.Norm norm(JobConfig config) {
    return Estimates.Norm.ofLabel(config.get(G));
  }

  /**
   * The total, given what it is if no key says so.
   *
   * @throws io.accelerant.core.error.ConfigException if the floor takes more
   */
  static long total(JobConfig config, int prompts, long otherwise) {
    long total = config.find(TOTAL).orElse(otherwise);
    if (config.get(FLOOR) > total / prompts) {
      throw config.invalid(
          FLOOR,
          Text.of(
              "is %d samples for each of %d prompts, of %d.", config.get(FLOOR), prompts, total));
    }
    return total;
  }
}
