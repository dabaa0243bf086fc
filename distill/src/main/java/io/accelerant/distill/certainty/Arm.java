package io.accelerant.distill.certainty;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a student is trained on, and by: a line of every table. The factorial is texts by beta; a
 * variant changes one thing more.
 *
 * @param beta weight of the entropy
 */
record Arm(Texts texts, double beta, Variant variant) implements Serializable {
  /** The model that nothing was done to, as tables name it. */
  static final String BASE = "base";

  /** Whose answers. */
  enum Texts {
    /** The frozen model's own. */
    SELF,
    /** Those of the table, to the same prompts. */
    GOLD,
    /** The frozen model's own, drawn at a temperature: what is likely is not always taken. */
    TEMPERED
  }

  /** What is different. */
  enum Variant {
    /** Nothing. */
    PLAIN,
    /** The entropy is that of all masked positions, right or wrong. */
    ALL_MASKED,
    /** One view of a row, without the complement. */
    ONE_VIEW,
    /** The whole answer is one block. */
    WHOLE_ANSWER,
    /** Answers that the checker refuses are trained on as well. */
    UNFILTERED,
    /** The weight of the entropy rises from nothing, by as much a round, to beta in the last. */
    RISING_BETA;

    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All but {@link #PLAIN}. */
    static List<String> labels() {
      return Arrays.stream(values()).filter(v -> v != PLAIN).map(Variant::label).toList();
    }

    static Variant ofLabel(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
  }

  static Texts textsOf(String label) {
    return Texts.valueOf(label.toUpperCase(Locale.ROOT));
  }

  /** {@code self-beta2}, {@code gold-beta0}, {@code self-beta2-one-view}. */
  String label() {
    return texts.name().toLowerCase(Locale.ROOT)
        + "-beta"
        + BigDecimal.valueOf(beta).stripTrailingZeros().toPlainString()
        + (variant == Variant.PLAIN ? "" : "-" + variant.label());
  }

  /** The same without the entropy: what it is held against. */
  Arm control() {
    return new Arm(texts, 0, Variant.PLAIN);
  }

  /** Whether the entropy, its weight and of what it is are all that its control has not. */
  boolean showsEntropy() {
    return beta > 0
        && switch (variant) {
          case PLAIN, ALL_MASKED, RISING_BETA -> true;
          case ONE_VIEW, WHOLE_ANSWER, UNFILTERED -> false;
        };
  }

  /** The same without the variant: what that is held against. */
  Arm plain() {
    return new Arm(texts, beta, Variant.PLAIN);
  }

  Masking masking(Masking plain) {
    return new Masking(
        plain.whole() || variant == Variant.WHOLE_ANSWER,
        plain.blockLength(),
        variant != Variant.ONE_VIEW);
  }

  @Override
  public String toString() {
    return label();
  }
}
