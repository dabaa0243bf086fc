package io.accelerant.distill.moments;

import static org.apache.spark.sql.functions.col;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.Images;
import io.accelerant.core.data.TableSource;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.GaussianMixture;
import io.accelerant.distill.model.Pixels;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What {@code dataMoments.data} names.
 *
 * @param parent asked for once: the hash of a table costs a pass
 * @param mixture where it is one; then there are no rows
 * @param rows where there are
 * @param pixels the form of rows that are images
 */
record DataInput(
    String description,
    Supplier<Manifest.Parent> parent,
    Optional<GaussianMixture> mixture,
    Supplier<DataRows> rows,
    Optional<Pixels> pixels) {
  private static final int LARGEST = 256 << 20;

  static DataInput of(JobContext context, JobConfig config) {
    String uri = config.get(DataMomentsKeys.DATA);
    if (uri.endsWith(".json")) {
      return mixture(uri, context, config);
    }
    return Artifact.find(uri, context.hadoop())
        .map(artifact -> images(uri, context, config))
        .orElseGet(() -> table(uri, context, config));
  }

  private static DataInput mixture(String uri, JobContext context, JobConfig config) {
    InputFile file = InputFile.read(uri, context.hadoop(), LARGEST);
    GaussianMixture mixture = GaussianMixture.fromJson(file.json(), uri);
    int label = config.find(DataMomentsKeys.LABEL).orElse(ContinuousModel.NO_LABEL);
    if (label >= mixture.classes()) {
      throw config.invalid(
          DataMomentsKeys.LABEL,
          Text.of("is %d; %s has %d classes.", label, uri, mixture.classes()));
    }
    return new DataInput(
        "the Gaussian mixture " + uri,
        () -> new Manifest.Parent("data", file.uri(), file.sha256()),
        Optional.of(mixture),
        () -> {
          throw new IllegalStateException("a mixture has no rows");
        },
        Optional.empty());
  }

  private static DataInput images(String uri, JobContext context, JobConfig config) {
    Images images =
        Images.open(context.spark(), context.hadoop(), uri, DataMomentsKeys.DATA.path());
    Optional<Integer> label = config.find(DataMomentsKeys.LABEL);
    if (label.isPresent() && label.get() >= images.classes()) {
      throw config.invalid(
          DataMomentsKeys.LABEL,
          Text.of("is %d; %s has classes 0 to %d.", label.get(), uri, images.classes() - 1));
    }
    Dataset<Row> split = images.split(config.get(DataMomentsKeys.SPLIT));
    Dataset<Row> chosen = label.map(l -> split.filter(col("label").equalTo(l))).orElse(split);
    return new DataInput(
        "the images " + uri,
        () -> new Manifest.Parent("data", images.uri(), images.contentHash()),
        Optional.empty(),
        () -> new DataRows(chosen.select("id", Images.COLUMN), DataRows.Form.PIXELS, images.size()),
        Optional.of(new Pixels(images.channels(), 1, images.height(), images.width())));
  }

  private static DataInput table(String uri, JobContext context, JobConfig config) {
    config
        .find(DataMomentsKeys.LABEL)
        .ifPresent(
            label -> {
              throw config.invalid(
                  DataMomentsKeys.LABEL, "is set, but a table of vectors has no classes.");
            });
    Dataset<Row> table = TableSource.find(uri, context.hadoop()).read(context.spark());
    String id = config.get(DataMomentsKeys.ID);
    String column = config.get(DataMomentsKeys.COLUMN);
    for (Key<String> key : List.of(DataMomentsKeys.ID, DataMomentsKeys.COLUMN)) {
      if (!Arrays.asList(table.columns()).contains(config.get(key))) {
        throw config.invalid(
            key,
            Text.of(
                "is %s; %s has the columns %s.", config.get(key), uri, TableSource.columns(table)));
      }
    }
    Dataset<Row> kept = table.select(id, column);
    return new DataInput(
        "the vectors " + uri,
        () -> new Manifest.Parent("data", uri, TableSource.hash(kept, uri)),
        Optional.empty(),
        () -> DataRows.vectors(kept, id, column),
        Optional.empty());
  }
}
