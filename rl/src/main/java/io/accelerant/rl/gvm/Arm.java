package io.accelerant.rl.gvm;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One way to spend samples: a line of every table.
 *
 * @param kind what is done
 * @param weighting of the samples that are trained on
 * @param first whether it is the first weighting of the run, whose arms need not name it
 */
record Arm(Kind kind, Weighting weighting, boolean first) implements Serializable {

  /** What is made of samples and rewards. */
  enum Algorithm {
    /** {@code -log pi} of what is right. */
    RAFT,
    /** The clipped ratio, advantage 1 where it is right and 0 where it is wrong. */
    RAFT_CLIPPED,
    /** The clipped ratio, advantages standardised among the samples of a prompt. */
    GRPO
  }

  /** How many samples a prompt gets. */
  enum Budget {
    /** As many as every other. */
    UNIFORM,
    /** In proportion to {@code G / sqrt(p + alpha / p^(beta - 1))}. */
    GVM,
    /** In proportion to {@code sqrt(M^2 / p - |mu|^2)}, which needs mean gradients. */
    OPTIMUM
  }

  /** Where a prompt's p and G come from. */
  enum Source {
    /**
     * Nothing is allocated; the p of a weight comes from the other samples of the prompt and of its
     * part of the task, in this step and before.
     */
    NONE,
    /** Samples drawn for it in every iteration. */
    PROBES,
    /** A quarter of the probes in every iteration, those of earlier ones with a falling weight. */
    DECAYED,
    /**
     * What was trained on before, of the prompt and of its part of the task, with a falling weight:
     * nothing is drawn for it.
     */
    ROLLOUTS
  }

  /** What is different from {@link #GVM_RAFT_CLIPPED}, or from plain RAFT. */
  enum Kind {
    RAFT("raft", Algorithm.RAFT, Budget.UNIFORM, Source.NONE),
    RAFT_CLIPPED("raft++", Algorithm.RAFT_CLIPPED, Budget.UNIFORM, Source.NONE),
    RAFT_TWICE("raft++-2n", Algorithm.RAFT_CLIPPED, Budget.UNIFORM, Source.NONE),
    /** As many samples as an arm with probes draws in all. */
    RAFT_TOTAL("raft++-total", Algorithm.RAFT_CLIPPED, Budget.UNIFORM, Source.NONE),
    /** Draws the probes, takes p from them, and does not allocate by them. */
    UNIFORM_PROBES("uniform-probes", Algorithm.RAFT_CLIPPED, Budget.UNIFORM, Source.PROBES),
    GVM_RAFT_CLIPPED("gvm-raft++", Algorithm.RAFT_CLIPPED, Budget.GVM, Source.PROBES),
    /** G = 1: p alone decides. */
    GVM_ONE("gvm-one", Algorithm.RAFT_CLIPPED, Budget.GVM, Source.PROBES),
    /** The root of the mean square of the norms, as the theory has it. */
    GVM_RMS("gvm-rms", Algorithm.RAFT_CLIPPED, Budget.GVM, Source.PROBES),
    /** Norms of the head's gradient, in closed form from a forward pass. */
    GVM_HEAD("gvm-head", Algorithm.RAFT_CLIPPED, Budget.GVM, Source.PROBES),
    GVM_OPTIMUM("gvm-optimum", Algorithm.RAFT_CLIPPED, Budget.OPTIMUM, Source.PROBES),
    /** Laplace's p, and no prompt without a sample. */
    GVM_LAPLACE("gvm-laplace", Algorithm.RAFT_CLIPPED, Budget.GVM, Source.PROBES),
    /** Probes are trained on too, as a part of the budget. */
    GVM_REUSE("gvm-reuse", Algorithm.RAFT_CLIPPED, Budget.GVM, Source.PROBES),
    GVM_DECAY("gvm-decay", Algorithm.RAFT_CLIPPED, Budget.GVM, Source.DECAYED),
    GVM_FREE("gvm-free", Algorithm.RAFT_CLIPPED, Budget.GVM, Source.ROLLOUTS),
    GRPO("grpo", Algorithm.GRPO, Budget.UNIFORM, Source.NONE),
    GVM_GRPO("gvm-grpo", Algorithm.GRPO, Budget.GVM, Source.PROBES);

