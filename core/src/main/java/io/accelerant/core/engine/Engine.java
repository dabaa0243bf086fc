package io.accelerant.core.engine;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The native library of this JVM: checked for, loaded once, and held to a number of threads. Graphs
 * are built under one lock, because ND4J does not say that building them side by side is safe.
 */
public final class Engine {
  private static final String CORE_TYPE = "OPENBLAS_CORETYPE";
  private static final String DNN_ISA = "DNNL_MAX_CPU_ISA";
  private static final ReentrantLock BUILD = new ReentrantLock();

  /**
   * The instruction set that oneDNN must not exceed to give the bits of an OpenBLAS kernel's class.
   */
  private static final Map<String, String> ISA =
      Map.of(
          "haswell", "AVX2",
          "zen", "AVX2",
          "skylakex", "AVX512_CORE",
          "cooperlake", "AVX512_CORE",
          "sapphirerapids", "AVX512_CORE");

  private static volatile int threads;
  private static volatile EngineInfo info;

  /**
   * Whether operations go through ND4J's own interface, which keeps the memory of a GPU and that of
   * Java in step, and none is computed here. Only tests turn it on for a processor.
   */
  static volatile boolean portable = Cuda.isPresent();

  /** The GPU of this thread, 0 on a processor: what a program was built on. */
  private static final ThreadLocal<Integer> DEVICE = ThreadLocal.withInitial(() -> 0);

  /** How programs that this thread builds keep what adapters leave as it is. */
  private static final ThreadLocal<Storage> FROZEN = ThreadLocal.withInitial(() -> Storage.FLOAT32);

  /** Threads already told to this operating-system thread: OpenMP keeps the number per thread. */
  private static final ThreadLocal<Integer> TOLD = ThreadLocal.withInitial(() -> 0);

  private Engine() {}

  /**
   * Starts the native library, or changes its settings if it runs.
   *
   * @param threadCount threads of one numeric task, key {@code engine.threads}
   * @param kernel key {@code engine.kernel}: {@code auto}, or the kernel that this process was
   *     started with, see {@link #environment}
   * @throws ConfigException if the processor lacks AVX2, or the kernel is not the one in the
   *     environment
   */
  public static EngineInfo start(int threadCount, String kernel) {
    Cuda.requireBuild(false, Cuda.isPresent());
    requireKernel(kernel, System.getenv());
    return start(threadCount);
  }

  /**
   * Starts the native library for this thread on a GPU. Compiled, never executed on one.
   *
   * @param device index of the GPU as CUDA counts in this process
   * @param threadCount key {@code engine.threads}
   * @throws ConfigException if this is not the CUDA build, its library does not load, there is no
   *     such device, or the library holds no code for it
   */
  public static EngineInfo startCuda(int device, int threadCount) {
    requireCuda();
    Cuda.require(device);
    load();
    Cuda.select(device);
    DEVICE.set(device);
    return start(threadCount);
  }

  /**
   * @throws ConfigException if this is not the CUDA build
   */
  public static void requireCuda() {
    Cuda.requireBuild(true, Cuda.isPresent());
  }

  private static EngineInfo start(int threadCount) {
    load();
    synchronized (Engine.class) {
      if (threads != threadCount) {
        setThreads(threadCount);
      }
      if (info == null || info.threads() != threadCount) {
        info = EngineInfo.of(threadCount); // multiplies matrices, too much for every task
      }
    }
    enter();
    return info;
  }

