package io.accelerant.distill.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.job.Shared;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.Thresholding;
import io.accelerant.distill.continuous.VpLinear;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class NetworkImageModelTest extends SparkTest {
  private static final int SIZE = ImageModels.SIZE;
  private static final Node NODE = VpLinear.standard().node(0.3);

  private static NetworkImageSource source() {
    return source(ImageModels.model(5));
  }

  private static NetworkImageSource source(ImageModel model) {
    JobConfig config =
        JobConfig.load(List.of(), List.of("run.output=none"), RunKeys.and(List.of()));
    return NetworkImageSource.of(context(), model, "/models/a", "hash", config);
  }

  private static double[] images(int batch) {
    double[] x = new double[batch * SIZE];
    RandomStream stream = new RandomStream(1, 2, 3, 4);
    Arrays.setAll(x, i -> stream.nextGaussian());
    return x;
  }

  @Test
  void noiseIsThePredictionOfTheNetwork() {
    double[] x = images(2);
    double[] noise = new double[2 * SIZE];
    ImageModel model = ImageModels.model(5);
    try (ContinuousModel opened = source().open();
        Program program = model.network().forward(Precision.FLOAT64, BatchShape.of(2))) {
      opened.noise(x, NODE, new int[] {2, ContinuousModel.NO_LABEL}, noise);
      program
          .setParameters(model.parameters())
          .set("x", x)
          .set("time", new double[] {300, 300})
          .set("label", new int[] {2, 3})
          .run();
      assertThat(noise).containsExactly(program.doubles("prediction"), within(1e-4));
    }
    assertThat(Arrays.stream(noise).map(Math::abs).max().orElseThrow()).isGreaterThan(0.1);
  }

  @Test
  void theVelocityOfAFlowBecomesNoise() {
    ImageModel noise = ImageModels.model(5);
    ImageModel flow = new ImageModel(noise.network(), noise.parameters(), new FlowPath());
    double[] x = images(1);
    double[] velocity = new double[SIZE];
    double[] found = new double[SIZE];
    try (ContinuousModel plain = source(noise).open();
        ContinuousModel opened = source(flow).open()) {
      plain.noise(x, flow.schedule().node(0.3), new int[] {1}, velocity); // as the network has it
      opened.noise(x, flow.schedule().node(0.3), new int[] {1}, found);
      for (int i = 0; i < SIZE; i++) {
        assertThat(found[i]).isCloseTo(x[i] + 0.7 * velocity[i], within(1e-12));
      }
    }
  }

  /** 70 rows are 64, and 6 padded to 8. */
  @Test
  void paddingAndCuttingChangeNothing() {
    double[] x = images(70);
    int[] labels = new int[70];
    Arrays.setAll(labels, i -> i % 3);
    double[] all = new double[x.length];
    double[] one = new double[SIZE];
    try (ContinuousModel opened = source().open()) {
      opened.noise(x, NODE, labels, all);
      for (int row : new int[] {0, 63, 64, 69}) {
        double[] own = Arrays.copyOfRange(x, row * SIZE, (row + 1) * SIZE);
        opened.noise(own, NODE, new int[] {labels[row]}, one);
        assertThat(Arrays.copyOfRange(all, row * SIZE, (row + 1) * SIZE))
            .containsExactly(one, within(1e-5));
      }
    }
  }

  /** A solver draws from it with guidance, in one task or in two at once. */
  @Test
  void samplesAreTheSameHoweverTheyAreCut() {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(spark().sparkContext());
    try (Shared<ContinuousSource> shared = Shared.of(spark, source())) {
      List<double[]> one = draw(spark, shared, 1);
      assertThat(draw(spark, shared, 2)).usingRecursiveComparison().isEqualTo(one);
      assertThat(one.get(0)).isNotEqualTo(one.get(1));
    }
  }

  private static List<double[]> draw(
      JavaSparkContext spark, Shared<ContinuousSource> shared, int partitions) {
    return spark
        .parallelize(List.of(0, 1, 2), partitions)
        .map(
            unit -> {
              VpLinear schedule = VpLinear.standard();
              double[] times = Spacing.LOG_SNR.times(schedule, schedule.end(), 4);
              try (ContinuousModel model = shared.copy().open()) {
                Denoiser guided = new Denoiser(model, new int[] {unit, unit}, 2, Thresholding.NONE);
                return Solver.plain(Solver.DPMPP_2M).on(schedule, times).sample(images(2), guided);
              }
            })
        .collect();
  }
}
