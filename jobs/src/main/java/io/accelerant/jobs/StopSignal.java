package io.accelerant.jobs;

import io.accelerant.core.job.Progress;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * SIGTERM and SIGINT while a job runs. The first one is a request that the job answers where its
 * state is saved, so the JVM must not begin its shutdown, which would stop Spark under the job; the
 * second one ends the process at once.
 *
 * <p>{@code sun.misc.Signal} has no public successor, and javac warns about it without a way to
 * silence it, hence the reflection.
 */
final class StopSignal implements AutoCloseable {
  private static final List<String> SIGNALS = List.of("TERM", "INT");

  private final AtomicBoolean requested = new AtomicBoolean();
  private final Map<String, Object> previous = new LinkedHashMap<>();
  private final Progress progress;
  private final Runnable abort;

  private StopSignal(Progress progress, Runnable abort) {
    this.progress = progress;
    this.abort = abort;
  }

  /**
   * @param abort ends the process
   */
  static StopSignal install(Progress progress, Runnable abort) {
    StopSignal stop = new StopSignal(progress, abort);
    for (String signal : SIGNALS) {
      stop.previous.put(signal, handle(signal, stop.handler(signal)));
    }
    return stop;
  }

  boolean requested() {
    return requested.get();
  }

  private void receive(String signal) {
    if (requested.compareAndSet(false, true)) {
      progress.say(
          "SIG%s: stopping when the state is saved; a second signal stops at once.", signal);
    } else {
      abort.run();
    }
  }

  private Object handler(String signal) {
    Class<?> type = type("sun.misc.SignalHandler");
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) -> {
          if (method.getName().equals("handle")) {
            receive(signal);
            return null;
          }
          return method.invoke(this, arguments);
        });
  }

  /** Returns the handler that was there before. */
  private static Object handle(String signal, Object handler) {
    try {
      Class<?> type = type("sun.misc.Signal");
      return type.getMethod("handle", type, type("sun.misc.SignalHandler"))
          .invoke(null, type.getConstructor(String.class).newInstance(signal), handler);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("signals cannot be handled", e);
    }
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new LinkageError("the module jdk.unsupported is missing", e);
    }
  }

  @Override
  public void close() {
    previous.forEach(StopSignal::handle);
  }
}
