package io.accelerant.core.engine;

import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A tensor inside a {@link Graph}: a handle with a static shape, not numbers. Its methods append
 * one operation to the graph. Axes count from 0; negative ones count from the end. Element-wise
 * operations broadcast as NumPy does. Every operation throws IllegalArgumentException, with the
 * shapes, when they do not fit. Gradients of all of them are confirmed by finite differences in
 * float64.
 */
public final class Value {
  private static final double GELU_SCALE = StrictMath.sqrt(2 / Math.PI);
  private static final double GELU_CUBE = 0.044715;

  final Graph graph;
  final SDVariable variable;
  private final int[] shape;

  /** The matrix whose elements these are, in the same order; null if this is no reshaped one. */
  private Value matrix;

  Value(Graph graph, SDVariable variable, int[] shape) {
    this.graph = graph;
    this.variable = variable;
    this.shape = shape;
  }

  /** The shape; empty for a scalar. */
  public int[] shape() {
    return shape.clone();
  }

  /** Number of axes. */
  public int rank() {
    return shape.length;
  }

  /** Length of one axis. */
  public int size(int axis) {
    return shape[Shapes.axis("size", axis, rank())];
  }

  // Element-wise, two operands

  public Value add(Value other) {
    Value sum = binary("add", other, (a, b) -> a.add(b));
    return rank() == 2 && other.rank() == 1
        ? graph.byRows(sum, indices -> graph.rows(this, indices).add(other))
        : sum;
  }

  public Value sub(Value other) {
    return binary("sub", other, (a, b) -> a.sub(b));
  }

  public Value mul(Value other) {
    return binary("mul", other, (a, b) -> a.mul(b));
  }

  public Value div(Value other) {
    return binary("div", other, (a, b) -> a.div(b));
  }

  /** The smaller of two; where they are equal the gradient is not defined. */
  public Value min(Value other) {
    return binary("min", other, (a, b) -> graph.sd.math().min(a, b));
  }

  /** The larger of two; where they are equal the gradient is not defined. */
  public Value max(Value other) {
    return binary("max", other, (a, b) -> graph.sd.math().max(a, b));
  }

  public Value add(double number) {
    return unary(x -> x.add(number));
  }

  public Value sub(double number) {
    return unary(x -> x.sub(number));
  }

  public Value mul(double number) {
    return unary(x -> x.mul(number));
  }

  public Value div(double number) {
    return unary(x -> x.div(number));
  }

  /** {@code number - this}. */
  public Value rsub(double number) {
    return neg().add(number);
  }

  // Element-wise, one operand

  public Value neg() {
    return unary(x -> x.neg());
  }

  public Value exp() {
    return unary(x -> graph.sd.math().exp(x));
  }

  /** Natural logarithm. */
  public Value log() {
    return unary(x -> graph.sd.math().log(x));
  }

  public Value sqrt() {
    return unary(x -> graph.sd.math().sqrt(x));
  }

  /** {@code x * x}. */
  public Value square() {
    return mul(this);
  }

  /** {@code x^exponent} for x &gt; 0. */
  public Value pow(double exponent) {
    return unary(x -> graph.sd.math().pow(x, exponent));
  }

  public Value abs() {
    return unary(x -> graph.sd.math().abs(x));
  }

  public Value sin() {
    return unary(x -> graph.sd.math().sin(x));
  }

  public Value cos() {
    return unary(x -> graph.sd.math().cos(x));
  }

  public Value tanh() {
    return unary(x -> graph.sd.math().tanh(x));
  }

  public Value sigmoid() {
    return unary(x -> graph.sd.nn().sigmoid(x));
  }

  /** {@code log(1 + e^x)}. */
  public Value softplus() {
    return unary(x -> graph.sd.nn().softplus(x));
  }

  public Value relu() {
    return unary(x -> graph.sd.nn().relu(x, 0));
  }

  /** {@code x sigmoid(x)}, also called swish. */
  public Value silu() {
    return unary(x -> graph.sd.nn().swish(x));
  }

  /** {@code x sigmoid(1.702 x)}: the cheap approximation that OpenAI's CLIP uses. */
  public Value geluSigmoid() {
    return unary(x -> graph.sd.nn().gelu(x));
  }

  /**
   * {@code x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2} of GPT-2 (gelu_new), written as {@code
   * x sigmoid(2 u)}, which is the same function.
   */
  public Value geluTanh() {
    if (graph.fuses()) {
      return graph.fused(GeluTanhKernel::new, shape, this);
    }
    Value u = square().mul(2 * GELU_SCALE * GELU_CUBE).add(2 * GELU_SCALE).mul(this);
    return mul(u.sigmoid());
  }

