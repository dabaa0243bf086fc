package io.accelerant.core.features;

import io.accelerant.core.error.DataException;
import io.accelerant.core.job.Progress;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.safetensors.Tensor;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * A small LeNet for grey images of 28 by 28: two convolutions of stride 2 (5 by 5 to 16 channels, 3
 * by 3 to 32, ReLU), a layer of {@value #FEATURES} features (ReLU), softmax. Strides instead of
 * pooling, since DL4J's convolution costs by the number of places (its oneDNN helpers do not load
 * in 1.0.0-M2.1). Images are numbers in 0..1, [784] row by row. Not thread-safe.
 */
public final class ImageClassifier implements AutoCloseable {
  /** Height and width of an image. */
  public static final int SIDE = 28;

  /** Number of features: activations before the last layer. */
  public static final int FEATURES = 128;

  private static final int PIXELS = SIDE * SIDE;
  private static final int BATCH = 64;
  private static final int FEATURE_LAYER = 2;
  private static final double LEARNING_RATE = 1e-3;
  private static final long WEIGHTS = RandomStream.purpose("features.weights");
  private static final long ORDER = RandomStream.purpose("features.order");

  /** DL4J's name of a parameter, PyTorch's name of it, its shape there. */
  private record Parameter(String key, String name, long... shape) {
    boolean isBias() {
      return shape.length == 1;
    }

    /** DL4J keeps a dense weight as [in, out], PyTorch as [out, in]. */
    boolean isTransposed() {
      return shape.length == 2;
    }

    int size() {
      return (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }
  }

  private final int classes;
  private final MultiLayerNetwork network;

  private ImageClassifier(int classes) {
    oneThread();
    this.classes = classes;
    this.network = new MultiLayerNetwork(layers(classes));
    this.network.init();
  }

  private static org.deeplearning4j.nn.conf.MultiLayerConfiguration layers(int classes) {
    return new NeuralNetConfiguration.Builder()
        .updater(new Adam(LEARNING_RATE))
        .activation(Activation.RELU)
        .list(
            convolution(5, 16),
            convolution(3, 32),
            new DenseLayer.Builder().nOut(FEATURES).build(),
            new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build())
        .setInputType(InputType.convolutional(SIDE, SIDE, 1))
        .build();
  }

  /** Small operations on many threads wait for each other more than they work. */
  private static void oneThread() {
    Nd4j.getEnvironment().setMaxThreads(1);
    Nd4j.getEnvironment().setMaxMasterThreads(1);
    if (Nd4j.getEnvironment().isCPU()) { // on a GPU it would be the size of a block
      NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
    }
  }

  private static ConvolutionLayer convolution(int kernel, int channels) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .stride(2, 2)
        .padding(kernel / 2, kernel / 2)
        .nOut(channels)
        .build();
  }

  private static List<Parameter> parameters(int classes) {
    return List.of(
        new Parameter("0_W", "conv1.weight", 16, 1, 5, 5),
        new Parameter("0_b", "conv1.bias", 16),
        new Parameter("1_W", "conv2.weight", 32, 16, 3, 3),
        new Parameter("1_b", "conv2.bias", 32),
        new Parameter("2_W", "features.weight", FEATURES, 32 * 7 * 7),
        new Parameter("2_b", "features.bias", FEATURES),
        new Parameter("3_W", "head.weight", classes, FEATURES),
        new Parameter("3_b", "head.bias", classes));
  }

  /**
   * Trains by Adam (learning rate 0.001, batches of {@value #BATCH}), each epoch in a new order.
   * Weights and orders depend on the seed alone.
   *
   * @param images [n][784] in 0..1
   * @param labels [n] in 0..classes-1
   * @throws DataException if sizes or labels are not so, or an image holds no number
   */
  public static ImageClassifier train(
      float[][] images, int[] labels, int classes, long seed, int epochs, Progress progress) {
    check(images, labels, classes);
    ImageClassifier classifier = new ImageClassifier(classes);
    classifier.initialise(seed);
    for (int epoch = 0; epoch < epochs; epoch++) {
      int[] order = order(images.length, seed, epoch);
      double loss = 0;
      int batches = 0;
      for (int from = 0; from < order.length; from += BATCH) {
        int[] own = Arrays.copyOfRange(order, from, Math.min(order.length, from + BATCH));
        try (INDArray x = batch(images, own);
            INDArray y = oneHot(labels, own, classes)) {
          classifier.network.fit(x, y);
        }
        loss += classifier.network.score();
        batches++;
      }
      progress.say("classifier: epoch %d/%d, loss %.4f", epoch + 1, epochs, loss / batches);
    }
    return classifier;
  }

