package io.accelerant.distill.mmd;

import io.accelerant.core.train.Programs;
import java.io.Serializable;
import java.util.List;

/** Features of images that can be differentiated. Images are numbers in 0..1, flat. */
interface FeatureMap extends Serializable {
  /** Numbers of an image. */
  int pixels();

  /** Features of an image. */
  int width();

  /**
   * @param programs has the networks that the features need
   * @param images [rows][pixels], flat
   * @return [rows][width], flat
   */
  double[] features(Programs programs, double[] images);

  /**
   * J^T g of each row.
   *
   * @param cotangent g, [rows][width], flat
   * @return [rows][pixels], flat
   */
  double[] pullBack(Programs programs, double[] images, double[] cotangent);

  /** The pixels themselves. */
  record Identity(int pixels) implements FeatureMap {
    @Override
    public int width() {
      return pixels;
    }

    @Override
    public double[] features(Programs programs, double[] images) {
      return images;
    }

    @Override
    public double[] pullBack(Programs programs, double[] images, double[] cotangent) {
      return cotangent;
    }
  }

  /**
   * {@code M (x - mean)}.
   *
   * @param rows M, [width][pixels]
   */
  record Linear(double[] mean, double[][] rows) implements FeatureMap {
    @Override
    public int pixels() {
      return mean.length;
    }

    @Override
    public int width() {
      return rows.length;
    }

    @Override
    public double[] features(Programs programs, double[] images) {
      int count = images.length / pixels();
      double[] features = new double[count * width()];
      for (int i = 0; i < count; i++) {
        for (int k = 0; k < width(); k++) {
          double sum = 0;
          for (int p = 0; p < pixels(); p++) {
            sum += rows[k][p] * (images[i * pixels() + p] - mean[p]);
          }
          features[i * width() + k] = sum;
        }
      }
      return features;
    }

    @Override
    public double[] pullBack(Programs programs, double[] images, double[] cotangent) {
      double[] pulled = new double[images.length];
      for (int i = 0; i < images.length / pixels(); i++) {
        for (int k = 0; k < width(); k++) {
          double g = cotangent[i * width() + k];
          for (int p = 0; p < pixels(); p++) {
            pulled[i * pixels() + p] += g * rows[k][p];
          }
        }
      }
      return pulled;
    }
  }

  /** The features of several maps one after the other. */
  record Joined(List<FeatureMap> parts) implements FeatureMap {
    public Joined {
      parts = List.copyOf(parts);
    }

    @Override
    public int pixels() {
      return parts.get(0).pixels();
    }

    @Override
    public int width() {
      return parts.stream().mapToInt(FeatureMap::width).sum();
    }

    @Override
    public double[] features(Programs programs, double[] images) {
      return join(parts.stream().map(part -> part.features(programs, images)).toList());
    }

    /**
     * Rows of all parts side by side.
     *
     * @param features of each part
     */
    double[] join(List<double[]> features) {
      int rows = features.get(0).length / parts.get(0).width();
      double[] all = new double[rows * width()];
      int from = 0;
      for (int part = 0; part < parts.size(); part++) {
        move(features.get(part), parts.get(part).width(), all, from, true);
        from += parts.get(part).width();
      }
      return all;
    }

    @Override
    public double[] pullBack(Programs programs, double[] images, double[] cotangent) {
      double[] sum = new double[images.length];
      int from = 0;
      for (FeatureMap part : parts) {
        double[] own = new double[images.length / pixels() * part.width()];
        move(own, part.width(), cotangent, from, false);
        double[] pulled = part.pullBack(programs, images, own);
        for (int i = 0; i < sum.length; i++) {
          sum[i] += pulled[i];
        }
        from += part.width();
      }
      return sum;
    }

    /** Between rows of one part and their columns in the rows of all. */
    private void move(double[] own, int width, double[] all, int from, boolean into) {
      for (int i = 0; i < own.length / width; i++) {
        int column = i * width() + from;
        if (into) {
          System.arraycopy(own, i * width, all, column, width);
        } else {
          System.arraycopy(all, column, own, i * width, width);
        }
      }
    }
  }
}
