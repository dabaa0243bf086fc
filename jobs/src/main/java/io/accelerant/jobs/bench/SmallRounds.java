package io.accelerant.jobs.bench;

import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.Progress;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.SyncRound;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;
import io.accelerant.core.train.Workers;
import java.util.Map;
import java.util.Optional;

/**
 * Milliseconds a round of a network of 0.1 million parameters: loss, gradient and a step of Adam on
 * 16 rows of 32 bytes. {@code ms.spark} as rounds of one worker on Spark, {@code ms.task} the same
 * rounds inside one task, {@code torchMs} the same step in PyTorch where {@code python3} has it;
 * all on one thread.
 */
final class SmallRounds {
  private static final int BATCH = 16;
  private static final int LENGTH = 32;
  private static final int VOCABULARY = 256;
  private static final double RATE = 1e-3;
  private static final Transformer NETWORK = Transformer.gpt2(VOCABULARY, LENGTH, 48, 3, 4);
  private static final NextByte LOSS = new NextByte(NETWORK, BATCH, LENGTH);

  private final int repetitions;
  private final Progress progress;

  SmallRounds(int repetitions, Progress progress) {
    this.repetitions = repetitions;
    this.progress = progress;
  }

  void run(SyncRound spark, Scratch scratch, Map<String, Number> metrics) {
    metrics.put("small.parameters", NETWORK.layout().size());
    metrics.put("ms.spark", ms(spark));
    Engine.start(1, "auto");
    MemoryShards shards = new MemoryShards(1024, SmallRounds::row, 1);
    try (ProgramPool pool = new ProgramPool(1);
        LocalRound task = new LocalRound(shards, pool, Precision.FLOAT32, 1)) {
      metrics.put("ms.task", ms(task));
    }
    torchMs(scratch, metrics).ifPresent(ms -> metrics.put("torchMs", ms));
    progress.say(
        "a small network's round: %.1f ms on Spark, %.2f ms in a task%s",
        metrics.get("ms.spark").doubleValue(),
        metrics.get("ms.task").doubleValue(),
        metrics.containsKey("torchMs")
            ? Text.of(", %.2f ms in PyTorch", metrics.get("torchMs").doubleValue())
            : "");
  }

  private static byte[] row(int number) {
    byte[] row = new byte[SyncRoundBench.RECORD];
    for (int i = 0; i < row.length; i++) {
      row[i] = (byte) (31 * number + i * i);
    }
    return row;
  }

  private double ms(Workers workers) {
    Training adam = Training.of(OptimizerSpec.adam(0.9, 0.999, 1e-8), LearningRate.constant(RATE));
    double[] ms = new double[repetitions];
    try (Roles roles = new Roles(Precision.FLOAT32)) {
      roles.trained(Loss.NETWORK, NETWORK, adam, Flat.of(Precision.FLOAT32, NETWORK.initial(1)));
      int warm = Math.min(50, 3 * repetitions);
      Trainer trainer = new Trainer(workers, roles, warm + repetitions);
      Draw draw = Draw.shuffled(BATCH, 1);
      trainer.rounds(0, warm, new GradientStep(LOSS), draw);
      for (int i = 0; i < repetitions; i++) {
        long start = System.nanoTime();
        trainer.rounds(warm + i, warm + i + 1, new GradientStep(LOSS), draw);
        ms[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    return Median.of(ms);
  }

  private Optional<Double> torchMs(Scratch scratch, Map<String, Number> metrics) {
    int[] tokens = new int[BATCH * LENGTH];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = row(i / LENGTH)[i % LENGTH] & 0xff;
    }
    TransformerStepBench.writeInput(
        scratch,
        LOSS,
        Flat.of(Precision.FLOAT32, NETWORK.initial(1)),
        tokens,
        tokens,
        Map.of("adam", RATE));
    Optional<TorchPeer> peer = TorchPeer.of("transformer_step.py", scratch, progress);
    peer.ifPresent(torch -> torch.putRate(metrics));
    return peer.map(
            torch ->
                torch.run(Map.of("OMP_NUM_THREADS", "1"), scratch.folder(), 1, 5 * repetitions))
        .map(answer -> 1000 * PythonPeer.number(answer, "seconds"));
  }
}
