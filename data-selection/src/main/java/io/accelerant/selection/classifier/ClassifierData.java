package io.accelerant.selection.classifier;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.IdxFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import java.io.InputStream;
import java.util.List;

/**
 * What is trained and tested on.
 *
 * @param source for people
 */
record ClassifierData(ImageSet train, ImageSet test, String source) {
  private static final String SAMPLE = "/io/accelerant/core/data/fashion-mnist/t10k-";
  private static final int SAMPLE_TRAIN = 8000;
  private static final List<Key<String>> KEYS =
      List.of(
          ClassifierKeys.IMAGES,
          ClassifierKeys.LABELS,
          ClassifierKeys.TEST_IMAGES,
          ClassifierKeys.TEST_LABELS);

  static ClassifierData open(JobContext context, JobConfig config) {
    if (KEYS.stream().allMatch(key -> config.find(key).isEmpty())) {
      ImageSet all =
          ImageSet.of(
              resource("images-idx3-ubyte.gz"), SAMPLE, resource("labels-idx1-ubyte.gz"), SAMPLE);
      return new ClassifierData(
          all.range(0, SAMPLE_TRAIN),
          all.range(SAMPLE_TRAIN, all.count()),
          "Fashion-MNIST, the 10,000 images that come with the program");
    }
    for (Key<String> key : KEYS) {
      if (config.find(key).isEmpty()) {
        throw config.invalid(
            key, "is needed: images, labels, testImages and testLabels go together.");
      }
    }
    ImageSet train = read(context, config, ClassifierKeys.IMAGES, ClassifierKeys.LABELS);
    ImageSet test = read(context, config, ClassifierKeys.TEST_IMAGES, ClassifierKeys.TEST_LABELS);
    if (train.width() != test.width() || test.classes() > train.classes()) {
      throw new DataException(
          Text.of(
              "Train and test images differ: %d and %d pixels, %d and %d classes.",
              train.width(), test.width(), train.classes(), test.classes()));
    }
    return new ClassifierData(train, test, config.get(ClassifierKeys.IMAGES));
  }

  private static ImageSet read(
      JobContext context, JobConfig config, Key<String> images, Key<String> labels) {
    return ImageSet.of(
        IdxFile.read(config.get(images), context.hadoop()),
        config.get(images),
        IdxFile.read(config.get(labels), context.hadoop()),
        config.get(labels));
  }

  private static IdxFile resource(String name) {
    InputStream stream = ImageSet.class.getResourceAsStream(SAMPLE + name);
    if (stream == null) {
      throw new IllegalStateException("resource " + SAMPLE + name + " is not in the program");
    }
    return IdxFile.of(stream, SAMPLE + name);
  }
}
