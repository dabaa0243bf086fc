package io.accelerant.jobs.bench;

import io.accelerant.core.job.Progress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A script of this package in PyTorch, and how fast the PyTorch here multiplies matrices: one that
 * has no kernels for this machine is no peer, and a ratio to it would flatter.
 *
 * @param gflops of a product of 1024 x 1024 float32 on one thread
 */
record TorchPeer(PythonPeer python, double gflops) {
  /** No ratio is given below; kernels for vectors reach ten times as much on one core of 2015. */
  static final double HONEST_GFLOPS = 10;

  /** The peer, timed; empty, and said so, where no Python has PyTorch. */
  static Optional<TorchPeer> of(String script, Scratch folder, Progress progress) {
    return of(PythonPeer.PYTHONS, script, folder, progress);
  }

  static Optional<TorchPeer> of(
      List<String> pythons, String script, Scratch folder, Progress progress) {
    Optional<PythonPeer> python = PythonPeer.of(pythons, script, folder, "torch, numpy");
    if (python.isEmpty()) {
      progress.say("no python3 with torch here: no peer to compare with");
    }
    return python.map(peer -> timed(peer, folder, progress));
  }

  private static TorchPeer timed(PythonPeer peer, Scratch folder, Progress progress) {
    PythonPeer product = new PythonPeer(peer.python(), folder.resource("matrix_product.py"));
    Map<String, Object> answer = product.run(Map.of("OMP_NUM_THREADS", "1"));
    TorchPeer timed = new TorchPeer(peer, PythonPeer.number(answer, "gflops"));
    progress.say("PyTorch multiplies matrices with %.1f GFLOP/s on one thread", timed.gflops);
    if (!timed.isHonest()) {
      progress.say(
          "that is below %.0f GFLOP/s, so no ratio to it is given: Debian's torch needs"
              + " libopenblas0-pthread",
          HONEST_GFLOPS);
    }
    return timed;
  }

  private boolean isHonest() {
    return gflops >= HONEST_GFLOPS;
  }

  /** Adds its {@code torchGflops} to what was measured. */
  void putRate(Map<String, Number> metrics) {
    metrics.put("torchGflops", gflops);
  }

  /** Adds our seconds over its own under a name, if it is worth comparing with. */
  void putRatio(Map<String, Number> metrics, String name, double ours, double theirs) {
    if (isHonest()) {
      metrics.put(name, ours / theirs);
    }
  }

  /** {@link PythonPeer#run}. */
  Map<String, Object> run(Map<String, String> environment, Object... arguments) {
    return python.run(environment, arguments);
  }
}
