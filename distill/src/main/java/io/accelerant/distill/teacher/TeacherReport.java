package io.accelerant.distill.teacher;

import io.accelerant.core.artifact.Licences;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Run;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.RoundLog;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.stream.IntStream;

/** The report and the model card of a trained teacher. */
record TeacherReport(
    JobContext context, TeacherKind kind, TeacherRun run, Map<String, Number> metrics) {
  private static final int POINTS = 200;

  Map<String, byte[]> files() {
    Report report = Report.titled("Teacher: " + kind.description(), context.progress()::say);
    Table table = Table.of("metric", "value");
    metrics.forEach(table::row);
    report.table(table);
    kind.report(report, metrics, run.average());
    report
        .section("Training")
        .plot(
            "loss",
            plot(run.log(), kind.lossUnit()),
            Text.of("Loss of the union batch (%s), mean of neighbouring rounds", kind.lossUnit()))
        .paragraph("`log.jsonl` has loss, gradient norm and learning rate of every round.");
    if (run.log().has(AnswerMeter.EXACT_MATCH)) {
      report.plot(
          "exact-match",
          curves(run.log(), metrics.keySet()),
          "Share of validation prompts that are answered rightly, averaged weights");
    }
    return report.files();
  }

  private static LinePlot plot(RoundLog log, String unit) {
    return LinePlot.of("Training", "round", "loss, " + unit)
        .averaged("training", log.column("loss"), POINTS);
  }

  /** Of all that was measured on the way and is a share of right answers. */
  private static LinePlot curves(RoundLog log, Collection<String> metrics) {
    LinePlot plot = LinePlot.of("Answers", "round", "exact match");
    for (String name : metrics) {
      if (name.startsWith(AnswerMeter.EXACT_MATCH) && log.has(name)) {
        double[] column = log.column(name);
        int[] measured =
            IntStream.range(0, column.length).filter(i -> !Double.isNaN(column[i])).toArray();
        double[] x = Arrays.stream(measured).mapToDouble(i -> i + 1).toArray();
        plot = plot.series(name, x, Arrays.stream(measured).mapToDouble(i -> column[i]).toArray());
      }
    }
    return plot;
  }

  /**
   * @param licences of what it was trained on and started from
   */
  ModelCard card(Run run, Licences licences) {
    return run.card(
        kind.description(),
        kind.card(metrics) + "\n\n" + weights(run),
        """
        import sys; sys.path.insert(0, "python")
        import load
        weights = load.load("model.safetensors")   # numpy arrays by name; config.json has the shapes\
        """,
        licences.line("That of the data it was trained on"));
  }

  private static String weights(Run run) {
    return TrainTeacherKeys.isHalf(run.config())
        ? "`model.safetensors` holds the averaged weights, rounded to 16 bits before they were"
            + " measured."
        : "`model.safetensors` holds the averaged weights, `model-raw.safetensors` those of the last"
            + " round.";
  }
}
