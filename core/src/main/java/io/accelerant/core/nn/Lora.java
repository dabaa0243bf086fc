package io.accelerant.core.nn;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Value;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * A network with low-rank adapters (Hu et al., "LoRA", 2021, eq. 3): {@code W + alpha / rank * B A}
 * on every matrix that a target names; only A and B are trained. Names are those of PEFT, {@code
 * base_model.model.<matrix>.lora_A.weight [rank, in]} and {@code lora_B.weight [out, rank]}; B
 * starts at zero. The layout holds the parameters of the base as well.
 *
 * @param targets full names of matrices without {@code .weight}, or their last parts, such as
 *     {@code c_attn} or {@code attn.c_proj}
 */
public record Lora(NetworkSpec base, int rank, double alpha, List<String> targets)
    implements NetworkSpec {
  static final String KEY = "adapter";
  private static final String PREFIX = "base_model.model.";
  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";

  public Lora {
    targets = List.copyOf(targets);
    if (rank < 1 || targets.isEmpty()) {
      throw new ConfigException("LoRA needs a rank of at least 1 and at least one target matrix.");
    }
  }

  @Override
  public Scope scope(Scope scope) {
    return scope(scope, (module, order) -> {});
  }

  /**
   * @param each takes every matrix of the base and how it is stored
   */
  private Scope scope(Scope scope, BiConsumer<String, Scope.Order> each) {
    return scope.adaptedBy(
        (root, module, x, y, order) -> {
          each.accept(module, order);
          return adapts(module) ? y.add(product(root, module, x, y.size(1))) : y;
        });
  }

  /**
   * @throws ConfigException if a target names no matrix of the base
   */
  @Override
  public void build(Scope scope, BatchShape shape) {
    declare(scope, shape);
  }

  /** The matrices that have an adapter, and how they are stored. */
  private Map<String, Scope.Order> declare(Scope scope, BatchShape shape) {
    Map<String, Scope.Order> modules = new TreeMap<>();
    base.build(scope(scope, modules::put), shape);
    Map<String, Scope.Order> adapted = new LinkedHashMap<>(modules);
    adapted.keySet().removeIf(module -> !adapts(module));
    for (String target : targets) {
      if (modules.keySet().stream().noneMatch(module -> names(target, module))) {
        throw new ConfigException(
            Text.of(
                "LoRA target \"%s\" names no matrix; there are %s, such as %s.",
                target,
                modules.keySet().stream()
                    .map(module -> module.substring(module.lastIndexOf('.') + 1))
                    .distinct()
                    .sorted()
                    .collect(Collectors.joining(", ")),
                modules.keySet().iterator().next()));
      }
    }
    return adapted;
  }

  private boolean adapts(String module) {
    return targets.stream().anyMatch(target -> names(target, module));
  }

  private static boolean names(String target, String module) {
    return module.equals(target) || module.endsWith("." + target);
  }

  private Value product(Scope root, String module, Value x, int out) {
    int in = x.size(1);
    // PyTorch's default for A, as PEFT has it
    Value a =
        root.parameter(PREFIX + module + A, Initial.uniform(1 / StrictMath.sqrt(in)), rank, in);
    Value b = root.parameter(PREFIX + module + B, Initial.ZEROS, out, rank);
    return x.matmul(a, false, true).matmul(b, false, true).mul(alpha / rank);
  }

  @Override
  public boolean trains(String parameter) {
    return parameter.startsWith(PREFIX);
  }

  @Override
  public boolean freezes(String parameter) {
    return !trains(parameter);
  }

  /**
   * Parameters of the base and fresh adapters.
   *
   * @param numbers of the base, in the order of its layout
   * @return in the same precision
   */
  public Flat adapt(Flat numbers, long seed) {
    Scope scope = Scope.on(new Graph(Precision.FLOAT32));
    build(scope, BatchShape.of(1));
    Layout to = scope.graph().parameters();
    Flat flat = Flat.zeros(numbers.precision(), to.size());
    base.layout().copy(numbers, to, flat);
    for (Layout.Tensor t : to.tensors()) {
      if (trains(t.name())) {
        Flat fresh = Flat.of(scope.initial(t, seed, InitialScale.GPT2));
        flat.put(t.offset(), fresh, 0, t.size());
      }
    }
    return flat;
  }

  /**
   * Folds the adapters into the matrices.
   *
   * @param flat parameters in the order of this layout
   * @return parameters in the order of the base's layout, in the same precision
   */
  public Flat merge(Flat flat) {
    Layout to = base.layout();
    Graph graph = new Graph(Precision.FLOAT32);
    Map<String, Scope.Order> adapted = declare(Scope.on(graph), BatchShape.of(1));
    Layout from = graph.parameters();
    Flat merged = Flat.zeros(flat.precision(), to.size());
    from.copy(flat, to, merged);
    adapted.forEach(
        (module, order) ->
            addProduct(
                flat,
                from.find(PREFIX + module + A),
                from.find(PREFIX + module + B),
                merged,
                to.find(module + ".weight"),
                order));
    return merged;
  }

  private void addProduct(
      Flat flat,
      Layout.Tensor a,
      Layout.Tensor b,
      Flat merged,
      Layout.Tensor w,
      Scope.Order order) {
    int in = a.shape().get(1);
    int out = b.shape().get(0);
    double[] first = flat.slice(a.offset(), a.size()).toDoubles();
    double[] product = new double[w.size()];
    double[] row = new double[in];
    for (int o = 0; o < out; o++) {
      Arrays.fill(row, 0);
      for (int k = 0; k < rank; k++) {
        double weight = flat.get(b.offset() + o * rank + k);
        for (int i = 0; i < in; i++) {
          row[i] += weight * first[k * in + i];
        }
      }
      for (int i = 0; i < in; i++) {
        int at = order == Scope.Order.IN_OUT ? i * out + o : o * in + i;
        product[at] = merged.get(w.offset() + at) + alpha / rank * row[i];
      }
    }
    merged.put(w.offset(), Flat.of(product), 0, product.length);
  }

  /** The base's configuration with PEFT's {@code adapter_config.json} under {@code adapter}. */
  @Override
  public Map<String, Object> config() {
    Map<String, Object> config = new LinkedHashMap<>(base.config());
    config.put(KEY, adapterConfig());
    return config;
  }

  /** What PEFT's {@code adapter_config.json} says of the adapters. */
  public Map<String, Object> adapterConfig() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("peft_type", "LORA");
    config.put("r", rank);
    config.put("lora_alpha", alpha);
    config.put("target_modules", targets);
    config.put("fan_in_fan_out", base instanceof Transformer);
    config.put("bias", "none");
    return config;
  }

  /** Reads {@link #config()}. */
  static Lora of(ConfigFile config) {
    Map<String, Object> base = new LinkedHashMap<>(config.values());
    ConfigFile adapter = config.inner(KEY);
    base.remove(KEY);
    return new Lora(
        Networks.of(base, config.whatItIs()),
        adapter.size("r"),
        adapter.number("lora_alpha", adapter.size("r")),
        adapter.texts("target_modules"));
  }
}
