package io.accelerant.distill.sample;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.distill.continuous.PseudoOrder;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverKeys;
import io.accelerant.distill.model.Models;
import java.util.List;
import java.util.stream.Stream;

/** The keys of the {@code sample} job. */
public final class SampleKeys {
  public static final Key<String> MODEL =
      Key.string(
          "sample.model",
          "The model: markov:countdown, markov:<order>:<corpus artifact URI>, onnx:<file>, the URI"
              + " of a model artifact, or <file>.json, a Gaussian mixture"
              + " {\"kind\":\"gaussian-mixture\",\"weights\":[K],\"means\":[K][d],\"deviations\":[K],\"classes\":[K]"
              + " (optional)}");

  /** Values of {@link #METHOD} for discrete diffusion models. */
  static final List<String> PLAIN_METHODS =
      List.of("euler", "tweedie", "tau-leaping", "mdlm", "first-hitting");

  public static final Key<String> METHOD =
      Key.string(
              "sample.method",
              "Plain sampler, where sample.sampler is not set; language models: greedy (default) or"
                  + " temperature if they are causal, else a rule, by default that of the model's"
                  + " decoder.json, or one-per-step")
          .oneOf(methods())
          .withDefault("euler");
  public static final Key<String> SAMPLER =
      Key.string(
              "sample.sampler",
              "Learned sampler: URI of an lsd, dc-solver or search-solver artifact, or of a sampler.json")
          .optional();
  public static final Key<Integer> STEPS =
      Key.integer("sample.steps", "Number of steps; with a learned sampler, which of its schedules")
          .between(1, 65536)
          .optional();
  public static final Key<Integer> COUNT =
      Key.integer(
              "sample.count",
              "Number of samples; language models: of prompts, the first by id, at most")
          .between(1, 1_000_000_000)
          .withDefault(64);
  public static final Key<Integer> LENGTH =
      Key.integer(
              "sample.length",
              "Length of a sequence; default: that of the learned sampler, the model or the corpus,"
                  + " 64 for countdown")
          .between(2, 4096)
          .optional();
  public static final Key<String> GRAPH =
      Key.string("sample.graph", "Graph of the diffusion; a learned sampler brings its own")
          .oneOf("absorb", "uniform")
          .withDefault("absorb");
  public static final Key<Double> NOISE_EPS =
      Key.number(
              "sample.noiseEps",
              "eps of the loglinear noise; a learned sampler brings its own noise")
          .between(1e-9, 0.1)
          .withDefault(1e-3);
  public static final Key<Double> SMOOTHING =
      Key.number("sample.smoothing", "Smoothing of markov:countdown, see lsd.smoothing")
          .between(0, 0.5)
          .withDefault(0.0);
  public static final Key<Double> T_END =
      Key.number("sample.tEnd", "Time at which the steps of a plain sampler end")
          .between(1e-6, 0.5)
          .withDefault(1e-3);
  public static final Key<Boolean> FINAL_DENOISE =
      Key.bool(
              "sample.finalDenoise",
              "Denoise with one more evaluation after the steps of a plain sampler; needed on graph"
                  + " absorb")
          .withDefault(true);
  public static final Key<Integer> BATCH =
      Key.integer(
              "sample.batch",
              "Sequences per model call: micro-batches are formed by id div batch; no answer of a"
                  + " language model depends on it")
          .between(1, 65536)
          .withDefault(64);
  public static final Key<Integer> PARTITIONS =
      Key.integer(
              "sample.partitions", "Spark partitions; 0: four a core, at most one a micro-batch")
          .between(0, 1_000_000)
          .withDefault(0)
          .operational();

  public static final Key<String> NOISE =
      Key.string(
              "sample.noise",
              "Starting points of a continuous model, JSON rows [[..], ..]; default: sample.count"
                  + " rows drawn from run.seed")
          .optional();
  public static final Key<Double> GUIDANCE =
      Key.number(
              "sample.guidance",
              "Classifier-free guidance s of eps_u + s (eps_c - eps_u); default: 1, none")
          .between(0, 1000)
          .optional();
  public static final Key<List<Double>> RATIOS =
      Key.numbers("sample.ratios", "Compensation ratios of DC-Solver, one a step")
          .between(-100, 100)
          .optional();
  public static final Key<String> CPR =
      Key.string(
              "sample.cpr",
              "Predict the ratios from 36 coefficients: a .npy or JSON file, or a dc-solver"
                  + " artifact; for settings that were not fitted")
          .optional();

  public static final Key<String> STATISTICS =
      Key.string(
              "sample.statistics",
              "Solver dpm-v3: URI of a model-statistics artifact of this model, schedule and"
                  + " guidance; the times are rounded to its grid")
          .optional();
  public static final Key<String> PSEUDO_ORDER =
      Key.string(
              "sample.pseudoOrder",
              "Solver dpm-v3: updates that take the k-th derivative from k + 1 outputs alone: none,"
                  + " corrector or both. Default: corrector")
          .oneOf(PseudoOrder.labels())
          .optional();
  public static final Key<String> TELEPORT_MOMENTS =
      Key.string(
              "sample.teleport.moments",
              "Begin with the closed solution for normal data (no evaluation): URI of a data-moments"
                  + " artifact")
          .optional();
  public static final Key<Double> TELEPORT_TO =
      Key.number("sample.teleport.to", "The time that it leads to, where the steps begin")
          .between(1e-6, 1)
          .optional();

  public static final Key<List<Integer>> SKIP =
      Key.integers(
              "sample.skip",
              "images, videos: blocks of the network that are left out, by their number from 0; as"
                  + " if they had been removed")
          .between(0, 255)
          .optional();

  /** Schedule, solver and times of a continuous model. */
  static final SolverKeys SOLVER =
      new SolverKeys("sample", T_END, LanguageKeys.THRESHOLD, Solver.names());

  /** What only continuous models have. */
  static final List<Key<?>> CONTINUOUS =
      Stream.of(
              List.of(
                  NOISE,
                  GUIDANCE,
                  RATIOS,
                  CPR,
                  STATISTICS,
                  PSEUDO_ORDER,
                  TELEPORT_MOMENTS,
                  TELEPORT_TO,
                  SKIP),
              SOLVER.all(),
              Models.CONTINUOUS.keys())
          .<Key<?>>flatMap(List::stream)
          .filter(key -> !Models.DISCRETE.keys().contains(key))
          .toList();

  private static final List<Key<?>> OWN =
      RunKeys.and(
          List.of(
              MODEL,
              METHOD,
              SAMPLER,
              STEPS,
              COUNT,
              LENGTH,
              GRAPH,
              NOISE_EPS,
              SMOOTHING,
              T_END,
              FINAL_DENOISE,
              BATCH,
              PARTITIONS));

  static final List<Key<?>> ALL =
      Stream.of(OWN, Models.DISCRETE.keys(), CONTINUOUS, LanguageKeys.ALL)
          .<Key<?>>flatMap(List::stream)
          .toList();

  private SampleKeys() {}

  private static String[] methods() {
    return Stream.of(PLAIN_METHODS, LanguageKeys.CAUSAL_METHODS, LanguageKeys.MASKED_METHODS)
        .flatMap(List::stream)
        .distinct()
        .toArray(String[]::new);
  }
}
