package io.accelerant.distill.fastlightgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FastLightGenSettingsTest {
  private static FastLightGenSettings settings(String... more) {
    List<String> sets =
        new ArrayList<>(List.of("run.output=o", "fastlightgen.model=m", "fastlightgen.data=d"));
    sets.addAll(List.of(more));
    return FastLightGenSettings.of(JobConfig.load(List.of(), sets, FastLightGenKeys.ALL));
  }

  @ParameterizedTest
  @CsvSource({"interpolate, 1", "interpolate, 0.75", "extrapolate, 0"})
  void aContrastThatIsToBeTooMuchIsMoreThanNone(String mode, String strong) {
    assertThatThrownBy(() -> settings("fastlightgen.mode=" + mode, "fastlightgen.strong=" + strong))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("fastlightgen.strong")
        .hasMessageContaining("give more");
  }

  @Test
  void probesAreOfTheRowsThatChoose() {
    assertThat(settings("fastlightgen.probes=20", "fastlightgen.samples=20").probes())
        .isEqualTo(20);
    assertThatThrownBy(() -> settings("fastlightgen.probes=21", "fastlightgen.samples=20"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("fastlightgen.samples = 20");
  }

  @Test
  void whatIsPublishedAlwaysRuns() {
    assertThat(settings("fastlightgen.arms=[half, flg]").arms()).containsExactly(Arm.FLG, Arm.HALF);
    assertThatThrownBy(() -> settings("fastlightgen.arms=[naive]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("fastlightgen.arms")
        .hasMessageContaining("flg");
  }

  @Test
  void noPartOfTheHeldOutRowsIsEmpty() {
    assertThat(settings("fastlightgen.probes=3", "fastlightgen.shards=9").shards()).isEqualTo(3);
  }
}
