package io.accelerant.jobs.bench;

import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.job.Progress;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.nn.Frames;
import io.accelerant.core.nn.PatchTransformer;
import io.accelerant.core.train.RoundLog;
import io.accelerant.distill.fastlightgen.LocalMatching;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One update of FastLightGen's stage III: a patch transformer of ten blocks over videos of 8 frames
 * of 16 by 16, a generator without three of them, 64 samples, five updates of the fake network and
 * one of the generator with a guided and contrasted teacher, in one thread; beside the same in
 * PyTorch where {@code python3} has it. The first update must have the same losses. Both take turns
 * and medians count, since a machine is rarely quiet; seconds of the processor are given as well.
 */
public final class MatchingBench {
  private static final int UNION = 64;
  private static final int FRAMES = 8;
  private static final int SIDE = 16;
  private static final int NUMBERS = FRAMES * SIDE * SIDE;
  private static final int WARM_UP = 3;
  private static final int TURNS = 3;
  private static final int REPEATS = 5;
  private static final long SEED = 1;
  private static final PatchTransformer NETWORK =
      new PatchTransformer(1, SIDE, 4, 64, 10, 4, 128, 3, false).withFrames(new Frames(FRAMES, 4));
  private static final List<Integer> KEPT = List.of(0, 1, 2, 6, 7, 8, 9);

  private final Progress progress;

  public MatchingBench(Progress progress) {
    this.progress = progress;
  }

  /** Seconds of one update: of the clock, and of this thread's processor. */
  private record Turn(double[] clock, double[] processor) {}

  /**
   * {@code secondsPerUpdate} and {@code processorSeconds}, with a peer {@code
   * torchSecondsPerUpdate}, {@code torchProcessorSeconds}, {@code torchGflops}, the differences of
   * the losses, and {@code ratio} and {@code processorRatio} if that is a peer to compare with.
   */
  public Map<String, Number> run() {
    Engine.start(1, "auto");
    float[] parameters = PeerTensors.moved(NETWORK, 0.05, "fastlightgen");
    try (ProgramPool pool = new ProgramPool(6);
        LocalMatching updates =
            new LocalMatching(
                NETWORK, parameters, KEPT, videos(), UNION, WARM_UP + TURNS * REPEATS, SEED, pool);
        Scratch scratch = Scratch.create()) {
      write(scratch, parameters, updates);
      Optional<TorchPeer> peer = TorchPeer.of("matching_update.py", scratch, progress);
      updates.run(WARM_UP);
      Turns ours = new Turns();
      Turns theirs = new Turns();
      Map<String, Object> answer = Map.of();
      for (int turn = 0; turn < TURNS; turn++) {
        ours.add(turn(updates));
        if (peer.isPresent()) {
          answer = peer.get().run(Map.of("OMP_NUM_THREADS", "1"), scratch.folder(), REPEATS);
          theirs.add(turn(answer));
        }
      }
      Map<String, Number> metrics = new LinkedHashMap<>();
      metrics.put("secondsPerUpdate", ours.clock());
      metrics.put("processorSeconds", ours.processor());
      if (peer.isPresent()) {
        compare(peer.get(), answer, updates.log(), ours, theirs, metrics);
      }
      return metrics;
    }
  }

  /** All turns of one side. */
  private static final class Turns {
    private double[] clock = {};
    private double[] processor = {};

    void add(Turn turn) {
      clock = joined(clock, turn.clock());
      processor = joined(processor, turn.processor());
    }

    private static double[] joined(double[] a, double[] b) {
      double[] all = Arrays.copyOf(a, a.length + b.length);
      System.arraycopy(b, 0, all, a.length, b.length);
      return all;
    }

    double clock() {
      return Median.of(clock);
    }

    double processor() {
      return Median.of(processor);
    }
  }

  private static Turn turn(LocalMatching updates) {
    double[] clock = new double[REPEATS];
    double[] processor = new double[REPEATS];
    for (int repeat = 0; repeat < REPEATS; repeat++) {
      long start = System.nanoTime();
      long used = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      updates.run(1);
      clock[repeat] = (System.nanoTime() - start) / 1e9;
      processor[repeat] =
          (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - used) / 1e9;
    }
    return new Turn(clock, processor);
  }

  private static Turn turn(Map<String, Object> answer) {
    return new Turn(numbers(answer, "seconds"), numbers(answer, "processorSeconds"));
  }

  private static double[] numbers(Map<String, Object> answer, String name) {
    return ((List<?>) answer.get(name))
        .stream().mapToDouble(number -> ((Number) number).doubleValue()).toArray();
  }

  private void compare(
      TorchPeer torch,
      Map<String, Object> answer,
      RoundLog log,
      Turns ours,
      Turns theirs,
      Map<String, Number> metrics) {
    metrics.put("torchSecondsPerUpdate", theirs.clock());
    metrics.put("torchProcessorSeconds", theirs.processor());
    torch.putRate(metrics);
    torch.putRatio(metrics, "ratio", ours.clock(), theirs.clock());
    torch.putRatio(metrics, "processorRatio", ours.processor(), theirs.processor());
    int last = LocalMatching.RATIO - 1;
    difference(answer, "fakeLoss", log.column("fakeLoss")[0], metrics);
    difference(answer, "lastFakeLoss", log.column("fakeLoss")[last], metrics);
    difference(answer, "loss", log.column("loss")[last], metrics);
    progress.say("%.3f s an update, PyTorch %.3f s", ours.clock(), theirs.clock());
  }

  private static void difference(
      Map<String, Object> answer, String name, double ours, Map<String, Number> metrics) {
    metrics.put(name + "Difference", Math.abs(PythonPeer.number(answer, name) / ours - 1));
  }

  /** As many as an update draws, all of one class; nothing but their classes is read. */
  private static LabelledPixels videos() {
    return new LabelledPixels(new byte[UNION][NUMBERS], new int[UNION]);
  }

  /** What the peer reads: the network, and what is drawn in the first update. */
  private static void write(Scratch scratch, float[] parameters, LocalMatching updates) {
    PeerTensors tensors = new PeerTensors().add("network.", NETWORK, parameters);
    for (int round = 0; round < LocalMatching.RATIO; round++) {
      add(tensors, "fake." + round + ".", updates.fake(round));
    }
    int last = LocalMatching.RATIO - 1;
    add(tensors, "generator.", updates.generator(last));
    float[][] strengths = updates.strengths(last);
    tensors
        .add("generator.guidance", strengths[0], UNION)
        .add("generator.contrast", strengths[1], UNION)
        .write(scratch);
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("kept", KEPT);
    spec.put("layers", NETWORK.layers());
    spec.put("heads", NETWORK.heads());
    spec.put("patch", NETWORK.patch());
    spec.put("framePatch", NETWORK.frames().patch());
    spec.put("classes", NETWORK.classes());
    spec.put("rate", LocalMatching.RATE);
    spec.put("fakeRate", LocalMatching.FAKE_RATE);
    spec.put("ema", LocalMatching.EMA);
    scratch.write("spec.json", CanonicalJson.bytes(spec));
  }

  private static void add(PeerTensors tensors, String prefix, LocalMatching.Drawn drawn) {
    tensors
        .add(prefix + "start", drawn.start(), UNION, 1, FRAMES, SIDE, SIDE)
        .add(prefix + "levels", drawn.levels(), UNION)
        .add(prefix + "noise", drawn.noise(), UNION, 1, FRAMES, SIDE, SIDE);
  }
}
