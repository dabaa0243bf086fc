package io.accelerant.selection.classifier;

import io.accelerant.core.artifact.CanonicalJson;
import io.accelerant.core.data.IdxFile;
import io.accelerant.core.error.DataException;
import java.util.Arrays;
import java.util.Map;

/**
 * Labelled images as they are stored, one byte a pixel.
 *
 * @param width bytes of an image
 * @param pixels [count * width], unsigned
 * @param labels [count]
 */
record ImageSet(int width, byte[] pixels, byte[] labels) {

  static ImageSet of(IdxFile images, String imagesName, IdxFile labels, String labelsName) {
    if (images.shape().length < 2) {
      throw new DataException(
          imagesName + " holds numbers, not images; are images and labels exchanged?");
    }
    if (labels.shape().length != 1 || labels.count() != images.count()) {
      throw new DataException(
          "%s holds %d images, %s has the shape %s; there must be one label for each image."
              .formatted(imagesName, images.count(), labelsName, Arrays.toString(labels.shape())));
    }
    return new ImageSet(images.bytes().length / images.count(), images.bytes(), labels.bytes());
  }

  int count() {
    return labels.length;
  }

  /** Largest label plus one. */
  int classes() {
    int largest = 0;
    for (byte label : labels) {
      largest = Math.max(largest, label & 0xff);
    }
    return largest + 1;
  }

  /** Writes an image as numbers in 0..1. */
  void copy(int image, float[] into, int offset) {
    for (int i = 0; i < width; i++) {
      into[offset + i] = (pixels[image * width + i] & 0xff) / 255f;
    }
  }

  int label(int image) {
    return labels[image] & 0xff;
  }

  /** Images {@code from .. to-1}. */
  ImageSet range(int from, int to) {
    return new ImageSet(
        width,
        Arrays.copyOfRange(pixels, from * width, to * width),
        Arrays.copyOfRange(labels, from, to));
  }

  String hash() {
    return CanonicalJson.sha256Of(
        Map.of(
            "width",
            width,
            "pixels",
            CanonicalJson.sha256(pixels),
            "labels",
            CanonicalJson.sha256(labels)));
  }
}
