package io.accelerant.core.artifact;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A store that misbehaves where a test says so. */
final class Faults {
  /** Called for each operation of a store. */
  interface Hook {
    /** Does the operation itself by {@code real}, or something else. */
    Object call(String operation, Object[] arguments, Real real) throws Throwable;
  }

  /** The operation as the store does it. */
  interface Real {
    Object call() throws Throwable;
  }

  private Faults() {}

  static Store in(Store store, Hook hook) {
    return (Store)
        Proxy.newProxyInstance(
            Store.class.getClassLoader(),
            new Class<?>[] {Store.class},
            (proxy, method, arguments) ->
                hook.call(method.getName(), arguments, () -> invoke(store, method, arguments)));
  }

  private static Object invoke(Store store, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(store, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** A claim whose process is gone. */
  static Claim deadClaim(String runId, String resumeKey) {
    Claim ours = Claim.of(runId, resumeKey);
    return new Claim(
        runId, resumeKey, ours.host(), 999_999_999L, ours.processStart(), ours.created());
  }

  /** As a killed run leaves it. */
  static Store withDeadClaim(Store store, String resumeKey) throws IOException {
    store.createExclusive("_claim", deadClaim("dead-run", resumeKey).toJson());
    return store;
  }
}
