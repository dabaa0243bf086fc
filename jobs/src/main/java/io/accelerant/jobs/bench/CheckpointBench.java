package io.accelerant.jobs.bench;

import io.accelerant.core.config.Key;
import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.ParameterSource;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.Progress;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.lm.AnswerLoss;
import io.accelerant.core.lm.AnswerReduction;
import io.accelerant.core.lm.CachedModel;
import io.accelerant.core.lm.Choices;
import io.accelerant.core.lm.Generated;
import io.accelerant.core.lm.Generation;
import io.accelerant.core.lm.PromptRecord;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.nn.Llama;
import io.accelerant.core.nn.LlamaFamily;
import io.accelerant.core.nn.Lora;
import io.accelerant.core.nn.Rotary;
import io.accelerant.core.nn.TokenStep;
import io.accelerant.core.optim.LearningRate;
import io.accelerant.core.optim.OptimizerSpec;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.train.Draw;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.LocalRound;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.MemoryShards;
import io.accelerant.core.train.Objective;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Trainer;
import io.accelerant.core.train.Training;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A Llama of the shape of a real checkpoint with random weights, one thread: text by a cache, an
 * update of adapters of every matrix with the network frozen, and the most memory that each took,
 * beside PyTorch where {@code python3} has it. The first update must have the same loss and
 * gradient norm, and the peer scores what was written here.
 */
public final class CheckpointBench {
  private static final String GENERATE = "generate";
  private static final String STEP = "step";

  public static final Key<String> SIZE =
      Key.string("bench.size", "About so many billion parameters")
          .oneOf("tiny", "0.1b", "0.5b")
          .withDefault("0.1b");
  public static final Key<List<String>> PARTS =
      Key.strings("bench.parts", "What is measured; the memory of one is that of the first")
          .oneOf(GENERATE, STEP)
          .withDefault(List.of(GENERATE, STEP));
  public static final List<Key<?>> KEYS = List.of(SIZE, PARTS);

  private static final int LENGTH = 256;
  private static final int PROMPT = 8;
  private static final int TOKENS = 32;
  private static final int ROWS = 4;
  private static final int ROW = 129;
  private static final int RANK = 8;
  private static final int RUNS = 3;
  private static final double RATE = 1e-4;
  private static final Map<String, Llama> NETWORKS =
      Map.of(
          "tiny", llama(2_048, 64, 2, 4, 2, 128),
          "0.1b", llama(32_000, 768, 12, 12, 4, 2_048),
          "0.5b", llama(32_000, 1_280, 24, 20, 4, 3_456));

  private final Progress progress;

  public CheckpointBench(Progress progress) {
    this.progress = progress;
  }

  private static Llama llama(
      int vocabulary, int width, int layers, int heads, int groups, int hidden) {
    return new Llama(
        LlamaFamily.LLAMA,
        vocabulary,
        LENGTH,
        width,
        layers,
        heads,
        groups,
        width / heads,
        hidden,
        true,
        1e-5,
        Rotary.of(10_000),
        Map.of());
  }

  /**
   * {@code generate.*} and {@code step.*}: seconds, bytes, and with a peer both of it and ratios.
   *
   * @param size one of {@link #SIZE}
   * @param parts of {@link #PARTS}
   */
  public Map<String, Number> run(String size, List<String> parts) {
    Engine.start(1, "auto");
    Llama network = NETWORKS.get(size);
    Map<String, Number> metrics = new LinkedHashMap<>();
    try (Scratch scratch = Scratch.create()) {
      Optional<TorchPeer> peer = TorchPeer.of("checkpoint.py", scratch, progress);
      peer.ifPresent(torch -> torch.putRate(metrics));
      if (parts.contains(GENERATE)) {
        generate(network, peer, scratch, metrics);
      }
      if (parts.contains(STEP)) {
        step(network, peer, scratch, metrics);
      }
    }
    return metrics;
  }

  private void generate(
      Llama network, Optional<TorchPeer> peer, Scratch scratch, Map<String, Number> metrics) {
    TokenStep token = new TokenStep(network);
    metrics.put("parameters", network.layout().size());
    double best = Double.POSITIVE_INFINITY;
    Generated text = null;
    try (ProgramPool pool = new ProgramPool(3);
        CachedModel model = new CachedModel(token, token.family(pool, network, drawn(network)))) {
      for (int run = 0; run <= RUNS; run++) {
        long start = System.nanoTime();
        text = write(model);
        double seconds = (System.nanoTime() - start) / 1e9;
        best = run == 0 ? best : Math.min(best, seconds);
      }
    }
    put(metrics, GENERATE, best);
    float[] parameters = random(network.layout(), network.width());
    new PeerTensors().add(network, parameters).write(scratch);
    Map<String, Object> task = task(network);
    task.put("prompt", prompt(network.vocabulary()));
    task.put("text", text.tokens());
    scratch.write("bench.json", CanonicalJson.bytes(task));
    metrics.put("generate.tokensPerSecond", TOKENS / best);
    Optional<Map<String, Object>> answer = compare(GENERATE, best, peer, scratch, metrics);
    if (answer.isPresent()) {
      metrics.put(
          "generate.logProbabilityDifference",
          Math.abs(text.logProbability() - PythonPeer.number(answer.get(), "logProbability")));
    }
  }

  private static Generated write(CachedModel model) {
    Generation.Request request = new Generation.Request(0, 0, prompt(model.vocabulary()));
    return new Generation(Warp.NONE, TOKENS, List.of())
        .run(model, List.of(request), Choices.keyed(1, RandomStream.purpose("bench.draws")))
        .get(0);
  }

