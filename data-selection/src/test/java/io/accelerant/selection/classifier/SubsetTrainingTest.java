package io.accelerant.selection.classifier;

import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.EngineSettings;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.MlpClassifier;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Bits;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubsetTrainingTest {
  private static ImageSet images(int count) {
    RandomStream stream = new RandomStream(3, RandomStream.purpose("test.images"), 0, 0);
    byte[] pixels = new byte[count * 16];
    byte[] labels = new byte[count];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) stream.nextInt();
    }
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) stream.nextInt(3);
    }
    return new ImageSet(16, pixels, labels);
  }

  /** Recorded from the loop that this was before it ran as rounds; the last batch is not full. */
  @ParameterizedTest
  @CsvSource({
    "WITHOUT_REPLACEMENT, 4b14f1d9, 9ad4fcd9ad1b8e10",
    "STATIC, 4b14f1d9, ce40c980f97626ec"
  })
  void trainsToTheBitsOnRecord(Choice choice, String fingerprint, String hash) {
    MlpClassifier network = new MlpClassifier(new Mlp(16, List.of(12), 3, Activation.RELU));
    Recipe recipe =
        new Recipe(network, 0.4, 0.3, 5, 32, 0.1, 1e-4, 0.9, 5e-4, 2, EngineSettings.cpu(1), 1);
    Cell cell = new Cell(choice, 0.25, 7);
    try (ProgramPool pool = new ProgramPool(2)) {
      SubsetTraining.Trained trained =
          new SubsetTraining(cell, recipe, images(300)).run(pool, images(40));
      Bits.assertBits(trained.parameters(), Map.of(fingerprint, hash));
    }
  }
}
