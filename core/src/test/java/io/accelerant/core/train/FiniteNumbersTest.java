package io.accelerant.core.train;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ConfigException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiniteNumbersTest {
  private static final FiniteNumbers WATCHER = new FiniteNumbers("arm, seed 3", 0.5);

  @Test
  void whatIsNoNumberIsNamed() {
    assertThatCode(() -> WATCHER.summed(1, null, Map.of("loss", -1e300)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> WATCHER.summed(7, null, Map.of("loss", Double.NaN)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "arm, seed 3: loss is NaN in round 7; lower train.learningRate (is 0.5) or train.clip.");
    assertThatThrownBy(() -> WATCHER.summed(7, null, Map.of("norm", Double.POSITIVE_INFINITY)))
        .hasMessageContaining("norm is Infinity");
  }
}
