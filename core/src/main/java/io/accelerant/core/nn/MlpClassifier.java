package io.accelerant.core.nn;

import io.accelerant.core.engine.Value;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An {@link Mlp} whose outputs are logits of classes. Input {@code x [batch, in]}, outputs {@code
 * logits [batch, out]} and {@code features [batch, mlp.width()]}, what the last layer sees.
 */
public record MlpClassifier(Mlp mlp) implements NetworkSpec {
  static final String TYPE = "accelerant-mlp-classifier";

  @Override
  public void build(Scope scope, BatchShape shape) {
    Value features = features(scope, shape);
    scope.graph().output("features", features);
    scope.graph().output("logits", mlp.last(scope, features));
  }

  /**
   * Declares the input as well.
   *
   * @return {@code [batch, out]}
   */
  public Value logits(Scope scope, BatchShape shape) {
    return mlp.last(scope, features(scope, shape));
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
