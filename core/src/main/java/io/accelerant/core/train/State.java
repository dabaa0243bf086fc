package io.accelerant.core.train;

import io.accelerant.core.engine.Flat;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that a run goes on from: parameters, averages and moments by role, what an outer loop
 * keeps, and whole numbers such as steps done.
 *
 * @param arrays by name, such as {@code network.parameters}, {@code network.optimizer.M}
 * @param counters by name, such as {@code network.optimizer.steps}
 */
record State(Map<String, Flat> arrays, Map<String, Long> counters) {
  State {
    arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
    counters = Collections.unmodifiableMap(new LinkedHashMap<>(counters));
  }

  /** This state with more in it. */
  State with(Map<String, Flat> moreArrays, Map<String, Long> moreCounters) {
    Map<String, Flat> a = new LinkedHashMap<>(arrays);
    a.putAll(moreArrays);
    Map<String, Long> c = new LinkedHashMap<>(counters);
    c.putAll(moreCounters);
    return new State(a, c);
  }

  /**
   * @throws IllegalStateException if there is no array of that name
   */
  Flat array(String name) {
    return require(arrays.get(name), name);
  }

  /**
   * @throws IllegalStateException if there is no counter of that name
   */
  long counter(String name) {
    return require(counters.get(name), name);
  }

  private static <T> T require(T value, String name) {
    if (value == null) {
      throw new IllegalStateException("the state holds no " + name);
    }
    return value;
  }
}
