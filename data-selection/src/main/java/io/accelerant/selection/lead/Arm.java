package io.accelerant.selection.lead;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What rows a training is given: a line of every table. All arms use as many rows. */
enum Arm {
  /** Any row, once. */
  RANDOM(Eligible.ALL, Draw.NONE, Utility.RANDOM),
  /** Any row of those that are what they seem, by what is planted: what no method may know. */
  ORACLE(Eligible.ORACLE, Draw.NONE, Utility.RANDOM),
  /** Any row that passes the guard's quantile. */
  RANDOM_GUARD(Eligible.QUANTILE, Draw.NONE, Utility.RANDOM),
  /** Any row that passes the guard, duplicates removed. */
  RANDOM_GUARD_ONCE(Eligible.GUARD, Draw.NONE, Utility.RANDOM),
  /** The rows of the largest initial loss. */
  TOP_LOSS(Eligible.ALL, Draw.NONE, Utility.INITIAL_LOSS),
  /** Those of them that pass the guard. */
  TOP_LOSS_GUARD(Eligible.GUARD, Draw.NONE, Utility.INITIAL_LOSS),
  /** The rows of the largest IFD. */
  TOP_IFD(Eligible.ALL, Draw.NONE, Utility.DIFFICULTY),
  /** The rows that the warm-up taught most, of those that pass the guard. */
  TOP_LEARNABLE(Eligible.GUARD, Draw.NONE, Utility.LEARNABLE),
  /** LEAD as published: no guard, four uses of a row. */
  LEAD_FAITHFUL(Eligible.ALL, Draw.BANDIT, Utility.IDU),
  /** LEAD behind the guard. */
  LEAD(Eligible.GUARD, Draw.BANDIT, Utility.IDU),
  /** The same with clusters drawn uniformly. */
  LEAD_NO_BANDIT(Eligible.GUARD, Draw.UNIFORM, Utility.IDU),
  /** The same with random rows of the cluster that is drawn. */
  LEAD_RANDOM_INSIDE(Eligible.GUARD, Draw.BANDIT, Utility.RANDOM),
  /** Rows drawn without replacement in proportion to their initial loss, of those that pass. */
  SOFT_LOSS_GUARD(Eligible.GUARD, Draw.NONE, Utility.SOFT_LOSS),
  /** LEAD behind the guard, with such a draw inside the cluster. */
  LEAD_SOFT(Eligible.GUARD, Draw.BANDIT, Utility.SOFT_LOSS),
  /** LEAD behind the guard, with the rows that the warm-up taught most. */
  LEAD_LEARNABLE(Eligible.GUARD, Draw.BANDIT, Utility.LEARNABLE),
  /** Every row of the pool once, whatever the budget. */
  FULL(Eligible.ALL, Draw.NONE, Utility.RANDOM);

  /** Tried to do better; run where they are asked for. */
  private static final Set<Arm> FURTHER =
      EnumSet.of(TOP_LEARNABLE, SOFT_LOSS_GUARD, LEAD_SOFT, LEAD_LEARNABLE);

  /** What LEAD is judged by, and LEAD itself: always run. */
  static final List<Arm> CONTROLS =
      Arrays.stream(values()).filter(arm -> !FURTHER.contains(arm)).toList();

  /** Which rows may be chosen. */
  enum Eligible {
    ALL,
    ORACLE,
    /** Those whose initial loss is not above the guard's quantile of their task. */
    QUANTILE,
    /** Those, without duplicates. */
    GUARD
  }

  /** How the cluster of a round is drawn. */
  enum Draw {
    /** There are no clusters and no tasks, and one round. */
    NONE,
    BANDIT,
    UNIFORM
  }

  /** What orders the rows of a cluster. */
  enum Utility {
    /** A keyed permutation. */
    RANDOM,
    INITIAL_LOSS,
    DIFFICULTY,
    LEARNABLE,
    /** Keys whose largest are a draw in proportion to the initial loss. */
    SOFT_LOSS,
    /** Instance-level dynamic uncertainty, which training changes. */
    IDU
  }

  private final Eligible eligible;
  private final Draw draw;
  private final Utility utility;

  Arm(Eligible eligible, Draw draw, Utility utility) {
    this.eligible = eligible;
    this.draw = draw;
    this.utility = utility;
  }

  Eligible eligible() {
    return eligible;
  }

  Draw draw() {
    return draw;
  }

  Utility utility() {
    return utility;
  }

  /** {@code lead-no-bandit}. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(Arm::label).toList();
  }

  static Arm ofLabel(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
