package io.accelerant.core.train;

import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.optim.ExponentialAverage;
import io.accelerant.core.optim.GradientClip;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.Optimizer;
import io.accelerant.core.optim.OptimizerSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One network, one optimizer: clip by global norm, step, average. Weight decay leaves vectors
 * (biases, gains) and what is not trained alone. The state's roles are {@code network}, {@code
 * ema}, {@code optimizer.*}.
 */
public final class GradientLearner implements Learner {
  /** Role of the raw weights. */
  public static final String NETWORK = "network";

  /** Role of the averaged weights. */
  public static final String EMA = "ema";

  private static final String OPTIMIZER = "optimizer.";
  private static final String STEPS = "optimizer.steps";

  private final Settings settings;
  private final Optimizer optimizer;
  private Flat network;
  private Flat average;

  /**
   * How a network is trained.
   *
   * @param clip largest norm of the gradient; infinite for none
   */
  public record Settings(
      OptimizerSpec optimizer,
      LearningRate learningRate,
      double clip,
      ExponentialAverage average) {}

  /**
   * @param layout of the network's parameters
   * @param trains whether a parameter, by name, is trained; the others keep their numbers
   * @param initial parameters; their precision is that of training
   */
  public GradientLearner(Settings settings, Layout layout, Predicate<String> trains, Flat initial) {
    this.settings = settings;
    this.network = initial.copy();
    this.average = initial.copy();
    this.optimizer =
        new Optimizer(
            settings.optimizer,
            layout,
            initial.precision(),
            tensor -> tensor.shape().size() > 1 && trains.test(tensor.name()));
  }

  @Override
  public Flat parameters() {
    return network;
  }

  /** The averaged weights, which are the ones to use. */
  public Flat average() {
    return average;
  }

  @Override
  public Map<String, Double> update(Sums sums, int round) {
    double rate = settings.learningRate.at(round);
    double norm;
    if (network.precision() == Precision.FLOAT32) {
      float[] gradient = sums.gradient().floats();
      norm = GradientClip.clip(gradient, settings.clip);
      optimizer.step(network.floats(), gradient, rate);
      settings.average.update(average.floats(), network.floats(), round);
    } else {
      double[] gradient = sums.gradient().doubles();
      norm = GradientClip.clip(gradient, settings.clip);
      optimizer.step(network.doubles(), gradient, rate);
      settings.average.update(average.doubles(), network.doubles(), round);
    }
    Map<String, Double> log = new LinkedHashMap<>();
    log.put("loss", sums.totals()[0]);
    log.put("gradientNorm", norm);
    log.put("learningRate", rate);
    return log;
  }

  @Override
  public State state() {
    Map<String, Flat> arrays = new LinkedHashMap<>();
    arrays.put(NETWORK, network);
    arrays.put(EMA, average);
    for (String name : optimizer.names()) {
      arrays.put(
          OPTIMIZER + name,
          network.precision() == Precision.FLOAT32
              ? Flat.of(optimizer.floats(name))
              : Flat.of(optimizer.doubles(name)));
    }
    return new State(arrays, Map.of(STEPS, (long) optimizer.steps()));
  }

  @Override
  public void restore(State state) {
    network = state.array(NETWORK).copy();
    average = state.array(EMA).copy();
    for (String name : optimizer.names()) {
      Flat numbers = state.array(OPTIMIZER + name);
      if (network.precision() == Precision.FLOAT32) {
        optimizer.restore(name, numbers.floats());
      } else {
        optimizer.restore(name, numbers.doubles());
      }
    }
    optimizer.restore(Math.toIntExact(state.counter(STEPS)));
  }

  @Override
  public void close() {
    optimizer.close();
  }
}
