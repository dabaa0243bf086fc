package io.accelerant.core.engine;

import io.accelerant.core.text.Text;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.AdaMaxUpdater;
import org.nd4j.linalg.learning.AdamUpdater;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.NesterovsUpdater;
import org.nd4j.linalg.learning.SgdUpdater;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * One of ND4J's gradient updaters on flat arrays: turns a gradient into the step to subtract, and
 * keeps its running averages in native memory under names, for checkpoints. One thread at a time.
 */
public final class Updater implements AutoCloseable {
  /** The update rules; b1 and b2 are the two decay rates, t counts steps from 1. */
  public enum Rule {
    /** {@code lr g}. */
    SGD,
    /** {@code v' = b1 v - lr g}; the step is {@code b1 v - (1 + b1) v'}. */
    NESTEROVS,
    /**
     * {@code m' = b1 m + (1-b1) g}, {@code v' = b2 v + (1-b2) g^2}; the step is {@code lr sqrt(1 -
     * b2^t) / (1 - b1^t) m' / (sqrt(v') + epsilon)}: Kingma and Ba's short form, whose epsilon is
     * not divided by the bias correction.
     */
    ADAM,
    /** {@code u' = max(b2 u, |g|)}; the step is {@code lr / (1 - b1^t) m' / u'}. */
    ADAMAX
  }

  private final IUpdater settings;
  private final GradientUpdater<?> updater;
  private final Buffer gradient;
  private final INDArray view;
  private final SortedMap<String, Buffer> state = new TreeMap<>();
  private boolean closed;

  /**
   * @param rule the update rule
   * @param beta1 b1, or the momentum
   * @param beta2 b2, where the rule has one
   * @param size elements of the parameters
   */
  public Updater(
      Rule rule, double beta1, double beta2, double epsilon, int size, Precision precision) {
    Engine.load();
    gradient = new Buffer(precision.type(), size, true);
    view = gradient.view(new long[] {size});
    switch (rule) {
      case SGD -> {
        Sgd sgd = new Sgd();
        settings = sgd;
        updater = new SgdUpdater(sgd);
      }
      case NESTEROVS -> {
        Nesterovs nesterovs = new Nesterovs(0, beta1);
        settings = nesterovs;
        updater = new NesterovsUpdater(nesterovs);
        state.put(NesterovsUpdater.V_STATE, new Buffer(precision.type(), size, true));
      }
      case ADAM -> {
        Adam adam = new Adam(0, beta1, beta2, epsilon);
        settings = adam;
        updater = new AdamUpdater(adam);
        state.put(AdamUpdater.M_STATE, new Buffer(precision.type(), size, true));
        state.put(AdamUpdater.V_STATE, new Buffer(precision.type(), size, true));
      }
      case ADAMAX -> {
        AdaMax adaMax = new AdaMax(0, beta1, beta2, epsilon);
        settings = adaMax;
        updater = new AdaMaxUpdater(adaMax);
        state.put(AdaMaxUpdater.M_STATE, new Buffer(precision.type(), size, true));
        state.put(AdaMaxUpdater.U_STATE, new Buffer(precision.type(), size, true));
      }
      default -> throw new AssertionError(rule);
    }
    if (!state.isEmpty()) {
      Map<String, INDArray> views = new HashMap<>();
      state.forEach((name, buffer) -> views.put(name, buffer.view(new long[] {size})));
      updater.setState(views, false);
    }
  }

  /**
   * Replaces the gradient by the step to subtract from the parameters.
   *
   * @param iteration steps done before this one
   */
  public void apply(Flat numbers, double learningRate, int iteration) {
    prepare(numbers.length(), learningRate);
    gradient.put(numbers, 0, numbers.length());
    updater.applyUpdater(view, iteration, 0);
    gradient.get(numbers, 0, numbers.length());
  }

  private void prepare(int length, double learningRate) {
    requireOpen();
    requireLength(length);
    Engine.enter();
    settings.setLrAndSchedule(learningRate, null);
  }

  /** Names of the running averages, none for plain gradient descent. */
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet((SortedSet<String>) state.keySet());
  }

  /** The numbers of one running average. */
  public Flat get(String name) {
    return find(name).read((int) gradient.length);
  }

  /** Sets one running average, as read from a checkpoint. */
  public void set(String name, Flat numbers) {
    requireLength(numbers.length());
    find(name).put(numbers, 0, numbers.length());
  }

  private Buffer find(String name) {
    requireOpen();
    Buffer buffer = state.get(name);
    if (buffer == null) {
      throw new IllegalArgumentException(
          "no running average is named " + name + "; there are " + state.keySet());
    }
    return buffer;
  }

  private void requireLength(int length) {
    if (length != gradient.length) {
      throw new IllegalArgumentException(
          Text.of("the updater holds %d numbers, got %d", gradient.length, length));
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the updater is closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      gradient.close();
      state.values().forEach(Buffer::close);
    }
  }
}
