package io.accelerant.selection.classifier;

import io.accelerant.core.data.IdxFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.text.Text;
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
          Text.of(
              "%s holds %d images, %s has the shape %s; there must be one label for each image.",
              imagesName, images.count(), labelsName, Arrays.toString(labels.shape())));
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

  /** Writes an image, each pixel p of 0..255 as {@code numbers[p]}. */
  void copy(int image, float[] numbers, float[] into, int offset) {
    for (int i = 0; i < width; i++) {
      into[offset + i] = numbers[pixels[image * width + i] & 0xff];
    }
  }

  /** The pixels of an image, then its label. */
  byte[] record(int image) {
    byte[] record = Arrays.copyOfRange(pixels, image * width, (image + 1) * width + 1);
    record[width] = labels[image];
    return record;
  }

  /** Mean of all pixels, in 0..1. */
  double mean() {
    long sum = 0;
    for (byte pixel : pixels) {
      sum += pixel & 0xff;
    }
    return sum / 255.0 / pixels.length;
  }

  /** Standard deviation of all pixels about their mean, in the unit of 0..1; 1 if all are equal. */
  double deviation() {
    long sum = 0;
    long squares = 0;
    for (byte pixel : pixels) {
      sum += pixel & 0xff;
      squares += (pixel & 0xff) * (pixel & 0xff);
    }
    double mean = (double) sum / pixels.length;
    double variance = (double) squares / pixels.length - mean * mean;
    return variance > 0 ? StrictMath.sqrt(variance) / 255 : 1;
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
