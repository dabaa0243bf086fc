package io.accelerant.core.optim;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Updater;
import io.accelerant.core.text.Text;
import java.util.List;
import java.util.SortedSet;
import java.util.function.Predicate;

/**
 * Updates flat parameters in place. Its whole state is the number of steps and the named arrays, so
 * a checkpoint that holds them goes on with the same bits. One thread at a time; {@link #close}
 * frees native memory.
 */
public final class Optimizer implements AutoCloseable {
  private final OptimizerSpec spec;
  private final List<Layout.Tensor> decayed;
  private final int size;
  private final Updater updater;
  private int steps;

  /** Weight decay on every tensor. */
  public Optimizer(OptimizerSpec spec, Layout layout, Precision precision) {
    this(spec, layout, precision, tensor -> true);
  }

  /**
   * @param decays which tensors shrink by weight decay; biases and gains usually do not
   */
  public Optimizer(
      OptimizerSpec spec, Layout layout, Precision precision, Predicate<Layout.Tensor> decays) {
    this.spec = spec;
    this.size = layout.size();
    this.decayed = layout.tensors().stream().filter(decays).toList();
    this.updater =
        new Updater(spec.rule(), spec.beta1(), spec.beta2(), spec.epsilon(), size, precision);
  }

  /**
   * One step.
   *
   * @param parameters changed in place
   * @param gradient overwritten by the step that was subtracted
   * @param learningRate of this step
   */
  public void step(Flat parameters, Flat gradient, double learningRate) {
    requireLength(parameters.length());
    updater.apply(gradient, learningRate, steps++);
    if (spec.weightDecay() > 0) {
      double keep = 1 - learningRate * spec.weightDecay();
      decayed.forEach(t -> parameters.scale(keep, t.offset(), t.size()));
    }
    parameters.subtract(gradient);
  }

  private void requireLength(int length) {
    if (length != size) {
      throw new IllegalArgumentException(
          Text.of("the optimizer holds %d parameters, got %d", size, length));
    }
  }

  /** Steps done so far; decides the bias correction. */
  public int steps() {
    return steps;
  }

  /** Names of the state arrays. */
  public SortedSet<String> names() {
    return updater.names();
  }

  /** One state array. */
  public Flat state(String name) {
    return updater.get(name);
  }

  /** Restores the number of steps; restore every array of {@link #names()} too. */
  public void restore(int stepsDone) {
    steps = stepsDone;
  }

  /** Restores one state array. */
  public void restore(String name, Flat numbers) {
    updater.set(name, numbers);
  }

  @Override
  public void close() {
    updater.close();
  }
}
