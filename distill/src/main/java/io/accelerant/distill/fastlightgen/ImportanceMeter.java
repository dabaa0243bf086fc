package io.accelerant.distill.fastlightgen;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.run.Units;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Sums;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Stage I over a cluster: one task a block and part of the held-out data, and one a part for the
 * whole network. All see the same data under the same noise; their sums are added in the order of
 * the parts.
 *
 * @param network of the model
 * @param pool programs at most
 */
record ImportanceMeter(FastLightGenSettings settings, PatchTransformer network, int pool)
    implements Serializable {
  /** With and without states. */
  static final int PROGRAMS = 2;

  /**
   * @param gone blocks that are skipped already; of these nothing is measured, and zeros stand
   *     there
   */
  Importance measure(JobContext context, Shared<Given> given, List<Integer> gone) {
    List<Integer> left = network.keep().stream().filter(b -> !gone.contains(b)).toList();
    int shards = settings.shards();
    ImportanceMeter self = this;
    List<double[]> parts =
        new Units<Given>(context, settings.engine().stage(), settings.partitions(), given::copy)
            .map(
                "fastlightgen: stage I, importance of blocks without " + gone,
                (left.size() + 1) * shards,
                (shared, unit) -> self.part(shared, left, unit / shards - 1, unit % shards));
    int levels = settings.levels().length;
    double[][] sums = new double[left.size() + 1][];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = sum(parts.subList(i * shards, (i + 1) * shards));
    }
    double[][] without = new double[network.layers()][levels];
    double[] influence = new double[network.layers()];
    for (int i = 0; i < left.size(); i++) {
      without[left.get(i)] = Arrays.copyOf(sums[i + 1], levels);
      influence[left.get(i)] = sums[0][levels + i];
    }
    return new Importance(settings.levels(), Arrays.copyOf(sums[0], levels), without, influence);
  }

  private static double[] sum(List<double[]> parts) {
    double[] sum = new double[parts.get(0).length];
    parts.forEach(part -> IntStream.range(0, sum.length).forEach(i -> sum[i] += part[i]));
    return sum;
  }

  /** Errors by level; of the whole network the influence of each block as well. */
  private double[] part(Given given, List<Integer> left, int without, int shard) {
    settings.engine().start();
    List<Integer> run = new ArrayList<>(left);
    if (without >= 0) {
      run.remove(without);
    }
    PatchTransformer lacking = network.withKept(left);
    ErrorStep errors =
        new ErrorStep(
            SkippingStep.TEACHER,
            lacking,
            run,
            settings.levels(),
            settings.seed(),
            settings.microBatch());
    int held = given.probes().length;
    int from = (int) ((long) shard * held / settings.shards());
    int to = (int) ((long) (shard + 1) * held / settings.shards());
    try (LocalRound workers =
            new LocalRound(
                given.held(), ProgramPool.ofJvm(pool), Precision.FLOAT32, settings.seed());
        Roles roles =
            new Roles(Precision.FLOAT32)
                .frozen(
                    SkippingStep.TEACHER,
                    lacking,
                    Flat.of(network.pruned(given.teacher(), lacking)))) {
      Sums sums = workers.sums(errors, Given.part(from, to), roles, 0);
      double[] byLevel =
          IntStream.range(0, settings.levels().length)
              .mapToDouble(k -> sums.total(ErrorStep.error(k)))
              .toArray();
      if (without >= 0) {
        return byLevel;
      }
      Sums states = workers.sums(new InfluenceStep(errors), Given.part(from, to), roles, 0);
      return DoubleStream.concat(
              Arrays.stream(byLevel),
              left.stream().mapToDouble(b -> states.total(InfluenceStep.influence(b))))
          .toArray();
    }
  }
}
