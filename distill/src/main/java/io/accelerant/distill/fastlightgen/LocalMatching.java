package io.accelerant.distill.fastlightgen;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundLog;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Trainer;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import java.util.Collections;
import java.util.List;

/**
 * Updates of stage III in this thread, without Spark: a generator of one step without some blocks,
 * {@value #RATIO} updates of the fake network for each of its own, a guided teacher with contrast
 * to the generator's beginning. Start the engine first.
 */
public final class LocalMatching implements AutoCloseable {
  /** Updates of the fake network for one of the generator. */
  public static final int RATIO = 5;

  /** Learning rates of generator and fake network, decay of the generator's average. */
  public static final double RATE = 5e-5;

  public static final double FAKE_RATE = 2e-4;
  public static final double EMA = 0.98;

  private static final double LOW = 0.02;
  private static final double HIGH = 0.98;
  private static final double SPREAD = 0.5;
  private static final GuidedVelocity STRENGTHS =
      new GuidedVelocity(GuidedVelocity.Mode.EXTRAPOLATE, 2, 0.25);

  private final PatchTransformer network;
  private final int union;
  private final long seed;
  private final LocalRound workers;
  private final Roles roles;
  private final Trainer trainer;
  private final RoundStep step;
  private final Draw draw;

  /**
   * @param network of the teacher and the fake network
   * @param teacher its parameters
   * @param kept blocks of the generator
   * @param videos or images that are drawn from; all of them make one batch
   * @param microBatch examples of a program
   * @param updates of the generator at most
   */
  public LocalMatching(
      PatchTransformer network,
      float[] teacher,
      List<Integer> kept,
      LabelledPixels videos,
      int microBatch,
      int updates,
      long seed,
      ProgramPool pool) {
    this.network = network;
    this.union = videos.count();
    this.seed = seed;
    PatchTransformer pruned = network.withKept(kept);
    MatchingTraining.Start start =
        new MatchingTraining.Start(pruned, network.pruned(teacher, pruned));
    StageThreeSettings three =
        new StageThreeSettings(updates, RATIO, 0, RATE, FAKE_RATE, EMA, 1, SPREAD, LOW, HIGH);
    workers = new LocalRound(videos.shards(seed), pool, Precision.FLOAT32, seed);
    roles = MatchingTraining.roles(network, Flat.of(teacher), start, three);
    trainer = new Trainer(workers, roles, three.rounds(updates));
    step =
        MatchingTraining.Matching.of(network, start, STRENGTHS, three, 1, microBatch).both(RATIO);
    draw = Draw.shuffled(union, seed);
  }

  /** Further updates of the generator, with those of the fake network. */
  public void run(int updates) {
    trainer.rounds(trainer.done(), trainer.done() + RATIO * updates, step, draw);
  }

  /** Columns {@code fakeLoss} and {@code loss} by round, of which an update has {@link #RATIO}. */
  public RoundLog log() {
    return trainer.log();
  }

  /**
   * What a step of a round draws.
   *
   * @param start what its samples begin with, {@code [batch][numbers]} flat
   * @param levels to which they are noised
   * @param noise with which
   */
  public record Drawn(float[] start, float[] levels, float[] noise) {}

  /** Of the fake network's step. */
  public Drawn fake(int round) {
    return drawn(round, FakeStep.FAKE, FakeStep.LEVEL, FakeStep.NOISE, 0, 1);
  }

  /** Of the generator's step. */
  public Drawn generator(int round) {
    return drawn(round, Simulation.GENERATOR, GeneratorStep.LEVEL, GeneratorStep.NOISE, LOW, HIGH);
  }

  /** Guidance and contrast of each example, {@code [2][batch]}. */
  public float[][] strengths(int round) {
    float[][] strengths = new float[2][union];
    for (int i = 0; i < union; i++) {
      GuidedVelocity own = STRENGTHS.drawn(SPREAD, seed, i, round);
      strengths[0][i] = (float) own.guidance();
      strengths[1][i] = (float) own.contrast();
    }
    return strengths;
  }

  private Drawn drawn(int round, String use, long level, long noise, double low, double high) {
    Batch batch = new Batch(Collections.nCopies(union, new byte[0]), 0, union, seed, round);
    float[] levels = new float[union];
    for (int i = 0; i < union; i++) {
      levels[i] = (float) (low + (high - low) * batch.stratified(i, level));
    }
    return new Drawn(normal(batch, Simulation.noisePurpose(use, 0)), levels, normal(batch, noise));
  }

  private float[] normal(Batch batch, long purpose) {
    int size = network.numbers();
    float[] numbers = new float[union * size];
    for (int row = 0; row < union; row++) {
      RandomStream own = batch.stream(row, purpose);
      for (int i = 0; i < size; i++) {
        numbers[row * size + i] = (float) own.nextGaussian();
      }
    }
    return numbers;
  }

  @Override
  public void close() {
    roles.close();
    workers.close();
  }
}
