package io.accelerant.core.train;

import io.accelerant.core.engine.Program;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.NetworkSpec;
import java.util.List;
import java.util.Map;

/** An objective with other networks in some of its roles. */
record Replaced(Objective objective, Map<String, NetworkSpec> networks) implements Objective {
  @Override
  public List<String> differentiated() {
    return objective.differentiated();
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    objective.build(scopes, shape);
  }

  @Override
  public BatchShape shape() {
    return objective.shape();
  }

  @Override
  public BatchShape shape(byte[] record) {
    return objective.shape(record);
  }

  @Override
  public void set(Program program, Batch batch) {
    objective.set(program, batch);
  }

  @Override
  public Map<String, Object> config() {
    return Map.of("of", objective.hash());
  }
}
