package io.accelerant.selection.lead;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.train.TrainSettings;
import java.util.List;
import java.util.Locale;

/** How rows are chosen: keys of a run and of a replay of given losses. */
final class SelectionKeys {
  static final Key<Long> BUDGET =
      Key.longInteger("lead.budget", "Rows that every arm but full is trained on")
          .between(1, 1e12)
          .withDefault(1200L);
  static final Key<String> COUNT =
      Key.string(
              "lead.count",
              "What the budget counts: uses, a row as often as it is used; distinct, each row once")
          .oneOf("uses", "distinct")
          .withDefault("uses");
  static final Key<Integer> ROUNDS =
      Key.integer(
              "lead.rounds",
              "Rounds over which the budget is spread evenly; a bandit learns little from few")
          .between(1, 1_000_000)
          .withDefault(60);
  static final Key<Double> RATE =
      Key.number(
              "lead.rate",
              "In place of lead.rounds: the share of what is left of a task in the drawn cluster"
                  + " that a round takes (published: 0.015)")
          .between(1e-9, 1)
          .optional();
  static final Key<Integer> CLUSTERS =
      Key.integer("lead.clusters", "Difficulty clusters, the arms of the bandit")
          .between(1, 10_000)
          .withDefault(7);
  static final Key<Double> SMOOTHING =
      Key.number("lead.smoothing", "b: weight of history in a row's utility")
          .between(0, 1)
          .withDefault(0.1);
  static final Key<Double> GAMMA =
      Key.number("lead.gamma", "gamma of EXP3: the share of uniform draws, and the step")
          .between(1e-9, 1)
          .withDefault(0.1);
  static final Key<String> LOSS_CHANGE =
      Key.string(
              "lead.lossChange",
              "Estimate of what a round changed: minNorm, by the smallest mix of two remembered"
                  + " gradients; actualStep, the round's gradient times the step that was taken;"
                  + " none")
          .oneOf("minNorm", "actualStep", "none")
          .withDefault("minNorm");
  static final Key<String> MODE =
      Key.string(
              "lead.mode",
              "guarded: lead.guard holds; faithful: as published, without it. Both run; this one is"
                  + " published, or replayed")
          .oneOf("guarded", "faithful")
          .withDefault("guarded");
  static final Key<Double> GUARD_QUANTILE =
      Key.number(
              "lead.guard.quantile",
              "Rows are left out whose initial loss is above this quantile of their task's")
          .between(0, 1)
          .withDefault(0.85);
  static final Key<String> GUARD_DUPLICATES =
      Key.string(
              "lead.guard.duplicates",
              "Which repetitions of a row are left out: keep, none; exact, of prompt and answer;"
                  + " near, those of at least 0.8 of its token triples as well")
          .oneOf("keep", "exact", "near")
          .withDefault("exact");
  static final Key<Integer> GUARD_USES =
      Key.integer("lead.guard.uses", "Times that a row may be trained on; 4 without the guard")
          .between(1, 1_000_000)
          .withDefault(1);

  static final List<Key<?>> ALL =
      List.of(
          BUDGET,
          COUNT,
          ROUNDS,
          RATE,
          CLUSTERS,
          SMOOTHING,
          GAMMA,
          LOSS_CHANGE,
          MODE,
          GUARD_QUANTILE,
          GUARD_DUPLICATES,
          GUARD_USES);

  private SelectionKeys() {}

  static Rule rule(JobConfig config) {
    long budget = config.get(BUDGET);
    return new Rule(
        budget,
        (int) Math.min(config.get(ROUNDS), budget), // a round has a row
        config.find(RATE).orElse(0.0),
        Rule.Count.valueOf(config.get(COUNT).toUpperCase(Locale.ROOT)),
        config.get(SMOOTHING),
        config.get(GAMMA),
        LossChange.Kind.ofLabel(config.get(LOSS_CHANGE)),
        guard(config),
        config.get(TrainSettings.BATCH));
  }

  static Guard guard(JobConfig config) {
    return new Guard(
        config.get(GUARD_QUANTILE),
        Guard.Duplicates.valueOf(config.get(GUARD_DUPLICATES).toUpperCase(Locale.ROOT)),
        config.get(GUARD_USES));
  }

  /** The arm that is published, or replayed. */
  static Arm published(JobConfig config) {
    return config.get(MODE).equals("faithful") ? Arm.LEAD_FAITHFUL : Arm.LEAD;
  }
}
