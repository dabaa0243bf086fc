package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.OperatingSystemMXBean;
import io.accelerant.core.error.ConfigException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
  @AfterEach
  void oneThread() {
    Engine.start(1, "auto");
  }

  @Test
  void aProcessorWithoutAvx2IsRefusedBeforeAnythingIsLoaded(@TempDir Path folder)
      throws IOException {
    Path old = Files.writeString(folder.resolve("old"), "model name\t: x\nflags\t\t: sse2 avx\n");
    assertThatThrownBy(() -> Engine.requireProcessor("Linux", "amd64", old))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("AVX2");
    Path recent = Files.writeString(folder.resolve("new"), "flags\t\t: sse2 avx avx2 bmi1\n");
    assertThatCode(() -> Engine.requireProcessor("Linux", "amd64", recent))
        .doesNotThrowAnyException();
    assertThatCode(() -> Engine.requireProcessor("Linux", "amd64", folder.resolve("none")))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> Engine.requireProcessor("Mac OS X", "aarch64", recent))
        .hasMessageContaining("Mac OS X on aarch64");
  }

  @Test
  void aPinnedKernelMustBeInTheEnvironment() {
    Map<String, String> environment = Engine.environment(1, "haswell");
    assertThat(environment)
        .containsEntry("OPENBLAS_CORETYPE", "HASWELL")
        .containsEntry("DNNL_MAX_CPU_ISA", "AVX2")
        .containsEntry("OMP_NUM_THREADS", "1");
    assertThatCode(() -> Engine.requireKernel("haswell", environment)).doesNotThrowAnyException();
    assertThatThrownBy(() -> Engine.requireKernel("haswell", Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("spark.executorEnv.")
        .hasMessageContaining("not set");
    assertThatThrownBy(() -> Engine.requireKernel("fast", Map.of()))
        .hasMessageContaining("haswell");
    assertThat(Engine.environment(2, "auto")).doesNotContainKey("OPENBLAS_CORETYPE");
  }

  @Test
  void infoNamesWhatDecidesTheBits() {
    EngineInfo info = Engine.start(1, "auto");
    assertThat(info.library()).isEqualTo("ND4J 1.0.0-M2.1");
    assertThat(info.blas()).isEqualTo("openblas");
    assertThat(info.threads()).isEqualTo(1);
    assertThat(info.fingerprint()).matches("[0-9a-f]{8}");
    assertThat(Engine.start(1, "auto")).isEqualTo(info);
  }

  /** By default OpenMP would take all cores in each new thread. Measured in processor time. */
  @Test
  void oneThreadMeansOneAlsoInNewThreads() throws Exception {
    Engine.start(1, "auto");
    try (Program p = products()) {
      assertThat(helped(p)).isLessThan(0.35);
    }
  }

  @Test
  void twoThreadsShareTheWork() throws Exception {
    Engine.start(2, "auto");
    try (Program p = products()) {
      assertThat(helped(p)).isGreaterThan(0.5);
    }
  }

  /** Products by oneDNN (plain) and OpenBLAS (batched), and an element-wise function. */
  private static Program products() {
    Graph g = new Graph(Precision.FLOAT32);
    Value x = g.parameter("x", 384, 384);
    Value y = x;
    for (int i = 0; i < 20; i++) {
      y = y.matmul(x).tanh();
    }
    g.output("plain", y);
    Value batch = x.reshape(2, 192, 384);
    for (int i = 0; i < 20; i++) {
      g.output("batched" + i, batch.mul(1 + i).matmul(batch, false, true));
    }
    return g.forward();
  }

  /** Processor time of the other threads in relation to that of the running one. */
  private static double helped(Program p) throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    var threads = ManagementFactory.getThreadMXBean();
    double least = Double.POSITIVE_INFINITY; // the JVM's own threads work at times
    for (int attempt = 0; attempt < 4; attempt++) {
      Callable<double[]> measure =
          () -> {
            p.run();
            long own = threads.getCurrentThreadCpuTime();
            long all = system.getProcessCpuTime();
            for (int i = 0; i < 20; i++) {
              p.run();
            }
            all = system.getProcessCpuTime() - all;
            own = threads.getCurrentThreadCpuTime() - own;
            return new double[] {(double) (all - own) / own};
          };
      FutureTask<double[]> task = new FutureTask<>(measure);
      new Thread(task).start();
      least = Math.min(least, task.get()[0]);
    }
    return least;
  }

  @Test
  void threadsMustBePositive() {
    assertThatThrownBy(() -> Engine.start(0, "auto")).hasMessageContaining("engine.threads");
  }
}
