package io.accelerant.distill.sample;

import io.accelerant.core.config.JobConfig;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiscreteSampler;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.FirstHitting;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.MdlmAncestral;
import io.accelerant.distill.discrete.ReverseKernel;
import io.accelerant.distill.discrete.ScoreTransform;
import io.accelerant.distill.discrete.TauLeaping;
import io.accelerant.distill.discrete.Tweedie;

/** The samplers that {@code sample.method} names. */
final class PlainSamplers {
  private PlainSamplers() {}

  /**
   * @throws io.accelerant.core.error.ConfigException if method, graph and steps do not go together
   */
  static DiscreteSampler of(JobConfig config) {
    String method = config.get(SampleKeys.METHOD);
    if (!SampleKeys.PLAIN_METHODS.contains(method)) {
      throw config.invalid(SampleKeys.METHOD, "is " + method + ", which is for language models.");
    }
    boolean absorb = DiffusionGraph.ofLabel(config.get(SampleKeys.GRAPH)) == DiffusionGraph.ABSORB;
    if (!absorb && (method.equals("mdlm") || method.equals("first-hitting"))) {
      throw config.invalid(
          SampleKeys.METHOD, "is " + method + ", which needs sample.graph = absorb.");
    }
    if (method.equals("first-hitting")) {
      return new FirstHitting();
    }
    boolean denoise = config.get(SampleKeys.FINAL_DENOISE);
    if (absorb && !denoise) {
      throw config.invalid(
          SampleKeys.FINAL_DENOISE,
          "is false, but on sample.graph = absorb masks may be left after the steps.");
    }
    int steps =
        config
            .find(SampleKeys.STEPS)
            .orElseThrow(
                () -> config.invalid(SampleKeys.STEPS, "is required by method " + method + "."));
    ReverseKernel kernel =
        switch (method) {
          case "euler" -> new Euler();
          case "tweedie" -> new Tweedie();
          case "tau-leaping" -> new TauLeaping();
          default -> new MdlmAncestral();
        };
    double[] times = GridSampler.uniformTimes(steps, config.get(SampleKeys.T_END));
    return new GridSampler(method, kernel, times, ScoreTransform.IDENTITY, denoise);
  }
}