  private static void check(float[][] images, int[] labels, int classes) {
    if (images.length == 0 || images.length != labels.length || classes < 2) {
      throw new DataException(
          Text.of(
              "%d images, %d labels, %d classes: expected as many labels as images, and two classes"
                  + " at least.",
              images.length, labels.length, classes));
    }
    check(images);
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new DataException(
            Text.of("label %d of image %d is not in 0..%d.", labels[i], i, classes - 1));
      }
    }
  }

  private static void check(float[][] images) {
    for (int i = 0; i < images.length; i++) {
      if (images[i].length != PIXELS) {
        throw new DataException(
            Text.of("image %d has %d numbers, expected %d.", i, images[i].length, PIXELS));
      }
      for (float pixel : images[i]) {
        if (!Float.isFinite(pixel)) {
          throw new DataException(Text.of("image %d holds %s.", i, pixel));
        }
      }
    }
  }

  /** He et al.: normal with variance 2 / inputs; biases 0. */
  private void initialise(long seed) {
    List<Parameter> parameters = parameters(classes);
    for (int p = 0; p < parameters.size(); p++) {
      Parameter parameter = parameters.get(p);
      float[] values = new float[parameter.size()];
      if (!parameter.isBias()) {
        RandomStream stream = new RandomStream(seed, WEIGHTS, p, 0);
        double deviation =
            StrictMath.sqrt(2.0 / ((double) parameter.size() / parameter.shape()[0]));
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (deviation * stream.nextGaussian());
        }
      }
      assign(parameter, values);
    }
  }

  private static int[] order(int count, long seed, int epoch) {
    int[] order = new int[count];
    Arrays.setAll(order, i -> i);
    RandomStream stream = new RandomStream(seed, ORDER, epoch, 0);
    for (int i = count - 1; i > 0; i--) {
      int j = stream.nextInt(i + 1);
      int moved = order[i];
      order[i] = order[j];
      order[j] = moved;
    }
    return order;
  }

  private static INDArray batch(float[][] images, int[] rows) {
    float[] flat = new float[rows.length * PIXELS];
    for (int b = 0; b < rows.length; b++) {
      System.arraycopy(images[rows[b]], 0, flat, b * PIXELS, PIXELS);
    }
    return Nd4j.createFromArray(flat).reshape(rows.length, 1, SIDE, SIDE);
  }

  private static INDArray oneHot(int[] labels, int[] rows, int classes) {
    float[] flat = new float[rows.length * classes];
    for (int b = 0; b < rows.length; b++) {
      flat[b * classes + labels[rows[b]]] = 1;
    }
    return Nd4j.createFromArray(flat).reshape(rows.length, classes);
  }

  /** Activations before the last layer, [n][{@value #FEATURES}]. */
  public float[][] features(float[][] images) {
    return evaluate(images, FEATURE_LAYER, FEATURES);
  }

  /** Probabilities of the classes, [n][classes]. */
  public float[][] probabilities(float[][] images) {
    return evaluate(images, FEATURE_LAYER + 1, classes);
  }

  /** In batches by index, so that the rows do not depend on who asks for how many at once. */
  private float[][] evaluate(float[][] images, int layer, int width) {
    check(images);
    float[][] rows = new float[images.length][];
    for (int from = 0; from < images.length; from += BATCH) {
      int first = from;
      int[] own = new int[Math.min(BATCH, images.length - from)];
      Arrays.setAll(own, b -> first + b);
      try (INDArray x = batch(images, own);
          INDArray y = network.feedForwardToLayer(layer, x, false).get(layer + 1)) {
        float[] flat = values(y);
        for (int b = 0; b < own.length; b++) {
          rows[from + b] = Arrays.copyOfRange(flat, b * width, (b + 1) * width);
        }
      }
    }
    return rows;
  }

  /** Share of the images whose most probable class is their label. */
  public double accuracy(float[][] images, int[] labels) {
    check(images, labels, classes);
    float[][] probabilities = probabilities(images);
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = probabilities[i][c] > probabilities[i][best] ? c : best;
      }
      right += best == labels[i] ? 1 : 0;
    }
    return (double) right / labels.length;
  }

  /** The weights as a safetensors file. */
  public byte[] toSafetensors() {
    List<Tensor> tensors = new ArrayList<>();
    for (Parameter parameter : parameters(classes)) {
      INDArray array = network.getParam(parameter.key());
      float[] values = values(parameter.isTransposed() ? array.transpose() : array);
      tensors.add(Tensor.of(parameter.name(), parameter.shape(), values));
    }
    return Safetensors.bytes(tensors, Map.of("format", "pt"));
  }

  /**
   * A classifier of given weights.
   *
   * @throws DataException if a tensor is missing, unknown, or of another shape than expected
   */
  public static ImageClassifier ofSafetensors(byte[] bytes, String whatItIs) {
    try (SafetensorsFile file = SafetensorsFile.of(bytes, whatItIs)) {
      if (!file.names().contains("head.bias") || file.shape("head.bias").length != 1) {
        throw new DataException(
            whatItIs + " has no tensor head.bias [classes]: it holds no image classifier.");
      }
      long classes = file.shape("head.bias")[0];
      if (classes < 2 || classes > 1 << 16) {
        throw new DataException(Text.of("%s has %d classes.", whatItIs, classes));
      }
      Map<Parameter, float[]> values = new LinkedHashMap<>();
      Set<String> rest = new java.util.TreeSet<>(file.names());
      for (Parameter parameter : parameters((int) classes)) {
        if (!rest.remove(parameter.name())
            || !Arrays.equals(file.shape(parameter.name()), parameter.shape())) {
          throw new DataException(
              Text.of(
                  "%s has no tensor %s of shape %s.",
                  whatItIs, parameter.name(), Arrays.toString(parameter.shape())));
        }
        values.put(parameter, file.tensor(parameter.name()).toFloats());
      }
      if (!rest.isEmpty()) {
        throw new DataException(Text.of("%s has the unknown tensors %s.", whatItIs, rest));
      }
      ImageClassifier classifier = new ImageClassifier((int) classes);
      values.forEach(classifier::assign);
      return classifier;
    }
  }

  private void assign(Parameter parameter, float[] values) {
    INDArray target = network.getParam(parameter.key());
    try (INDArray source = Nd4j.createFromArray(values)) {
      if (parameter.isTransposed()) {
        target.assign(source.reshape(parameter.shape()).transpose());
      } else {
        target.assign(source.reshape(target.shape()));
      }
    }
  }

  /** In row-major order, whatever the order in memory. */
  private static float[] values(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  @Override
  public void close() {
    network.close();
  }
}
