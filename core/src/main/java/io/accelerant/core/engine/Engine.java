package io.accelerant.core.engine;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Start of the native library, once per JVM, and the lock under which graphs are built. */
final class Engine {
  private static final ReentrantLock BUILD = new ReentrantLock();

  private Engine() {}

  static void start() {}

  static <T> T locked(Supplier<T> work) {
    BUILD.lock();
    try {
      return work.get();
    } finally {
      BUILD.unlock();
    }
  }
}
