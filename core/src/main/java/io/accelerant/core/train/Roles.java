package io.accelerant.core.train;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Storage;
import io.accelerant.core.nn.Frozen;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The networks of a training run by role, each frozen or trained by an optimizer of its own: the
 * driver's side of training. What is frozen, and what a trained network does not train, travels to
 * the workers once; what is trained moves every round.
 */
public final class Roles implements AutoCloseable {
  private static final String FROZEN = ".frozen";

  private final Precision precision;
  private final Map<String, RoleNumbers> frozen = new LinkedHashMap<>();
  private final Map<String, RoleLearner> trained = new LinkedHashMap<>();
  private final Map<String, Flat> replaced = new LinkedHashMap<>();
  private int version;

  /** No roles yet. */
  public Roles(Precision precision) {
    this.precision = precision;
  }

  /** The name under which the average of a trained role is read. */
  public static String average(String role) {
    return role + ".average";
  }

  /**
   * Adds a role whose numbers stay.
   *
   * @param parameters not copied
   */
  public Roles frozen(String role, NetworkSpec network, Flat parameters) {
    requireNew(role, parameters);
    frozen.put(role, frozen(RoleLearner.slot(role, network, false), parameters));
    return this;
  }

  /**
   * Adds a finished network, such as a teacher: a role whose numbers stay, and whose matrices are
   * kept as {@code engine.frozen} says.
   *
   * @param parameters not copied
   */
  public Roles reference(String role, NetworkSpec network, Flat parameters) {
    return frozen(role, new Frozen(network), parameters);
  }

  private static RoleNumbers frozen(RoleNumbers.Slot slot, Flat parameters) {
    Flat fixed = RoleLearner.fixed(slot, parameters);
    return new RoleNumbers(slot, fixed, Flat.zeros(parameters.precision(), 0));
  }

  /**
   * Adds a role that is trained.
   *
   * @param initial what stays of it is not copied
   */
  public Roles trained(String role, NetworkSpec network, Training training, Flat initial) {
    requireNew(role, initial);
    trained.put(role, new RoleLearner(role, network, training, initial));
    return this;
  }

  private void requireNew(String role, Flat numbers) {
    if (role.contains(".") || frozen.containsKey(role) || trained.containsKey(role)) {
      throw new IllegalArgumentException("role " + role + " is there, or has a dot in its name");
    }
    if (numbers.precision() != precision) {
      throw new IllegalArgumentException(
          Text.of("role %s is %s, not %s", role, numbers.precision(), precision));
    }
  }

  /** Gives a frozen role other numbers, which are then part of the state: an old policy. */
  public void replace(String role, Flat parameters) {
    Flat own = parameters.copy();
    frozen.put(role, frozen(require(frozen, role).slot(), own));
    replaced.put(role + FROZEN, own);
    version++;
  }

  public Precision precision() {
    return precision;
  }

  /** A copy of all parameters of a role, in the order of its network's layout. */
  public Flat parameters(String role) {
    return trained.containsKey(role)
        ? trained.get(role).numbers().all()
        : require(frozen, role).all();
  }

  /** As {@link #parameters}, of the average of a trained role. */
  public Flat averages(String role) {
    return require(trained, role).averageNumbers().all();
  }

  private static <T> T require(Map<String, T> roles, String role) {
    T found = roles.get(role);
    if (found == null) {
      throw new IllegalArgumentException("no such role " + role + "; there are " + roles.keySet());
    }
    return found;
  }

  /**
   * Checks on the driver what tasks would refuse.
   *
   * @throws io.accelerant.core.error.ConfigException if frozen matrices cannot be kept so
   */
  void require(Storage kept) {
    numbers(Set.of())
        .forEach(
            role ->
                kept.require(
                    role.slot().frozen(), role.fixed(), Text.of("role %s", role.slot().role())));
  }

  /** Rises when what is fixed changes. */
  int version() {
    return version;
  }

  /** All numbers, of some trained roles the averages as well. */
  List<RoleNumbers> numbers(Set<String> averages) {
    List<RoleNumbers> numbers = new ArrayList<>(frozen.values());
    trained.values().forEach(role -> numbers.add(role.numbers()));
    averages.forEach(role -> numbers.add(require(trained, role).averageNumbers()));
    return numbers;
  }

  /**
   * Takes the sums of one round.
   *
   * @return what to log of the round: the totals; gradient norm and learning rate, under the name
   *     of the role if there are several
   */
  Map<String, Double> update(Sums sums, int round) {
    Map<String, Double> log = new LinkedHashMap<>();
    sums.totals().keySet().forEach(name -> log.put(name, sums.total(name)));
    trained.forEach(
        (role, learner) -> {
          String prefix = trained.size() == 1 ? "" : role + ".";
          learner
              .update(sums.gradients().get(role), round)
              .forEach((name, number) -> log.put(prefix + name, number));
        });
    return log;
  }

  State state() {
    Map<String, Flat> arrays = new LinkedHashMap<>(replaced);
    Map<String, Long> counters = new LinkedHashMap<>();
    trained.values().forEach(role -> role.addTo(arrays, counters));
    return new State(arrays, counters);
  }

  void restore(State state) {
    trained.values().forEach(role -> role.restore(state));
    for (String role : List.copyOf(frozen.keySet())) {
      if (state.arrays().containsKey(role + FROZEN)) {
        replace(role, state.array(role + FROZEN));
      }
    }
  }

  @Override
  public void close() {
    trained.values().forEach(RoleLearner::close);
  }
}
