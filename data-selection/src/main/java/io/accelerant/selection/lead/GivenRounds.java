package io.accelerant.selection.lead;

import io.accelerant.core.data.RowsFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.text.Text;
import io.accelerant.selection.lead.Candidates.Candidate;
import io.accelerant.selection.lead.Selection.Measured;
import io.accelerant.selection.lead.Selection.Outcome;
import io.accelerant.selection.lead.Selection.Round;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What training said, as tables have it.
 *
 * @param uri of the losses, for errors
 * @param losses by round and id
 * @param gradients by round; none if nothing is expected of them
 * @param clusters that are drawn, by round, if they are given
 */
record GivenRounds(
    String uri,
    TreeMap<Integer, Map<Long, Double>> losses,
    Optional<Map<Integer, Measured>> gradients,
    Optional<Map<Integer, Integer>> clusters) {
  private static final String ROUND = "round";
  private static final String VECTOR = "vector";
  private static final String RATE = "rate";
  private static final String STEP = "step";

  /**
   * @param kind what is made of gradients
   * @param rate learning rate of those that have none
   * @throws DataException if a row is not valid, names it
   */
  static GivenRounds of(
      RowsFile losses,
      Optional<RowsFile> gradients,
      Optional<RowsFile> arms,
      LossChange.Kind kind,
      double rate) {
    if (gradients.isEmpty() && kind != LossChange.Kind.NONE) {
      throw new DataException(
          Text.of(
              "There is no table gradients beside %s; give it, or set lead.lossChange = none.",
              losses.uri()));
    }
    return new GivenRounds(
        losses.uri(),
        losses(losses),
        gradients.map(file -> gradients(file, kind, rate)),
        arms.map(GivenRounds::clusters));
  }

  private static TreeMap<Integer, Map<Long, Double>> losses(RowsFile file) {
    TreeMap<Integer, Map<Long, Double>> losses = new TreeMap<>();
    for (JsonReader row : file.rows().get()) {
      long id = row.wholeLong("id", "a whole number");
      Map<Long, Double> round = losses.computeIfAbsent(row.whole(ROUND), t -> new HashMap<>());
      if (round.put(id, row.number("loss")) != null) {
        throw new DataException(
            Text.of("%s: id %d occurs twice in round %d.", file.uri(), id, row.whole(ROUND)));
      }
    }
    if (losses.isEmpty()) {
      throw new DataException(file.uri() + " holds no rows.");
    }
    return losses;
  }

  private static Map<Integer, Measured> gradients(
      RowsFile file, LossChange.Kind kind, double rate) {
    Map<Integer, Measured> gradients = new HashMap<>();
    int length = -1;
    for (JsonReader row : file.rows().get()) {
      Measured read = measured(row, kind, rate);
      length = length < 0 ? read.gradient().length : length;
      if (read.gradient().length != length) {
        throw row.wrong(
            VECTOR,
            Text.of("has %d numbers, that of the first row %d", read.gradient().length, length));
      }
      putOnce(gradients, row, read);
    }
    return gradients;
  }

  private static Measured measured(JsonReader row, LossChange.Kind kind, double rate) {
    double[] vector = row.numbers(VECTOR);
    double own = row.has(RATE) ? row.number(RATE) : rate;
    if (!(own >= 0)) {
      throw row.expected(RATE, "a number of at least 0");
    }
    boolean isStepRead = row.has(STEP) || kind == LossChange.Kind.ACTUAL_STEP;
    return new Measured(vector, own, isStepRead ? step(row, vector) : 0);
  }

  /** Gradient times step. */
  private static double step(JsonReader row, double[] gradient) {
    if (!(row.fields().get(STEP) instanceof List<?>)) {
      return row.number(STEP);
    }
    double[] step = row.numbers(STEP);
    if (step.length != gradient.length) {
      throw row.wrong(STEP, Text.of("has %d numbers, the vector %d", step.length, gradient.length));
    }
    return GradientMemory.dot(gradient, step);
  }

  private static Map<Integer, Integer> clusters(RowsFile file) {
    Map<Integer, Integer> clusters = new HashMap<>();
    file.rows().get().forEach(row -> putOnce(clusters, row, row.whole("cluster")));
    return clusters;
  }

  private static <T> void putOnce(Map<Integer, T> rounds, JsonReader row, T value) {
    if (rounds.put(row.whole(ROUND), value) != null) {
      throw row.wrong(ROUND, "is the second of that number, " + row.whole(ROUND));
    }
  }

  /**
   * Lets a selection run over what is given, until it is over or no more clusters are given.
   *
   * @throws DataException if something that a round needs is not there
   */
  List<RoundTrace> replay(Selection selection) {
    List<RoundTrace> rounds = new ArrayList<>();
    int number = losses.firstKey();
    while (!selection.isOver() && isGiven(number)) {
      rounds.add(replay(selection, number++));
    }
    return rounds;
  }

  private boolean isGiven(int number) {
    return clusters.isEmpty() || clusters.get().containsKey(number);
  }

  private RoundTrace replay(Selection selection, int number) {
    Round round = clusters.isPresent() ? drawn(selection, number) : selection.next();
    double[] weights = selection.weights();
    double[] given = round.rows().stream().mapToDouble(row -> loss(number, row)).toArray();
    Measured measured = measured(number);
    Outcome outcome = selection.end(round, given, measured);
    return RoundTrace.of(round, weights, selection.weights(), given, outcome, measured.rate())
        .numbered(number);
  }

  private Round drawn(Selection selection, int number) {
    int cluster = clusters.orElseThrow().get(number);
    try {
      return selection.next(cluster);
    } catch (IllegalArgumentException e) {
      throw new DataException(
          Text.of("arms beside %s, round %d: %s.", uri, number, e.getMessage()), e);
    }
  }

  private double loss(int number, Candidate row) {
    Double loss = losses.getOrDefault(number, Map.of()).get(row.id());
    if (loss == null) {
      throw new DataException(
          Text.of("%s has no loss of id %d in round %d, which was chosen.", uri, row.id(), number));
    }
    return loss;
  }

  private Measured measured(int number) {
    if (gradients.isEmpty()) {
      return Measured.NOTHING;
    }
    Measured measured = gradients.get().get(number);
    if (measured == null) {
      throw new DataException(
          Text.of("gradients beside %s has no round %d, which was trained.", uri, number));
    }
    return measured;
  }
}
