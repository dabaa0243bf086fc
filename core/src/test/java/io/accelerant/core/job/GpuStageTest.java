package io.accelerant.core.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ConfigException;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GpuStageTest extends SparkTest {
  private static final String AMOUNT = "spark.executor.resource.gpu.amount";

  @ParameterizedTest
  @ValueSource(strings = {"local", "local[*]", "local[2,1]"})
  void localMastersHaveNoGpusWhateverTheyAreTold(String master) {
    Map<String, String> spark = Map.of("spark.master", master, AMOUNT, "1");
    assertThat(GpuStage.isOffered(spark)).isFalse();
    assertThatThrownBy(() -> new GpuStage(1).require(spark))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("the master " + master + " has not")
        .hasMessageContaining(AMOUNT + "=1")
        .hasMessageContaining("deploy/gpu/discover-gpus.sh");
  }

  @Test
  void aClusterMustBeAskedForThem() {
    Map<String, String> without = Map.of("spark.master", "spark://host:7077", AMOUNT, "0");
    assertThatThrownBy(() -> new GpuStage(0.5).require(without))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Spark was not asked for");
    Map<String, String> with = Map.of("spark.master", "spark://host:7077", AMOUNT, "2");
    assertThatCode(() -> new GpuStage(0.5).require(with)).doesNotThrowAnyException();
    assertThatCode(() -> GpuStage.NONE.require(without)).doesNotThrowAnyException();
  }

  @Test
  void aStageThatAsksForNoneIsLeftAlone() {
    JavaRDD<Integer> rdd =
        new JavaSparkContext(spark().sparkContext()).parallelize(List.of(1, 2), 2);
    assertThat(GpuStage.NONE.on(rdd)).isSameAs(rdd);
    assertThat(rdd.getResourceProfile()).isNull();
    assertThatThrownBy(() -> new GpuStage(1).on(rdd))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("the master local[2] has not");
  }

  @ParameterizedTest
  @CsvSource({
    "0, , 0",
    "7, '2,3', 7",
    "GPU-b, 'GPU-a,GPU-b', 1",
    "MIG-5c, ' MIG-5c ', 0",
  })
  void anAddressIsAnIndexOrAPlaceAmongTheVisible(String address, String visible, int index) {
    assertThat(TaskGpu.index(address, visible)).isEqualTo(index);
  }

  @ParameterizedTest
  @CsvSource({"MIG-5c, ", "MIG-5c, 'MIG-5d,MIG-5e'", "' ', ','", "-1, 0", "1234567, 0"})
  void anyOtherAddressIsRefused(String address, String visible) {
    assertThatThrownBy(() -> TaskGpu.index(address, visible))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("\"" + address + "\"")
        .hasMessageContaining("CUDA_VISIBLE_DEVICES")
        .hasMessageContaining("deploy/gpu/discover-gpus.sh");
  }

  @Test
  void outsideATaskThereIsNone() {
    assertThat(TaskGpu.index()).isEmpty();
  }
}
