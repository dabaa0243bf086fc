package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.random.RandomStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Images of 8 by 8, whose class is the place of a bright bar. */
final class SmallImages {
  private static final int COUNT = 120;
  private static final int SIDE = 8;

  private SmallImages() {}

  /** The artifact {@code <folder>/small-images}. */
  static void publish(Path folder) throws IOException {
    ByteBuffer images = ByteBuffer.allocate(16 + COUNT * SIDE * SIDE);
    images.putInt(0x803).putInt(COUNT).putInt(SIDE).putInt(SIDE);
    ByteBuffer labels = ByteBuffer.allocate(8 + COUNT).putInt(0x801).putInt(COUNT);
    for (int i = 0; i < COUNT; i++) {
      RandomStream stream = new RandomStream(1, 1, i, 0);
      labels.put((byte) (i % 2));
      for (int p = 0; p < SIDE * SIDE; p++) {
        boolean bright = p / (SIDE * SIDE / 2) == i % 2;
        images.put((byte) (stream.nextInt(60) + (bright ? 190 : 0)));
      }
    }
    Path source = Files.write(folder.resolve("small-images.idx"), images.array());
    Path classes = Files.write(folder.resolve("small-labels.idx"), labels.array());
    Accelerant.Outcome outcome =
        Accelerant.run(
            "prepare-images",
            "--set",
            "prepareImages.source=" + source,
            "--set",
            "prepareImages.labels=" + classes,
            "--set",
            "prepareImages.classes=2",
            "--set",
            "prepareImages.split=[0.8, 0.2]",
            "--set",
            "run.output=" + folder.resolve("small-images"));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
  }
}
