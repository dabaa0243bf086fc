package io.accelerant.core.nn;

import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Program;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Scopes;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small networks of every kind, with numbers for their inputs and parameters. */
final class Examples {
  static final int VOCABULARY = 7;
  static final Transformer GPT2 = Transformer.gpt2(VOCABULARY, 6, 8, 2, 2).withHidden(12);
  static final Transformer MASKED =
      GPT2.withCausal(false)
          .withPositions(Positions.ROTARY)
          .withNorm(Norm.RMS)
          .withActivation(Activation.SILU)
          .withGated(true)
          .withTied(false);
  static final BertMaskedLm BERT =
      new BertMaskedLm(VOCABULARY, 6, 2, 8, 2, 2, 12, Activation.GELU, 1e-12);
  static final Llama LLAMA = family(LlamaFamily.LLAMA, false);
  static final PatchTransformer DIT = new PatchTransformer(2, 4, 2, 8, 1, 2, 12, 3, true);

  /** Three blocks over videos of four frames. */
  static final PatchTransformer VIDEO =
      new PatchTransformer(2, 4, 2, 8, 3, 2, 12, 3, false).withFrames(new Frames(4, 2));

  /** Small, because float32 knows the angle of step 900 only to 6e-5. */
  private static final double[] TIMES = {3, 20};

  private static final List<String> LLAMA_TARGETS = List.of("k_proj", "down_proj", "lm_head");

  private Examples() {}

  /** Two heads of queries to one of keys and values. */
  static Llama family(LlamaFamily family, boolean tied) {
    Rotary slowed = new Rotary(100, Rotary.Scaling.LLAMA3, 8, 1, 4, 16);
    Map<String, Object> ids = Map.of("eos_token_id", 2);
    return new Llama(family, VOCABULARY, 6, 8, 1, 2, 1, 4, 12, tied, 1e-5, slowed, ids);
  }

  static Map<String, NetworkSpec> all() {
    Map<String, NetworkSpec> all = new LinkedHashMap<>();
    all.put("gpt2", GPT2);
    all.put("bidirectional, rotary, rms, gated, untied", MASKED);
    all.put("sinusoidal, time", GPT2.withPositions(Positions.SINUSOIDAL).withTimed(true));
    all.put("rms, time, gated", MASKED.withTimed(true));
    all.put("bert", BERT);
    all.put("llama, shared heads", LLAMA);
    all.put("llada, tied", family(LlamaFamily.LLADA, true));
    all.put("dream", family(LlamaFamily.DREAM, false));
    all.put("lora on qwen2", new Lora(family(LlamaFamily.QWEN2, false), 2, 3, LLAMA_TARGETS));
    all.put("dit", DIT);
    all.put("dit without classes", new PatchTransformer(1, 4, 2, 8, 1, 2, 12, 0, false));
    all.put("dit over frames, without a block", VIDEO.withKept(List.of(0, 2)));
    all.put("mlp", new Mlp(3, List.of(5, 4), 2, Activation.GELU));
    all.put("mlp classifier", new MlpClassifier(new Mlp(3, List.of(5, 4), 2, Activation.GELU)));
    all.put("lora on gpt2", new Lora(GPT2, 2, 3, List.of("c_attn", "mlp.c_fc")));
    all.put("lora on dit", new Lora(DIT, 2, 3, List.of("qkv", "adaLN_modulation.1")));
    return all;
  }

  /** The usual loss of a network: cross entropy of logits, else squared error. */
  record Usual(NetworkSpec network) implements Loss {
    @Override
    public BatchShape shape() {
      return Examples.shape(network);
    }

    @Override
    public void build(Scopes scopes, BatchShape shape) {
      Scope scope = scopes.of(NETWORK);
      NetworkSpec applied = network instanceof Lora lora ? lora.base() : network;
      if (applied instanceof TokenNetwork tokens) {
        scopes.crossEntropy(tokens.logits(scope, shape));
      } else if (applied instanceof PatchTransformer images) {
        scopes.squaredError(images.apply(scope, shape).slice(1, 0, images.channels()));
      } else if (applied instanceof MlpClassifier classifier) {
        scopes.crossEntropy(classifier.logits(scope, shape));
      } else if (applied instanceof Mlp mlp) {
        scopes.squaredError(mlp.apply(scope, scope.graph().input("x", shape.batch(), mlp.in())));
      } else {
        throw new IllegalArgumentException(network.toString());
      }
    }

    @Override
    public void set(Program program, Batch batch) {
      fill(program, network, shape(), true);
    }
  }

  static BatchShape shape(NetworkSpec spec) {
    boolean tokens = spec instanceof TokenNetwork || spec.config().containsKey("vocab_size");
    return tokens ? BatchShape.padded(2, 5) : BatchShape.of(2);
  }

  static RandomStream stream(String name) {
    return new RandomStream(7, RandomStream.purpose(name), 0, 0);
  }

  /** Away from zeros and ones, so that every gradient is at work. */
  static double[] parameters(Layout layout) {
    double[] flat = new double[layout.size()];
    for (Layout.Tensor t : layout.tensors()) {
      RandomStream stream = stream(t.name());
      for (int i = 0; i < t.size(); i++) {
        flat[t.offset() + i] = 0.3 * stream.nextGaussian() + (t.shape().size() == 1 ? 0.7 : 0);
      }
    }
    return flat;
  }

  /** Sets every input that the network has. */
  static void fill(Program program, NetworkSpec spec, BatchShape shape, boolean training) {
    int n = shape.batch() * shape.length();
    if (spec.config().containsKey("vocab_size")) {
      program.set("tokens", tokens("tokens", n, VOCABULARY));
      double[] padding = new double[n];
      padding[n - 1] = 1;
      program.set("padding", padding);
      if (training) {
        program.set("targets", tokens("targets", n, VOCABULARY));
        program.set("weights", numbers("weights", n));
      }
      if (Boolean.TRUE.equals(spec.config().get("timed"))) {
        program.set("time", TIMES);
      }
      return;
    }
    if (spec.config().containsKey("in_channels")) {
      int channels = (int) spec.config().get("in_channels");
      int size = 2 * channels * 16 * (int) spec.config().getOrDefault("num_frames", 1);
      program.set("x", numbers("x", size)).set("time", TIMES);
      if ((int) spec.config().get("num_classes") > 0) {
        program.set("label", new int[] {1, 3});
      }
      if (training) {
        program.set("target", numbers("target", size));
        program.set("weights", new double[] {0.3, 0.7});
      }
      return;
    }
    program.set("x", numbers("x", 6));
    if (training && spec instanceof MlpClassifier) {
      program.set("targets", new int[] {1, 0}).set("weights", new double[] {0.3, 0.7});
    } else if (training) {
      program.set("target", numbers("target", 4)).set("weights", new double[] {0.3, 0.7});
    }
  }

  static int[] tokens(String name, int n, int vocabulary) {
    RandomStream stream = stream(name);
    int[] tokens = new int[n];
    Arrays.setAll(tokens, i -> stream.nextInt(vocabulary));
    return tokens;
  }

  static double[] numbers(String name, int n) {
    RandomStream stream = stream(name);
    double[] numbers = new double[n];
    Arrays.setAll(numbers, i -> stream.nextGaussian());
    return numbers;
  }
}