  /** {@code x (1 + erf(x / sqrt 2)) / 2}: the exact function, used by BERT and DiT. */
  public Value gelu() {
    Value erf = mul(StrictMath.sqrt(0.5)).unary(x -> graph.sd.math().erf(x));
    return mul(erf.add(1)).mul(0.5);
  }

  /** Values held inside [low, high]; the gradient is 0 outside. */
  public Value clip(double low, double high) {
    return unary(x -> graph.sd.math().clipByValue(x, low, high));
  }

  /** 1 where this is larger than the number, else 0; no gradient flows through it. */
  public Value greaterThan(double number) {
    return unary(x -> graph.sd.gt(x, number).castTo(graph.precision().type()));
  }

  /** {@code mask * this + (1 - mask) * other}; the mask holds 0 or 1, both sides must be finite. */
  public Value select(Value mask, Value other) {
    return mask.mul(this).add(mask.rsub(1).mul(other));
  }

  /** The same numbers; no gradient flows through it. */
  public Value stopGradient() {
    return graph.copy(this);
  }

  // Shape

  /** The same elements in row-major order under another shape; one dimension may be -1. */
  public Value reshape(int... to) {
    int[] target = Shapes.reshape(shape, to);
    Value reshaped = graph.value(() -> graph.sd.reshape(variable, Shapes.longs(target)), target);
    reshaped.matrix = rank() == 2 ? this : matrix;
    Value same = reshaped.matrix;
    return same != null && Arrays.equals(same.shape, target)
        ? graph.byRows(reshaped, indices -> graph.rows(same, indices))
        : reshaped;
  }

  /** Axis i of the result is axis {@code order[i]} of this. */
  public Value permute(int... order) {
    int[] target = Shapes.permute(shape, order);
    return graph.value(() -> graph.sd.permute(variable, order.clone()), target);
  }

  /** Elements {@code from .. to-1} along one axis. */
  public Value slice(int axis, int from, int to) {
    int a = Shapes.axis("slice", axis, rank());
    if (from < 0 || to <= from || to > shape[a]) {
      throw new IllegalArgumentException(
          Text.of(
              "slice: [%d, %d) is empty or outside axis %d of shape %s",
              from, to, a, Arrays.toString(shape)));
    }
    int[] begin = new int[rank()];
    int[] target = shape.clone();
    begin[a] = from;
    target[a] = to - from;
    return graph.value(() -> graph.sd.slice(variable, begin, target), target);
  }

  /**
   * Cuts an axis into parts of equal length. Cheaper than slices when all parts are used, and free
   * along the first axis.
   */
  public List<Value> split(int axis, int parts) {
    int a = Shapes.axis("split", axis, rank());
    if (parts < 1 || shape[a] % parts != 0) {
      throw new IllegalArgumentException(
          Text.of(
              "split: axis %d of shape %s does not fall into %d equal parts",
              a, Arrays.toString(shape), parts));
    }
    int[] target = shape.clone();
    target[a] /= parts;
    SDVariable[] pieces = Engine.locked(() -> graph.sd.split(variable, parts, a));
    return Arrays.stream(pieces).map(piece -> graph.value(() -> piece, target)).toList();
  }

  /** Repeats the whole tensor {@code times[i]} times along axis i. */
  public Value tile(int... times) {
    if (times.length != rank()) {
      throw Shapes.mismatch("tile (one count per axis)", shape, times);
    }
    int[] target = Shapes.check("tile", times);
    Arrays.setAll(target, i -> Math.multiplyExact(target[i], shape[i]));
    return graph.value(() -> graph.sd.tile(variable, times.clone()), target);
  }

  // Reductions; no axes means all of them

  public Value sum(boolean keepAxes, int... axes) {
    return reduce("sum", keepAxes, axes, a -> graph.sd.sum(variable, keepAxes, a));
  }

  public Value mean(boolean keepAxes, int... axes) {
    return reduce("mean", keepAxes, axes, a -> graph.sd.mean(variable, keepAxes, a));
  }

  /** Largest element; where several are equal the gradient is not defined. */
  public Value max(boolean keepAxes, int... axes) {
    return reduce("max", keepAxes, axes, a -> graph.sd.max(variable, keepAxes, a));
  }

  /** Sum of all elements: a scalar. */
  public Value sum() {
    return sum(false);
  }

  /** Mean of all elements: a scalar. */
  public Value mean() {
    return mean(false);
  }

  /** Mean squared deviation from the mean (divided by n, not n-1). */
  public Value variance(boolean keepAxes, int... axes) {
    return sub(mean(true, axes)).square().mean(keepAxes, axes);
  }