  /**
   * The environment in which the driver and, as {@code spark.executorEnv.*}, the executors must be
   * started: libraries read it only while they are loaded.
   *
   * @param kernel key {@code engine.kernel}
   */
  public static Map<String, String> environment(int threadCount, String kernel) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("OMP_NUM_THREADS", Integer.toString(threadCount));
    environment.put("OMP_WAIT_POLICY", "PASSIVE"); // spinning threads would take cores from tasks
    if (!kernel.equals("auto")) {
      environment.put(CORE_TYPE, kernel.toUpperCase(Locale.ROOT));
      environment.put(DNN_ISA, isa(kernel));
    }
    return environment;
  }

  /** The kernels that can be pinned, in lower case. */
  public static SortedSet<String> kernels() {
    return new TreeSet<>(ISA.keySet());
  }

  private static String isa(String kernel) {
    String isa = ISA.get(kernel.toLowerCase(Locale.ROOT));
    if (isa == null) {
      throw new ConfigException(
          Text.of("engine.kernel is \"%s\", must be auto or one of %s", kernel, kernels()));
    }
    return isa;
  }

  static void requireKernel(String kernel, Map<String, String> environment) {
    if (kernel.equals("auto")) {
      return;
    }
    Map<String, String> wanted = Map.of(CORE_TYPE, kernel, DNN_ISA, isa(kernel));
    wanted.forEach(
        (name, value) -> {
          if (!value.equalsIgnoreCase(environment.get(name))) {
            throw new ConfigException(
                Text.of(
                    "engine.kernel is \"%s\", which needs %s=%s in the environment of driver and"
                        + " executors (spark.executorEnv.%s); it is %s",
                    kernel,
                    name,
                    value.toUpperCase(Locale.ROOT),
                    name,
                    environment.getOrDefault(name, "not set")));
          }
        });
  }

  /** Loads with one thread if nobody called {@link #start}. */
  static void load() {
    if (threads > 0) {
      return;
    }
    synchronized (Engine.class) {
      if (threads > 0) {
        return;
      }
      if (!Cuda.isPresent()) {
        requireProcessor(
            System.getProperty("os.name"), System.getProperty("os.arch"), Path.of("/proc/cpuinfo"));
      }
      defaultProperty("org.nd4j.log.initialization", "false");
      // Programs are counted and closed, and NativeMemory checks them against the executor's
      // overhead; JavaCPP's own limits (heap size, twice the heap size) know nothing of that.
      defaultProperty("org.bytedeco.javacpp.maxbytes", "0");
      defaultProperty("org.bytedeco.javacpp.maxphysicalbytes", "0");
      Nd4j.factory().blas(); // its constructor gives BLAS all cores, so it comes first
      setThreads(1);
    }
  }

  private static void defaultProperty(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }

  static synchronized void setThreads(int count) {
    if (count < 1) {
      throw new ConfigException("engine.threads must be at least 1, is " + count);
    }
    Nd4j.getEnvironment().setMaxThreads(count);
    Nd4j.getEnvironment().setMaxMasterThreads(count);
    if (!Cuda.isPresent()) {
      // OpenBLAS's threads spin while they wait, which ruins a busy machine. Large products go to
      // oneDNN, which OpenMP shares out; batched ones are cut by Team.
      openblas_nolapack.blas_set_num_threads(1);
    }
    threads = count;
    enter();
  }

  /**
   * To be called on a thread before it computes: OpenMP, and with it oneDNN, takes a new thread's
   * number from the machine's cores.
   */
  static void enter() {
    if (!Cuda.isPresent() && TOLD.get() != threads) { // on a GPU it would be the size of a block
      Step.ops().setOmpNumThreads(threads);
      TOLD.set(threads);
    }
  }

  /** Parts that an operation may be cut into. */
  static int threads() {
    return portable ? 1 : threads;
  }

  static int device() {
    return DEVICE.get();
  }

  /** Programs that this thread builds from here on keep frozen matrices so. */
  public static void keepFrozen(Storage storage) {
    FROZEN.set(storage);
  }

  /** Whether frozen matrices of this thread's programs are to be kept in 16 bits. */
  public static boolean keepsNarrow() {
    return FROZEN.get() != Storage.FLOAT32;
  }

  /** As {@link #keepFrozen} said to this thread. */
  public static Storage frozen() {
    return FROZEN.get();
  }

  /**
   * Refuses a machine on which the native library would die of an illegal instruction.
   *
   * @param cpuinfo the kernel's description of the processors
   */
  static void requireProcessor(String system, String architecture, Path cpuinfo) {
    boolean known =
        system.equals("Linux") && (architecture.equals("amd64") || architecture.equals("x86_64"));
    if (!known) {
      throw new ConfigException(
          Text.of(
              "The numeric engine runs on Linux on x86-64; this is %s on %s. Build with another"
                  + " nd4j.classifier to run here.",
              system, architecture));
    }
    String flags;
    try {
      flags = Files.readString(cpuinfo);
    } catch (IOException e) {
      return; // no /proc in this container: nothing to go by
    }
    boolean avx2 =
        flags
            .lines()
            .filter(line -> line.startsWith("flags"))
            .anyMatch(line -> (line + " ").contains(" avx2 "));
    if (!avx2) {
      throw new ConfigException(
          "The numeric engine needs a processor with AVX2 (Intel since 2013, AMD since 2015);"
              + " /proc/cpuinfo names none. Choose another machine, or build with"
              + " -Dnd4j.classifier=linux-x86_64.");
    }
  }

  static <T> T locked(Supplier<T> work) {
    BUILD.lock();
    try {
      return work.get();
    } finally {
      BUILD.unlock();
    }
  }
}
