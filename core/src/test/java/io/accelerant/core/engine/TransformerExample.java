package io.accelerant.core.engine;

import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;

/** A bidirectional pre-norm transformer with a language-model loss, straight on the facade. */
record TransformerExample(
    int batch, int length, int width, int heads, int layers, int hidden, int vocabulary) {

  /** The size at which engines are compared: 3.3 million parameters. */
  static final TransformerExample BENCHMARK = new TransformerExample(16, 128, 256, 8, 4, 1024, 256);

  Graph graph(Precision precision) {
    Graph g = new Graph(precision);
    Value tokens = g.indices("tokens", batch, length);
    Value targets = g.indices("targets", batch * length);
    Value weights = g.input("weights", batch * length);
    Value x = g.embedding(g.parameter("wte", vocabulary, width), tokens);
    x = x.add(g.parameter("wpe", length, width));
    for (int i = 0; i < layers; i++) {
      x = block(g, "h." + i, x);
    }
    Value h = norm(g, "ln_f", x);
    Value logits = h.reshape(-1, width).matmul(g.parameter("lm_head", width, vocabulary));
    g.output("loss", g.crossEntropy(logits, targets, weights));
    return g;
  }

  private Value block(Graph g, String name, Value x) {
    Value h = norm(g, name + ".ln_1", x);
    List<Value> qkv =
        linear(g, name + ".attn.c_attn", h, 3 * width)
            .reshape(batch, length, 3, heads, width / heads)
            .permute(2, 0, 3, 1, 4)
            .split(0, 3);
    Value q = head(qkv.get(0)).mul(1 / Math.sqrt((double) width / heads));
    Value mixed = q.matmul(head(qkv.get(1)), false, true).softmax().matmul(head(qkv.get(2)));
    mixed = mixed.permute(0, 2, 1, 3).reshape(batch, length, width);
    x = x.add(linear(g, name + ".attn.c_proj", mixed, width));
    h = norm(g, name + ".ln_2", x);
    h = linear(g, name + ".mlp.c_fc", h, hidden).geluTanh();
    return x.add(linear(g, name + ".mlp.c_proj", h, width));
  }

  private Value head(Value part) {
    return part.reshape(batch, heads, length, width / heads);
  }

  private Value linear(Graph g, String name, Value x, int out) {
    return x.linear(
        g.parameter(name + ".weight", x.size(-1), out), g.parameter(name + ".bias", out));
  }

  private Value norm(Graph g, String name, Value x) {
    return x.layerNorm(
        g.parameter(name + ".weight", width), g.parameter(name + ".bias", width), 1e-5);
  }

  /** Inputs and parameters drawn from streams, the same for both precisions. */
  void fill(Program p) {
    fill(p, 0);
  }

  void fill(Program p, int item) {
    RandomStream stream = new RandomStream(1, RandomStream.purpose("transformer"), item, 0);
    int[] tokens = new int[batch * length];
    int[] targets = new int[batch * length];
    double[] weights = new double[batch * length];
    Arrays.setAll(tokens, i -> stream.nextInt(vocabulary));
    Arrays.setAll(targets, i -> stream.nextInt(vocabulary));
    Arrays.setAll(weights, i -> i % 7 == 6 ? 0 : 1.0 / (batch * length));
    p.set("tokens", tokens).set("targets", targets).set("weights", weights);
    p.setParameters(parameters(p.parameters()));
  }

  static double[] parameters(Layout layout) {
    RandomStream stream = new RandomStream(2, RandomStream.purpose("transformer"), 0, 0);
    double[] flat = new double[layout.size()];
    for (Layout.Tensor t : layout.tensors()) {
      boolean gain = t.name().contains("ln_") && t.name().endsWith("weight");
      double scale = t.shape().size() == 1 ? 0.02 : 1 / Math.sqrt(t.shape().get(0));
      for (int i = 0; i < t.size(); i++) {
        flat[t.offset() + i] = (gain ? 1 : 0) + scale * stream.nextGaussian();
      }
    }
    return flat;
  }
}
