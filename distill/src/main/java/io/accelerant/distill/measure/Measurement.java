package io.accelerant.distill.measure;

import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Units;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSampler;
import io.accelerant.distill.discrete.DiscreteSampler.Samples;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws from samplers and measures what they drew, as one Spark stage.
 *
 * @param batch sequences a model call
 */
public record Measurement(Units<DiscreteModel> units, int batch, Shared<SampleMeter> meter) {
  /** Measures the ids 0..count-1 of each sampler under each seed: [sampler][seed]. */
  public List<List<Measured>> of(
      String description, List<? extends DiscreteSampler> samplers, List<Long> seeds, int count) {
    DiscreteSampler[] bySampler = samplers.toArray(DiscreteSampler[]::new);
    long[] bySeed = seeds.stream().mapToLong(Long::longValue).toArray();
    Batches batches = new Batches(count, batch);
    int each = batches.units();
    Shared<SampleMeter> shared = meter;
    List<Measured> parts =
        units.map(
            description,
            bySampler.length * bySeed.length * each,
            (model, unit) -> {
              int run = unit / each;
              DiscreteSampler sampler = bySampler[run / bySeed.length];
              long start = System.nanoTime();
              Samples samples =
                  sampler.sample(model, bySeed[run % bySeed.length], batches.ids(unit % each));
              long nanos = System.nanoTime() - start;
              return Measured.of(
                  samples, model.process().vocabulary(), model.length(), shared.copy(), nanos);
            });
    List<List<Measured>> measured = new ArrayList<>();
    for (int s = 0; s < bySampler.length; s++) {
      List<Measured> own = new ArrayList<>();
      for (int e = 0; e < bySeed.length; e++) {
        int from = (s * bySeed.length + e) * each;
        own.add(Measured.ofSeed(parts.subList(from, from + each)));
      }
      measured.add(own);
    }
    return measured;
  }
}
