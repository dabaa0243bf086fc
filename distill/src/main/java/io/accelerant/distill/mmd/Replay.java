package io.accelerant.distill.mmd;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.DataException;
import io.accelerant.core.features.FrechetDistance;
import io.accelerant.core.features.Moments;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.run.Computed;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.Schedule;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The mathematics of this package on numbers that a user gives, without a model: {@code mmd.of},
 * value, gradient and Frechet distance of two tables of features; {@code mmd.chain}, the same
 * through a DDIM chain with a linear noise prediction. The result is {@code result.json}, and what
 * of it is short enough is in the metrics as well.
 */
final class Replay {
  /** Kind of the artifact. */
  static final String KIND = "mmd-replay";

  private static final Set<String> CHAIN_FIELDS =
      Set.of("W", "b", "tau", "schedule", "noise", "reals", "kernel", "estimator");

  private final JobConfig config;
  private final List<TableFile> files;
  private final boolean chain;

  private Replay(JobConfig config, List<TableFile> files, boolean chain) {
    this.config = config;
    this.files = files;
    this.chain = chain;
  }

  /** Whether the configuration asks for one. */
  static boolean isMeant(JobConfig config) {
    return config.find(MmdKeys.OF).isPresent() || config.find(MmdKeys.CHAIN).isPresent();
  }

  static Work work(JobContext context, JobConfig config) {
    boolean chain = config.find(MmdKeys.CHAIN).isPresent();
    config.refuse(
        MmdKeys.FINETUNING, "is for finetuning; mmd.of and mmd.chain compute given numbers only.");
    if (chain && config.find(MmdKeys.OF).isPresent()) {
      throw config.invalid(MmdKeys.OF, "is set beside mmd.chain; set one of them.");
    }
    List<String> uris =
        config.find(MmdKeys.CHAIN).map(List::of).orElseGet(() -> config.get(MmdKeys.OF));
    if (!chain && uris.size() != 2) {
      throw config.invalid(MmdKeys.OF, Text.of("must name two files, names %s.", uris));
    }
    Replay replay =
        new Replay(config, uris.stream().map(uri -> TableFile.of(uri, context)).toList(), chain);
    return Work.on(
        replay.parents(),
        output -> List.of("compute what " + uris + " ask for", "publish the numbers to " + output),
        replay::make);
  }

  private List<Manifest.Parent> parents() {
    List<String> roles = chain ? List.of("chain") : List.of("samples", "reals");
    return java.util.stream.IntStream.range(0, files.size())
        .mapToObj(
            i ->
                new Manifest.Parent(
                    roles.get(i), files.get(i).file().uri(), files.get(i).file().sha256()))
        .toList();
  }

  private Product make(Run run) {
    Map<String, Object> result = chain ? chain() : of();
    return new Computed(KIND, "Maximum mean discrepancy of given numbers", "value", result)
        .product(run);
  }

  private Map<String, Object> of() {
    FeatureTable x = files.get(0).read();
    FeatureTable y = files.get(1).read();
    Mmd mmd = mmd(KernelSettings.of(config), config.get(MmdKeys.ESTIMATOR), x, y);
    Mmd.Estimate estimate = estimate(mmd, x, y);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("value", estimate.value());
    if (Math.min(x.rows(), y.rows()) > 1) {
      result.put(
          "frechet", FrechetDistance.between(Moments.of(x.matrix()), Moments.of(y.matrix())));
    }
    result.put("gradient", FeatureTable.of(estimate.gradient(), x.width()).matrix());
    return result;
  }

  /** Classes count where both tables have them. */
  private Mmd mmd(KernelSettings kernel, String estimator, FeatureTable x, FeatureTable y) {
    boolean joint = MmdKeys.share(config) > 0 && x.hasLabels() && y.hasLabels();
    if (MmdKeys.share(config) > 0 && config.isGiven(MmdKeys.CONDITIONAL) && !joint) {
      throw new DataException(
          "mmd.conditional = joint needs labels in both files; set it to marginal.");
    }
    return new Mmd(kernel.on(y), estimator.equals("unbiased"), joint ? MmdKeys.share(config) : 0);
  }

  private static Mmd.Estimate estimate(Mmd mmd, FeatureTable x, FeatureTable y) {
    try {
      return mmd.of(x, y);
    } catch (IllegalArgumentException e) {
      throw new DataException("The tables cannot be compared: " + e.getMessage() + ".", e);
    }
  }

  private Map<String, Object> chain() {
    String where = files.get(0).file().uri();
    JsonReader json = JsonReader.of(files.get(0).file().json(), where, DataException::new);
    json.refuseOthers(CHAIN_FIELDS, "is not known");
    FeatureTable w = TableFile.table(json.fields().get("W"), null, where + ": W");
    double[] b = TableFile.numbers(json.fields().get("b"), where + ": b");
    FeatureTable noise = TableFile.table(json.fields().get("noise"), null, where + ": noise");
    FeatureTable reals = TableFile.table(json.fields().get("reals"), null, where + ": reals");
    int d = b.length;
    if (w.rows() != d || w.width() != d || noise.width() != d || reals.width() != d) {
      throw json.wrong("W", Text.of("must be [%d][%d], noise and reals rows of %d", d, d, d));
    }
    LinearPrediction model = new LinearPrediction(w.numbers(), b);
    DdimChain chain = new DdimChain(schedule(json), times(json));
    double[][] states = chain.run(noise.numbers(), model);
    FeatureTable samples = FeatureTable.of(states[chain.steps()], d);
    KernelSettings kernel = KernelSettings.of(config);
    Mmd mmd =
        mmd(
            json.has("kernel") ? kernel.with(json.inner("kernel")) : kernel,
            json.has("estimator") ? json.text("estimator") : config.get(MmdKeys.ESTIMATOR),
            samples,
            reals);
    Mmd.Estimate estimate = estimate(mmd, samples, reals);
    chain.backward(states, estimate.gradient(), model);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("value", estimate.value());
    result.put("samples", samples.matrix());
    result.put("gradW", FeatureTable.of(model.gradW(), d).matrix());
    result.put("gradB", model.gradB());
    return result;
  }

  private static Schedule schedule(JsonReader json) {
    String label = json.has("schedule") ? json.text("schedule") : "ddpm-linear";
    if (!List.of(Schedule.labels()).contains(label)) {
      throw json.expected("schedule", "one of " + List.of(Schedule.labels()));
    }
    return Schedule.ofLabel(label);
  }

  /** The discrete steps in falling order, and clean data. */
  private static double[] times(JsonReader json) {
    double[] tau = json.numbers("tau");
    if (tau.length == 0 || Arrays.stream(tau).anyMatch(t -> !(t >= 0 && t <= 999))) {
      throw json.expected("tau", "a list of steps of 0 to 999");
    }
    Arrays.sort(tau);
    double[] times = new double[tau.length + 1];
    for (int k = 0; k < tau.length; k++) {
      times[k] = TimeSubset.time(tau[tau.length - 1 - k], schedule(json));
    }
    return times;
  }
}
