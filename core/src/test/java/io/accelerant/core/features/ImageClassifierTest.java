package io.accelerant.core.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.accelerant.core.data.IdxFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.Progress;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class ImageClassifierTest {
  /** Where Debian's package dataset-fashion-mnist puts its files. */
  private static final Path FASHION = Path.of("/usr/share/datasets/fashion-mnist");

  /** Noise with a bright bar, whose place is the label. */
  private static float[][] bars(int[] labels, long seed) {
    float[][] images = new float[labels.length][784];
    for (int i = 0; i < images.length; i++) {
      RandomStream stream = new RandomStream(seed, 1, i, 0);
      for (int p = 0; p < 784; p++) {
        boolean bar = p / 28 / 7 == labels[i];
        images[i][p] = (float) (0.4 * stream.nextDouble() + (bar ? 0.5 : 0));
      }
    }
    return images;
  }

  private static int[] labels(int count) {
    int[] labels = new int[count];
    Arrays.setAll(labels, i -> i * 7 % 4);
    return labels;
  }

  private static ImageClassifier trained(long seed) {
    int[] labels = labels(192);
    return ImageClassifier.train(bars(labels, 1), labels, 4, seed, 2, Progress.SILENT);
  }

  @Test
  void learnsWhatIsThereToLearn() {
    int[] labels = labels(100);
    try (ImageClassifier classifier = trained(1)) {
      assertThat(classifier.accuracy(bars(labels, 2), labels)).isGreaterThan(0.95);
      float[][] features = classifier.features(bars(labels, 2));
      assertThat(features).hasDimensions(100, ImageClassifier.FEATURES);
      assertThat(features[0]).isNotEqualTo(features[1]);
    }
  }

  @Test
  void seedDecidesTheBitsAndWeightsComeBackFromSafetensors() {
    float[][] images = bars(labels(70), 3);
    try (ImageClassifier classifier = trained(1);
        ImageClassifier same = trained(1);
        ImageClassifier other = trained(2)) {
      byte[] weights = classifier.toSafetensors();
      assertThat(same.toSafetensors()).isEqualTo(weights);
      assertThat(other.toSafetensors()).isNotEqualTo(weights);
      try (ImageClassifier again = ImageClassifier.ofSafetensors(weights, "weights")) {
        assertThat(again.features(images)).isDeepEqualTo(classifier.features(images));
        assertThat(again.probabilities(images)).isDeepEqualTo(classifier.probabilities(images));
      }
    }
  }

  @Test
  void otherWeightsAreRefused() {
    byte[] stranger =
        Safetensors.bytes(List.of(Tensor.of("w", new long[] {1}, new float[] {1})), Map.of());
    assertThatThrownBy(() -> ImageClassifier.ofSafetensors(stranger, "m.safetensors"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("m.safetensors has no tensor head.bias [classes]");
    byte[] part =
        Safetensors.bytes(List.of(Tensor.of("head.bias", new long[] {3}, new float[3])), Map.of());
    assertThatThrownBy(() -> ImageClassifier.ofSafetensors(part, "m.safetensors"))
        .hasMessageContaining("has no tensor conv1.weight of shape [16, 1, 5, 5]");
  }

  @Test
  void badImagesAndLabelsAreNamed() {
    float[][] images = bars(labels(2), 1);
    assertThatThrownBy(
            () -> ImageClassifier.train(images, new int[] {0, 4}, 4, 1, 1, Progress.SILENT))
        .isInstanceOf(DataException.class)
        .hasMessage("label 4 of image 1 is not in 0..3.");
    assertThatThrownBy(() -> ImageClassifier.train(images, new int[] {0}, 4, 1, 1, Progress.SILENT))
        .hasMessageContaining("2 images, 1 labels");
    images[1][5] = Float.NaN;
    assertThatThrownBy(
            () -> ImageClassifier.train(images, new int[] {0, 1}, 4, 1, 1, Progress.SILENT))
        .hasMessage("image 1 holds NaN.");
  }

  @Test
  void tellsFashionApart() {
    assumeTrue(
        Files.isDirectory(FASHION),
        FASHION + " is not there: install Debian's dataset-fashion-mnist");
    float[][] images = read("train-images-idx3").images();
    int[] labels = read("train-labels-idx1").labels();
    int used = 3000;
    try (ImageClassifier classifier =
        ImageClassifier.train(
            Arrays.copyOf(images, used), Arrays.copyOf(labels, used), 10, 1, 2, Progress.SILENT)) {
      float[][] test = Arrays.copyOf(read("t10k-images-idx3").images(), 1000);
      int[] truth = Arrays.copyOf(read("t10k-labels-idx1").labels(), 1000);
      assertThat(classifier.accuracy(test, truth)).isGreaterThan(0.7);
    }
  }

  private static IdxFile read(String name) {
    return IdxFile.read(FASHION.resolve(name + "-ubyte.gz").toString(), new Configuration(false));
  }
}
