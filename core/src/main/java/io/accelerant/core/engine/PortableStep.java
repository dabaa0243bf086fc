package io.accelerant.core.engine;

import java.util.List;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.ops.ScalarOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One operation run by ND4J's executioner, whatever its backend: it launches on the device of the
 * thread and keeps the device's memory and Java's in step. {@link Step.Custom} and {@link
 * Step.Legacy} skip it, which only a processor allows.
 */
final class PortableStep extends Step {
  private final OpContext context = Nd4j.getExecutioner().buildContext();
  private final Runnable call;

  PortableStep(CustomOp op, List<INDArray> inputs, List<INDArray> outputs) {
    super(op.opName());
    context.setInputArrays(inputs);
    context.setOutputArrays(outputs);
    context.setIArguments(op.iArgs());
    context.setTArguments(op.tArgs());
    context.setBArguments(op.bArgs());
    context.setDArguments(op.dArgs());
    context.shapeFunctionOverride(true);
    this.call = () -> Nd4j.getExecutioner().exec(op, context);
  }

  PortableStep(Op op, INDArray x, INDArray z) {
    super(((DifferentialFunction) op).opName());
    if (op instanceof ScalarOp scalar) {
      scalar.setScalar(scalar.scalar().castTo(x.dataType()));
    }
    context.setInputArrays(List.of(x));
    context.setOutputArrays(List.of(z));
    this.call = () -> Nd4j.getExecutioner().exec(op, context);
  }

  @Override
  void execute() {
    call.run();
  }

  @Override
  void close() {
    context.purge();
  }
}
