package io.accelerant.core.engine;

import org.bytedeco.javacpp.Pointer;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ops.BaseOpContext;

/** Inputs and arguments of one operation on the Java side: all that shape inference needs. */
final class Binding extends BaseOpContext {
  @Override
  public void close() {}

  @Override
  public void setRngStates(long rootState, long nodeState) {
    throw new UnsupportedOperationException("random numbers come from RandomStream");
  }

  @Override
  public Pair<Long, Long> getRngStates() {
    throw new UnsupportedOperationException("random numbers come from RandomStream");
  }

  @Override
  public Pointer contextPointer() {
    throw new UnsupportedOperationException("no native context");
  }

  @Override
  public void markInplace(boolean reallyInplace) {}

  @Override
  public void allowHelpers(boolean reallyAllow) {}

  @Override
  public void shapeFunctionOverride(boolean reallyOverride) {}
}
