package io.accelerant.core.nn;

import io.accelerant.core.engine.Value;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A patch transformer that also hands out what its blocks read and leave, such as for their
 * influence. Outputs besides {@code prediction}: {@code state.<i> [batch, patches, width]}, the
 * tokens before block i; after the last block there is {@code state.<layers>}. Without a block that
 * is not there: what block i leaves is the next state that is.
 */
public record BlockStates(PatchTransformer network) implements NetworkSpec {
  /** Hugging Face's name of the same wish. */
  static final String KEY = "output_hidden_states";

  /** Name of the output before a block. */
  public static String before(int block) {
    return "state." + block;
  }

  @Override
  public void build(Scope scope, BatchShape shape) {
    Value prediction =
        network.apply(
            scope,
            shape,
            network.keep(),
            (block, state) -> scope.graph().output(before(block), state));
    scope.graph().output("prediction", prediction);
  }

  @Override
  public boolean trains(String parameter) {
    return network.trains(parameter);
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>(network.config());
    config.put(KEY, true);
    return config;
  }
}
