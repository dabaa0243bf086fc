package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ConfigException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeMemoryTest {
  @Test
  void whatTheHeapDoesNotHoldIsRefusedWithTheNumberToSet() {
    long heap = Runtime.getRuntime().maxMemory();
    NativeMemory.checkOwnHeap(0, "Nothing");
    assertThatThrownBy(() -> NativeMemory.checkOwnHeap(heap, "Reading a model"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("Reading a model takes ")
        .hasMessageContaining("ACCELERANT_HEAP=" + ((heap >> 20) + 256) + "m")
        .hasMessageNotContaining("\n");
  }

  private static final long MIB = 1L << 20;

  @ParameterizedTest
  @CsvSource({
    "512m, 536870912",
    "2g, 2147483648",
    "2048, 2147483648",
    "1048576k, 1073741824",
    "1GB, 1073741824",
    "1t, 1099511627776",
    "4096b, 4096"
  })
  void sizesAreReadAsSparkReadsThem(String size, long bytes) {
    assertThat(NativeMemory.bytes("key", size)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({"1.5g", "lots", "-1", "2x"})
  void whatIsNoSizeIsNamed(String size) {
    assertThatThrownBy(() -> NativeMemory.bytes("spark.executor.memoryOverhead", size))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("spark.executor.memoryOverhead")
        .hasMessageContaining(size);
  }

  @Test
  void overheadFollowsSparksRules() {
    assertThat(NativeMemory.overhead(Map.of())).isEqualTo(384 * MIB);
    assertThat(NativeMemory.overhead(Map.of("spark.executor.memory", "10g"))).isEqualTo(1024 * MIB);
    assertThat(
            NativeMemory.overhead(
                Map.of(
                    "spark.executor.memory", "10g", "spark.executor.memoryOverheadFactor", "0.4")))
        .isEqualTo(4096 * MIB);
    assertThat(NativeMemory.overhead(Map.of("spark.executor.minMemoryOverhead", "1g")))
        .isEqualTo(1024 * MIB);
    assertThat(
            NativeMemory.overhead(
                Map.of("spark.executor.memoryOverhead", "700", "spark.executor.memory", "10g")))
        .isEqualTo(700 * MIB);
  }

  @Test
  void tooLittleRoomIsRefusedWithTheNumberToSet() {
    Map<String, String> spark = Map.of("spark.master", "k8s://x", "spark.executor.cores", "4");
    assertThat(NativeMemory.slots(spark)).isEqualTo(4);
    long programs = 300 * MIB;
    assertThatThrownBy(() -> NativeMemory.check(spark, 4, programs, 14 * MIB))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("spark.executor.memoryOverhead=1470m")
        .hasMessageContaining("4 tasks x 300 MiB")
        .hasMessageContaining("leaves it 384 MiB");
    Map<String, String> enough =
        Map.of("spark.master", "k8s://x", "spark.executor.memoryOverhead", "1470m");
    assertThatCode(() -> NativeMemory.check(enough, 4, programs, 14 * MIB))
        .doesNotThrowAnyException();
  }

  @Test
  void aLocalMasterHasNoExecutorsToCheck() {
    assertThatCode(() -> NativeMemory.check(Map.of("spark.master", "local[*]"), 4, 1L << 40, 0))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () ->
                NativeMemory.check(
                    Map.of("spark.master", "local-cluster[2,1,700]"), 4, 1L << 40, 0))
        .isInstanceOf(ConfigException.class);
  }

  @Test
  void slotsCountWholeTasks() {
    assertThat(NativeMemory.slots(Map.of())).isEqualTo(1);
    assertThat(NativeMemory.slots(Map.of("spark.executor.cores", "7", "spark.task.cpus", "2")))
        .isEqualTo(3);
  }

  @Test
  void aHeapThatIsTooSmallNamesWhatToSet() {
    Map<String, String> spark = Map.of("spark.master", "yarn", "spark.executor.memory", "2g");
    assertThatCode(() -> NativeMemory.checkHeap(spark, 4, 256 * MIB, "rows"))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> NativeMemory.checkHeap(spark, 4, 257 * MIB, "rows"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "The rows take up to 257 MiB of heap in each of 4 tasks, and may take half of it; there"
                + " are 2048 MiB. Set spark.executor.memory=2056m, or a smaller batch.");
    assertThatThrownBy(
            () -> NativeMemory.checkHeap(Map.of("spark.master", "local[2]"), 2, 1L << 50, "rows"))
        .hasMessageContaining("spark.driver.memory=");
  }
}
