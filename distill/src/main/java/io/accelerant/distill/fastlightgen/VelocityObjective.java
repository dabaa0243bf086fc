package io.accelerant.distill.fastlightgen;

import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.Scopes;
import java.util.List;
import java.util.Map;

/**
 * A network in a role as a velocity: what it predicts, with some of its blocks.
 *
 * @param blocks that are run; the others of the network are skipped
 * @param use what is made of the prediction
 * @param microBatch rows of one program
 */
record VelocityObjective(
    String role, PatchTransformer network, List<Integer> blocks, Use use, int microBatch)
    implements Objective {
  static final String PREDICTION = "prediction";
  static final String COTANGENT = "cotangent";

  /** What is made of it. */
  enum Use {
    /** The output {@code prediction} alone. */
    OUTPUT,
    /** Mean squared error against {@code target}, by {@code weights}. */
    REGRESSION,
    /** The product with {@code cotangent}, whose gradient is the vector-Jacobian product. */
    PULL_BACK
  }

  @Override
  public Map<String, NetworkSpec> networks() {
    return Map.of(role, network);
  }

  @Override
  public List<String> differentiated() {
    return use == Use.OUTPUT ? List.of() : List.of(role);
  }

  @Override
  public BatchShape shape() {
    return BatchShape.of(microBatch);
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    Value prediction = network.apply(scopes.of(role), shape, blocks);
    switch (use) {
      case OUTPUT -> scopes.graph().output(PREDICTION, prediction);
      case REGRESSION -> scopes.squaredError(prediction);
      case PULL_BACK -> {
        Value cotangent = scopes.graph().input(COTANGENT, prediction.shape());
        scopes.graph().output("loss", prediction.mul(cotangent).sum());
      }
    }
  }

  /** {@link RoleVelocity} sets the inputs. */
  @Override
  public void set(Program program, Batch batch) {
    throw new UnsupportedOperationException("states are no batch of records");
  }

  @Override
  public Map<String, Object> config() {
    return Map.of("blocks", blocks, "use", use.name(), "of", network.config());
  }
}
