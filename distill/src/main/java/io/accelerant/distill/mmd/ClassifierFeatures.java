package io.accelerant.distill.mmd;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.MlpClassifier;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.Programs;
import io.accelerant.core.train.Scopes;
import io.accelerant.distill.measure.pixels.PixelClassifier;
import java.util.List;
import java.util.Map;

/**
 * The last hidden layer of a trained classifier, each unit brought to mean 0 and deviation 1 over
 * the data. Its numbers are those of the frozen role {@value #ROLE}.
 *
 * @param inputMean subtracted from pixels
 * @param inputDeviation divides them then
 * @param mean of each unit
 * @param deviation of each unit, positive
 */
record ClassifierFeatures(
    MlpClassifier classifier,
    double inputMean,
    double inputDeviation,
    double[] mean,
    double[] deviation,
    int microBatch)
    implements FeatureMap {
  static final String ROLE = "classifier";

  /** The map whose units have mean 0 and deviation 1 over images. */
  static ClassifierFeatures standardised(
      PixelClassifier classifier, float[][] images, int microBatch) {
    float[][] rows = classifier.features(images);
    int width = rows[0].length;
    double[] mean = new double[width];
    double[] deviation = new double[width];
    for (int k = 0; k < width; k++) {
      double sum = 0;
      double squares = 0;
      for (float[] row : rows) {
        sum += row[k];
        squares += (double) row[k] * row[k];
      }
      mean[k] = sum / rows.length;
      double variance = squares / rows.length - mean[k] * mean[k];
      deviation[k] = variance > 1e-12 ? StrictMath.sqrt(variance) : 1; // a unit that is dead
    }
    return new ClassifierFeatures(
        classifier.network(),
        classifier.inputMean(),
        classifier.inputDeviation(),
        mean,
        deviation,
        microBatch);
  }

  /** The layer and its vector-Jacobian product by the images. */
  private record Layer(MlpClassifier classifier, int microBatch) implements Objective {
    @Override
    public Map<String, NetworkSpec> networks() {
      return Map.of(ROLE, classifier);
    }

    @Override
    public List<String> differentiated() {
      return List.of();
    }

    @Override
    public void build(Scopes scopes, BatchShape shape) {
      ChainObjective.cotangent(scopes, "features", classifier.features(scopes.of(ROLE), shape));
    }

    @Override
    public Program training(Precision precision, BatchShape shape) {
      return graph(precision, shape).training("loss", List.of(ChainObjective.X));
    }

    @Override
    public BatchShape shape() {
      return BatchShape.of(microBatch);
    }

    @Override
    public void set(Program program, Batch batch) {
      throw new UnsupportedOperationException("images come from a chain, not from records");
    }
  }

  @Override
  public int pixels() {
    return classifier.mlp().in();
  }

  @Override
  public int width() {
    return mean.length;
  }

  private Layer layer() {
    return new Layer(classifier, microBatch);
  }

  @Override
  public double[] features(Programs programs, double[] images) {
    int count = images.length / pixels();
    double[] features = new double[count * width()];
    for (int from = 0; from < count; from += microBatch) {
      int rows = Math.min(microBatch, count - from);
      Program program = programs.forward(layer(), layer().shape());
      program.set(ChainObjective.X, images(images, from, rows));
      program.run();
      double[] own = program.doubles("features");
      for (int i = 0; i < rows * width(); i++) {
        int unit = i % width();
        features[from * width() + i] = (own[i] - mean[unit]) / deviation[unit];
      }
    }
    return features;
  }

  @Override
  public double[] pullBack(Programs programs, double[] images, double[] cotangent) {
    int count = images.length / pixels();
    double[] pulled = new double[images.length];
    for (int from = 0; from < count; from += microBatch) {
      int rows = Math.min(microBatch, count - from);
      double[] own = padded(cotangent, from, rows, width());
      for (int i = 0; i < rows * width(); i++) {
        own[i] /= deviation[i % width()];
      }
      Program program = programs.training(layer(), layer().shape());
      program.set(ChainObjective.X, images(images, from, rows)).set("cotangent", own);
      program.run();
      Flat gradient = program.gradients();
      for (int i = 0; i < rows * pixels(); i++) {
        pulled[from * pixels() + i] = gradient.get(i) / inputDeviation;
      }
    }
    return pulled;
  }

  /**
   * What {@link #features} makes of the layer's activations.
   *
   * @param rows [rows][width]
   * @return flat
   */
  double[] standardised(float[][] rows) {
    double[] flat = new double[rows.length * width()];
    for (int i = 0; i < flat.length; i++) {
      int unit = i % width();
      flat[i] = (rows[i / width()][unit] - mean[unit]) / deviation[unit];
    }
    return flat;
  }

  private double[] images(double[] all, int from, int rows) {
    double[] piece = padded(all, from, rows, pixels());
    for (int i = 0; i < rows * pixels(); i++) {
      piece[i] = (piece[i] - inputMean) / inputDeviation;
    }
    return piece;
  }

  private double[] padded(double[] all, int from, int rows, int size) {
    double[] piece = new double[microBatch * size];
    System.arraycopy(all, from * size, piece, 0, rows * size);
    return piece;
  }
}
