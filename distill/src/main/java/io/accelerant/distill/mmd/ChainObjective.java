package io.accelerant.distill.mmd;

import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.Value;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Scopes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One evaluation of the network, and its vector-Jacobian product: the loss is the prediction times
 * a given cotangent, differentiated by the trained parameters and, last, by the input {@code x}.
 *
 * @param patches the network as a function
 * @param network that, or that with adapters: what has parameters
 * @param microBatch images of one program
 */
record ChainObjective(PatchTransformer patches, NetworkSpec network, int microBatch)
    implements Loss {
  static final String X = "x";

  @Override
  public BatchShape shape() {
    return BatchShape.of(microBatch);
  }

  @Override
  public void build(Scopes scopes, BatchShape shape) {
    cotangent(scopes, "prediction", patches.apply(scopes.of(NETWORK), shape));
  }

  /** Names a value, and the loss that pulls an input {@code cotangent} back through it. */
  static void cotangent(Scopes scopes, String name, Value value) {
    scopes.graph().output(name, value);
    Value cotangent = scopes.graph().input("cotangent", value.shape());
    scopes.graph().output("loss", value.mul(cotangent).sum());
  }

  /** With the gradient of {@code x} behind those of the parameters. */
  @Override
  public Program training(Precision precision, BatchShape shape) {
    List<String> names = new ArrayList<>();
    network
        .layout()
        .only(network::trains)
        .tensors()
        .forEach(t -> names.add(NETWORK + "." + t.name()));
    names.add(X);
    return graph(precision, shape).training("loss", names);
  }

  /** The chain sets the inputs, step by step. */
  @Override
  public void set(Program program, Batch batch) {
    throw new UnsupportedOperationException("a chain is no batch of records");
  }

  @Override
  public Map<String, Object> config() {
    return Map.of("of", patches.config());
  }
}
