package io.accelerant.distill.continuous;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Locale;

/**
 * A factor of the first derivative in a step's expansion (USF, Liu et al. 2023). Methods of order 2
 * are free to choose it: each of them differs from the exact weight by a term of higher order.
 *
 * @param c of {@link Kind#LINEAR}; 0 for the others
 */
public record Relaxation(Kind kind, double c) implements Serializable {
  /** The exact weight. */
  public static final Relaxation NONE = new Relaxation(Kind.NONE, 0);

  /** How the factor depends on z = -h (data) or h (noise). */
  public enum Kind {
    NONE,
    /** 1 / (2 phi_2(z)): makes UniPC's weight 1/2 with B(h) = h. */
    BH1,
    /** phi_1(z) / (2 phi_2(z)): makes DPM-Solver++(2M). */
    BH2,
    /** 1 + (e^z - 1) / 2. */
    MORE,
    /** 1 - (e^z - 1) / 2. */
    LESS,
    /** 1 + c h. */
    LINEAR;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Kind ofLabel(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT));
    }
  }

  public Relaxation {
    if (!Double.isFinite(c) || kind != Kind.LINEAR && c != 0) {
      throw new IllegalArgumentException(Text.of("relaxation %s has c = %s", kind.label(), c));
    }
  }

  public static Relaxation of(Kind kind) {
    return new Relaxation(kind, 0);
  }

  /** 1 + c h. */
  public static Relaxation linear(double c) {
    return new Relaxation(Kind.LINEAR, c);
  }

  /** The factor of a step of this length. */
  double factor(double z) {
    return switch (kind) {
      case NONE -> 1;
      case BH1 -> 0.5 / UniPc.phi(2, z);
      case BH2 -> 0.5 * UniPc.phi(1, z) / UniPc.phi(2, z);
      case MORE -> 1 + 0.5 * StrictMath.expm1(z);
      case LESS -> 1 - 0.5 * StrictMath.expm1(z);
      case LINEAR -> 1 + c * Math.abs(z);
    };
  }

  /** Such as {@code bh2} or {@code 1+0.12h}. */
  public String describe() {
    return kind == Kind.LINEAR ? Text.of("1%+.3fh", c) : kind.label();
  }
}
