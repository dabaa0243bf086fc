package io.accelerant.core.nn;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Value;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An {@link Mlp} whose outputs are logits of classes. Input {@code x [batch, in]}, output {@code
 * logits [batch, out]}. Training: {@code targets [batch]} (whole numbers), {@code weights [batch]},
 * loss = sum of weight times {@code -log softmax(logits)[target]}, in nats.
 */
public record MlpClassifier(Mlp mlp) implements NetworkSpec {
  static final String TYPE = "accelerant-mlp-classifier";

  @Override
  public void build(Scope scope, BatchShape shape, boolean training) {
    Graph g = scope.graph();
    int batch = shape.batch();
    Value logits = mlp.apply(scope, g.input("x", batch, mlp.in()));
    if (!training) {
      g.output("logits", logits);
      return;
    }
    Value targets = g.indices("targets", batch);
    g.output("loss", g.crossEntropy(logits, targets, g.input("weights", batch)));
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
