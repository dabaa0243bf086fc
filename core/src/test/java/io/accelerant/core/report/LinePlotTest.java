package io.accelerant.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class LinePlotTest {
  private static final double[] STEPS = {4, 8, 16, 24, 32, 64, 128};

  /** {@code -Daccelerant.test.pictures=DIR} keeps the picture, to be looked at. */
  @Test
  void drawsAPngOfTheRightSizeInSeveralColours() throws IOException {
    LinePlot plot = LinePlot.of("Judge NLL against steps", "steps", "nats per symbol").logX();
    String[] names = {"euler", "tweedie", "jys", "constant", "paper", "student", "teacher", "data"};
    for (int s = 0; s < names.length; s++) {
      double[] y = new double[STEPS.length];
      double[] error = new double[STEPS.length];
      for (int i = 0; i < y.length; i++) {
        y[i] = 2 + 0.1 * s + 3 / STEPS[i];
        error[i] = s == 5 ? 0.08 : 0;
      }
      plot.series(names[s], STEPS, y, error);
    }
    Optional<byte[]> png = plot.png(warning -> {});
    assumeThat(png).as("this machine has fonts").isPresent();

    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png.get()));
    assertThat(png.get()).startsWith(0x89, 'P', 'N', 'G');
    assertThat(image.getWidth()).isEqualTo(LinePlot.WIDTH);
    assertThat(image.getHeight()).isEqualTo(LinePlot.HEIGHT);
    Set<Integer> colours = new HashSet<>();
    for (int x = 0; x < image.getWidth(); x++) {
      for (int y = 0; y < image.getHeight(); y++) {
        colours.add(image.getRGB(x, y) & 0xffffff);
      }
    }
    assertThat(colours).contains(0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9);
    String folder = System.getProperty("accelerant.test.pictures");
    if (folder != null) {
      Files.write(Path.of(folder, "line-plot.png"), png.get());
    }
  }

  @Test
  void aValueThatIsNotFiniteLeavesAGap() {
    LinePlot plot =
        LinePlot.of("gap", "x", "y")
            .series("s", new double[] {1, 2, 3}, new double[] {1, Double.POSITIVE_INFINITY, 2});
    assumeThat(plot.png(warning -> {})).as("this machine has fonts").isPresent();
  }

  @Test
  void refusesWhatCannotBeDrawn() {
    LinePlot plot = LinePlot.of("t", "x", "y");
    assertThatThrownBy(() -> plot.png(warning -> {})).hasMessageContaining("no series");
    assertThatThrownBy(() -> plot.series("s", new double[2], new double[3]))
        .hasMessageContaining("2, 3");
    plot.logX().series("s", new double[] {0}, new double[] {1});
    assertThatThrownBy(() -> plot.png(warning -> {})).hasMessageContaining("not positive");
    assertThatThrownBy(() -> plot.series("s", new double[1], new double[1]))
        .hasMessageContaining("called s");
  }
}
