package io.accelerant.core.engine;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;

/**
 * ND4J for CUDA 11.6, which the build profile {@code cuda} puts in place of ND4J for processors.
 * This package compiles against it; nobody has executed it on a GPU.
 */
final class Cuda {
  /** What ND4J's own settings (nd4j-jcublas) name as its library. */
  private static final String NATIVE = "org.nd4j.linalg.jcublas.bindings.Nd4jCuda";

  private static final boolean PRESENT = isOnClassPath();

  /**
   * 10 major + minor of the compute capabilities whose machine code is in libnd4jcuda.so of
   * 1.0.0-M2.1, read from its fat binaries; they hold no PTX that a driver could translate.
   */
  private static final int[] CODE = {37, 50, 52, 60, 61, 70, 75, 80, 86};

  private static NativeOps library;

  private Cuda() {}

  private static boolean isOnClassPath() {
    try {
      Class.forName(NATIVE, false, Cuda.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** Whether this is the CUDA build; there is no processor to fall back to then. */
  static boolean isPresent() {
    return PRESENT;
  }

  /**
   * @param wanted whether {@code engine.device} is cuda
   * @param present whether this is the CUDA build
   */
  static void requireBuild(boolean wanted, boolean present) {
    if (wanted && !present) {
      throw new ConfigException(
          "engine.device = cuda, but this build computes on processors: build with -Pcuda"
              + " (deploy/README.md), or set engine.device = cpu.");
    }
    if (!wanted && present) {
      throw new ConfigException(
          "engine.device = cpu, but this is the CUDA build: set engine.device = cuda, or build"
              + " without -Pcuda.");
    }
  }

  /**
   * Refuses a device whose machine code is not in the library: machine code runs on devices of the
   * same major capability and at least its minor one.
   *
   * @param device its name
   */
  static void requireCode(String device, int major, int minor) {
    boolean runs = Arrays.stream(CODE).anyMatch(c -> c / 10 == major && c % 10 <= minor);
    if (!runs) {
      String held =
          Arrays.stream(CODE)
              .mapToObj(c -> c / 10 + "." + c % 10)
              .collect(Collectors.joining(", "));
      throw new ConfigException(
          Text.of(
              "The GPU %s has compute capability %d.%d. ND4J for CUDA 11.6 holds machine code for"
                  + " %s and nothing that the driver could translate: it runs up to Ampere and Ada"
                  + " (8.x), not on Hopper or newer. Choose another GPU, or engine.device = cpu in"
                  + " a build without -Pcuda; frozen networks run on this GPU by ONNX Runtime"
                  + " (onnx:<file>, onnx.provider = cuda).",
              device, major, minor, held));
    }
  }

  /**
   * Looks at a device before ND4J starts on it.
   *
   * @param device index as CUDA counts in this process
   * @throws ConfigException if there is no such device, or none that the library can use
   */
  static synchronized void require(int device) {
    if (library == null) {
      library = load();
    }
    NativeOps ops = library;
    int count = ops.getAvailableDevices();
    if (device >= count) {
      throw new ConfigException(
          Text.of(
              "GPU %d is wanted, and CUDA shows this process %d. Addresses count the devices of the"
                  + " process from 0, as deploy/gpu/discover-gpus.sh prints them;"
                  + " CUDA_VISIBLE_DEVICES is %s.",
              device, count, System.getenv("CUDA_VISIBLE_DEVICES")));
    }
    requireCode(ops.getDeviceName(device), ops.getDeviceMajor(device), ops.getDeviceMinor(device));
  }

  /** Before ND4J itself, which would launch kernels while it starts. */
  private static NativeOps load() {
    try {
      NativeOps ops = (NativeOps) Class.forName(NATIVE).getConstructor().newInstance();
      ops.initializeDevicesAndFunctions(); // reads what the devices are
      return ops;
    } catch (ReflectiveOperationException | LinkageError e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw new ConfigException(
          Text.of(
              "engine.device = cuda, but ND4J's CUDA library does not load (%s). It needs an NVIDIA"
                  + " driver and the libraries of CUDA 11 (libcublas.so.11, libcusolver.so.11) on"
                  + " the machine, or org.bytedeco:cuda:11.6-8.3-1.5.7:linux-x86_64-redist on the"
                  + " class path. The driver process needs a GPU too.",
              cause.getMessage()),
          e);
    }
  }

  /** Makes a device that of this thread. */
  static void select(int device) {
    Nd4j.getAffinityManager().unsafeSetDevice(device);
  }
}
