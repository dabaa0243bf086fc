package io.accelerant.distill.lsd;

import io.accelerant.core.job.Shared;
import io.accelerant.distill.discrete.DiscreteSampler;
import java.util.ArrayList;
import java.util.List;

/** Draws from samplers and measures what they drew, as one Spark stage. */
final class Measurement {
  private final TeacherTasks tasks;
  private final int batch;
  private final int vocabulary;
  private final Shared<SampleMeter> meter;

  Measurement(FitRun run, SampleMeter meter) {
    this.tasks = run.tasks();
    this.batch = run.settings().batch();
    this.vocabulary = run.source().process().vocabulary();
    this.meter = run.share(meter);
  }

  /** Measures the ids 0..count-1 of each sampler under each seed: [sampler][seed]. */
  List<List<Measured>> of(
      String description, List<? extends DiscreteSampler> samplers, List<Long> seeds, int count) {
    DiscreteSampler[] array = samplers.toArray(DiscreteSampler[]::new);
    long[] bySeed = seeds.stream().mapToLong(Long::longValue).toArray();
    int size = batch;
    int units = TeacherTasks.batches(count, size);
    Shared<SampleMeter> shared = meter;
    List<double[]> results =
        tasks.mapWith(
            shared,
            description,
            array.length * bySeed.length * units,
            (teacher, used, unit) -> {
              int run = unit / units;
              long start = System.nanoTime();
              DiscreteSampler.Samples samples =
                  array[run / bySeed.length].sample(
                      teacher,
                      bySeed[run % bySeed.length],
                      TeacherTasks.ids(unit % units, size, count));
              long nanos = System.nanoTime() - start;
              return Measured.of(
                      samples, teacher.process().vocabulary(), teacher.length(), used, nanos)
                  .pack();
            });
    List<List<Measured>> measured = new ArrayList<>();
    for (int s = 0; s < array.length; s++) {
      List<Measured> own = new ArrayList<>();
      for (int e = 0; e < bySeed.length; e++) {
        int from = (s * bySeed.length + e) * units;
        own.add(
            Measured.ofSeed(
                results.subList(from, from + units).stream()
                    .map(packed -> Measured.unpack(packed, vocabulary))
                    .toList()));
      }
      measured.add(own);
    }
    return measured;
  }
}
