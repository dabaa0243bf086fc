package io.accelerant.distill.certainty;

import io.accelerant.core.report.Table.Spread;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.RuleKind;
import io.accelerant.distill.decode.compare.Calibration;
import io.accelerant.distill.decode.compare.Compared;
import io.accelerant.distill.decode.compare.Frontier;
import io.accelerant.distill.decode.compare.Outcomes;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A model, or an arm under all its seeds, and what its decoders did.
 *
 * @param label as tables and metrics name it
 * @param fit by seed, on the prompts that choose
 * @param test by seed, on those that are reported
 * @param calibrations by seed
 */
record Line(String label, List<Compared> fit, List<Compared> test, List<Calibration> calibrations) {
  List<Decoder> points() {
    return test.get(0).points();
  }

  Spread exactMatch(int point) {
    return spread(c -> c.exactMatch(point));
  }

  Spread evaluations(int point) {
    return spread(c -> c.evaluations(point));
  }

  /** All rules, in their order. */
  List<RuleKind> rules() {
    return test.get(0).rules();
  }

  /** In tasks, of one prompt. */
  Spread seconds(int point) {
    return spread(c -> c.seconds()[point] / c.prompts().length);
  }

  private Spread spread(ToDoubleFunction<Compared> value) {
    return Spread.of(test.stream().mapToDouble(value).toArray());
  }

  Spread calibration(ToDoubleFunction<Calibration> value) {
    return Spread.of(calibrations.stream().mapToDouble(value).toArray());
  }

  /** Of all decoders, by seed. */
  List<Outcomes> outcomes() {
    return test.stream().map(Compared::outcomes).toList();
  }

  /** Answers at one position a forward to the prompts that are reported, first seed. */
  int[][] slow() {
    Compared first = test.get(0);
    return first.tokens()[first.pointsOf(List.of(RuleKind.ONE_PER_STEP))[0]];
  }

  /** Of the means over seeds of each decoder: for pictures. */
  Frontier frontier() {
    int count = points().size();
    return Frontier.of(
        IntStream.range(0, count).mapToDouble(p -> evaluations(p).mean()).toArray(),
        IntStream.range(0, count).mapToDouble(p -> exactMatch(p).mean()).toArray());
  }

  /** Mean over seeds of where the frontier reaches a match; empty if that of a seed does not. */
  OptionalDouble evaluationsAt(double match) {
    return evaluationsAt(test.stream().map(Compared::outcomes), match);
  }

  /** As {@link #evaluationsAt(double)}, of the decoders of one rule. */
  OptionalDouble evaluationsAt(RuleKind rule, double match) {
    return evaluationsAt(test.stream().map(c -> c.outcomes(c.pointsOf(List.of(rule)))), match);
  }

  /** As {@link #evaluationsAt(double)}, on the prompts that choose. */
  OptionalDouble fitEvaluationsAt(double match) {
    return evaluationsAt(fit.stream().map(Compared::outcomes), match);
  }

  private static OptionalDouble evaluationsAt(Stream<Outcomes> outcomes, double match) {
    List<Outcomes> seeds = outcomes.toList();
    double[] reached =
        seeds.stream()
            .map(seed -> seed.frontier().evaluationsAt(match))
            .flatMapToDouble(OptionalDouble::stream)
            .toArray();
    return reached.length < seeds.size()
        ? OptionalDouble.empty()
        : Arrays.stream(reached).average();
  }

  double fitBestMatch() {
    return fit.stream()
        .mapToDouble(c -> c.outcomes().frontier().bestMatch())
        .average()
        .orElseThrow();
  }

  /** The decoder of a rule whose knob is nearest to a value; empty if there is none of the rule. */
  OptionalInt nearest(RuleKind rule, double knob) {
    int[] own = test.get(0).pointsOf(List.of(rule));
    return Arrays.stream(own).reduce((a, b) -> distance(a, knob) <= distance(b, knob) ? a : b);
  }

  private double distance(int point, double knob) {
    return Math.abs(points().get(point).threshold() - knob);
  }

  /**
   * Of decoders with at least so many right answers the one of the fewest evaluations, of equal
   * ones the first; if there is none, of those with the most right answers.
   */
  static int cheapest(Compared c, double match) {
    double best =
        IntStream.range(0, c.points().size()).mapToDouble(c::exactMatch).max().orElseThrow();
    double wanted = Math.min(match, best);
    return IntStream.range(0, c.points().size())
        .filter(p -> c.exactMatch(p) >= wanted)
        .reduce((a, b) -> c.evaluations(a) <= c.evaluations(b) ? a : b)
        .orElseThrow();
  }
}
