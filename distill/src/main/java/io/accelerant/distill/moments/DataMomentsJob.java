package io.accelerant.distill.moments;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.report.LinePlot;
import io.accelerant.core.report.ModelCard;
import io.accelerant.core.report.Report;
import io.accelerant.core.report.Table;
import io.accelerant.core.run.Check;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.PublishingJob;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.GaussianLaw;
import io.accelerant.distill.continuous.GaussianMixture;
import io.accelerant.distill.model.DataMoments;
import io.accelerant.distill.model.Pixels;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Mean and covariance of a data set in one pass, or of a mixture in closed form, and the directions
 * of most variance. Samplers begin with them, see {@code sample.teleport}.
 */
public final class DataMomentsJob implements PublishingJob {
  private static final int SHOWN = 10;

  @Override
  public String name() {
    return DataMoments.KIND;
  }

  @Override
  public String summary() {
    return "Mean and covariance of a data set, to begin sampling in closed form";
  }

  @Override
  public List<Key<?>> keys() {
    return DataMomentsKeys.ALL;
  }

  @Override
  public Work open(JobContext context, JobConfig config) {
    DataInput input = DataInput.of(context, config);
    return new Work(
        () -> List.of(input.parent().get()),
        output ->
            List.of(
                "read " + input.description(),
                "find the directions of most variance",
                "publish the moments to " + output),
        run -> make(run, input));
  }

  /** What the pass found, as it is saved. */
  private record Found(double count, GaussianLaw law, double variance) {}

  private static Product make(Run run, DataInput input) {
    Stages stages = new Stages(run.context(), run.stages());
    Found found =
        input.mixture().isPresent()
            ? ofMixture(input.mixture().get(), run.config())
            : stages.whole(
                "moments",
                Found.class,
                "data-moments: mean and covariance",
                () -> ofRows(input.rows().get(), run));
    GaussianLaw law = found.law();
    run.artifact().write(DataMoments.FILE, DataMoments.bytes(law));
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("dimension", law.size());
    metrics.put("rank", law.values().length);
    if (found.count() > 0) {
      metrics.put("rows", (long) found.count());
    }
    metrics.put("variance", found.variance());
    metrics.put("keptShare", Arrays.stream(law.values()).sum() / found.variance());
    metrics.put("largest", law.values()[0]);
    return new Product(
        run.draft(DataMoments.KIND, metrics).withIdentityFile(DataMoments.FILE),
        report(run, input, law, metrics).files(),
        card(run, input),
        new Check(
            "the law",
            new double[][] {law.mean(), law.values()},
            artifact -> {
              GaussianLaw read = DataMoments.read(artifact).law();
              return new double[][] {read.mean(), read.values()};
            }));
  }

  private static Found ofMixture(GaussianMixture mixture, JobConfig config) {
    int label = config.find(DataMomentsKeys.LABEL).orElse(ContinuousModel.NO_LABEL);
    GaussianMixture.Moments moments = mixture.moments(label);
    return found(0, moments.mean(), moments.covariance(), config);
  }

  private static Found ofRows(DataRows rows, Run run) {
    rank(rows.size(), run.config());
    RowSums.Part all = rows.sums();
    if (all.count() < 2) {
      throw new DataException(
          Text.of(
              "a covariance needs two rows; %s has %d.", DataMomentsKeys.DATA.path(), all.count()));
    }
    run.context()
        .progress()
        .say("%,d rows of %,d numbers; now their directions", all.count(), all.mean().length);
    return found(all.count(), all.mean(), all.covariance(), run.config());
  }

  private static Found found(double count, double[] mean, double[][] covariance, JobConfig config) {
    double variance = 0;
    for (int i = 0; i < mean.length; i++) {
      variance += covariance[i][i];
    }
    int rank = rank(mean.length, config);
    return new Found(count, Principal.law(mean, covariance, rank), variance);
  }

  private static int rank(int size, JobConfig config) {
    int rank =
        config
            .find(DataMomentsKeys.RANK)
            .orElseGet(
                () -> {
                  if (size > Principal.WHOLE) {
                    throw config.invalid(
                        DataMomentsKeys.RANK,
                        Text.of(
                            "is required for more than %,d dimensions; there are %,d.",
                            Principal.WHOLE, size));
                  }
                  return size;
                });
    return Math.min(rank, size);
  }

  private static Report report(
      Run run, DataInput input, GaussianLaw law, Map<String, Number> metrics) {
    Report report =
        Report.titled("Moments of " + input.description(), run.context().progress()::say);
    Table table = Table.of("what", "value");
    metrics.forEach(table::row);
    report
        .paragraph(
            "Covariance divided by n - 1; `keptShare` of the variance lies in the directions that"
                + " are kept. What is left out is taken for directions without variance.")
        .table(table);
    double[] number = new double[law.values().length];
    double[] size = new double[number.length];
    for (int k = 0; k < number.length; k++) {
      number[k] = k + 1;
      size[k] = StrictMath.log10(law.values()[k]);
    }
    report.plot(
        "spectrum",
        LinePlot.of("Variance by direction", "direction", "log10 of the variance")
            .series("variance", number, size),
        "Variances, the largest first.");
    input.pixels().ifPresent(pixels -> show(pixels, law, report));
    report
        .section("How to use it")
        .code(
            "sh",
            Text.of(
                "accelerant sample --set sample.model=.. --set sample.teleport.moments=%s --set"
                    + " sample.teleport.to=0.6 --set run.output=out/samples",
                run.uri()));
    return report;
  }

  /** The mean and the first directions, each scaled to the range of pixels. */
  private static void show(Pixels pixels, GaussianLaw law, Report report) {
    List<double[]> shown =
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of(law.mean()),
                Arrays.stream(law.vectors()).limit(SHOWN - 1).map(DataMomentsJob::scaled))
            .toList();
    report.picture(
        "mean-and-directions",
        pixels.png(shown, SHOWN),
        "The mean, then the directions of most variance.");
  }

  private static double[] scaled(double[] direction) {
    double largest = Arrays.stream(direction).map(Math::abs).max().orElse(1);
    return Arrays.stream(direction).map(v -> v / largest).toArray();
  }

  private static ModelCard card(Run run, DataInput input) {
    return run.card(
        "Moments of " + input.description(),
        Text.of(
            "`%s`: `mean` [d], `eigenvectors` [rank][d] and `eigenvalues` [rank] of the covariance,"
                + " float64, in the units of a model's x.",
            DataMoments.FILE),
        "from safetensors.numpy import load_file\n\nmoments = load_file(\""
            + DataMoments.FILE
            + "\")",
        "Apache-2.0; the data keep their own");
  }
}
