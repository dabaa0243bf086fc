package io.accelerant.selection.lead;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;

/** A table of the rounds of a selection: what a round adds to it. */
enum RoundTable {
  /** The rows of a round in the order of training, utilities as they were chosen. */
  CHOSEN(
      "round INT NOT NULL, id BIGINT NOT NULL, loss DOUBLE NOT NULL, idu DOUBLE NOT NULL",
      RoundTable::chosen),
  /** Every cluster; rewards of the one that was drawn. */
  BANDIT(
      "round INT NOT NULL, cluster INT NOT NULL, probability DOUBLE NOT NULL,"
          + " drawn BOOLEAN NOT NULL, reward DOUBLE NOT NULL, normalisedReward DOUBLE NOT NULL,"
          + " weightBefore DOUBLE NOT NULL, weight DOUBLE NOT NULL",
      RoundTable::bandit),
  /** What the loss was expected to change by. */
  GRADIENT(
      "round INT NOT NULL, cluster INT NOT NULL, deltaCluster DOUBLE NOT NULL,"
          + " deltaPrevious DOUBLE NOT NULL, dot DOUBLE NOT NULL, mix DOUBLE NOT NULL,"
          + " lossChange DOUBLE NOT NULL, rate DOUBLE NOT NULL",
      RoundTable::gradient),
  /** The utilities that changed. */
  IDU(
      "round INT NOT NULL, id BIGINT NOT NULL, before DOUBLE NOT NULL, after DOUBLE NOT NULL,"
          + " uses INT NOT NULL",
      RoundTable::idu);

  private final String columns;
  private final Function<RoundTrace, List<Object[]>> rows;

  RoundTable(String columns, Function<RoundTrace, List<Object[]>> rows) {
    this.columns = columns;
    this.rows = rows;
  }

  /** Name of the table in an artifact. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** As DDL. */
  String columns() {
    return columns;
  }

  /** Values of the columns, a row each. */
  List<Object[]> rows(RoundTrace round) {
    return rows.apply(round);
  }

  private static List<Object[]> chosen(RoundTrace round) {
    return IntStream.range(0, round.ids().length)
        .mapToObj(
            i ->
                new Object[] {round.number(), round.ids()[i], round.losses()[i], round.before()[i]})
        .toList();
  }

  private static List<Object[]> bandit(RoundTrace round) {
    return IntStream.range(0, round.probabilities().length)
        .mapToObj(
            k ->
                new Object[] {
                  round.number(),
                  k,
                  round.probabilities()[k],
                  k == round.cluster(),
                  k == round.cluster() ? round.reward() : 0.0,
                  k == round.cluster() ? round.usedReward() : 0.0,
                  round.weightsBefore()[k],
                  round.weights()[k]
                })
        .toList();
  }

  private static List<Object[]> gradient(RoundTrace round) {
    LossChange change = round.change();
    Object[] row = {
      round.number(),
      round.cluster(),
      change.deltaCluster(),
      change.deltaPrevious(),
      change.dot(),
      change.mix(),
      change.value(),
      round.rate()
    };
    return List.<Object[]>of(row);
  }

  private static List<Object[]> idu(RoundTrace round) {
    return IntStream.range(0, round.ids().length)
        .mapToObj(
            i ->
                new Object[] {
                  round.number(),
                  round.ids()[i],
                  round.before()[i],
                  round.after()[i],
                  round.uses()[i]
                })
        .toList();
  }
}
