package io.accelerant.rl.gvm;

import io.accelerant.core.config.Nearest;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * By which parameters a gradient is taken whose norm is wanted.
 *
 * @param name {@code embedding}, {@code head}, {@code all}, or that of a tensor
 */
public record NormOf(String name) implements Serializable {
  /** The table of tokens; where it is the matrix of the head as well, by way of both. */
  public static final NormOf EMBEDDING = new NormOf("embedding");

  /** The matrix before the logits; where it is the table of tokens as well, by way of the head. */
  public static final NormOf HEAD = new NormOf("head");

  /** All that is trained: of a network with adapters, these. */
  public static final NormOf ALL = new NormOf("all");

  private static final List<NormOf> GROUPS = List.of(EMBEDDING, HEAD, ALL);

  public NormOf {
    Objects.requireNonNull(name);
  }

  /** One of the three, or a tensor. */
  public static NormOf of(String name) {
    return new NormOf(name);
  }

  /** Whether it is one tensor by its name. */
  boolean isTensor() {
    return !GROUPS.contains(this);
  }

  /**
   * @param layout of a network
   * @throws ConfigException if it has no such tensor
   */
  public NormOf in(Layout layout) {
    List<String> names = new ArrayList<>(layout.shapes().keySet());
    if (isTensor() && !names.contains(name)) {
      GROUPS.forEach(group -> names.add(group.name));
      throw new ConfigException(
          Text.of(
              "gvmRaft.normOf is \"%s\", but the policy has no such tensor; the nearest is %s. It is"
                  + " embedding, head, all, or the name of a tensor.",
              name, Nearest.to(name, names).orElseThrow()));
    }
    return this;
  }

  @Override
  public String toString() {
    return name;
  }
}
