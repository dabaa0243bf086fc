package io.accelerant.core.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kernel class of oneDNN in this process: some promises are about one of them. */
public final class Avx2 {
  private Avx2() {}

  /** Whether products are computed by the AVX2 kernels, which know no wider registers. */
  public static boolean isTheKernel() throws IOException {
    Path cpuinfo = Path.of("/proc/cpuinfo");
    return "AVX2".equals(System.getenv("DNNL_MAX_CPU_ISA"))
        || Files.isReadable(cpuinfo) && !Files.readString(cpuinfo).contains(" avx512f ");
  }
}
