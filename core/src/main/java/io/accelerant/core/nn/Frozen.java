package io.accelerant.core.nn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network of which nothing is trained, such as a teacher: programs may keep all of its matrices
 * in 16 bits. It is told from the same network as one that is trained, whose programs must not.
 */
public record Frozen(NetworkSpec base) implements NetworkSpec {
  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>(base.config());
    config.put("frozen", true);
    return config;
  }

  @Override
  public void build(Scope scope, BatchShape shape) {
    base.build(scope, shape);
  }

  @Override
  public Scope scope(Scope scope) {
    return base.scope(scope);
  }

  @Override
  public boolean trains(String parameter) {
    return false;
  }

  @Override
  public boolean freezes(String parameter) {
    return true;
  }

  @Override
  public List<String> matrices() {
    return base.matrices();
  }
}
