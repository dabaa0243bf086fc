package io.accelerant.distill.statistics;

import static org.apache.spark.sql.functions.col;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Images;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Units;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousSource;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.GaussianMixture;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.teacher.PixelTables;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The clean rows that are noised, one a sample id; with labels, row i is of label i mod count. */
final class StatisticsData {
  private static final String DRAWS = "modelStatistics.draws";

  private final JobContext context;
  private final StatisticsSettings settings;
  private final ContinuousSource source;
  private final Optional<String> uri;
  private final int dataSteps;
  private final int partitions;

  StatisticsData(
      JobContext context, JobConfig config, StatisticsSettings settings, ContinuousSource source) {
    this.context = context;
    this.settings = settings;
    this.source = source;
    this.uri = config.find(ModelStatisticsKeys.DATA);
    this.dataSteps = config.get(ModelStatisticsKeys.DATA_STEPS);
    this.partitions = config.get(ModelStatisticsKeys.PARTITIONS);
  }

  /** In words. */
  String describe() {
    return uri.map(images -> "train rows of " + images)
        .orElse(
            source instanceof GaussianMixture
                ? "exact draws of the mixture"
                : Text.of("the model's own samples, %d steps of dpmpp-2m", dataSteps));
  }

  /** What they are, wherever they lie. */
  String kind() {
    return uri.isPresent() ? "train rows of images" : describe();
  }

  /** Whether making them takes long enough to be saved. */
  boolean isDrawnByTheModel() {
    return uri.isEmpty() && !(source instanceof GaussianMixture);
  }

  /** [samples * d]. */
  double[] rows() {
    if (uri.isPresent()) {
      return images(uri.get());
    }
    return source instanceof GaussianMixture mixture
        ? mixture.draw(settings.seed(), DRAWS, 0, settings.samples(), settings.solver().labels())
        : drawn();
  }

  private double[] images(String from) {
    Images images =
        Images.open(context.spark(), context.hadoop(), from, ModelStatisticsKeys.DATA.path());
    if (images.size() != source.size()) {
      throw new ArtifactException(
          Text.of(
              "%s holds images of %d numbers; the model has dimension %d.",
              from, images.size(), source.size()));
    }
    Dataset<Row> train = images.split("train");
    List<Integer> labels = settings.solver().labels();
    Map<Integer, Queue<byte[]>> byLabel = new HashMap<>();
    for (int label : labels.isEmpty() ? List.of(-1) : labels.stream().distinct().toList()) {
      int wanted = needed(label, labels);
      Dataset<Row> own = labels.isEmpty() ? train : train.filter(col("label").equalTo(label));
      byte[][] pixels = PixelTables.first(own, Images.COLUMN, wanted).images();
      if (pixels.length < wanted) {
        throw new ArtifactException(
            Text.of(
                "%s holds %,d train rows%s; modelStatistics.samples = %,d needs %,d.",
                from,
                pixels.length,
                labels.isEmpty() ? "" : " of label " + label,
                settings.samples(),
                wanted));
      }
      byLabel.put(label, new ArrayDeque<>(List.of(pixels)));
    }
    double[] x = new double[settings.samples() * source.size()];
    for (int row = 0; row < settings.samples(); row++) {
      byte[] pixels = byLabel.get(labels.isEmpty() ? -1 : labels.get(row % labels.size())).remove();
      for (int i = 0; i < pixels.length; i++) {
        x[row * pixels.length + i] = ImageModel.pixel(pixels[i]);
      }
    }
    return x;
  }

  /** How many of the rows have a label. */
  private int needed(int label, List<Integer> labels) {
    if (labels.isEmpty()) {
      return settings.samples();
    }
    int whole = settings.samples() / labels.size() * Collections.frequency(labels, label);
    List<Integer> rest = labels.subList(0, settings.samples() % labels.size());
    return whole + Collections.frequency(rest, label);
  }

  private double[] drawn() {
    Batches batches = new Batches(settings.samples(), settings.batch());
    StatisticsSettings own = settings;
    int steps = dataSteps;
    SolverSettings solver =
        new SolverSettings(
            own.solver().schedule(),
            own.solver().tEnd(),
            Spacing.LOG_SNR,
            Solver.plain(Solver.DPMPP_2M),
            own.solver().labels(),
            own.solver().thresholding(),
            false);
    return new Units<>(context, source.stage(), partitions, source::open)
            .map(
                "model-statistics: samples of the model",
                batches.units(),
                (model, batch) -> {
                  int from = batches.from(batch);
                  int rows = batches.length(batch);
                  Denoiser denoiser = solver.denoiser(model, own.guidance(), from, rows);
                  double[] noise = NoiseRows.drawn(own.seed(), DRAWS, from, rows, model.size()).x();
                  return solver.sampler(steps).sample(noise, denoiser);
                })
            .stream()
            .flatMapToDouble(Arrays::stream)
            .toArray();
  }
}
