package io.accelerant.rl.gvm;

import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.lm.CausalModel;
import io.accelerant.core.lm.CausalSource;
import io.accelerant.core.run.Units;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** Answers on a cluster. Mapped: pieces of them; broadcast: the policy. */
record SpreadDrawing(JobContext context, GvmSettings settings, PolicyNetwork network) {
  /** What the pieces of a partition share; the meter is null where no norms are wanted. */
  private record Opened(CausalModel model, GradientNorms.Meter meter, Questions questions)
      implements AutoCloseable {
    @Override
    public void close() {
      model.close();
      if (meter != null) {
        meter.close();
      }
    }
  }

  /** What a task does, without what stays on the driver. */
  private record Task(Drawing drawing, ArrayList<ArrayList<Drawing.Part>> pieces)
      implements Serializable {
    ArrayList<Answer> run(Opened opened, int piece) {
      return new ArrayList<>(
          drawing.run(opened.questions(), opened.model(), opened.meter(), pieces.get(piece)));
    }
  }

  /** As {@link Ground#answers}. */
  List<Answer> answers(
      String what,
      float[] policy,
      Drawing drawing,
      Shared<Questions> questions,
      List<List<Drawing.Part>> pieces) {
    ArrayList<ArrayList<Drawing.Part>> sent = new ArrayList<>();
    pieces.forEach(piece -> sent.add(new ArrayList<>(piece)));
    Task task = new Task(drawing, sent);
    boolean measured = drawing.norms() != null;
    PolicyNetwork own = network;
    int microBatch = settings.microBatch();
    int programs = network.programs(context.taskSlots());
    try (CausalSource source =
            CausalSource.of(
                context,
                own.trained(),
                policy,
                own.longest(),
                settings.sampleBatch(),
                settings.engine());
        Shared<float[]> numbers = Shared.of(context, measured ? policy : new float[0])) {
      return new Units<>(
              context,
              source.stage(),
              settings.partitions(),
              () ->
                  new Opened(
                      source.open(),
                      measured
                          ? own.meter(numbers.copy(), microBatch, ProgramPool.ofJvm(programs))
                          : null,
                      questions.copy()))
          .map(what, sent.size(), task::run).stream().flatMap(List::stream).toList();
    }
  }
}
