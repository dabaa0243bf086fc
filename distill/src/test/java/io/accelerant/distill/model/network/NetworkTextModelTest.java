package io.accelerant.distill.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.job.Shared;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSource;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.MdlmAncestral;
import io.accelerant.distill.discrete.ScoreTransform;
import io.accelerant.distill.discrete.Scores;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class NetworkTextModelTest extends SparkTest {
  private static final int LENGTH = TextModels.LENGTH;
  private static final int MASK = 27;

  private static NetworkTextSource source(MaskedTextModel model) {
    JobConfig config =
        JobConfig.load(List.of(), List.of("run.output=none"), RunKeys.and(List.of()));
    return NetworkTextSource.of(context(), model, "/models/a", "hash", config);
  }

  /** Every third position is masked. */
  private static int[] states(int batch) {
    int[] states = new int[batch * LENGTH];
    Arrays.setAll(states, i -> i % 3 == 0 ? MASK : (7 * i) % 27);
    return states;
  }

  @Test
  void scoresAreThoseOfTheLogits() {
    MaskedTextModel model = TextModels.model(5);
    int[] states = states(2);
    double[] scores = new double[states.length * 28];
    try (DiscreteModel teacher = source(model).open();
        Program program = model.network().forward(Precision.FLOAT64, BatchShape.of(2, LENGTH))) {
      teacher.scores(states, 2, 0.3, scores);
      program.setParameters(model.parameters()).set("tokens", states).run();
      double[] expected = program.doubles("logits");
      for (int i = 0; i < states.length; i++) {
        Scores.fromSubs(model.process(), states[i], 0.3, expected, i * 28);
      }
      for (int i = 0; i < expected.length; i++) {
        assertThat(scores[i]).isCloseTo(expected[i], within(1e-4 * (1 + expected[i])));
      }
    }
    // (i) of the method document: they sum to c(t) where masked; elsewhere only the own entry
    double mass = Arrays.stream(scores, 0, 27).sum();
    assertThat(mass).isCloseTo(Scores.scale(model.process(), 0.3), within(1e-12));
    assertThat(scores[MASK]).isEqualTo(1);
    assertThat(Arrays.stream(scores, 28, 56).sum()).isEqualTo(1);
    assertThat(scores[28 + states[1]]).isEqualTo(1);
  }

  /** 70 rows are 64, and 6 padded to 8. */
  @Test
  void paddingAndCuttingChangeNothing() {
    int[] states = states(70);
    double[] all = new double[states.length * 28];
    double[] part = new double[LENGTH * 28];
    try (DiscreteModel teacher = source(TextModels.model(5)).open()) {
      teacher.scores(states, 70, 0.5, all);
      for (int row : new int[] {0, 63, 64, 69}) {
        int[] one = Arrays.copyOfRange(states, row * LENGTH, (row + 1) * LENGTH);
        teacher.scores(one, 1, 0.5, part);
        double[] own = Arrays.copyOfRange(all, row * LENGTH * 28, (row + 1) * LENGTH * 28);
        assertThat(own).containsExactly(part, within(1e-5));
      }
    }
  }

  @Test
  void laterSymbolsMatterToo() {
    double[] scores = new double[LENGTH * 28];
    double[] turned = new double[LENGTH * 28];
    int[] states = states(1);
    try (DiscreteModel teacher = source(TextModels.model(5)).open()) {
      teacher.scores(states, 1, 0.5, scores);
      states[LENGTH - 1] = (states[LENGTH - 1] + 1) % 27;
      teacher.scores(states, 1, 0.5, turned);
    }
    // bidirectional: the last symbol changes the posterior of the first position
    assertThat(turned[3]).isNotEqualTo(scores[3]);
  }

  /** Tasks lease programs of one pool; what they compute does not depend on how many tasks. */
  @Test
  void samplesAreTheSameHoweverTheyAreCut() {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(spark().sparkContext());
    NetworkTextSource source = source(TextModels.model(5));
    int builds = ProgramPool.ofJvm(1).builds();
    try (Shared<DiscreteSource> shared = Shared.of(spark, source)) {
      List<int[]> one = draw(spark, shared, 1);
      assertThat(draw(spark, shared, 2)).usingRecursiveComparison().isEqualTo(one);
      assertThat(draw(spark, shared, 4)).usingRecursiveComparison().isEqualTo(one);
      assertThat(one.get(0)).doesNotContain(MASK);
    }
    // two slots, two sizes of batch; the first of the large ones was there
    assertThat(ProgramPool.ofJvm(1).builds() - builds).isLessThanOrEqualTo(4);
  }

  private static List<int[]> draw(
      JavaSparkContext spark, Shared<DiscreteSource> shared, int partitions) {
    return spark
        .parallelize(List.of(0, 1, 2, 3, 4), partitions)
        .mapPartitions(
            units -> {
              List<int[]> drawn = new java.util.ArrayList<>();
              GridSampler sampler =
                  new GridSampler(
                      "mdlm",
                      new MdlmAncestral(),
                      GridSampler.uniformTimes(4, 1e-3),
                      ScoreTransform.IDENTITY,
                      true);
              try (DiscreteModel teacher = shared.copy().open()) {
                while (units.hasNext()) {
                  int unit = units.next();
                  long[] ids = LongStream.range(66L * unit, 66L * (unit + 1)).toArray();
                  drawn.add(sampler.sample(teacher, 11, ids).tokens());
                }
              }
              return drawn.iterator();
            })
        .collect();
  }

  @Test
  void weightsThatOverflowAreNamed() {
    MaskedTextModel model = TextModels.model(5);
    Arrays.fill(model.parameters(), 1e30f);
    try (DiscreteModel teacher = source(model).open()) {
      double[] scores = new double[LENGTH * 28];
      assertThatThrownBy(() -> teacher.scores(states(1), new long[] {7}, 3, 0.5, scores))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "The model /models/a gives values that are not finite numbers for sample 7 (row 0 of a batch), position 0, at step 3, t = 0.5.");
    }
  }
}
