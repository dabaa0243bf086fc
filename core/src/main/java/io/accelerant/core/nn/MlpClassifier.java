package io.accelerant.core.nn;

import io.accelerant.core.engine.Value;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An {@link Mlp} whose outputs are logits of classes. Input {@code x [batch, in]}, output {@code
 * logits [batch, out]}.
 */
public record MlpClassifier(Mlp mlp) implements NetworkSpec {
  static final String TYPE = "accelerant-mlp-classifier";

  @Override
  public void build(Scope scope, BatchShape shape) {
    scope.graph().output("logits", logits(scope, shape));
  }

  /**
   * Declares the input as well.
   *
   * @return {@code [batch, out]}
   */
  public Value logits(Scope scope, BatchShape shape) {
    return mlp.apply(scope, scope.graph().input("x", shape.batch(), mlp.in()));
  }

  /**
   * Activations before the last layer; declares the input as well.
   *
   * @return {@code [batch, mlp.width()]}
   */
  public Value features(Scope scope, BatchShape shape) {
    return mlp.hidden(scope, scope.graph().input("x", shape.batch(), mlp.in()));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>(mlp.config());
    config.put("model_type", TYPE);
    return config;
  }

  static MlpClassifier of(ConfigFile config) {
    return new MlpClassifier(Mlp.of(config));
  }
}
