package io.accelerant.distill.lsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.job.Python;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.Euler;
import io.accelerant.distill.discrete.NoiseSchedule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Python example of the artifact against the sampler itself. */
class LoadPyTest {
  private static final int V = 5;
  private static final int ROWS = 40;
  private static final double[] TIMES = {1, 0.7, 0.25, 1e-3};
  private static final double[] PHI = {1.31, 0.62, 2};

  @TempDir Path folder;

  private record Case(LsdSchedule schedule, int[] states, double[] scores) {}

  private static LsdSchedule schedule(DiffusionGraph graph, CoefficientMode mode) {
    return new LsdSchedule(
        new DiffusionProcess(graph, new NoiseSchedule.LogLinear(1e-3), V),
        8,
        "euler",
        TIMES,
        new Coefficients(mode, PHI),
        true,
        "direct",
        16,
        64,
        "hash",
        42);
  }

  /** Random rows, of which some entries are 0, as a model would give them. */
  private static Case random(LsdSchedule schedule) {
    DiffusionProcess process = schedule.process();
    int symbols = process.symbols();
    RandomStream stream = new RandomStream(11, RandomStream.purpose("test.python"), 0, 0);
    int[] states = new int[ROWS];
    double[] scores = new double[ROWS * symbols];
    for (int i = 0; i < ROWS; i++) {
      boolean masked = process.mask() >= 0 && i % 4 != 0;
      states[i] = masked ? process.mask() : stream.nextInt(V);
      boolean moves = masked || process.mask() < 0;
      for (int y = 0; y < V; y++) {
        double score = Math.exp(2 * stream.nextGaussian());
        scores[i * symbols + y] = moves && stream.nextInt(5) > 0 ? score : 0;
      }
      scores[i * symbols + (states[i] + 1) % V] = moves ? 0.5 : 0;
      scores[i * symbols + states[i]] = 1;
    }
    return new Case(schedule, states, scores);
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (DiffusionGraph graph : DiffusionGraph.values()) {
      for (CoefficientMode mode : CoefficientMode.values()) {
        if (graph == DiffusionGraph.ABSORB || mode != CoefficientMode.POSTERIOR_EXPONENT) {
          cases.add(random(schedule(graph, mode)));
        }
      }
    }
    return cases;
  }

  private void install() throws IOException {
    Files.createDirectories(folder.resolve("python"));
    try (InputStream program = LsdReport.class.getResourceAsStream("load.py")) {
      Files.write(folder.resolve("python/load.py"), program.readAllBytes());
    }
  }

  @Test
  void stepsHaveTheProbabilitiesOfTheSampler() throws IOException, InterruptedException {
    install();
    List<Case> cases = cases();
    List<Map<String, Object>> inputs = new ArrayList<>();
    for (Case one : cases) {
      Map<String, Object> input = new LinkedHashMap<>();
      input.put("sampler", one.schedule().toJson(Map.of()));
      input.put("states", one.states());
      input.put("scores", one.scores());
      inputs.add(input);
    }
    Files.write(folder.resolve("in.json"), CanonicalJson.bytes(Map.of("cases", inputs)));
    Python.run(
        folder,
        """
            import json, sys
            sys.path.insert(0, "python")
            import numpy as np
            import load
            out = []
            for case in json.load(open("in.json"))["cases"]:
                s = case["sampler"]
                x = np.array(case["states"]).reshape(4, -1)
                scores = np.array(case["scores"]).reshape(4, x.shape[1], s["numSymbols"])
                out.append([load.step(s, k, x, scores).ravel().tolist() for k in range(s["M"])])
            json.dump({"out": out}, open("out.json", "w"))
            """);
    List<?> out =
        (List<?>)
            CanonicalJson.readObject(Files.readAllBytes(folder.resolve("out.json")), "out")
                .get("out");
    for (int c = 0; c < cases.size(); c++) {
      for (int k = 0; k < PHI.length; k++) {
        double[] python =
            ((List<?>) ((List<?>) out.get(c)).get(k))
                .stream().mapToDouble(p -> ((Number) p).doubleValue()).toArray();
        assertThat(python).containsExactly(probabilities(cases.get(c), k), within(1e-12));
      }
    }
  }

  private static double[] probabilities(Case one, int k) {
    DiffusionProcess process = one.schedule().process();
    int symbols = process.symbols();
    double[] scores = one.scores().clone();
    double[] all = new double[scores.length];
    double[] row = new double[symbols];
    for (int i = 0; i < ROWS; i++) {
      one.schedule()
          .coefficients()
          .apply(process, k, one.states()[i], TIMES[k], scores, i * symbols);
      new Euler()
          .probabilities(
              process, one.states()[i], scores, i * symbols, TIMES[k], TIMES[k + 1], row);
      System.arraycopy(row, 0, all, i * symbols, symbols);
    }
    return all;
  }

  @Test
  void itReadsTheFileOfTheArtifactAndRefusesWhatItDoesNotCover()
      throws IOException, InterruptedException {
    install();
    Map<String, Object> json =
        schedule(DiffusionGraph.ABSORB, CoefficientMode.SCALE).toJson(Map.of());
    json.put("schedules", Map.of("m3", Map.of("M", 3)));
    Files.write(folder.resolve("sampler.json"), CanonicalJson.bytes(json));
    String said =
        Python.run(
            folder,
            """
                import runpy, sys
                sys.path.insert(0, "python")
                import load
                assert load.load()["M"] == 3 and load.load(steps=3) == {"M": 3}
                runpy.run_path("python/load.py", run_name="__main__")
                try:
                    load.step(dict(load.load(), predictor="tweedie"), 0, None, None)
                except ValueError:
                    print("refused")
                """);
    assertThat(said).contains("3 steps at [1.0, 0.7, 0.25").endsWith("refused");
  }
}