  private void step(
      Llama network, Optional<TorchPeer> peer, Scratch scratch, Map<String, Number> metrics) {
    Lora lora = new Lora(network, RANK, RANK, network.matrices());
    float[] parameters = random(lora.layout(), network.width());
    Objective loss =
        AnswerLoss.of(network, ROW, ROWS, AnswerReduction.MEAN).with(Loss.NETWORK, lora);
    Training adam = Training.of(OptimizerSpec.adam(0.9, 0.999, 1e-8), LearningRate.constant(RATE));
    double best = Double.POSITIVE_INFINITY;
    Trainer trainer;
    try (ProgramPool pool = new ProgramPool(1);
        LocalRound workers =
            new LocalRound(rows(network.vocabulary()), pool, Precision.FLOAT32, 1);
        Roles roles =
            new Roles(Precision.FLOAT32).trained(Loss.NETWORK, lora, adam, Flat.of(parameters))) {
      trainer = new Trainer(workers, roles, RUNS + 1);
      for (int run = 0; run <= RUNS; run++) {
        long start = System.nanoTime();
        trainer.rounds(run, run + 1, new GradientStep(loss), Draw.shuffled(ROWS, 1));
        double seconds = (System.nanoTime() - start) / 1e9;
        best = run == 0 ? best : Math.min(best, seconds);
      }
    }
    put(metrics, STEP, best);
    new PeerTensors().add(lora, parameters).write(scratch);
    Map<String, Object> task = task(network);
    task.put("rows", IntStream.range(0, ROWS).mapToObj(r -> row(r, network.vocabulary())).toList());
    task.put(
        "adapted",
        lora.layout().tensors().stream()
            .map(Layout.Tensor::name)
            .filter(name -> name.endsWith(".lora_A.weight"))
            .map(name -> name.substring("base_model.model.".length(), name.indexOf(".lora_A")))
            .toList());
    scratch.write("bench.json", CanonicalJson.bytes(task));
    metrics.put("step.tokensPerSecond", ROWS * (ROW - 1) / best);
    Optional<Map<String, Object>> answer = compare(STEP, best, peer, scratch, metrics);
    if (answer.isPresent()) {
      for (String name : List.of("loss", "gradientNorm")) {
        double first = trainer.log().column(name)[0];
        metrics.put(
            "step." + name + "Difference",
            Math.abs(PythonPeer.number(answer.get(), name) / first - 1));
      }
    }
  }

  private Optional<Map<String, Object>> compare(
      String what,
      double seconds,
      Optional<TorchPeer> peer,
      Scratch scratch,
      Map<String, Number> metrics) {
    double bytes = metrics.get(what + ".bytes").doubleValue();
    Optional<Map<String, Object>> answer =
        peer.map(
            torch -> torch.run(Map.of("OMP_NUM_THREADS", "1"), scratch.at("bench.json"), what));
    answer.ifPresent(
        theirs -> {
          metrics.put(what + ".torchSeconds", PythonPeer.number(theirs, "seconds"));
          metrics.put(what + ".torchBytes", PythonPeer.number(theirs, "bytes"));
          metrics.put(what + ".bytesRatio", bytes / PythonPeer.number(theirs, "bytes"));
          peer.get()
              .putRatio(metrics, what + ".ratio", seconds, PythonPeer.number(theirs, "seconds"));
        });
    progress.say("%s: %.3f s, %.0f MB at most", what, seconds, bytes / 1e6);
    return answer;
  }

  /** Before anything else takes memory. */
  private static void put(Map<String, Number> metrics, String what, double seconds) {
    metrics.put(what + ".seconds", seconds);
    metrics.put(what + ".bytes", residentBytes());
  }

  /** The most that this process had in memory so far, by Linux. */
  private static double residentBytes() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> task(Llama network) {
    Map<String, Object> task = new LinkedHashMap<>();
    task.put("heads", network.heads());
    task.put("groups", network.groups());
    task.put("layers", network.layers());
    task.put("headWidth", network.headWidth());
    task.put("epsilon", network.epsilon());
    task.put("base", network.rotary().base());
    task.put("length", LENGTH);
    task.put("rank", RANK);
    task.put("alpha", RANK);
    task.put("learningRate", RATE);
    return task;
  }

  private static int[] prompt(int vocabulary) {
    return Arrays.copyOf(row(ROWS, vocabulary), PROMPT);
  }

  private static int[] row(int number, int vocabulary) {
    RandomStream stream = new RandomStream(1, RandomStream.purpose("bench.tokens"), number, 0);
    return IntStream.range(0, ROW).map(i -> stream.nextInt(vocabulary)).toArray();
  }

  private static MemoryShards rows(int vocabulary) {
    return new MemoryShards(ROWS, i -> record(row(i, vocabulary)), 1);
  }

  private static byte[] record(int[] ids) {
    return PromptRecord.pack(new Prompt(0, "", "", ids, new int[0], ""), ids.length);
  }

  private static ParameterSource drawn(Llama network) {
    return t -> new ParameterSource.Slice(Flat.of(random(t, network.width())), 0);
  }

  private static float[] random(Layout layout, int width) {
    float[] numbers = new float[layout.size()];
    for (Layout.Tensor t : layout.tensors()) {
      System.arraycopy(random(t, width), 0, numbers, t.offset(), t.size());
    }
    return numbers;
  }

  /** Gains of norms about 1, all else about 0, none of them exactly, B of adapters with them. */
  private static float[] random(Layout.Tensor t, int width) {
    float scale = (float) (1 / StrictMath.sqrt(width));
    float mean = t.shape().size() == 1 ? 1 : 0;
    RandomStream stream = new RandomStream(1, RandomStream.purpose("bench.weights"), t.offset(), 0);
    float[] numbers = new float[t.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = mean + scale * (float) (stream.nextDouble() - 0.5);
    }
    return numbers;
  }
}
