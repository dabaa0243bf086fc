package io.accelerant.distill.lsd;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import io.accelerant.distill.model.Models;
import java.util.List;
import java.util.stream.Stream;

/** The keys of the {@code lsd} job. */
public final class LsdKeys {
  public static final Key<String> TEACHER =
      Key.string(
          "lsd.teacher",
          "The model: markov:countdown, markov:cycle, markov:<order>:<corpus artifact URI> for the chain counted from a text, onnx:<file> for a network of your own, or the URI of a model artifact that train-teacher made");
  public static final Key<String> REFERENCE =
      Key.string(
              "lsd.reference",
              "Corpus artifact that the samples of a network are held against (judge, neighbours, entropy); default: what a model artifact was trained on; for an onnx teacher, samples of the teacher itself")
          .optional();
  public static final Key<String> GRAPH =
      Key.string("lsd.graph", "Graph of the diffusion")
          .oneOf("absorb", "uniform")
          .withDefault("absorb");
  public static final Key<String> NOISE =
      Key.string("lsd.noise", "Noise schedule")
          .oneOf("loglinear", "geometric")
          .withDefault("loglinear");
  public static final Key<Double> NOISE_EPS =
      Key.number("lsd.noiseEps", "eps of the loglinear schedule")
          .between(1e-9, 0.1)
          .withDefault(1e-3);
  public static final Key<Double> NOISE_MIN =
      Key.number("lsd.noiseMin", "Total noise of the geometric schedule at t = 0")
          .between(1e-9, 1)
          .withDefault(1e-4);
  public static final Key<Double> NOISE_MAX =
      Key.number(
              "lsd.noiseMax",
              "Total noise of the geometric schedule at t = 1; below 8 much is still visible at t = 1")
          .between(1e-3, 1e3)
          .withDefault(20.0);
  public static final Key<Integer> LENGTH =
      Key.integer(
              "lsd.length",
              "Length of a sequence; default: that of the model or corpus, 64 for countdown")
          .between(2, 4096)
          .optional();
  public static final Key<Double> SMOOTHING =
      Key.number(
              "lsd.smoothing",
              "Share of the uniform law mixed into the transitions of markov:countdown: with 0 a partial sequence that contradicts itself has no posterior, and its message starts again from the evidence")
          .between(0, 0.5)
          .withDefault(0.0);
  public static final Key<List<Integer>> STEPS =
      Key.integers(
              "lsd.steps",
              "Numbers M of steps to learn a sampler for; each must divide lsd.teacherSteps")
          .between(1, 1024)
          .withDefault(List.of(8, 16));
  public static final Key<List<Integer>> BASELINE_STEPS =
      Key.integers("lsd.baselineSteps", "Numbers of steps at which Euler and Tweedie are reported")
          .between(1, 4096)
          .withDefault(List.of(8, 16, 24, 32, 64));
  public static final Key<List<String>> OBJECTIVE =
      Key.strings(
              "lsd.objective",
              "Objectives to fit; the best on the fit seeds is published, all are reported")
          .oneOf(Objective.labels())
          .withDefault(List.of(Objective.labels()));
  public static final Key<Boolean> LEARN_TIMES =
      Key.bool(
              "lsd.learnTimes",
              "Learn the step lengths too (LSD+), by scoreL2, scoreL2Exponent and direct")
          .withDefault(false);
  public static final Key<String> PREDICTOR =
      Key.string("lsd.predictor", "Kernel of the student's steps")
          .oneOf("euler", "tweedie")
          .withDefault("euler");
  public static final Key<Double> T_END =
      Key.number("lsd.tEnd", "Time at which the steps end and the final denoising starts")
          .between(1e-6, 0.5)
          .withDefault(1e-3);
  public static final Key<Integer> TEACHER_STEPS =
      Key.integer("lsd.teacherSteps", "Steps N of the teacher's trajectories")
          .between(1, 65536)
          .withDefault(128);
  public static final Key<Integer> TRAJECTORIES =
      Key.integer("lsd.trajectories", "Teacher trajectories to learn from")
          .between(1, 100_000_000)
          .withDefault(1024);
  public static final Key<Integer> PASSES =
      Key.integer("lsd.passes", "Passes of scoreL2 over the trajectories")
          .between(1, 10_000)
          .withDefault(4);
  public static final Key<String> FIT =
      Key.string(
              "lsd.fit",
              "closed-form: the minimum of every pass; sgd: one descent step a pass, as printed")
          .oneOf("closed-form", "sgd")
          .withDefault("closed-form");
  public static final Key<Double> FIT_RATE =
      Key.number("lsd.fitRate", "Learning rate of sgd, relative to the curvature")
          .between(1e-6, 1)
          .withDefault(0.05);
  public static final Key<Double> RELAXATION =
      Key.number(
              "lsd.relaxation",
              "Share of the student's start that scoreL2 replaces by random symbols (zeta)")
          .between(0, 1)
          .withDefault(0.05);
  public static final Key<String> KAPPA_TARGET =
      Key.string(
              "lsd.kappaTarget",
              "Step length in eq. 8: the student's, (1-tEnd)/M, or the teacher's, (1-tEnd)/N")
          .oneOf("student", "teacher")
          .withDefault("student");
  public static final Key<Double> KAPPA_DAMPING =
      Key.number("lsd.kappaDamping", "Power on the ratio of eq. 8's minimiser to the uniform step")
          .between(0, 1)
          .withDefault(0.5);
  public static final Key<List<Double>> EXPONENTS =
      Key.numbers("lsd.exponents", "Exponents among which the constant control is searched")
          .between(CoefficientMode.MIN_EXPONENT, CoefficientMode.MAX_EXPONENT)
          .withDefault(
              List.of(
                  0.8, 0.9, 1.0, 1.1, 1.15, 1.2, 1.25, 1.3, 1.35, 1.4, 1.45, 1.5, 1.6, 1.8, 2.0));
  public static final Key<Integer> FIT_SAMPLES =
      Key.integer(
              "lsd.fitSamples",
              "Samples of the fit seed on which exponents and objectives are compared")
          .between(1, 100_000_000)
          .withDefault(512);
  public static final Key<Double> ENTROPY_GUARD =
      Key.number(
              "lsd.entropyGuard",
              "Largest relative entropy gap to the data at which a fit may be chosen")
          .between(0, 10)
          .withDefault(0.03);
  public static final Key<Integer> DIRECT_ITERATIONS =
      Key.integer("lsd.directIterations", "Iterations of the direct search")
          .between(1, 100_000)
          .withDefault(40);
  public static final Key<Integer> DIRECT_SAMPLES =
      Key.integer("lsd.directSamples", "Samples per evaluation of the direct search")
          .between(1, 100_000_000)
          .withDefault(128);
  public static final Key<Double> DIRECT_PERTURBATION =
      Key.number("lsd.directPerturbation", "Perturbation of the direct search")
          .between(1e-3, 1)
          .withDefault(0.15);
  public static final Key<Double> DIRECT_GAIN =
      Key.number("lsd.directGain", "First gain of the direct search")
          .between(1e-4, 100)
          .withDefault(0.35);
  public static final Key<Double> DIRECT_START =
      Key.number("lsd.directStart", "First coefficient of the direct search")
          .between(CoefficientMode.MIN_EXPONENT, CoefficientMode.MAX_EXPONENT)
          .withDefault(1.2);
  public static final Key<String> DIRECT_DISTANCE =
      Key.string("lsd.directDistance", "Distance between the k-gram laws")
          .oneOf("total-variation", "squared")
          .withDefault("total-variation");
  public static final Key<Integer> GRAM =
      Key.integer("lsd.gram", "k of the k-gram law that the direct search compares")
          .between(1, 6)
          .withDefault(2);
  public static final Key<Integer> JYS_SAMPLES =
      Key.integer("lsd.jysSamples", "Teacher samples on which Jump Your Steps measures its bound")
          .between(1, 1_000_000)
          .withDefault(128);
  public static final Key<String> METRIC =
      Key.string(
              "lsd.metric",
              "Main metric, by which fits are chosen and judged. auto: transitionError for markov:countdown, judgeNll for text, bigramTv otherwise")
          .oneOf("auto", "transitionError", "judgeNll", "bigramTv")
          .withDefault("auto");
  public static final Key<Integer> JUDGE_ORDER =
      Key.integer(
              "lsd.judgeOrder",
              "Order of the n-gram judge of text, counted on the other half of the corpus")
          .between(1, 8)
          .withDefault(5);
  public static final Key<Integer> SAMPLES =
      Key.integer("lsd.samples", "Samples per evaluation seed")
          .between(1, 100_000_000)
          .withDefault(512);
  public static final Key<List<Long>> SEEDS =
      Key.longs("lsd.seeds", "Evaluation seeds; run.seed, which fits, may not be among them")
          .withDefault(List.of(101L, 102L, 103L));
  public static final Key<Integer> BATCH =
      Key.integer("lsd.batch", "Sequences per model call: micro-batches are formed by id div batch")
          .between(1, 65536)
          .withDefault(64);
  public static final Key<Integer> PARTITIONS =
      Key.integer("lsd.partitions", "Spark partitions; 0: four a core, at most one a micro-batch")
          .between(0, 1_000_000)
          .withDefault(0)
          .operational();

