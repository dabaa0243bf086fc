package io.accelerant.core.data;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.text.Text;
import java.util.Optional;

/**
 * The keys by which a job reads images or videos from Parquet.
 *
 * @param noun what a row is
 * @param orElse in what other form they come, for messages; may be empty
 * @param pixels column of bytes or of arrays of whole numbers
 * @param label column of whole numbers
 * @param frames none for images
 */
record PixelKeys(
    String noun,
    String orElse,
    Key<String> pixels,
    Key<String> label,
    Key<Integer> channels,
    Optional<Key<Integer>> frames,
    Key<Integer> height,
    Key<Integer> width) {
  /**
   * @throws io.accelerant.core.error.ConfigException if one is not set: bytes do not tell it
   */
  PixelShape shape(JobConfig config, String uri) {
    return new PixelShape(
        required(config, channels, uri),
        frames.map(key -> required(config, key, uri)).orElse(1),
        required(config, height, uri),
        required(config, width, uri));
  }

  private static int required(JobConfig config, Key<Integer> key, String uri) {
    return config
        .find(key)
        .orElseThrow(
            () -> config.invalid(key, Text.of("is required: %s does not tell the shape.", uri)));
  }
}
