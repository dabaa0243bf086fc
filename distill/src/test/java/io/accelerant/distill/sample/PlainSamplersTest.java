package io.accelerant.distill.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.config.JobConfig;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.DiscreteSampler;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainSamplersTest {
  private static final int LENGTH = 8;

  private static DiscreteSampler sampler(String... sets) {
    List<String> all = new ArrayList<>(List.of("run.output=unused", "sample.model=unused"));
    all.addAll(List.of(sets));
    return PlainSamplers.of(JobConfig.load(List.of(), all, SampleKeys.ALL));
  }

  private static DiscreteSampler.Samples draw(DiscreteSampler sampler, String graph) {
    DiffusionProcess process =
        new DiffusionProcess(DiffusionGraph.ofLabel(graph), new NoiseSchedule.LogLinear(1e-3), 32);
    try (DiscreteModel teacher =
        new MarkovSource(MarkovChain.countdown(32), process, LENGTH).open()) {
      return sampler.sample(teacher, 5, LongStream.range(0, 20).toArray());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "absorb, euler, 5",
    "absorb, tweedie, 5",
    "absorb, tau-leaping, 5",
    "absorb, mdlm, 5",
    "absorb, first-hitting, 8",
    "uniform, euler, 5",
    "uniform, tweedie, 5",
    "uniform, tau-leaping, 5"
  })
  void everyMethodDraws(String graph, String method, int evaluations) {
    DiscreteSampler sampler =
        sampler("sample.graph=" + graph, "sample.method=" + method, "sample.steps=4");
    assertThat(sampler.label()).isEqualTo(method);
    DiscreteSampler.Samples samples = draw(sampler, graph);
    assertThat(samples.evaluations()).isEqualTo(evaluations);
    assertThat(samples.tokens()).hasSize(20 * LENGTH);
    assertThat(Arrays.stream(samples.tokens())).allMatch(token -> token >= 0 && token < 32);
  }

  @Test
  void theUniformGraphNeedsNoFinalDenoising() {
    DiscreteSampler sampler =
        sampler("sample.graph=uniform", "sample.steps=4", "sample.finalDenoise=false");
    assertThat(draw(sampler, "uniform").evaluations()).isEqualTo(4);
  }

  @Test
  void firstHittingNeedsNoSteps() {
    assertThat(draw(sampler("sample.method=first-hitting"), "absorb").evaluations())
        .isEqualTo(LENGTH);
  }
}
