package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can be said of GPUs without one. */
class CudaTest {
  @ParameterizedTest
  @CsvSource({
    "Tesla K80, 3, 7",
    "Tesla P100, 6, 0",
    "GeForce GTX 1080, 6, 1",
    "Jetson TX2, 6, 2",
    "Tesla V100, 7, 0",
    "Tesla T4, 7, 5",
    "A100, 8, 0",
    "A10, 8, 6",
    "Jetson AGX Orin, 8, 7",
    "L4, 8, 9"
  })
  void acceptsDevicesWhoseMachineCodeIsHeld(String name, int major, int minor) {
    assertThatCode(() -> Cuda.requireCode(name, major, minor)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "Tesla K40, 3, 5",
    "H100, 9, 0",
    "B200, 10, 0",
    "RTX 5090, 12, 0",
    "none known, 4, 0"
  })
  void refusesTheOthersAndNamesTheAlternatives(String name, int major, int minor) {
    assertThatThrownBy(() -> Cuda.requireCode(name, major, minor))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            Text.of("The GPU %s has compute capability %d.%d.", name, major, minor))
        .hasMessageContaining("3.7, 5.0, 5.2, 6.0, 6.1, 7.0, 7.5, 8.0, 8.6 and")
        .hasMessageContaining("engine.device = cpu")
        .hasMessageContaining("onnx.provider = cuda");
  }

  @Test
  void theBuildAndTheKeyHaveToAgree() {
    assertThatCode(() -> Cuda.requireBuild(true, true)).doesNotThrowAnyException();
    assertThatCode(() -> Cuda.requireBuild(false, false)).doesNotThrowAnyException();
    assertThatThrownBy(() -> Cuda.requireBuild(true, false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("build with -Pcuda");
    assertThatThrownBy(() -> Cuda.requireBuild(false, true))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("set engine.device = cuda");
  }

  @Test
  void theBuildForProcessorsRefusesAGpu() {
    assertThat(Cuda.isPresent()).isFalse();
    assertThatThrownBy(() -> Engine.startCuda(0, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("build with -Pcuda");
  }
}
