package io.accelerant.jobs.bench;

import io.accelerant.core.config.Key;
import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.Progress;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.lm.CachedModel;
import io.accelerant.core.lm.Choices;
import io.accelerant.core.lm.Generated;
import io.accelerant.core.lm.Generation;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.nn.TokenStep;
import io.accelerant.core.nn.Transformer;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Plain sampling from a GPT-2 with random weights, one thread, prompts of 8 tokens, beside PyTorch
 * with a cache that is allocated once, where {@code python3} has it. The two take turns, and the
 * best time of each counts. The peer scores the first text of ours, so that both compute the same.
 * One text is also held to the speed of memory: each of its tokens goes through all parameters.
 */
public final class GenerateBench {
  public static final Key<List<String>> SIZES =
      Key.strings("bench.sizes", "Networks: 0.1m and 50m have about so many million parameters")
          .oneOf("0.1m", "50m")
          .withDefault(List.of("0.1m", "50m"));
  public static final Key<List<Integer>> BATCHES =
      Key.integers("bench.batch", "Numbers of texts that are written together")
          .between(1, 64)
          .withDefault(List.of(1, 64));
  public static final Key<Integer> TOKENS =
      Key.integer("bench.tokens", "Tokens of a text after its prompt")
          .between(2, 100)
          .withDefault(32);
  public static final List<Key<?>> KEYS = List.of(SIZES, BATCHES, TOKENS);

  private static final int PROMPT = 8;
  private static final int LENGTH = 128;
  private static final int ROUNDS = 4;
  private static final Map<String, Transformer> NETWORKS =
      Map.of(
          "0.1m", Transformer.gpt2(64, LENGTH, 64, 2, 4),
          "50m", Transformer.gpt2(8192, LENGTH, 512, 14, 8));

  /** Numbers of a line of the cache. */
  private static final int LINE = 16;

  private final int tokens;
  private final Progress progress;

  public GenerateBench(int tokens, Progress progress) {
    this.tokens = tokens;
    this.progress = progress;
  }

  /** The metrics: seconds, tokens a second and ratios (below 1 is faster) by size and batch. */
  public Map<String, Number> run(List<String> sizes, List<Integer> batches) {
    Map<String, Number> metrics = new LinkedHashMap<>();
    Engine.start(1, "auto");
    try (Scratch scratch = Scratch.create()) {
      Optional<TorchPeer> peer = TorchPeer.of("generate.py", scratch, progress);
      peer.ifPresent(torch -> torch.putRate(metrics));
      for (String size : sizes) {
        Transformer network = NETWORKS.get(size);
        Flat parameters = Flat.of(Precision.FLOAT32, network.initial(1));
        metrics.put("parameters." + size, parameters.length());
        new PeerTensors().add(network, parameters.floats()).write(scratch);
        for (int batch : batches) {
          compare(size + ".b" + batch, network, parameters, batch, peer, scratch, metrics);
        }
      }
    }
    return metrics;
  }

  private void compare(
      String name,
      Transformer network,
      Flat parameters,
      int batch,
      Optional<TorchPeer> peer,
      Scratch scratch,
      Map<String, Number> metrics) {
    double ours = Double.POSITIVE_INFINITY;
    double theirs = Double.POSITIVE_INFINITY;
    try (ProgramPool pool = new ProgramPool(3);
        CachedModel model = new CachedModel(new TokenStep(network), parameters.floats(), pool)) {
      List<Generated> texts = write(model, batch);
      for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        texts = write(model, batch);
        ours = Math.min(ours, (System.nanoTime() - start) / 1e9);
        if (peer.isPresent()) {
          writeTask(scratch, network, batch, texts.get(0));
          Map<String, Object> answer =
              peer.get().run(Map.of("OMP_NUM_THREADS", "1"), scratch.at("bench.json"));
          theirs = Math.min(theirs, PythonPeer.number(answer, "seconds"));
          double difference =
              texts.get(0).logProbability() - PythonPeer.number(answer, "logProbability");
          metrics.put("logProbabilityDifference." + name, Math.abs(difference));
        }
      }
    }
    metrics.put("tokensPerSecond." + name, batch * tokens / ours);
    metrics.put("seconds." + name, ours);
    if (batch == 1) {
      double limit = tokens * secondsToRead(parameters.floats());
      metrics.put("memoryLimitSeconds." + name, limit);
      metrics.put("memoryLimitRatio." + name, ours / limit);
    }
    if (peer.isPresent()) {
      metrics.put("torchSeconds." + name, theirs);
      peer.get().putRatio(metrics, "ratio." + name, ours, theirs);
    }
    progress.say(
        "%s: %.0f tokens a second%s",
        name,
        batch * tokens / ours,
        peer.isEmpty() ? "" : Text.of(", PyTorch %.0f", batch * tokens / theirs));
  }

  /** The best of some runs through all numbers, a line of the cache at a time. */
  private static double secondsToRead(float[] numbers) {
    double best = Double.POSITIVE_INFINITY;
    float sum = 0;
    for (int run = 0; run < 5 * ROUNDS; run++) {
      long start = System.nanoTime();
      for (int i = 0; i < numbers.length; i += LINE) {
        sum += numbers[i];
      }
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    return Float.isNaN(sum) ? Double.NaN : best;
  }

  private List<Generated> write(CachedModel model, int batch) {
    List<Generation.Request> requests =
        IntStream.range(0, batch)
            .mapToObj(row -> new Generation.Request(row, 0, prompt(row, model.vocabulary())))
            .toList();
    return new Generation(Warp.NONE, tokens, List.of())
        .run(model, requests, Choices.keyed(1, RandomStream.purpose("bench.draws")));
  }

  private static int[] prompt(int row, int vocabulary) {
    RandomStream stream = new RandomStream(1, RandomStream.purpose("bench.tokens"), row, 0);
    return IntStream.range(0, PROMPT).map(i -> stream.nextInt(vocabulary)).toArray();
  }

  private void writeTask(Scratch scratch, Transformer network, int batch, Generated first) {
    Map<String, Object> task = new LinkedHashMap<>();
    task.put("heads", network.heads());
    task.put("layers", network.layers());
    task.put("tokens", tokens);
    List<int[]> prompts =
        IntStream.range(0, batch).mapToObj(row -> prompt(row, network.vocabulary())).toList();
    task.put("prompts", prompts);
    task.put("text", first.tokens());
    scratch.write("bench.json", CanonicalJson.bytes(task));
  }
}
