package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.NoiseSchedule;
import io.accelerant.distill.discrete.Tweedie;
import io.accelerant.distill.model.markov.MarkovChain;
import io.accelerant.distill.model.markov.MarkovSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LsdSettingsTest {
  private static LsdSettings settings(String... more) {
    List<String> sets = new ArrayList<>(List.of("run.output=unused", "lsd.teacher=unused"));
    sets.addAll(List.of(more));
    return LsdSettings.of(JobConfig.load(List.of(), sets, LsdKeys.ALL));
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("lsd.steps=[8,24]", "lsd.steps (--set) holds 24, which does not divide"),
        Arguments.of("lsd.steps=128", "holds 128, which does not divide lsd.teacherSteps = 128"),
        Arguments.of("lsd.steps=[]", "lsd.steps (--set) may not be empty"),
        Arguments.of("lsd.steps=0", "lsd.steps (--set) must be between 1 and 1024"),
        Arguments.of("lsd.seeds=[]", "lsd.seeds (--set) may not be empty"),
        Arguments.of("lsd.seeds=[101,42]", "lsd.seeds (--set) holds run.seed = 42"),
        Arguments.of("run.seed=102", "lsd.seeds (default) holds run.seed = 102"),
        Arguments.of("lsd.seeds=[5,6,5]", "lsd.seeds (--set) holds a seed twice"),
        Arguments.of("lsd.objective=[]", "lsd.objective (--set) may not be empty"),
        Arguments.of("lsd.objective=scorel2", "must be one of scoreL2, scoreL2Exponent"),
        Arguments.of("lsd.exponents=[]", "lsd.exponents (--set) may not be empty"),
        Arguments.of("lsd.exponents=[1,4]", "lsd.exponents (--set) must be between"),
        Arguments.of("lsd.graph=uniform", "lsd.objective (default) holds lookahead"),
        Arguments.of("lsd.smothing=0.1", "the nearest valid key is lsd.smoothing"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void valuesThatDoNotGoTogetherAreRefused(String set, String message) {
    assertThatThrownBy(() -> settings(set))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aGeometricNoiseMustRise() {
    assertThatThrownBy(
            () -> settings("lsd.noise=geometric", "lsd.noiseMin=0.5", "lsd.noiseMax=0.5"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("lsd.noiseMax (--set) is 0.5, not above lsd.noiseMin = 0.5");
    assertThat(settings("lsd.noise=geometric").noise())
        .isEqualTo(new NoiseSchedule.Geometric(1e-4, 20));
  }

  @Test
  void stepsAndObjectivesAreSortedOut() {
    LsdSettings settings =
        settings(
            "lsd.steps=[16,4,16,6]",
            "lsd.teacherSteps=96",
            "lsd.baselineSteps=[8,4]",
            "lsd.objective=[direct,scoreL2,direct]",
            "lsd.predictor=tweedie");
    assertThat(settings.steps()).containsExactly(4, 6, 16);
    assertThat(settings.plainSteps()).containsExactly(4, 6, 8, 16);
    assertThat(settings.objectives()).containsExactly(Objective.DIRECT, Objective.SCORE_L2);
    assertThat(settings.kernel()).isEqualTo(new Tweedie());
    assertThat(settings.gridPoints()).isEqualTo(48);
    assertThat(settings.noise()).isEqualTo(new NoiseSchedule.LogLinear(1e-3));
    assertThat(settings.graph()).isEqualTo(DiffusionGraph.ABSORB);
  }

  @Test
  void everyPartOfTheFitHasASeedOfItsOwn() {
    LsdSettings settings = settings();
    assertThat(
            List.of(
                settings.fitSeed("scoreL2", 0),
                settings.fitSeed("scoreL2", 1),
                settings.fitSeed("direct", 0),
                settings("run.seed=43").fitSeed("direct", 0)))
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(settings.config().get(LsdKeys.SEEDS));
    assertThat(settings().fitSeed("direct", 3)).isEqualTo(settings.fitSeed("direct", 3));
  }

  @ParameterizedTest
  @CsvSource({"2, 32, 2", "4, 32, 4", "1, 2, 9"})
  void gramsThatFitTheModelAreAccepted(int gram, int symbols, int length) {
    LsdSettings settings = settings("lsd.gram=" + gram);
    assertThatCode(() -> settings.check(model(symbols, length))).doesNotThrowAnyException();
  }

  /** 32^6 counts are 8 GiB; and of sequences of 2 there is no 3-gram at all. */
  @ParameterizedTest
  @CsvSource({"6, 32, 64", "5, 27, 64", "3, 4, 2"})
  void gramsThatDoNotFitTheModelAreRefused(int gram, int symbols, int length) {
    assertThatThrownBy(() -> settings("lsd.gram=" + gram).check(model(symbols, length)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("lsd.gram (--set) is " + gram + ": over " + symbols + " symbols");
    assertThatCode(
            () ->
                settings("lsd.gram=" + gram, "lsd.objective=scoreL2").check(model(symbols, length)))
        .doesNotThrowAnyException();
  }

  private static MarkovSource model(int symbols, int length) {
    DiffusionProcess process =
        new DiffusionProcess(DiffusionGraph.ABSORB, new NoiseSchedule.LogLinear(1e-3), symbols);
    return new MarkovSource(MarkovChain.countdown(symbols), process, length);
  }
}
