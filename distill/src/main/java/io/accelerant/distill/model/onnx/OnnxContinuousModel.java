package io.accelerant.distill.model.onnx;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.onnx.OnnxInput;
import io.accelerant.core.onnx.OnnxModel;
import io.accelerant.core.onnx.OnnxOutput;
import io.accelerant.core.onnx.OnnxPort;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A continuous diffusion or flow model: (x, t) or (x, t, label) to a prediction of the shape of x,
 * be it the noise, the data or the velocity. Which of them it is, and what t means, the caller
 * knows. Thread-safe.
 */
public final class OnnxContinuousModel implements AutoCloseable {
  /** Names of inputs and output; what is empty is found out by type and shape. */
  public record Names(
      Optional<String> x, Optional<String> time, Optional<String> label, Optional<String> output) {
    /** Nothing is named. */
    public static Names none() {
      return new Names(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }
  }

  private final OnnxModel model;
  private final OnnxPort x;
  private final OnnxPort time;
  private final Optional<OnnxPort> label;
  private final OnnxPort output;
  private final long[] item;

  private OnnxContinuousModel(
      OnnxModel model,
      OnnxPort x,
      OnnxPort time,
      Optional<OnnxPort> label,
      OnnxPort output,
      long[] item) {
    this.model = model;
    this.x = x;
    this.time = time;
    this.label = label;
    this.output = output;
    this.item = item;
  }

  /**
   * Takes a model for a continuous one. Unnamed, x is the only floating-point input with at least
   * two dimensions, the time the only other floating-point one, or else the only integer one; the
   * label is the integer input that is left.
   *
   * @param model is closed with this
   * @param item shape of one x, such as {channels, height, width}; empty takes the model's, which
   *     must then be fixed
   * @throws io.accelerant.core.error.ConfigException if names, types or shapes leave no single
   *     reading; lists the model's signature
   */
  public static OnnxContinuousModel of(OnnxModel model, Names names, long... item) {
    List<OnnxPort> rest = new ArrayList<>(model.signature().inputs());
    OnnxPort x =
        take(model, rest, names.x(), "x", p -> p.element().isFloat() && p.rank() >= 2)
            .orElseThrow(
                () ->
                    model.mismatch(
                        "has no input for x: expected floating-point numbers [batch, ...]"));
    OnnxPort time =
        take(model, rest, names.time(), "time", p -> p.element().isFloat() && p.rank() < 2)
            .or(() -> take(model, rest, Optional.empty(), "time", p -> onePerItem(p, true)))
            .orElseThrow(
                () -> model.mismatch("has no input for the time: expected numbers [] or [batch]"));
    Optional<OnnxPort> label = take(model, rest, names.label(), "label", p -> onePerItem(p, true));
    if (!rest.isEmpty()) {
      throw model.mismatch(
          Text.of(
              "has the input %s, which has no meaning here: expected x, a time and at most a label",
              rest.get(0)));
    }
    if (time.rank() > 1) {
      throw model.mismatch(Text.of("takes the time as %s, expected [] or [batch]", time));
    }
    label
        .filter(p -> !onePerItem(p, true))
        .ifPresent(
            p -> {
              throw model.mismatch(Text.of("takes the label as %s, expected integers [batch]", p));
            });
    long[] shape = item.length > 0 ? item.clone() : fixed(model, x);
    checkItem(model, x, shape);
    OnnxPort output = output(model, names.output(), x, shape);
    return new OnnxContinuousModel(model, x, time, label, output, shape);
  }

  private static boolean onePerItem(OnnxPort port, boolean integer) {
    return port.element().isInteger() == integer && port.rank() <= 1;
  }

  /** Takes an input out of the list: the named one, else the only one that fits. */
  private static Optional<OnnxPort> take(
      OnnxModel model,
      List<OnnxPort> rest,
      Optional<String> name,
      String what,
      Predicate<OnnxPort> fits) {
    if (name.isPresent()) {
      OnnxPort named =
          rest.stream()
              .filter(p -> p.name().equals(name.get()))
              .findFirst()
              .orElseThrow(
                  () ->
                      model.mismatch(Text.of("has no input \"%s\" for %s left", name.get(), what)));
      rest.remove(named);
      return Optional.of(named);
    }
    List<OnnxPort> fitting = rest.stream().filter(fits).toList();
    if (fitting.size() > 1) {
      throw model.mismatch(
          Text.of(
              "has %d inputs that can be the %s: name one in onnx.%s", fitting.size(), what, what));
    }
    fitting.forEach(rest::remove);
    return fitting.stream().findFirst();
  }

  private static long[] fixed(OnnxModel model, OnnxPort x) {
    long[] shape = x.shape().stream().skip(1).mapToLong(Long::longValue).toArray();
    if (Arrays.stream(shape).anyMatch(s -> s < 0)) {
      throw model.mismatch(Text.of("leaves the size of %s open: say the shape of one x", x));
    }
    return shape;
  }

  private static void checkItem(OnnxModel model, OnnxPort x, long[] item) {
    if (!x.element().isFloat() || !x.accepts(batched(Math.max(1, x.size(0)), item))) {
      throw model.mismatch(
          Text.of("takes x as %s, expected floating-point numbers [batch, %s]", x, text(item)));
    }
  }

  private static OnnxPort output(OnnxModel model, Optional<String> name, OnnxPort x, long[] item) {
    List<OnnxPort> fitting =
        model.signature().outputs().stream()
            .filter(p -> name.map(p.name()::equals).orElse(true))
            .filter(p -> p.element().isFloat() && p.rank() == x.rank())
            .filter(p -> p.accepts(batched(Math.max(1, p.size(0)), item)))
            .toList();
    if (fitting.size() != 1) {
      throw model.mismatch(
          Text.of(
              "has %d outputs%s of floating-point numbers [batch, %s], the shape of x; expected"
                  + " one",
              fitting.size(), name.map(n -> " \"" + n + "\"").orElse(""), text(item)));
    }
    return fitting.get(0);
  }

  private static long[] batched(long batch, long[] item) {
    long[] shape = new long[item.length + 1];
    shape[0] = batch;
    System.arraycopy(item, 0, shape, 1, item.length);
    return shape;
  }

  private static String text(long[] item) {
    String list = Arrays.toString(item);
    return list.substring(1, list.length() - 1);
  }

  /** Shape of one x. */
  public long[] item() {
    return item.clone();
  }

  /** Whether the model takes a label. */
  public boolean isConditional() {
    return label.isPresent();
  }

  /** The input of the time, if it takes whole numbers alone. */
  Optional<OnnxPort> wholeTime() {
    return Optional.of(time).filter(port -> port.element().isInteger());
  }

  String uri() {
    return model.uri();
  }

  /** An error about what the model is asked for. */
  ConfigException mismatch(String what) {
    return model.mismatch(what);
  }

  /** Numbers in one x. */
  public int size() {
    return Math.toIntExact(Arrays.stream(item).reduce(1, Math::multiplyExact));
  }

  /**
   * Evaluates a batch; a model whose batch is fixed gets it in pieces, the last filled up with
   * copies of its first item.
   *
   * @param xs [batch][item], flat
   * @param t the time of all items, in the model's unit
   * @param labels [batch]; empty for a model without labels
   * @param prediction receives [batch][item], flat
   * @throws DataException if the evaluation fails or its shape is not that of x
   */
  public void predict(double[] xs, double t, int[] labels, double[] prediction) {
    int size = size();
    int batch = xs.length / size;
    if (batch * size != xs.length || labels.length != (isConditional() ? batch : 0)) {
      throw new IllegalArgumentException(
          Text.of(
              "%d numbers are no items of %d, or %d labels do not belong to them",
              xs.length, size, labels.length));
    }
    int piece = x.size(0) > 0 ? (int) x.size(0) : batch;
    for (int from = 0; from < batch; from += piece) {
      int used = Math.min(piece, batch - from);
      double[] own = Arrays.copyOfRange(xs, from * size, (from + piece) * size);
      int[] ownLabels = isConditional() ? Arrays.copyOfRange(labels, from, from + piece) : labels;
      for (int row = used; row < piece; row++) {
        System.arraycopy(own, 0, own, row * size, size);
        if (isConditional()) {
          ownLabels[row] = ownLabels[0];
        }
      }
      float[] values = call(own, piece, t, ownLabels);
      for (int i = 0; i < used * size; i++) {
        prediction[from * size + i] = values[i];
      }
    }
  }

  private float[] call(double[] xs, int batch, double t, int[] labels) {
    List<OnnxInput> inputs = new ArrayList<>();
    inputs.add(new OnnxInput.Reals(x.name(), xs, batched(batch, item)));
    boolean one = time.rank() == 0 || time.size(0) == 1;
    double[] times = new double[one ? 1 : batch];
    Arrays.fill(times, t);
    inputs.add(
        new OnnxInput.Reals(
            time.name(), times, time.rank() == 0 ? new long[0] : new long[] {times.length}));
    label.ifPresent(p -> inputs.add(new OnnxInput.Integers(p.name(), labels, batch)));
    OnnxOutput result = model.run(inputs, output.name());
    if (!Arrays.equals(result.shape(), batched(batch, item))) {
      throw new DataException(
          Text.of(
              "The model %s gives %s = %s for x of shape %s, expected the same shape.",
              model.uri(),
              output.name(),
              Arrays.toString(result.shape()),
              Arrays.toString(batched(batch, item))));
    }
    return result.values();
  }

  @Override
  public void close() {
    model.close();
  }
}
