package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.Frames;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Programs;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundLog;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Sums;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;
import io.accelerant.distill.fastlightgen.SkippingStep.Target;
import io.accelerant.distill.measure.pixels.PixelRecord;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Videos of 2 by 4 by 4 of two classes, in float64, without Spark. */
class StepsTest {
  private static final int SIZE = 32;
  private static final int UNION = 5;
  private static final int MICRO = 3; // does not divide the batch
  private static final PatchTransformer WHOLE =
      new PatchTransformer(1, 4, 2, 8, 3, 2, 16, 2, false).withFrames(new Frames(2, 2));
  private static final PatchTransformer PRUNED = WHOLE.withKept(List.of(0, 2));
  private static final double[] LEVELS = {.2, .9};
  private static final double[] NUMBERS = numbers(WHOLE, 1);
  private static final Training STILL = Training.of(OptimizerSpec.sgd(), LearningRate.constant(0));

  @BeforeAll
  static void start() {
    Engine.start(1, "auto");
  }

  private static double[] numbers(PatchTransformer network, long seed) {
    double[] numbers = network.initial(seed);
    RandomStream stream = new RandomStream(seed, 9, 0, 0);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] += 0.1 * stream.nextGaussian(); // a new one predicts 0, and its blocks do nothing
    }
    return numbers;
  }

  private static double[] pruned(double[] numbers) {
    Flat kept = Flat.zeros(Precision.FLOAT64, PRUNED.layout().size());
    WHOLE.layout().copy(Flat.of(numbers), PRUNED.layout(), kept);
    return kept.doubles();
  }

  private static byte[] record(int id) {
    byte[] video = new byte[SIZE];
    RandomStream stream = new RandomStream(7, 7, id, 0);
    for (int p = 0; p < SIZE; p++) {
      video[p] = (byte) stream.nextInt(256);
    }
    return PixelRecord.pack(id % 2, video);
  }

  private static LocalRound local() {
    return new LocalRound(
        new MemoryShards(20, StepsTest::record, 42), ProgramPool.ofJvm(40), Precision.FLOAT64, 42);
  }

  private static final Draw FIRST = Draw.chosen(round -> LongStream.range(0, UNION).toArray());

  /** Of one round. */
  private static Sums sums(Roles roles, RoundStep step, int round) {
    try (LocalRound workers = local();
        roles) {
      return workers.sums(step, FIRST, roles, round);
    }
  }

  private static Roles teacher(double[] numbers) {
    return new Roles(Precision.FLOAT64).frozen(SkippingStep.TEACHER, WHOLE, Flat.of(numbers));
  }

  private static ErrorStep errors(List<Integer> blocks) {
    return new ErrorStep(SkippingStep.TEACHER, WHOLE, blocks, LEVELS, 3, MICRO);
  }

  /** A new network predicts 0, so that its error is the mean square of e - x. */
  @Test
  void theErrorIsThatOfTheVelocity() {
    ErrorStep step = errors(List.of(0, 1, 2));
    double[] squares = new double[2];
    Sums sums =
        sums(
            teacher(WHOLE.initial(1)),
            (programs, batch) -> {
              for (int k = 0; k < 2; k++) {
                squares[k] =
                    Arrays.stream(step.data(batch, k).velocity())
                        .map(v -> v * v)
                        .average()
                        .orElse(0);
              }
              return step.on(programs, batch);
            },
            4);
    assertThat(sums.total(ErrorStep.error(0))).isCloseTo(squares[0], within(1e-9));
    assertThat(sums.total(ErrorStep.LOSS)).isCloseTo((squares[0] + squares[1]) / 2, within(1e-9));
  }

  /** The noise is that of the example, whatever the round and the network. */
  @Test
  void withoutABlockItIsTheErrorOfTheNetworkThatLacksIt() {
    Sums masked = sums(teacher(NUMBERS), errors(List.of(0, 2)), 0);
    Roles without =
        new Roles(Precision.FLOAT64).frozen(GuidedTeacher.WEAK, PRUNED, Flat.of(pruned(NUMBERS)));
    Sums physical =
        sums(
            without, new ErrorStep(GuidedTeacher.WEAK, PRUNED, PRUNED.keep(), LEVELS, 3, MICRO), 5);
    assertThat(masked.total(ErrorStep.LOSS)).isEqualTo(physical.total(ErrorStep.LOSS));
    assertThat(masked.total(ErrorStep.LOSS))
        .isNotEqualTo(sums(teacher(NUMBERS), errors(WHOLE.keep()), 0).total(ErrorStep.LOSS));
  }

  @Test
  void blocksOfANewNetworkHaveNoInfluence() {
    Sums none = sums(teacher(WHOLE.initial(1)), new InfluenceStep(errors(WHOLE.keep())), 0);
    Sums some = sums(teacher(NUMBERS), new InfluenceStep(errors(WHOLE.keep())), 0);
    for (int block = 0; block < 3; block++) {
      String name = InfluenceStep.influence(block);
      assertThat(none.total(name)).isCloseTo(0, within(1e-12));
      assertThat(some.total(name)).isBetween(1e-6, 2.0);
    }
  }

  private static Sums skipping(double alpha, Target target) {
    BlockDraw draw = new BlockDraw(List.of(1), List.of(1), .5, .5, 1);
    Roles roles = teacher(NUMBERS).trained(Loss.NETWORK, WHOLE, STILL, Flat.of(numbers(WHOLE, 2)));
    return sums(roles, new SkippingStep(WHOLE, draw, target, alpha, .1, MICRO), 1);
  }

  /** L is linear in alpha: the mixture of its ends, though the step regresses on one target. */
  @ParameterizedTest
  @EnumSource
  void theLossOfStageTwoIsTheMixtureOfBothTargets(Target target) {
    Sums data = skipping(0, target);
    Sums network = skipping(1, target);
    Sums mixed = skipping(.25, target);
    assertThat(mixed.total(ErrorStep.LOSS))
        .isCloseTo(
            .75 * data.total(ErrorStep.LOSS) + .25 * network.total(ErrorStep.LOSS), within(1e-9));
    double[] gradient = mixed.gradients().get(Loss.NETWORK).doubles();
    for (int i = 0; i < gradient.length; i += 17) {
      double wanted =
          .75 * data.gradients().get(Loss.NETWORK).doubles()[i]
              + .25 * network.gradients().get(Loss.NETWORK).doubles()[i];
      assertThat(gradient[i]).isCloseTo(wanted, within(1e-9));
    }
  }

  @Test
  void theTargetsAreThoseOfTheirRoles() {
    assertThat(skipping(1, Target.SHARED).total(ErrorStep.LOSS))
        .isNotEqualTo(skipping(1, Target.FROZEN).total(ErrorStep.LOSS));
    assertThat(skipping(0, Target.SHARED).total(ErrorStep.LOSS))
        .isEqualTo(skipping(0, Target.FROZEN).total(ErrorStep.LOSS));
  }

  @Test
  void aSkippedBlockHasNoGradient() {
    double[] gradient = skipping(1, Target.FROZEN).gradients().get(Loss.NETWORK).doubles();
    Layout moving = WHOLE.layout().only(WHOLE::trains);
    for (Layout.Tensor t : moving.tensors()) {
      double largest = 0;
      for (int i = t.offset(); i < t.offset() + t.size(); i++) {
        largest = Math.max(largest, Math.abs(gradient[i]));
      }
      if (t.name().startsWith("blocks.1.")) {
        assertThat(largest).as(t.name()).isZero();
      } else {
        assertThat(largest).as(t.name()).isPositive();
      }
    }
  }

  private static Simulation simulation(int steps) {
    return new Simulation(PRUNED, FewStepLevels.even(steps, 1), MICRO);
  }

  private static GeneratorStep generating(int steps, double contrast) {
    return new GeneratorStep(
        simulation(steps),
        new GuidedTeacher(
            WHOLE,
            PRUNED,
            new GuidedVelocity(GuidedVelocity.Mode.EXTRAPOLATE, 1.5, contrast),
            .5,
            MICRO),
        WHOLE,
        new MatchingGradient(MatchingGradient.FLOOR),
        .02,
        .98);
  }

  private static Roles matching(double[] generator, Training training) {
    return teacher(NUMBERS)
        .frozen(GuidedTeacher.WEAK, PRUNED, Flat.of(pruned(NUMBERS)))
        .trained(Simulation.GENERATOR, PRUNED, training, Flat.of(generator))
        .trained(FakeStep.FAKE, WHOLE, training, Flat.of(numbers(WHOLE, 4)));
  }

  /**
   * What goes back into the generator is that of {@code sum(x g)} with g held, x being the last
   * step's samples of the same state.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void theGradientOfTheGeneratorIsThatOfFiniteDifferences(int steps) {
    GeneratorStep step = generating(steps, .25);
    double[] generator = pruned(NUMBERS);
    int round = steps == 2 ? lastStepRound() : 0;
    double[] held = new double[UNION * SIZE];
    Rows[] state = new Rows[1];
    Sums sums =
        sums(
            matching(generator, STILL),
            (programs, batch) -> {
              Simulation.Samples samples =
                  step.simulation().of(programs, batch, Simulation.GENERATOR);
              state[0] = samples.z();
              double[] g = step.gradient(programs, batch, samples).gradient();
              System.arraycopy(g, 0, held, 0, g.length);
              return step.on(programs, batch);
            },
            round);
    double[] gradient = sums.gradients().get(Simulation.GENERATOR).doubles();
    Layout moving = PRUNED.layout().only(PRUNED::trains);
    Function<double[], Double> product =
        numbers -> {
          double[] x = new double[held.length];
          sums(
              matching(numbers, STILL),
              (programs, batch) -> {
                double[] v = step.simulation().velocity(programs).at(state[0]);
                System.arraycopy(state[0].clean(v), 0, x, 0, x.length);
                return new Sums();
              },
              round);
          double sum = 0;
          for (int i = 0; i < x.length; i++) {
            sum += x[i] * held[i];
          }
          return sum;
        };
    for (Layout.Tensor t : moving.tensors()) {
      if (t.name().matches("blocks.2.*(adaLN|qkv).*weight|final.*bias")) {
        int at = offset(t.name()) + t.size() / 2;
        double difference =
            (product.apply(moved(generator, at, 1e-5)) - product.apply(moved(generator, at, -1e-5)))
                / 2e-5;
        assertThat(gradient[t.offset() + t.size() / 2])
            .as(t.name())
            .isCloseTo(difference, within(1e-7));
      }
    }
  }

  private static int offset(String name) {
    return PRUNED.layout().tensors().stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .orElseThrow()
        .offset();
  }

  private static int lastStepRound() {
    for (int round = 0; round < 100; round++) {
      Batch batch = new Batch(List.of(), 0, UNION, 42, round);
      if (simulation(2).step(Simulation.GENERATOR, batch) == 1) {
        return round;
      }
    }
    throw new AssertionError("step 1 was never drawn");
  }

  private static double[] moved(double[] numbers, int at, double by) {
    double[] moved = numbers.clone();
    moved[at] += by;
    return moved;
  }

  /** The loss has no terms across samples: workers' sums are those of one. */
  @Test
  void twoWorkersHaveTheSumsOfOne() {
    RoundStep step = new FakeStep(simulation(2), WHOLE).and(generating(2, .25));
    Sums one = sums(matching(pruned(NUMBERS), STILL), step, 3);
    Sums two =
        sums(
            matching(pruned(NUMBERS), STILL),
            (programs, batch) ->
                part(step, programs, batch, 0, 2).add(part(step, programs, batch, 2, UNION)),
            3);
    assertThat(two.total(ErrorStep.LOSS)).isCloseTo(one.total(ErrorStep.LOSS), within(1e-12));
    assertThat(two.total(FakeStep.LOSS)).isCloseTo(one.total(FakeStep.LOSS), within(1e-12));
    for (String role : List.of(Simulation.GENERATOR, FakeStep.FAKE)) {
      assertThat(two.gradients().get(role).doubles())
          .containsExactly(one.gradients().get(role).doubles(), within(1e-12));
    }
  }

  private static Sums part(RoundStep step, Programs programs, Batch batch, int from, int to) {
    return step.on(
        programs,
        new Batch(
            batch.records().subList(from, to), from, batch.union(), batch.seed(), batch.round()));
  }

  @Test
  void theFakeNetworkMovesInEveryRoundAndTheGeneratorInEveryThird() {
    Training training = Training.of(OptimizerSpec.adam(0, .99, 1e-8), LearningRate.constant(1e-3));
    try (LocalRound workers = local();
        Roles roles = matching(pruned(NUMBERS), training)) {
      RoundStep fake = new FakeStep(simulation(1), WHOLE);
      Trainer trainer = new Trainer(workers, roles, 5);
      trainer.rounds(0, 2, fake, FIRST);
      assertThat(roles.parameters(Simulation.GENERATOR).doubles()).isEqualTo(pruned(NUMBERS));
      RoundLog log = trainer.rounds(2, 5, fake.and(generating(1, 0).every(3)), FIRST);
      assertThat(log.column(FakeStep.LOSS)).doesNotContain(Double.NaN);
      double[] loss = log.column(ErrorStep.LOSS);
      assertThat(loss[2]).isPositive();
      assertThat(loss[0]).isNaN();
      assertThat(loss[3]).isNaN();
      assertThat(roles.parameters(Simulation.GENERATOR).doubles()).isNotEqualTo(pruned(NUMBERS));
    }
  }

  @Test
  void withoutContrastThePrunedNetworkIsNotAsked() {
    Roles roles =
        teacher(NUMBERS)
            .trained(Simulation.GENERATOR, PRUNED, STILL, Flat.of(pruned(NUMBERS)))
            .trained(FakeStep.FAKE, WHOLE, STILL, Flat.of(NUMBERS));
    assertThat(sums(roles, generating(1, 0), 0).total(ErrorStep.LOSS)).isPositive();
  }
}
