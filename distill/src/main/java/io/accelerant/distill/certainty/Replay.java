package io.accelerant.distill.certainty;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.run.Computed;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * {@code certainty.of}: the loss of one row of logits that a user gives, without a model. The
 * result is {@code result.json}, {@code ce}, {@code kept} (positions), {@code entropy}, {@code
 * loss}, {@code gradient}; the numbers are in the metrics as well, of {@code kept} how many.
 */
final class Replay {
  /** Kind of the artifact. */
  static final String KIND = "certainty-replay";

  private static final int LARGEST = 256 << 20;
  private static final Set<String> FIELDS =
      Set.of("logits", "labels", "targets", "beta", "temperature", "every");

  private final JobConfig config;
  private final InputFile file;

  private Replay(JobConfig config, InputFile file) {
    this.config = config;
    this.file = file;
  }

  /** Whether the configuration asks for one. */
  static boolean isMeant(JobConfig config) {
    return config.find(CertaintyKeys.OF).isPresent();
  }

  static Work work(JobContext context, JobConfig config) {
    config.refuse(
        CertaintyKeys.TRAINING, "is for training; certainty.of computes given numbers only.");
    InputFile file = InputFile.read(config.get(CertaintyKeys.OF), context.hadoop(), LARGEST);
    return Work.on(
        List.of(new Manifest.Parent("logits", file.uri(), file.sha256())),
        output -> List.of("compute the loss of " + file.uri(), "publish the numbers to " + output),
        new Replay(config, file)::make);
  }

  private Product make(Run run) {
    Map<String, Object> result = result();
    int kept = ((int[]) result.get("kept")).length;
    return new Computed(
            KIND,
            "Certainty-forcing loss of given numbers",
            "loss",
            result,
            Map.of("kept", kept),
            Map.of())
        .product(run);
  }

  private Map<String, Object> result() {
    JsonReader json = JsonReader.of(file.json(), file.uri(), DataException::new);
    json.refuseOthers(FIELDS, "is not known");
    double[][] logits = logits(json);
    int[] labels = labels(json, logits);
    int[] targets = targets(json, logits.length);
    ForcingLoss.Terms terms =
        loss(json)
            .of(
                IntStream.of(targets).mapToObj(i -> logits[i]).toArray(double[][]::new),
                IntStream.of(targets).map(i -> labels[i]).toArray());
    double[][] gradient = new double[logits.length][logits[0].length];
    IntStream.range(0, targets.length).forEach(k -> gradient[targets[k]] = terms.gradient()[k]);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("ce", terms.crossEntropy());
    result.put(
        "kept",
        IntStream.range(0, targets.length)
            .filter(k -> terms.kept()[k])
            .map(k -> targets[k])
            .toArray());
    result.put("entropy", terms.entropy());
    result.put("loss", terms.loss());
    result.put("gradient", gradient);
    return result;
  }

  /** What the file does not say is as a run of training would have it. */
  private ForcingLoss loss(JsonReader json) {
    double beta =
        json.has("beta")
            ? json.number("beta")
            : Collections.max(config.distinct(CertaintyKeys.BETA));
    double temperature =
        json.has("temperature")
            ? json.number("temperature")
            : config.get(CertaintyKeys.ENTROPY_TEMPERATURE);
    if (!(beta >= 0 && Double.isFinite(beta))) {
      throw json.expected("beta", "a number of at least 0");
    }
    if (!(temperature > 0 && Double.isFinite(temperature))) {
      throw json.expected("temperature", "a positive number");
    }
    return new ForcingLoss(beta, temperature, json.has("every") && json.truth("every"));
  }

  private static double[][] logits(JsonReader json) {
    List<?> rows = json.typed("logits", List.class, "a list of rows of numbers");
    if (rows.isEmpty()) {
      throw json.expected("logits", "a list of at least one row");
    }
    double[][] logits = new double[rows.size()][];
    for (int i = 0; i < logits.length; i++) {
      String name = Text.of("logits[%d]", i);
      if (!(rows.get(i) instanceof List<?> row)) {
        throw json.wrong(name, "must be a list of numbers, is " + rows.get(i));
      }
      logits[i] = json.numbers(name, row);
      if (logits[i].length == 0 || logits[i].length != logits[0].length) {
        throw json.wrong(
            name, Text.of("has %d numbers, logits[0] has %d", logits[i].length, logits[0].length));
      }
    }
    return logits;
  }

  private static int[] labels(JsonReader json, double[][] logits) {
    int[] labels = json.wholes("labels").stream().mapToInt(i -> i).toArray();
    int tokens = logits[0].length;
    if (labels.length != logits.length
        || IntStream.of(labels).anyMatch(label -> label < 0 || label >= tokens)) {
      throw json.wrong(
          "labels", Text.of("must be %d tokens of 0 to %d", logits.length, tokens - 1));
    }
    return labels;
  }

  /** Positions, or true and false for each; all if nothing is said. */
  private static int[] targets(JsonReader json, int positions) {
    if (!json.has("targets")) {
      return IntStream.range(0, positions).toArray();
    }
    List<?> list = json.typed("targets", List.class, "a list");
    if (list.size() == positions && list.stream().allMatch(Boolean.class::isInstance)) {
      return IntStream.range(0, positions).filter(i -> (Boolean) list.get(i)).toArray();
    }
    int[] targets = json.wholes("targets").stream().mapToInt(i -> i).toArray();
    if (IntStream.of(targets).anyMatch(i -> i < 0 || i >= positions)
        || IntStream.of(targets).distinct().count() < targets.length) {
      throw json.wrong("targets", Text.of("must be different positions of 0 to %d", positions - 1));
    }
    return targets;
  }
}
