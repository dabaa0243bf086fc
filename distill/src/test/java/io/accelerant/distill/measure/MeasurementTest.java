package io.accelerant.distill.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.Shared;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.run.Units;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSampler;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.discrete.ScoreTransform;
import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeasurementTest extends SparkTest {
  private static final int COUNT = 10;
  private static final int BATCH = 4;
  private static final MarkovSource SOURCE =
      new MarkovSource(
          MarkovChain.countdown(5),
          new DiffusionProcess(DiffusionGraph.ABSORB, new NoiseSchedule.LogLinear(1e-3), 5),
          8);

  private static DiscreteSampler euler(int steps) {
    return new GridSampler(
        "euler", new Euler(), GridSampler.uniformTimes(steps, 1e-3), ScoreTransform.IDENTITY, true);
  }

  /** What the tasks measure, batch by batch, without Spark. */
  private static Measured expected(DiscreteSampler sampler, long seed) {
    List<Measured> batches = new ArrayList<>();
    try (DiscreteModel model = SOURCE.open()) {
      for (int from = 0; from < COUNT; from += BATCH) {
        long[] ids = LongStream.range(from, Math.min(COUNT, from + BATCH)).toArray();
        batches.add(
            Measured.of(sampler.sample(model, seed, ids), 5, 8, new SampleMeter.Countdown(), 0));
      }
    }
    return Measured.ofSeed(batches);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7})
  void everySamplerIsMeasuredUnderEverySeed(int partitions) {
    List<DiscreteSampler> samplers = List.of(euler(2), euler(6));
    try (Shared<SampleMeter> meter = Shared.of(context(), new SampleMeter.Countdown())) {
      Units<DiscreteModel> units = new Units<>(context(), GpuStage.NONE, partitions, SOURCE::open);
      List<List<Measured>> measured =
          new Measurement(units, BATCH, meter).of("test", samplers, List.of(8L, 9L, 10L), COUNT);
      for (int s = 0; s < 2; s++) {
        for (int e = 0; e < 3; e++) {
          assertThat(measured.get(s).get(e))
              .usingRecursiveComparison()
              .ignoringFields("nanos")
              .isEqualTo(expected(samplers.get(s), 8 + e));
        }
      }
    }
  }
}
