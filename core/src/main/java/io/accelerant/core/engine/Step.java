package io.accelerant.core.engine;

import java.util.List;
import org.bytedeco.javacpp.BooleanPointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.ScalarOp;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.nd4j.nativeblas.OpaqueContext;
import org.nd4j.nativeblas.OpaqueDataBuffer;

/** One operation with its arrays bound for good: running it is one native call. */
abstract class Step {
  private static final class Native {
    static final NativeOps OPS = NativeOpsHolder.getInstance().getDeviceNativeOps();
  }

  final String operation;

  Step(String operation) {
    this.operation = operation;
  }

  abstract void execute();

  void close() {}

  final void run() {
    execute();
    if (ops().lastErrorCode() != 0) {
      throw new IllegalStateException(operation + " failed: " + ops().lastErrorMessage());
    }
  }

  static NativeOps ops() {
    return Native.OPS;
  }

  /** Every backend's buffers have the method, and no type in common that has it. */
  private static OpaqueDataBuffer opaque(DataBuffer buffer) {
    try {
      return (OpaqueDataBuffer) buffer.getClass().getMethod("getOpaqueDataBuffer").invoke(buffer);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static LongPointer info(INDArray array) {
    return (LongPointer) array.shapeInfoDataBuffer().addressPointer();
  }

  /** An operation of the native registry, run through its own context. */
  static final class Custom extends Step {
    private final long hash;
    private final OpaqueContext context;
    private final List<INDArray> arrays;

    Custom(CustomOp op, List<INDArray> inputs, List<INDArray> outputs) {
      super(op.opName());
      this.hash = op.opHash();
      this.arrays = java.util.stream.Stream.concat(inputs.stream(), outputs.stream()).toList();
      this.context = ops().createGraphContext(1);
      arguments(op);
      for (int i = 0; i < inputs.size(); i++) {
        INDArray a = inputs.get(i);
        ops().setGraphContextInputBuffer(context, i, opaque(a.data()), info(a), null);
      }
      for (int i = 0; i < outputs.size(); i++) {
        INDArray a = outputs.get(i);
        ops().setGraphContextOutputBuffer(context, i, opaque(a.data()), info(a), null);
      }
      ops().ctxShapeFunctionOverride(context, true);
    }

    @Override
    public String toString() {
      return operation + arrays.stream().map(a -> java.util.Arrays.toString(a.shape())).toList();
    }

    private void arguments(CustomOp op) {
      if (op.numIArguments() > 0) {
        try (LongPointer p = new LongPointer(op.iArgs())) {
          ops().setGraphContextIArguments(context, p, op.numIArguments());
        }
      }
      if (op.numTArguments() > 0) {
        try (DoublePointer p = new DoublePointer(op.tArgs())) {
          ops().setGraphContextTArguments(context, p, op.numTArguments());
        }
      }
      if (op.numBArguments() > 0) {
        try (BooleanPointer p = new BooleanPointer(op.bArgs())) {
          ops().setGraphContextBArguments(context, p, op.numBArguments());
        }
      }
      if (op.numDArguments() > 0) {
        int[] types = java.util.Arrays.stream(op.dArgs()).mapToInt(DataType::toInt).toArray();
        try (IntPointer p = new IntPointer(types)) {
          ops().setGraphContextDArguments(context, p, types.length);
        }
      }
    }

    @Override
    void execute() {
      if (ops().execCustomOp2(null, hash, context) != 0) {
        throw new IllegalStateException(this + " failed: " + ops().lastErrorMessage());
      }
    }

    @Override
    void close() {
      ops().deleteGraphContext(context);
    }
  }

  /** An operation of ND4J's older interface: one array in (and a number), one array out. */
  static final class Legacy extends Step {
    private interface Call {
      void run();
    }

    private final Call call;

    /** Held so that nobody frees what the native side points to. */
    private final Object[] held;

    Legacy(Op op, INDArray x, INDArray z) {
      super(op.opName());
      OpaqueDataBuffer xb = opaque(x.data());
      OpaqueDataBuffer zb = opaque(z.data());
      LongPointer xi = info(x);
      LongPointer zi = info(z);
      DataBuffer extraBuffer = op.extraArgs() == null ? null : op.extraArgsDataBuff(z.dataType());
      Pointer extra = extraBuffer == null ? null : extraBuffer.addressPointer();
      int number = op.opNum();
      NativeOps n = ops();
      INDArray other = null;
      Op.Type kind = ((DifferentialFunction) op).opType();
      switch (kind) {
        case TRANSFORM_SAME ->
            call = () -> n.execTransformSame(null, number, xb, xi, null, zb, zi, null, extra);
        case TRANSFORM_STRICT ->
            call = () -> n.execTransformStrict(null, number, xb, xi, null, zb, zi, null, extra);
        case TRANSFORM_FLOAT ->
            call = () -> n.execTransformFloat(null, number, xb, xi, null, zb, zi, null, extra);
        case TRANSFORM_ANY ->
            call = () -> n.execTransformAny(null, number, xb, xi, null, zb, zi, null, extra);
        case SCALAR, SCALAR_BOOL -> {
          INDArray scalar = ((ScalarOp) op).scalar().castTo(x.dataType());
          OpaqueDataBuffer sb = opaque(scalar.data());
          LongPointer si = info(scalar);
          other = scalar;
          call =
              kind == Op.Type.SCALAR
                  ? () ->
                      n.execScalar(null, number, xb, xi, null, zb, zi, null, sb, si, null, extra)
                  : () ->
                      n.execScalarBool(
                          null, number, xb, xi, null, zb, zi, null, sb, si, null, extra);
        }
        case REDUCE_SAME, REDUCE_FLOAT -> {
          boolean same = kind == Op.Type.REDUCE_SAME;
          if (z.isScalar()) {
            call =
                same
                    ? () -> n.execReduceSame(null, number, xb, xi, null, extra, zb, zi, null)
                    : () -> n.execReduceFloat(null, number, xb, xi, null, extra, zb, zi, null);
          } else {
            INDArray axes = ((org.nd4j.linalg.api.ops.ReduceOp) op).dimensions();
            OpaqueDataBuffer ab = opaque(axes.data());
            LongPointer ai = info(axes);
            other = axes;
            call =
                same
                    ? () ->
                        n.execReduceSame2(
                            null, number, xb, xi, null, extra, zb, zi, null, ab, ai, null)
                    : () ->
                        n.execReduceFloat2(
                            null, number, xb, xi, null, extra, zb, zi, null, ab, ai, null);
          }
        }
        default ->
            throw new UnsupportedOperationException(
                "operation " + op.opName() + " of kind " + kind + " is not offered");
      }
      held = new Object[] {x, z, other, extraBuffer};
    }

    @Override
    void execute() {
      call.run();
    }

    @Override
    public String toString() {
      return operation + " on " + held.length + " arrays";
    }
  }

  /** An operation of our own. */
  static final class Computed extends Step {
    private final Runnable call;

    Computed(String operation, Runnable call) {
      super(operation);
      this.call = call;
    }

    @Override
    void execute() {
      call.run();
    }
  }
}
