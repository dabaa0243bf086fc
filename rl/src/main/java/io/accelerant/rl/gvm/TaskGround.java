package io.accelerant.rl.gvm;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.lm.CausalModel;
import io.accelerant.core.lm.CausalSource;
import io.accelerant.core.train.FiniteNumbers;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A whole training inside one task. Nothing is saved on the way. */
final class TaskGround implements Ground {
  private final PolicyNetwork network;
  private final GvmSettings settings;
  private final ProgramPool pool;
  private final Questions trainedOn;
  private final String name;
  private final long seed;
  private final LocalRound round;

  /**
   * @param name of the training, in errors
   * @param seed of the training
   */
  TaskGround(
      PolicyNetwork network,
      GvmSettings settings,
      ProgramPool pool,
      Questions trainedOn,
      String name,
      long seed) {
    this.network = network;
    this.settings = settings;
    this.pool = pool;
    this.trainedOn = trainedOn;
    this.name = name;
    this.seed = seed;
    this.round =
        new LocalRound(new MemoryShards(0, i -> null, seed), pool, Precision.FLOAT32, seed);
  }

  @Override
  public List<Answer> answers(
      String what,
      float[] policy,
      Drawing drawing,
      Questions questions,
      List<List<Drawing.Part>> pieces) {
    List<Answer> answers = new ArrayList<>();
    try (CausalModel model = CausalSource.open(network.step(), policy, pool);
        GradientNorms.Meter meter = network.meter(policy, settings.microBatch(), pool)) {
      pieces.forEach(piece -> answers.addAll(drawing.run(questions, model, meter, piece)));
    }
    return answers;
  }

  @Override
  public double[][] logProbabilities(float[] policy, List<Answer> answers) {
    return network.logProbabilities(policy, settings.microBatch(), pool, trainedOn, answers);
  }

  @Override
  public void use(int step, List<byte[]> records) {
    round.use(new MemoryShards(records.size(), records::get, seed + step));
  }

  @Override
  public Trainer trainer(Roles roles) {
    return new Trainer(round, roles, settings.rounds())
        .watch(new FiniteNumbers(name, settings.learningRate()));
  }

  @Override
  public <T> T once(String name, Class<T> type, Supplier<T> work) {
    return work.get();
  }

  @Override
  public void close() {
    round.close();
  }
}
