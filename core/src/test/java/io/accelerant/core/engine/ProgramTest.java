package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ProgramTest {
  private static final TransformerExample SMALL = new TransformerExample(2, 6, 8, 2, 2, 16, 11);
  private static final TransformerExample TINY = new TransformerExample(1, 3, 4, 2, 2, 5, 5);

  @Test
  void gradientOfATwoLayerTransformerPassesFiniteDifferences() {
    try (Program p = TINY.graph(Precision.FLOAT64).training("loss")) {
      TINY.fill(p);
      Map<String, Double> errors =
          GradientCheck.errors(p, "loss", TransformerExample.parameters(p.parameters()));
      assertThat(errors).hasSize(TINY.layers() * 12 + 5);
      assertThat(errors)
          .allSatisfy(
              (name, error) -> assertThat(error).as(name).isLessThan(GradientCheck.TOLERANCE));
    }
  }

  @Test
  void float32AgreesWithFloat64() {
    try (Program narrow = SMALL.graph(Precision.FLOAT32).training("loss");
        Program wide = SMALL.graph(Precision.FLOAT64).training("loss")) {
      SMALL.fill(narrow);
      SMALL.fill(wide);
      narrow.run();
      wide.run();
      assertThat(narrow.scalar("loss")).isCloseTo(wide.scalar("loss"), within(1e-5));
      double[] exact = wide.gradients().toDoubles();
      assertThat(relativeDistance(narrow.gradients().floats(), exact)).isLessThan(1e-5);
    }
  }

  private static double relativeDistance(float[] a, double[] b) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < b.length; i++) {
      difference += (a[i] - b[i]) * (a[i] - b[i]);
      norm += b[i] * b[i];
    }
    return Math.sqrt(difference / norm);
  }

  @Test
  void equalsTheSessionOfSameDiff() {
    Graph g = new Graph(Precision.FLOAT64);
    Value x = g.input("x", 4, 3);
    Value w = g.parameter("w", 3, 5);
    Value b = g.parameter("b", 5);
    Value h = x.linear(w, b).tanh().standardize(1e-5).logSoftmax();
    g.output("h", h);
    g.output("loss", h.mul(h.softmax()).sum());
    double[] numbers = numbers(12, 1);
    double[] weights = numbers(20, 2);
    try (Program p = g.training("loss")) {
      p.set("x", numbers).setParameters(weights).run();
      double[] copyFree = p.gradients().toDoubles();
      Map<String, INDArray> in =
          Map.of(
              "x",
              Nd4j.createFromArray(numbers).reshape(4, 3),
              "w",
              Nd4j.createFromArray(java.util.Arrays.copyOf(weights, 15)).reshape(3, 5),
              "b",
              Nd4j.createFromArray(java.util.Arrays.copyOfRange(weights, 15, 20)),
              copyLeaf(g),
              Nd4j.createFromArray(rowMaxima(p, g, numbers, weights)).reshape(4, 1));
      double[] session =
          g.sd.output(in, h.variable.name()).get(h.variable.name()).data().asDouble();
      assertThat(p.doubles("h")).containsExactly(session, within(1e-14));
      Map<String, INDArray> gradients = g.sd.calculateGradients(in, "w", "b");
      double[] expected = new double[20];
      System.arraycopy(gradients.get("w").dup('c').data().asDouble(), 0, expected, 0, 15);
      System.arraycopy(gradients.get("b").dup('c').data().asDouble(), 0, expected, 15, 5);
      assertThat(copyFree).containsExactly(expected, within(1e-13));
    }
  }

  /** The one leaf that stands for a stopped copy. */
  private static String copyLeaf(Graph g) {
    return g.leaves.values().stream()
        .filter(leaf -> leaf.source() instanceof Leaf.Copy)
        .map(Leaf::name)
        .findFirst()
        .orElseThrow();
  }

  /** The session must be told the stopped row maxima: of the standardized tanh. */
  private static double[] rowMaxima(Program p, Graph g, double[] x, double[] weights) {
    Graph again = new Graph(Precision.FLOAT64);
    Value h =
        again
            .input("x", 4, 3)
            .linear(again.parameter("w", 3, 5), again.parameter("b", 5))
            .tanh()
            .standardize(1e-5);
    again.output("max", h.max(true, -1));
    try (Program maxima = again.forward()) {
      maxima.set("x", x).setParameters(weights).run();
      return maxima.doubles("max");
    }
  }

  @Test
  void memoryStaysFlatOverFiveHundredSteps() {
    try (Program p = SMALL.graph(Precision.FLOAT32).training("loss")) {
      SMALL.fill(p);
      step(p, 100);
      System.gc();
      long before = Pointer.physicalBytes();
      step(p, 500);
      System.gc();
      assertThat(Pointer.physicalBytes() - before).isLessThan(16L << 20);
    }
  }

  private static void step(Program p, int times) {
    for (int i = 0; i < times; i++) {
      SMALL.fill(p, i);
      p.run();
      p.gradients();
    }
  }

  @Test
  void closingFreesTheBuffers() {
    TransformerExample wide = new TransformerExample(4, 64, 64, 4, 2, 256, 64);
    wide.graph(Precision.FLOAT32).training("loss").close(); // libraries and caches are loaded now
    System.gc();
    long before = Pointer.physicalBytes();
    long bytes = 0;
    for (int i = 0; i < 20; i++) {
      try (Program p = wide.graph(Precision.FLOAT32).training("loss")) {
        wide.fill(p);
        p.run();
        bytes += p.nativeBytes();
      }
    }
    System.gc();
    assertThat(Pointer.physicalBytes() - before).isLessThan(bytes / 4);
  }

  @Test
  void closedProgramRefuses() {
    Program p = SMALL.graph(Precision.FLOAT32).forward();
    p.close();
    p.close();
    assertThatThrownBy(p::run).hasMessageContaining("closed");
    assertThatThrownBy(() -> p.scalar("loss")).hasMessageContaining("closed");
    assertThatThrownBy(() -> p.set("tokens", new int[12])).hasMessageContaining("closed");
  }

  @Test
  void twoThreadsWithTheirOwnProgramsGetTheNumbersOfOne() throws Exception {
    Callable<float[]> train =
        () -> {
          try (Program p = SMALL.graph(Precision.FLOAT32).training("loss")) {
            SMALL.fill(p);
            float[] parameters = new float[p.parameters().size()];
            double[] start = TransformerExample.parameters(p.parameters());
            for (int i = 0; i < start.length; i++) {
              parameters[i] = (float) start[i];
            }
            for (int i = 0; i < 30; i++) {
              p.setParameters(parameters).run();
              float[] gradient = p.gradients().floats();
              for (int j = 0; j < gradient.length; j++) {
                parameters[j] -= 0.1f * gradient[j];
              }
            }
            return parameters;
          }
        };
    float[] alone = train.call();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<float[]> first = threads.submit(train);
      Future<float[]> second = threads.submit(train);
      assertThat(first.get()).containsExactly(alone);
      assertThat(second.get()).containsExactly(alone);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void twoThreadsInOneTaskGetTheSameNumbers() {
    TransformerExample wide = new TransformerExample(8, 64, 128, 4, 2, 512, 64);
    double[] one = gradient(wide, 1);
    double[] two = gradient(wide, 2);
    float[] narrow = new float[two.length];
    for (int i = 0; i < two.length; i++) {
      narrow[i] = (float) two[i];
    }
    assertThat(relativeDistance(narrow, one)).isLessThan(1e-6);
  }

  private static double[] gradient(TransformerExample example, int threads) {
    Engine.start(threads, "auto");
    try (Program p = example.graph(Precision.FLOAT32).training("loss")) {
      example.fill(p);
      p.run();
      double[] gradient = p.gradients().toDoubles();
      return gradient;
    } finally {
      Engine.start(1, "auto");
    }
  }

  @Test
  void programsRunSideBySide() throws Exception {
    TransformerExample wide = new TransformerExample(8, 64, 128, 4, 2, 512, 64);
    AtomicInteger quickRuns = new AtomicInteger();
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Program slow = wide.graph(Precision.FLOAT32).training("loss");
        Program quick = SMALL.graph(Precision.FLOAT32).forward()) {
      wide.fill(slow);
      SMALL.fill(quick);
      Future<?> other =
          thread.submit(
              () -> {
                while (!done.get()) {
                  quick.run();
                  quickRuns.incrementAndGet();
                }
              });
      int most = 0;
      for (int i = 0; i < 200 && most < 2; i++) {
        int before = quickRuns.get();
        slow.run();
        most = Math.max(most, quickRuns.get() - before);
      }
      done.set(true);
      other.get();
      assertThat(most).isGreaterThanOrEqualTo(2); // a lock would let one pass at the most
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void aProgramThatRunsRefusesASecondThread() throws Exception {
    TransformerExample wide = new TransformerExample(8, 64, 128, 4, 2, 512, 64);
    AtomicBoolean refused = new AtomicBoolean();
    try (Program p = wide.graph(Precision.FLOAT32).forward()) {
      wide.fill(p);
      Callable<Void> run =
          () -> {
            for (int i = 0; i < 100 && !refused.get(); i++) {
              try {
                p.run();
              } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("another thread");
                refused.set(true);
              }
            }
            return null;
          };
      ExecutorService threads = Executors.newFixedThreadPool(2);
      for (Future<Void> f : threads.invokeAll(List.of(run, run))) {
        f.get();
      }
      threads.shutdown();
    }
    assertThat(refused).isTrue();
  }

  @Test
  void anInterruptedThreadRunsNothing() {
    try (Program p = SMALL.graph(Precision.FLOAT32).forward()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(p::run).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      SMALL.fill(p);
      p.run();
      assertThat(p.scalar("loss")).isPositive();
    }
  }

  @Test
  void buildingPrintsNothing() {
    PrintStream original = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true));
    try {
      SMALL.graph(Precision.FLOAT32).training("loss").close();
      System.out.print("mine");
    } finally {
      System.setOut(original);
    }
    assertThat(printed.toString()).isEqualTo("mine");
  }

  @Test
  void wrongNamesSizesAndIndicesAreNamed() {
    try (Program p = SMALL.graph(Precision.FLOAT32).training("loss")) {
      assertThatThrownBy(() -> p.set("token", new int[12]))
          .hasMessageContaining("token;")
          .hasMessageContaining("tokens");
      assertThatThrownBy(() -> p.set("tokens", new int[11])).hasMessageContaining("12");
      assertThatThrownBy(() -> p.set("tokens", new float[12])).hasMessageContaining("whole");
      assertThatThrownBy(() -> p.set("weights", new int[12])).hasMessageContaining("real");
      int[] outside = new int[12];
      outside[3] = 11;
      assertThatThrownBy(() -> p.set("tokens", outside))
          .hasMessage("tokens[3] is 11, must be in 0..10");
      assertThatThrownBy(() -> p.doubles("logits")).hasMessageContaining("[loss]");
      assertThatThrownBy(() -> p.setParameters(new float[3])).hasMessageContaining("got 3");
    }
  }

  @Test
  void whatTheLossDoesNotReadHasGradientZero() {
    Graph g = new Graph(Precision.FLOAT32);
    Value a = g.parameter("a", 2);
    g.parameter("unused", 3);
    g.output("loss", a.square().sum());
    try (Program p = g.training("loss")) {
      p.setParameters(new float[] {1, 2, 7, 7, 7}).run();
      assertThat(p.gradients().floats()).containsExactly(2, 4, 0, 0, 0);
    }
  }

  @Test
  void gradientsCanBeAskedForInputsAndForSomeParametersOnly() {
    Graph g = new Graph(Precision.FLOAT32);
    Value x = g.input("x", 2);
    Value frozen = g.parameter("frozen", 2);
    Value adapter = g.parameter("adapter", 2);
    g.output("loss", x.mul(frozen.add(adapter)).sum());
    try (Program p = g.training("loss", List.of("adapter", "x"))) {
      p.set("x", new float[] {3, 4}).setParameters(new float[] {1, 2, 10, 20}).run();
      assertThat(p.gradients().floats()).containsExactly(3, 4, 11, 22);
      assertThat(p.differentiated().shapes().keySet()).containsExactly("adapter", "x");
    }
  }

  @Test
  void profileNamesTheOperations() {
    try (Program p = SMALL.graph(Precision.FLOAT32).training("loss")) {
      SMALL.fill(p);
      p.profile().run();
      assertThat(p.seconds()).containsKeys("matmul", "softmax", "layer_norm_bp", "gelu_tanh");
      assertThat(List.copyOf(p.seconds().values()))
          .isSortedAccordingTo(java.util.Comparator.reverseOrder());
    }
  }

  private static double[] numbers(int n, int item) {
    var stream =
        new io.accelerant.core.random.RandomStream(
            3, io.accelerant.core.random.RandomStream.purpose("program-test"), item, 0);
    double[] numbers = new double[n];
    java.util.Arrays.setAll(numbers, i -> stream.nextGaussian());
    return numbers;
  }

  /** A cache of keys: each run writes its row at its place, the rows before stay. */
  @Test
  void carriedNumbersAreThereInTheNextRun() {
    Graph g = new Graph(Precision.FLOAT32);
    Value cache = g.input("cache", 3, 2);
    Value place = g.input("place", 3, 1);
    Value row = g.input("row", 1, 2);
    Value written = cache.mul(place.neg().add(1)).add(place.mul(row));
    g.carry(cache, written);
    g.output("sum", written.sum(false, 0));
    try (Program p = g.forward()) {
      p.set("cache", new float[6]);
      p.set("place", new float[] {1, 0, 0}).set("row", new float[] {1, 2}).run();
      p.set("place", new float[] {0, 1, 0}).set("row", new float[] {10, 20}).run();
      p.set("place", new float[] {0, 0, 1}).set("row", new float[] {100, 200}).run();
      assertThat(p.floats("sum")).containsExactly(111, 222);
      p.set("cache", new float[6]);
      p.set("place", new float[] {1, 0, 0}).set("row", new float[] {1, 2}).run();
      assertThat(p.floats("sum")).containsExactly(1, 2);
    }
  }

  @Test
  void whatIsCarriedMustBeComputedAndFit() {
    Graph g = new Graph(Precision.FLOAT32);
    Value a = g.input("a", 2);
    Value b = g.input("b", 2);
    Value c = g.input("c", 3);
    assertThatThrownBy(() -> g.carry(a, c.add(1))).hasMessageContaining("carry");
    assertThatThrownBy(() -> g.carry(a.add(1), b)).hasMessageContaining("is no input");
    g.carry(a, b);
    assertThatThrownBy(() -> g.carry(a, b.add(1))).hasMessageContaining("twice");
    g.output("sum", a.add(b).sum());
    assertThatThrownBy(g::forward).hasMessageContaining("compute it");
  }

  /** Norms of the gradients of single examples out of one backward pass. */
  @Test
  void gradientsOfLookedUpRowsAreThoseOfEachIndex() {
    Graph g = new Graph(Precision.FLOAT64);
    Value table = g.parameter("table", 3, 2);
    Value rows = g.embedding(table, g.indices("ids", 4));
    g.output("loss", rows.mul(g.input("weights", 4, 1)).square().sum());
    try (Program p = g.training("loss")) {
      p.setParameters(new double[] {1, 2, 3, 4, 5, 6});
      p.set("ids", new int[] {2, 0, 2, 1}).set("weights", new double[] {1, 2, 3, 0}).run();
      assertThat(p.rowGradients("table")).hasSize(1);
      assertThat(p.rowGradients("table").get(0).doubles())
          .containsExactly(10, 12, 8, 16, 90, 108, 0, 0);
      assertThat(p.gradients().doubles()).containsExactly(8, 16, 0, 0, 100, 120);
      assertThatThrownBy(() -> p.rowGradients("nobody")).hasMessageContaining("no rows of nobody");
    }
  }
}
