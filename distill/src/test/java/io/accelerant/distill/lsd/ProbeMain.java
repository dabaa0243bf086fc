package io.accelerant.distill.lsd;

import io.accelerant.core.config.*;
import io.accelerant.core.job.*;
import io.accelerant.distill.discrete.*;
import io.accelerant.distill.markov.*;
import java.util.*;
import org.apache.spark.sql.SparkSession;

public class ProbeMain {
  public static void main(String[] a) {
    List<String> sets =
        new ArrayList<>(List.of("run.output=/tmp/x", "lsd.teacher=markov:countdown"));
    sets.addAll(List.of(a));
    JobConfig c = JobConfig.load(List.of(), sets, LsdKeys.ALL);
    LsdSettings s = LsdSettings.of(c);
    MarkovChain chain = MarkovChain.countdown(32);
    if (s.config().get(LsdKeys.SMOOTHING) > 0)
      chain = chain.smoothed(s.config().get(LsdKeys.SMOOTHING));
    TeacherSource src = new MarkovSource(chain, new DiffusionProcess(s.graph(), s.noise(), 32), 64);
    LsdTeacher t =
        new LsdTeacher(src, new SampleMeter.Countdown(), chain.bigram(64), chain.entropy(64));
    SparkSession spark =
        SparkSession.builder().master("local[2]").config("spark.ui.enabled", "false").getOrCreate();
    spark.sparkContext().setLogLevel("WARN");
    long t0 = System.nanoTime();
    Progress p = l -> System.err.printf("%6.1f %s%n", (System.nanoTime() - t0) / 1e9, l);
    p.say("data entropy %.4f", chain.entropy(64));
    try (LsdFit fit = new LsdFit(JobContext.of(spark, p), s, t)) {
      long[] seeds = {101, 102, 103};
      List<DiscreteSampler> rows = new ArrayList<>();
      List<String> names = new ArrayList<>();
      for (int m : s.plainSteps()) {
        names.add("euler " + m);
        rows.add(
            new GridSampler(
                "euler",
                new Euler(),
                GridSampler.uniformTimes(m, 1e-3),
                ScoreTransform.IDENTITY,
                true));
      }
      int[] ms = s.steps().stream().mapToInt(i -> i).toArray();
      for (int m : ms) {
        double[] jys = fit.jumpYourSteps(m);
        p.say("jys " + Arrays.toString(jys));
        names.add("jys " + m);
        rows.add(new GridSampler("jys", new Euler(), jys, ScoreTransform.IDENTITY, true));
        for (double e : new double[] {1.15, 1.3, 1.4, 1.5}) {
          names.add("const" + e + " " + m);
          rows.add(
              new LsdFit.Fitted(
                      GridSampler.uniformTimes(m, 1e-3),
                      Coefficients.constant(CoefficientMode.EXPONENT, e, m))
                  .sampler("c", new Euler()));
        }
        for (String o : s.objectives()) {
          LsdFit.Fitted f =
              switch (o) {
                case "scoreL2" -> fit.scoreL2(CoefficientMode.SCALE, m);
                case "scoreL2Exponent" -> fit.scoreL2(CoefficientMode.EXPONENT, m);
                case "lookahead" -> fit.lookahead(m);
                default -> fit.direct(m, List.of(GridSampler.uniformTimes(m, 1e-3), jys));
              };
          p.say(
              o
                  + " phi "
                  + Arrays.toString(f.coefficients().phi())
                  + " times "
                  + Arrays.toString(f.times()));
          names.add(o + " " + m);
          rows.add(f.sampler(o, new Euler()));
        }
      }
      List<List<Measured>> r =
          fit.measure("eval", rows, seeds, s.config().get(LsdKeys.SAMPLES), t.meter());
      for (int i = 0; i < names.size(); i++) {
        Measured all = Measured.concatenate(r.get(i));
        p.say(
            "%-20s err %.4f seq %.3f H %.4f tv %.4f left %.3f ms/sample %.3f",
            names.get(i),
            all.mainMetric(),
            all.anyError(),
            all.entropy(),
            all.bigramTv(t.bigramLaw()),
            all.leftMasked() / all.samples() / 64,
            all.nanos() / 1e6 / all.samples());
      }
      p.say("done");
    }
  }
}