  private static final List<Key<?>> OWN =
      RunKeys.and(
          List.of(
              TEACHER,
              REFERENCE,
              GRAPH,
              NOISE,
              NOISE_EPS,
              NOISE_MIN,
              NOISE_MAX,
              LENGTH,
              SMOOTHING,
              STEPS,
              BASELINE_STEPS,
              OBJECTIVE,
              LEARN_TIMES,
              PREDICTOR,
              T_END,
              TEACHER_STEPS,
              TRAJECTORIES,
              PASSES,
              FIT,
              FIT_RATE,
              RELAXATION,
              KAPPA_TARGET,
              KAPPA_DAMPING,
              EXPONENTS,
              FIT_SAMPLES,
              ENTROPY_GUARD,
              DIRECT_ITERATIONS,
              DIRECT_SAMPLES,
              DIRECT_PERTURBATION,
              DIRECT_GAIN,
              DIRECT_START,
              DIRECT_DISTANCE,
              GRAM,
              JYS_SAMPLES,
              METRIC,
              JUDGE_ORDER,
              SAMPLES,
              SEEDS,
              BATCH,
              PARTITIONS));

  static final List<Key<?>> ALL =
      Stream.of(OWN, Models.DISCRETE.keys()).<Key<?>>flatMap(List::stream).toList();

  private LsdKeys() {}
}
