package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.GridSampler;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LsdScheduleTest {
  private static final MarkovChain CHAIN = MarkovChain.countdown(5);
  private static final NoiseSchedule NOISE = new NoiseSchedule.LogLinear(1e-3);

  private static MarkovSource model(DiffusionGraph graph, NoiseSchedule noise, int length) {
    return new MarkovSource(CHAIN, new DiffusionProcess(graph, noise, 5), length);
  }

  static LsdSchedule schedule(DiffusionGraph graph, NoiseSchedule noise, CoefficientMode mode) {
    MarkovSource model = model(graph, noise, 8);
    double[] phi = {1.0 / 3, Math.nextUp(1.0), 0};
    double[] times = {1, 2.0 / 3, 0.1 + 0.2, 1e-3};
    return new LsdSchedule(
        model.process(),
        8,
        "tweedie",
        times,
        new Coefficients(mode, phi),
        true,
        "direct",
        128,
        1024,
        model.modelHash(),
        Long.MIN_VALUE);
  }

  /** A schedule of the mode scale on the absorbing graph, as a file. */
  static Map<String, Object> json() {
    return read(
        schedule(DiffusionGraph.ABSORB, NOISE, CoefficientMode.SCALE)
            .toJson(Map.of("student.m3.entropy", 3.25)));
  }

  private static Map<String, Object> read(Map<String, Object> json) {
    return CanonicalJson.readObject(CanonicalJson.bytes(json), "a file");
  }

  @ParameterizedTest
  @EnumSource(CoefficientMode.class)
  void jsonGivesTheSameBitsBack(CoefficientMode mode) {
    for (NoiseSchedule noise : List.of(NOISE, new NoiseSchedule.Geometric(1e-4, 20))) {
      for (DiffusionGraph graph : DiffusionGraph.values()) {
        if (graph == DiffusionGraph.ABSORB || mode != CoefficientMode.POSTERIOR_EXPONENT) {
          LsdSchedule schedule = schedule(graph, noise, mode);
          LsdSchedule again = LsdSchedule.fromJson(read(schedule.toJson(Map.of())), "a file");
          assertThat(again).usingRecursiveComparison().isEqualTo(schedule);
          assertThat(bits(again.times())).isEqualTo(bits(schedule.times()));
          assertThat(bits(again.coefficients().phi()))
              .isEqualTo(bits(schedule.coefficients().phi()));
        }
      }
    }
  }

  private static long[] bits(double[] numbers) {
    return Arrays.stream(numbers).mapToLong(Double::doubleToLongBits).toArray();
  }

  @Test
  void theFileSaysWhatALoaderNeeds() {
    assertThat(json())
        .containsEntry("format", "lsd-schedule/1")
        .containsEntry("graph", "absorb")
        .containsEntry("numSymbols", 6)
        .containsEntry("noise", Map.of("kind", "loglinear", "eps", 1e-3))
        .containsEntry("predictor", "tweedie")
        .containsEntry("coefficientMode", "scale")
        .containsEntry("M", 3)
        .containsEntry("tEnd", 1e-3)
        .containsEntry("finalDenoise", true)
        .containsEntry("objective", "direct")
        .containsEntry("teacher", Map.of("N", 128, "trajectories", 1024))
        .containsEntry("modelSha256", model(DiffusionGraph.ABSORB, NOISE, 8).modelHash())
        .containsEntry("metrics", Map.of("student.m3.entropy", 3.25));
  }

  @Test
  void theSamplerTakesMStepsAndOneEvaluationMore() {
    LsdSchedule schedule = schedule(DiffusionGraph.ABSORB, NOISE, CoefficientMode.SCALE);
    GridSampler sampler = schedule.sampler("student");
    assertThat(sampler.label()).isEqualTo("student");
    assertThat(sampler.times()).isEqualTo(schedule.times());
    try (var teacher = model(DiffusionGraph.ABSORB, NOISE, 8).open()) {
      assertThat(sampler.sample(teacher, 1, new long[] {0}).evaluations()).isEqualTo(4);
    }
    assertThat(sampler.kernel()).isNotInstanceOf(Euler.class);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("format", null, "format must be lsd-schedule/1, is null"),
        Arguments.of(
            "format", "lsd-schedule/2", "format must be lsd-schedule/1, is lsd-schedule/2"),
        Arguments.of("graph", null, "graph must be a text, is missing"),
        Arguments.of("graph", 3, "graph must be a text, is 3"),
        Arguments.of("graph", "ring", "graph must be absorb or uniform, is ring"),
        Arguments.of("graph", "uniform", "numSymbols must be 5 by the other fields, is 6"),
        Arguments.of("numSymbols", 7, "numSymbols must be 6 by the other fields, is 7"),
        Arguments.of("numSymbols", "6", "numSymbols must be a number, is 6"),
        Arguments.of("vocabulary", 1, "a vocabulary has at least 2 symbols"),
        Arguments.of("vocabulary", Integer.MAX_VALUE, "numSymbols must be"),
        Arguments.of("vocabulary", 5.5, "vocabulary must be a whole number, is 5.5"),
        Arguments.of("noise", "loglinear", "noise must be an object, is loglinear"),
        Arguments.of("noise", Map.of("eps", 1e-3), "noise: kind must be a text, is missing"),
        Arguments.of("noise", Map.of("kind", "cosine"), "noise must be loglinear or geometric"),
        Arguments.of("noise", Map.of("kind", "loglinear", "eps", 2), "eps must be in (0, 1), is 2"),
        Arguments.of("noise", Map.of("kind", "geometric", "min", 1), "max must be a number"),
        Arguments.of("length", null, "length must be a number, is missing"),
        Arguments.of("length", 0, "length must be between 1 and"),
        Arguments.of("length", -4, "length must be a whole number, is -4"),
        Arguments.of("length", 2_000_000_000, "length must be between 1 and"),
        Arguments.of("predictor", "heun", "predictor must be euler or tweedie, is heun"),
        Arguments.of("coefficientMode", "power", "coefficientMode must be scale, exponent or"),
        Arguments.of("times", null, "times must be a list of numbers, is missing"),
        Arguments.of("times", List.of(), "times must start at 1"),
        Arguments.of("times", List.of(1, 0.5, "0.2", 1e-3), "times[2] must be a number, is 0.2"),
        Arguments.of("times", List.of(1, 0.5, 0.5, 1e-3), "times must fall strictly"),
        Arguments.of("times", List.of(1, 0.2, 0.5, 1e-3), "times must fall strictly"),
        Arguments.of("times", List.of(0.9, 0.5, 0.2, 1e-3), "times must start at 1"),
        Arguments.of("times", List.of(2, 0.5, 0.2, 1e-3), "times must start at 1"),
        Arguments.of("times", List.of(1, 0.5, 0.2, 0), "end above 0"),
        Arguments.of("times", List.of(1, 0.2, 1e-3), "times of 2 steps need as many phi, not 3"),
        Arguments.of("phi", List.of(1, "NaN", 1), "phi[1] must be a number, is NaN"),
        Arguments.of("phi", Arrays.asList(1, null, 1), "phi[1] must be a number, is null"),
        Arguments.of("phi", 1.3, "phi must be a list of numbers, is 1.3"),
        Arguments.of("phi", List.of(1, -0.5, 1), "phi must be at least 0 and finite, is -0.5"),
        Arguments.of("phi", List.of(1, 1), "times of 3 steps need as many phi, not 2"),
        Arguments.of("M", 4, "M must be 3 by the other fields, is 4"),
        Arguments.of("M", null, "M must be a number, is missing"),
        Arguments.of("tEnd", 2e-3, "tEnd must be 0.001 by the other fields, is 0.002"),
        Arguments.of("tEnd", null, "tEnd must be a number, is missing"),
        Arguments.of("finalDenoise", "true", "finalDenoise must be true or false, is true"),
        Arguments.of("finalDenoise", false, "finalDenoise must be true on graph absorb"),
        Arguments.of("objective", null, "objective must be a text, is missing"),
        Arguments.of("teacher", null, "teacher must be an object, is missing"),
        Arguments.of("teacher", Map.of("N", 128), "teacher: trajectories must be a number"),
        Arguments.of("modelSha256", null, "modelSha256 must be a text, is missing"),
        Arguments.of("seed", 1.5, "seed must be a whole number of 64 bits, is 1.5"),
        Arguments.of("seed", "42", "seed must be a number, is 42"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void malformedFilesAreExplained(String field, Object value, String message) {
    Map<String, Object> json = json();
    if (value == null) {
      json.remove(field);
    } else {
      json.put(field, value);
    }
    assertThatThrownBy(() -> LsdSchedule.fromJson(json, "out/sampler.json"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageStartingWith("out/sampler.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void posteriorExponentOnTheUniformGraphIsRefused() {
    Map<String, Object> json = json();
    json.putAll(
        Map.of("graph", "uniform", "numSymbols", 5, "coefficientMode", "posteriorExponent"));
    assertThatThrownBy(() -> LsdSchedule.fromJson(json, "file"))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("posteriorExponent needs graph absorb");
  }

  static Stream<Arguments> otherModels() {
    DiffusionProcess larger = new DiffusionProcess(DiffusionGraph.ABSORB, NOISE, 6);
    return Stream.of(
        Arguments.of(
            model(DiffusionGraph.UNIFORM, NOISE, 8), "graph absorb, the model given has uniform"),
        Arguments.of(
            new MarkovSource(MarkovChain.countdown(6), larger, 8),
            "vocabulary 5, the model given has 6"),
        Arguments.of(
            model(DiffusionGraph.ABSORB, new NoiseSchedule.LogLinear(1e-4), 8), "noise LogLinear"),
        Arguments.of(
            model(DiffusionGraph.ABSORB, new NoiseSchedule.Geometric(1e-4, 20), 8), "noise"),
        Arguments.of(model(DiffusionGraph.ABSORB, NOISE, 9), "length 8, the model given has 9"),
        Arguments.of(
            new MarkovSource(
                CHAIN.smoothed(1e-3), new DiffusionProcess(DiffusionGraph.ABSORB, NOISE, 5), 8),
            "modelSha256"));
  }

  @ParameterizedTest
  @MethodSource("otherModels")
  void anotherModelIsRefused(MarkovSource model, String message) {
    LsdSchedule schedule = LsdSchedule.fromJson(json(), "file");
    assertThat(schedule.requireModel(model(DiffusionGraph.ABSORB, NOISE, 8))).isSameAs(schedule);
    assertThatThrownBy(() -> schedule.requireModel(model))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("learned for a model with")
        .hasMessageContaining(message);
  }
}
