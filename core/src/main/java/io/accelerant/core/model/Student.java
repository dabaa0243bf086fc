package io.accelerant.core.model;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.TokenNetwork;
import java.io.Serializable;

/**
 * A language network that is finetuned, and what of it is trained.
 *
 * @param network of the base
 * @param trained the same, or with adapters
 */
public record Student(TokenNetwork network, NetworkSpec trained) implements Serializable {
  /** All parameters of {@code trained} at the start. */
  public Flat initial(float[] base, long seed) {
    return Flat.of(Adapters.initial(trained, base, seed));
  }

  /** Of all parameters those that move. */
  public float[] moving(Flat all) {
    Layout layout = moving();
    Flat moving = Flat.zeros(all.precision(), layout.size());
    trained.layout().copy(all, layout, moving);
    return moving.floats();
  }

  private Layout moving() {
    return trained.layout().only(trained::trains);
  }

  /** All parameters of {@code trained}, those that move being these. */
  public float[] whole(float[] base, float[] moved) {
    Flat all = initial(base, 0).copy(); // without adapters it is the base itself
    moving().copy(Flat.of(moved), trained.layout(), all);
    return all.floats();
  }

  /** Parameters of the network alone, adapters folded in. */
  public float[] merged(float[] base, float[] moved) {
    return Adapters.merged(trained, whole(base, moved));
  }
}