  /**
   * {@code y_j = sum of x_i for i <= j} along the last axis, as a product with a triangle of ones.
   */
  public Value prefixSum() {
    int n = size(-1);
    double[] triangle = new double[n * n];
    for (int i = 0; i < n; i++) {
      Arrays.fill(triangle, i * n + i, (i + 1) * n, 1);
    }
    Value rows = reshape(-1, n).matmul(graph.constant(triangle, n, n));
    return rows.reshape(shape);
  }

  // Products

  /** Matrix product over the last two axes; the leading axes (none, one or two) must be equal. */
  public Value matmul(Value other) {
    return matmul(other, false, false);
  }

  /** {@link #matmul(Value)} of either operand with its last two axes exchanged. */
  public Value matmul(Value other, boolean transposeThis, boolean transposeOther) {
    graph.require(other);
    int[] target = Shapes.matmul(shape, other.shape, transposeThis, transposeOther);
    Optional<Value> few =
        transposeThis ? Optional.empty() : graph.fewRows(this, other, transposeOther, target);
    return few.orElseGet(() -> product(other, transposeThis, transposeOther, target));
  }

  Value product(Value other, boolean transposeThis, boolean transposeOther, int[] target) {
    Value product =
        graph.value(
            () -> graph.sd.mmul(variable, other.variable, transposeThis, transposeOther, false),
            target);
    return transposeThis
        ? product
        : graph.byRows(
            product, indices -> graph.rows(this, indices).matmul(other, false, transposeOther));
  }

  /**
   * {@code x W + b} over the last axis: this is {@code [.., in]}, the weight {@code [in, out]}, the
   * bias {@code [out]}.
   */
  public Value linear(Value weight, Value bias) {
    int[] target = shape.clone();
    target[rank() - 1] = weight.size(1);
    return reshape(-1, size(-1)).matmul(weight).add(bias).reshape(target);
  }

  // Over the last axis

  public Value softmax() {
    return unary(x -> graph.sd.nn().softmax(x, rank() - 1));
  }

  /** {@code x - logSumExp(x)}. */
  public Value logSoftmax() {
    Value h = sub(max(true, -1).stopGradient());
    return h.sub(h.exp().sum(true, -1).log());
  }

  /**
   * {@code log sum exp x}, with the largest element taken out first; the axis stays, of length 1.
   */
  public Value logSumExp() {
    Value largest = max(true, -1).stopGradient();
    return sub(largest).exp().sum(true, -1).log().add(largest);
  }

  /** {@code (x - mean) / sqrt(variance + epsilon)}. */
  public Value standardize(double epsilon) {
    Value d = sub(mean(true, -1));
    return d.mul(d.square().mean(true, -1).add(epsilon).pow(-0.5));
  }

  /** {@link #standardize} times gain plus bias, both of shape {@code [last]}. */
  public Value layerNorm(Value gain, Value bias, double epsilon) {
    if (graph.fuses()) {
      int width = normWidth("layerNorm", gain, bias);
      return graph.fused(() -> new NormKernel(true, epsilon, width), shape, this, gain, bias);
    }
    return standardize(epsilon).mul(gain).add(bias);
  }

  /** {@code x / sqrt(mean(x^2) + epsilon) * gain}, gain of shape {@code [last]}. */
  public Value rmsNorm(Value gain, double epsilon) {
    if (graph.fuses()) {
      int width = normWidth("rmsNorm", gain);
      return graph.fused(() -> new NormKernel(false, epsilon, width), shape, this, gain);
    }
    return mul(square().mean(true, -1).add(epsilon).pow(-0.5)).mul(gain);
  }

  private int normWidth(String operation, Value... weights) {
    int width = size(-1);
    for (Value weight : weights) {
      if (!Arrays.equals(weight.shape, new int[] {width})) {
        throw Shapes.mismatch(operation + " (weights of the last axis)", shape, weight.shape);
      }
    }
    return width;
  }

  @Override
  public String toString() {
    return variable.name() + Arrays.toString(shape);
  }

  private interface Binary {
    SDVariable apply(SDVariable a, SDVariable b);
  }

  private Value binary(String operation, Value other, Binary function) {
    graph.require(other);
    int[] target = Shapes.broadcast(operation, shape, other.shape);
    return graph.value(() -> function.apply(variable, other.variable), target);
  }

  private Value unary(UnaryOperator<SDVariable> function) {
    graph.requireNumbers(this);
    return graph.value(() -> function.apply(variable), shape);
  }

  private Value reduce(
      String operation,
      boolean keepAxes,
      int[] axes,
      java.util.function.Function<int[], SDVariable> function) {
    graph.requireNumbers(this);
    int[] positive = Shapes.axes(operation, axes, rank());
    if (rank() == 0) {
      return this;
    }
    return graph.value(() -> function.apply(positive), Shapes.reduce(shape, positive, keepAxes));
  }
}
