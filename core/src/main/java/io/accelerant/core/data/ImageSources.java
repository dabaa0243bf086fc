package io.accelerant.core.data;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.job.JobContext;
import java.util.List;
import java.util.Optional;

/** Which sources a configuration of {@code prepare-images} names, and of which format. */
record ImageSources(JobConfig config) {
  /**
   * @throws io.accelerant.core.error.ConfigException if keys are set that do not go together
   */
  static ImageSources of(JobConfig config) {
    ImageSources sources = new ImageSources(config);
    boolean parquet = !sources.isSample() && config.find(PrepareImagesJob.LABELS).isEmpty();
    if (sources.isSample()) {
      refuse(config, PrepareImagesJob.LABELS, "is set, but the sample brings its labels.");
      refuse(config, PrepareImagesJob.TEST_SOURCE, "is set, but the sample is divided by split.");
    }
    if (!parquet) {
      for (Key<?> key :
          List.of(PrepareImagesJob.CHANNELS, PrepareImagesJob.HEIGHT, PrepareImagesJob.WIDTH)) {
        refuse(config, key, "is for Parquet; idx files say the shape themselves.");
      }
    }
    boolean test = config.find(PrepareImagesJob.TEST_SOURCE).isPresent();
    if (!parquet && test && config.find(PrepareImagesJob.TEST_LABELS).isEmpty()) {
      throw config.invalid(
          PrepareImagesJob.TEST_LABELS, "is required: testSource is an idx file as source is.");
    }
    if (!test || parquet) {
      refuse(config, PrepareImagesJob.TEST_LABELS, "is for an idx file prepareImages.testSource.");
    }
    return sources;
  }

  private static void refuse(JobConfig config, Key<?> key, String why) {
    if (config.find(key).isPresent()) {
      throw config.invalid(key, why);
    }
  }

  boolean isSample() {
    return config.get(PrepareImagesJob.SOURCE).equals(PrepareImagesJob.SAMPLE);
  }

  PixelRows source(JobContext context) {
    return isSample()
        ? IdxImages.sample().rows(context)
        : read(context, config.get(PrepareImagesJob.SOURCE), config.find(PrepareImagesJob.LABELS));
  }

  Optional<PixelRows> test(JobContext context) {
    return config
        .find(PrepareImagesJob.TEST_SOURCE)
        .map(uri -> read(context, uri, config.find(PrepareImagesJob.TEST_LABELS)));
  }

  private PixelRows read(JobContext context, String uri, Optional<String> labels) {
    return labels.isPresent()
        ? IdxImages.read(uri, labels.get(), context.hadoop()).rows(context)
        : PixelRows.parquet(context, config, PrepareImagesJob.PIXELS, uri);
  }
}
