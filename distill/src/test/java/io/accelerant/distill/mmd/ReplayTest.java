package io.accelerant.distill.mmd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.WithoutSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** It needs no Spark. */
class ReplayTest {
  private static final JobContext CONTEXT = WithoutSpark.CONTEXT;

  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    file("a.json", "[[0, 1], [2, 1]]");
    file("b.json", "{\"x\": [[1, 1], [0, 0]], \"labels\": [0, 1]}");
    file("a.jsonl", "{\"x\": [0, 1], \"label\": 0}\n{\"x\": [2, 1], \"label\": 1}\n");
    file(
        "chain.json",
        """
        {"W": [[0.5]], "b": [0.1], "tau": [0, 500], "noise": [[1.0], [-0.5]], "reals": [[0.2], [0.4]],
         "kernel": {"type": "polynomial", "degree": 1, "gamma": 1, "offset": 0}, "estimator": "biased"}\
        """);
  }

  private void file(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private JobResult run(String... sets) {
    List<String> all = new ArrayList<>(List.of(sets));
    all.replaceAll(set -> set.replace("@", folder.toString()));
    all.add("run.output=" + folder.resolve("out-{version}"));
    MmdJob job = new MmdJob();
    return job.run(CONTEXT, JobConfig.load(List.of(), all, job.keys()));
  }

  /** (x.y / 2 + 1)^3 by hand: x = (0,1), (2,1); y = (1,1), (0,0). */
  @Test
  void twoTablesHaveTheirValueGradientAndFrechetDistance() {
    JobResult found = run("mmd.of=[\"@/a.json\", \"@/b.json\"]", "mmd.kernel.type=polynomial");
    double own = 2 * 3.375; // x1.x2 = 1
    double reals = 2; // y1.y2 = 0
    double cross = 3.375 + 1 + 15.625 + 1; // dots 1, 0, 3, 0
    double value = own / 2 + reals / 2 - 2 * cross / 4;
    assertThat(found.metrics().get("value").doubleValue()).isCloseTo(value, within(1e-12));
    // row 1: (2 * 1.5 * (1.5)^2 x2 / 2) - (2/4)(1.5 * 2.25 y1 + 0)
    assertThat(found.metrics().get("gradient.0.0").doubleValue())
        .isCloseTo(2.25 * 1.5 * 2 - 0.5 * 1.5 * 2.25, within(1e-12));
    // means (1, 1), (.5, .5); covariances diag(2, 0) and .5 in all four places
    assertThat(found.metrics().get("frechet").doubleValue())
        .isCloseTo(0.5 + 2 + 1 - 2 * 1, within(1e-9));
    Map<String, Object> result =
        Artifact.open(found.artifact(), CONTEXT.hadoop()).readJson("result.json");
    assertThat(((Number) result.get("value")).doubleValue())
        .isEqualTo(found.metrics().get("value").doubleValue());
    assertThat((List<?>) result.get("gradient")).hasSize(2);
  }

  @Test
  void classesAreComparedWhereBothFilesHaveThem() {
    double joint = value("mmd.of=[\"@/a.jsonl\", \"@/b.json\"]");
    double marginal = value("mmd.of=[\"@/a.jsonl\", \"@/b.json\"]", "mmd.conditional=marginal");
    assertThat(value("mmd.of=[\"@/a.json\", \"@/b.json\"]")).isEqualTo(marginal);
    assertThat(joint).isNotEqualTo(marginal);
  }

  private double value(String... sets) {
    return run(sets).metrics().get("value").doubleValue();
  }

  /** With k = x.y the biased value is the squared distance of the means. */
  @Test
  void aChainHasItsSamplesValueAndGradients() {
    JobResult found = run("mmd.chain=@/chain.json");
    double[] samples = {metric(found, "samples.0.0"), metric(found, "samples.1.0")};
    double difference = (samples[0] + samples[1]) / 2 - 0.3;
    assertThat(metric(found, "value")).isCloseTo(difference * difference, within(1e-12));
    // x is affine in b at every step: the mean sample moves by the sum of the steps' factors
    double[] bar = {alphaBar(0), alphaBar(500)};
    double a1 = Math.sqrt(bar[0] / bar[1]);
    double b1 = Math.sqrt(1 - bar[0]) - a1 * Math.sqrt(1 - bar[1]);
    double a0 = 1 / Math.sqrt(bar[0]);
    double b0 = -a0 * Math.sqrt(1 - bar[0]);
    assertThat(samples[0]).isCloseTo(step(a0, b0, step(a1, b1, 1)), within(1e-10));
    double slope = (a0 + 0.5 * b0) * b1 + b0;
    assertThat(metric(found, "gradB.0")).isCloseTo(2 * difference * slope, within(1e-10));
    assertThat(found.metrics()).containsKey("gradW.0.0");
  }

  /** On a flow the linear model is of the velocity: 1, .5, 0 from x in two steps of Euler. */
  @Test
  void aChainOnAFlowTakesStepsOfEuler() throws IOException {
    file(
        "flow.json",
        """
        {"W": [[0.5]], "b": [0.1], "tau": [499, 999], "schedule": "flow", "noise": [[1.0], [-0.5]],
         "reals": [[0.2], [0.4]], "kernel": {"type": "polynomial", "degree": 1, "gamma": 1, "offset": 0},
         "estimator": "biased"}\
        """);
    JobResult found = run("mmd.chain=@/flow.json");
    double[] samples = {step(1, -.5, step(1, -.5, 1)), step(1, -.5, step(1, -.5, -.5))};
    assertThat(metric(found, "samples.0.0")).isCloseTo(samples[0], within(1e-14));
    assertThat(metric(found, "samples.1.0")).isCloseTo(samples[1], within(1e-14));
    double difference = (samples[0] + samples[1]) / 2 - 0.3;
    assertThat(metric(found, "gradB.0"))
        .isCloseTo(2 * difference * (-.5 * .75 - .5), within(1e-12));
  }

  private static double step(double a, double b, double x) {
    return a * x + b * (0.5 * x + 0.1);
  }

  private static double alphaBar(int tau) {
    double product = 1;
    for (int t = 0; t <= tau; t++) {
      product *= 1 - (1e-4 + t * (0.02 - 1e-4) / 999);
    }
    return product;
  }

  private static double metric(JobResult result, String name) {
    return result.metrics().get(name).doubleValue();
  }

  @Test
  void whatCannotBeComputedIsRefusedInOneLine() throws IOException {
    file("ragged.json", "[[0, 1], [2]]");
    file("same.json", "[[1, 1], [1, 1]]");
    file(
        "wide.json",
        "{\"W\": [[1]], \"b\": [1, 2], \"tau\": [1], \"noise\": [[1]], \"reals\": [[1]]}");
    assertThatThrownBy(() -> run("mmd.of=[\"@/a.json\", \"@/ragged.json\"]"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("row 1 has 1 numbers");
    assertThatThrownBy(() -> run("mmd.of=[\"@/a.json\", \"@/same.json\"]"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no such kernel");
    assertThatThrownBy(() -> run("mmd.of=[\"@/a.json\"]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("must name two files");
    assertThatThrownBy(() -> run("mmd.chain=@/wide.json"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("W must be [2][2]");
    assertThatThrownBy(() -> run("mmd.chain=@/b.json"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("labels is not known");
    assertThatThrownBy(() -> run("mmd.of=[\"@/a.json\", \"@/b.json\"]", "mmd.conditional=joint"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("needs labels in both files");
  }
}