    final String label;
    final Algorithm algorithm;
    final Budget budget;
    final Source source;

    Kind(String label, Algorithm algorithm, Budget budget, Source source) {
      this.label = label;
      this.algorithm = algorithm;
      this.budget = budget;
      this.source = source;
    }

    static List<String> labels() {
      return Arrays.stream(values()).map(kind -> kind.label).toList();
    }

    static Kind ofLabel(String label) {
      return Arrays.stream(values()).filter(k -> k.label.equals(label)).findFirst().orElseThrow();
    }
  }

  /** Those without which a gain cannot be told from its cost, in the order of tables. */
  static final List<Kind> CONTROLS =
      List.of(
          Kind.RAFT_CLIPPED,
          Kind.RAFT_TWICE,
          Kind.RAFT_TOTAL,
          Kind.UNIFORM_PROBES,
          Kind.GVM_RAFT_CLIPPED,
          Kind.GVM_ONE,
          Kind.GVM_RMS);

  Algorithm algorithm() {
    return kind.algorithm;
  }

  Budget budget() {
    return kind.budget;
  }

  /** Whether samples are drawn for p and G alone, or first for them. */
  boolean probes() {
    return kind.source == Source.PROBES || kind.source == Source.DECAYED;
  }

  /** Whether what it trained on says what to draw next. */
  boolean learnsFromRollouts() {
    return kind.source == Source.ROLLOUTS;
  }

  /** Probes of a prompt in an iteration. */
  int probes(int each) {
    return switch (kind.source) {
      case NONE, ROLLOUTS -> 0;
      case PROBES -> each;
      case DECAYED -> Math.max(1, each / 4);
    };
  }

  /** Whether norms of gradients decide. */
  boolean norms() {
    return budget() != Budget.UNIFORM && kind != Kind.GVM_ONE;
  }

  /** Whether p and G of a prompt are those of its own probes in this iteration. */
  boolean isProbedAlone() {
    return kind.source == Source.PROBES;
  }

  /** Whether every prompt has a sample. */
  boolean hasFloor() {
    return smoothed() || budget() == Budget.OPTIMUM; // where all agree, its share would be 0
  }

  /** Whether p is never 0. */
  boolean smoothed() {
    return kind == Kind.GVM_LAPLACE || kind == Kind.GVM_DECAY || kind == Kind.GVM_FREE;
  }

  /** Samples of a prompt that are drawn to be trained on, on average. */
  int samples(int each, int probes) {
    return switch (kind) {
      case RAFT_TWICE -> 2 * each;
      case RAFT_TOTAL -> each + probes;
      default -> each;
    };
  }

  /** What of the estimates before stays in an iteration. */
  double kept(double decay) {
    return probes() && kind.source != Source.DECAYED ? 0 : decay;
  }

  /** Names of arms begin with it; of metrics too. */
  String label() {
    return first ? kind.label : Text.of("%s.%s", kind.label, weighting.label());
  }

  /** The arm of the same weighting that another kind is. */
  Arm as(Kind other) {
    return new Arm(other, weighting, first);
  }

  /** What is the same but for the allocation. */
  Optional<Arm> control() {
    if (kind.budget == Budget.UNIFORM) {
      return Optional.empty();
    }
    if (kind.algorithm == Algorithm.GRPO) {
      return Optional.of(as(Kind.GRPO)); // which reads no p
    }
    return Optional.of(
        as(
            kind == Kind.GVM_REUSE
                ? Kind.RAFT_TOTAL
                : kind.source == Source.PROBES ? Kind.UNIFORM_PROBES : Kind.RAFT_CLIPPED));
  }

  @Override
  public String toString() {
    return label();
  }
}
