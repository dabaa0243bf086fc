package io.accelerant.distill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.Frames;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.train.Batch;
import io.accelerant.distill.measure.pixels.PixelRecord;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VelocityLossTest {
  private static final PatchTransformer NETWORK =
      new PatchTransformer(1, 4, 2, 8, 1, 2, 16, 3, false).withFrames(new Frames(2, 2));
  private static final int SIZE = 32;

  /** Half of the pixels white: x_0 is 1 and -1. */
  private static Batch batch(int count) {
    byte[] video = new byte[SIZE];
    Arrays.fill(video, 0, SIZE / 2, (byte) 255);
    return new Batch(
        IntStream.range(0, count).mapToObj(i -> PixelRecord.pack(i % 3, video)).toList(),
        0,
        count,
        7,
        0);
  }

  /** Its last layer begins at zero, so it predicts 0, and E |eps - x_0|^2 = 1 + 1. */
  @Test
  void anUntrainedNetworkLosesTheSquareOfTheVelocity() {
    VelocityLoss loss = new VelocityLoss(NETWORK, 0.1, 128);
    try (Program program = loss.training(Precision.FLOAT64, loss.shape())) {
      program.setParameters(NETWORK.initial(1));
      loss.set(program, batch(128));
      program.run();
      assertThat(program.scalar("loss")).isCloseTo(2, within(0.1));
    }
  }

  @Test
  void dataFollowsFromWhatIsGivenAndItsTarget() {
    VelocityLoss loss = new VelocityLoss(NETWORK, 0, 256);
    Graph graph = new Graph(Precision.FLOAT64);
    for (String name : List.of("x", "target")) {
      graph.output(name, graph.input(name, 256, SIZE).mul(1));
    }
    graph.output("time", graph.input("time", 256).mul(1));
    graph.input("weights", 256);
    graph.indices("label", 256);
    try (Program program = graph.forward()) {
      loss.set(program, batch(256));
      program.run();
      double[] x = program.doubles("x");
      double[] velocity = program.doubles("target");
      double[] times = program.doubles("time");
      for (int i = 0; i < x.length; i++) {
        double pixel = i % SIZE < SIZE / 2 ? 1 : -1;
        assertThat(x[i] - times[i / SIZE] / 1000 * velocity[i]).isCloseTo(pixel, within(1e-5));
      }
      // of the sigmoid of a normal number: 2 Phi(ln 3) - 1 = .728 lie in the middle half
      assertThat(Arrays.stream(times).filter(t -> t > 250 && t < 750).count())
          .isBetween(165L, 208L);
    }
  }
}
