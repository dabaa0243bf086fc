package io.accelerant.core.train;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.optim.GradientClip;
import io.accelerant.core.optim.Optimizer;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.RoleNumbers.Slot;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One trained role: clip by global norm, step, average, over the parameters that its network
 * trains. Weight decay leaves vectors (biases, gains) alone. Its state is called {@code
 * <role>.parameters}, {@code <role>.average}, {@code <role>.optimizer.*}.
 */
final class RoleLearner implements AutoCloseable {
  private static final String PARAMETERS = ".parameters";
  private static final String AVERAGE = ".average";
  private static final String OPTIMIZER = ".optimizer.";
  private static final String STEPS = ".optimizer.steps";

  private final String role;
  private final Slot slot;
  private final Training training;
  private final Optimizer optimizer;
  private final Flat fixed;
  private Flat moving;
  private Flat average;

  /**
   * @param initial all parameters of the network; their precision is that of training; kept, not
   *     copied, where some of them are fixed
   */
  RoleLearner(String role, NetworkSpec network, Training training, Flat initial) {
    this.role = role;
    this.slot = slot(role, network, true);
    this.training = training;
    this.fixed = fixed(slot, initial);
    this.moving = moving(slot, initial);
    this.average = moving.copy();
    this.optimizer =
        new Optimizer(
            training.optimizer(),
            slot.moving(),
            initial.precision(),
            tensor -> tensor.shape().size() > 1);
  }

  /**
   * @param trained whether some of it is
   */
  static Slot slot(String role, NetworkSpec network, boolean trained) {
    Layout whole = network.layout();
    return new Slot(
        role,
        role,
        whole,
        whole.only(name -> trained && network.trains(name)),
        whole.within(name -> !trained || !network.trains(name)),
        whole.within(network::freezes));
  }

  /** What is fixed of a role, where it is: all of its numbers, or none. */
  static Flat fixed(Slot slot, Flat whole) {
    requireLength(slot, whole);
    return slot.fixed().size() == 0 ? Flat.zeros(whole.precision(), 0) : whole;
  }

  private static Flat moving(Slot slot, Flat whole) {
    Flat moving = Flat.zeros(whole.precision(), slot.moving().size());
    slot.whole().copy(whole, slot.moving(), moving);
    return moving;
  }

  private static void requireLength(Slot slot, Flat whole) {
    if (whole.length() != slot.whole().size()) {
      throw new IllegalArgumentException(
          Text.of(
              "role %s holds %d numbers, got %d",
              slot.role(), slot.whole().size(), whole.length()));
    }
  }

  RoleNumbers numbers() {
    return new RoleNumbers(slot, fixed, moving);
  }

  /** The averaged numbers, under the name that they have as a role. */
  RoleNumbers averageNumbers() {
    Slot named =
        new Slot(
            Roles.average(role), role, slot.whole(), slot.moving(), slot.fixed(), slot.frozen());
    return new RoleNumbers(named, fixed, average);
  }

  /**
   * Takes a step if there is a gradient; moves the average if its round has come.
   *
   * @param gradient of the moving part, or null; overwritten
   * @return what to log
   */
  Map<String, Double> update(Flat gradient, int round) {
    Map<String, Double> log = new LinkedHashMap<>();
    if (gradient != null) {
      double rate = training.learningRate().at(round);
      if (training.penalty() > 0) {
        gradient.addScaled(moving, training.penalty());
      }
      log.put("gradientNorm", GradientClip.clip(gradient, training.clip()));
      log.put("learningRate", rate);
      optimizer.step(moving, gradient, rate);
    }
    if ((round + 1) % training.averageEvery() == 0) {
      training.average().update(average, moving, round);
    }
    return log;
  }

  void addTo(Map<String, Flat> arrays, Map<String, Long> counters) {
    arrays.put(role + PARAMETERS, moving);
    arrays.put(role + AVERAGE, average);
    optimizer.names().forEach(name -> arrays.put(role + OPTIMIZER + name, optimizer.state(name)));
    counters.put(role + STEPS, (long) optimizer.steps());
  }

  void restore(State state) {
    moving = state.array(role + PARAMETERS).copy();
    average = state.array(role + AVERAGE).copy();
    optimizer
        .names()
        .forEach(name -> optimizer.restore(name, state.array(role + OPTIMIZER + name)));
    optimizer.restore(Math.toIntExact(state.counter(role + STEPS)));
  }

  @Override
  public void close() {
    optimizer.close();
  }
}
