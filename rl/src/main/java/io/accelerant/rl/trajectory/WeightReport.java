package io.accelerant.rl.trajectory;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.accelerant.core.job.Progress;
import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import io.accelerant.rl.weight.WeightSummary;
import io.accelerant.rl.weight.Weighting;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What the weights do to the returns that a learner sees, in a table and a picture. */
final class WeightReport {
  private static final int BINS = 40;
  private static final int SHOWN = 8;

  private WeightReport() {}

  static Report of(
      String uri,
      Weighting weighting,
      List<String> notes,
      Map<Weighting, EpisodeWeights.Weighted> all,
      Progress progress) {
    EpisodeWeights.Weighted weighted = all.get(weighting);
    WeightSummary s = weighted.summary();
    Report report =
        Report.titled("Trajectory weights of " + uri, progress::say)
            .paragraph(
                Text.of(
                    "%,d episodes, %,d transitions; the weights published are **%s**.",
                    s.episodes(), s.transitions(), weighting.label()));
    notes.forEach(note -> report.paragraph("**" + note + "**"));
    weighted.warnings().forEach(warning -> report.paragraph("**" + warning + "**"));
    report.section("What each weighting would show a learner").table(summaries(all));
    all.forEach(
        (other, made) -> {
          if (other != weighting) {
            made.warnings().forEach(w -> report.paragraph("Row " + other.label() + ": " + w));
          }
        });
    report.paragraph(
        verdict(weighting.label(), s)
            + " J is the value of the behaviour that the weighted data shows (exact where the"
            + " environment is deterministic). It does not rank policies by itself: a weighting"
            + " that spends its mass on easy starts has a high J and teaches the easy starts.");
    report.paragraph(
        Text.of(
            "Positive-sided variance of the returns, between 0 and 1: **%s**; the larger, the more"
                + " a few trajectories stand out and the more weighting has to gain.",
            Table.number(s.psvNormalised(), 4)));
    if (s.maxReturn() - s.minReturn() >= Double.MIN_NORMAL) {
      report.plot(
          "returns",
          histogram(weighted),
          "Share of drawn transitions by the return of their episode, before and after weighting");
    }
    return report.section("The heaviest episodes").table(heaviest(weighted.table()));
  }

  private static String verdict(String weighting, WeightSummary s) {
    double gain = s.weightedReturn() - s.uniformReturn();
    return Text.of(
        "Verdict: %s moves J by %s, from %s to %s, and leaves %s %% of the transitions effective.",
        weighting,
        Table.number(gain, 4),
        Table.number(s.uniformReturn(), 5),
        Table.number(s.weightedReturn(), 5),
        Table.number(100 * s.effectiveSampleSize() / s.transitions(), 3));
  }

  private static Table summaries(Map<Weighting, EpisodeWeights.Weighted> all) {
    Table table =
        Table.of("weighting", "J of the data", "effective transitions", "share of all")
            .significant(5);
    all.forEach(
        (weighting, weighted) -> {
          WeightSummary s = weighted.summary();
          table.row(
              weighting.label(),
              s.weightedReturn(),
              s.effectiveSampleSize(),
              s.effectiveSampleSize() / s.transitions());
        });
    return table;
  }

  private static Table heaviest(Dataset<Row> weights) {
    Table table = Table.of("episode", "return", "length", "baseline", "score", "mass");
    List<Row> rows =
        weights
            .orderBy(col("mass").desc(), col("episode_id"))
            .limit(SHOWN)
            .select("episode_id", "return", "length", "baseline", "score", "mass")
            .collectAsList();
    for (Row r : rows) {
      table.row(r.get(0), r.get(1), r.get(2), r.get(3), r.get(4), r.get(5));
    }
    return table;
  }

  private static LinePlot histogram(EpisodeWeights.Weighted weighted) {
    WeightSummary s = weighted.summary();
    double width = (s.maxReturn() - s.minReturn()) / BINS;
    Column bin =
        least(floor(col("return").minus(s.minReturn()).divide(width)), lit((long) BINS - 1));
    double[] x = new double[BINS];
    double[] before = new double[BINS];
    double[] after = new double[BINS];
    for (int b = 0; b < BINS; b++) {
      x[b] = s.minReturn() + (b + 0.5) * width;
    }
    for (Row row :
        weighted
            .table()
            .groupBy(bin.cast("int").as("bin"))
            .agg(sum("length"), sum("mass"))
            .collectAsList()) {
      before[row.getInt(0)] = (double) row.getLong(1) / s.transitions();
      after[row.getInt(0)] = row.getDouble(2);
    }
    return LinePlot.of("Returns of the drawn transitions", "return of the episode", "share")
        .series("before (uniform)", x, before)
        .series("after", x, after);
  }
}
