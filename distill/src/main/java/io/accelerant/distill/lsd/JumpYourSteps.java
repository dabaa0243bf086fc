package io.accelerant.distill.lsd;

import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.discrete.DiffusionGraph;
import io.accelerant.distill.discrete.DiffusionProcess;
import io.accelerant.distill.discrete.DiscreteModel;
import io.accelerant.distill.discrete.ForwardProcess;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The baseline that chooses times only: "Jump Your Steps" (Park et al., ICLR 2025). Intervals are
 * split again and again; the point inside (t1, tn) that maximises KLUB, the Kullback-Leibler upper
 * bound on what is lost by jumping over it, is found by golden section.
 */
final class JumpYourSteps {
  private static final long COUPLING = RandomStream.purpose("lsd.jys.coupling");
  private static final double SMALL = 1e-8;
  private static final double GOLDEN = (StrictMath.sqrt(5) - 1) / 2;
  private static final int ITERATIONS = 12;

  /** The grid that the reference searches. */
  private static final int SOURCE_GRID = 1024;

  private JumpYourSteps() {}

  /** The times for M steps: KLUB is measured on the teacher's own samples. */
  static double[] fit(FitRun run, int m) {
    LsdSettings settings = run.settings();
    int count = Math.min(settings.config().get(LsdKeys.JYS_SAMPLES), settings.trajectories());
    long seed = settings.fitSeed("jys", 0);
    Bound bound =
        (t1, t2, tn) -> {
          run.checkStop();
          return run.sumOverWalks(
              "LSD baseline Jump Your Steps",
              (teacher, ids, walk) -> {
                double[] values = new double[t1.length];
                int used = (int) Math.min(ids.length, count - ids[0]);
                if (used > 0) {
                  long[] some = Arrays.copyOf(ids, used);
                  int[] samples = Arrays.copyOf(walk[walk.length - 1], used * teacher.length());
                  Arrays.setAll(
                      values, c -> klub(teacher, samples, t1[c], t2[c], tn[c], seed, some));
                }
                return values;
              });
        };
    return times(m, settings.tEnd(), bound);
  }

  /** KLUB of several intervals at once, so that those of one level are one Spark stage. */
  @FunctionalInterface
  interface Bound {
    /** KLUB of the c-th interval from t1[c] to tn[c], jumped over from t2[c]. */
    double[] at(double[] t1, double[] t2, double[] tn);
  }

  /**
   * M + 1 falling times from 1 to {@code end}. Every level puts a point inside each interval, or
   * inside the longest ones when fewer are wanted.
   */
  static double[] times(int steps, double end, Bound bound) {
    double[] times = {1, end};
    while (times.length - 1 < steps) {
      times = split(times, Math.min(times.length - 1, steps - times.length + 1), bound);
    }
    return times;
  }

  private static double[] split(double[] times, int wanted, Bound bound) {
    int[] longest =
        IntStream.range(0, times.length - 1)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> times[i + 1] - times[i]))
            .limit(wanted)
            .mapToInt(i -> i)
            .toArray();
    double[] t1 = Arrays.stream(longest).mapToDouble(i -> times[i]).toArray();
    double[] tn = Arrays.stream(longest).mapToDouble(i -> times[i + 1]).toArray();
    Search[] searches = new Search[wanted];
    Arrays.setAll(searches, c -> Search.on(tn[c], t1[c]));
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
      double[] t2 = Arrays.stream(searches).mapToDouble(Search::next).toArray();
      double[] values = bound.at(t1, t2, tn);
      Arrays.setAll(searches, c -> searches[c].with(values[c]));
    }
    return DoubleStream.concat(
            Arrays.stream(times), Arrays.stream(searches).mapToDouble(s -> s.best(SOURCE_GRID)))
        .map(t -> -t)
        .sorted()
        .map(t -> -t)
        .toArray();
  }

  /**
   * KLUB over a batch of data: sum over samples and positions of (t2 - tn) sum_{y&lt;V} R2(y)
   * [log(R2(y) + 1e-8) - log(R1(y) + 1e-8)], with R1 and R2 the reverse rates at x_{t1} and x_{t2},
   * both made from the same data by the same uniform numbers.
   *
   * @param data [ids][length] data symbols, flat
   */
  static double klub(
      DiscreteModel teacher, int[] data, double t1, double t2, double tn, long seed, long[] ids) {
    DiffusionProcess process = teacher.process();
    int symbols = process.symbols();
    int[] early = corrupt(process, data, t1, seed, ids);
    int[] late = corrupt(process, data, t2, seed, ids);
    double[] first = new double[data.length * symbols];
    double[] second = new double[data.length * symbols];
    teacher.scores(early, ids, 1, t1, first);
    teacher.scores(late, ids, 2, t2, second);
    double sum = 0;
    for (int row = 0; row < data.length; row++) {
      for (int y = 0; y < process.vocabulary(); y++) {
        double r2 = reverseRate(process, late[row], y, t2, second[row * symbols + y]);
        if (r2 == 0) {
          continue;
        }
        double r1 = reverseRate(process, early[row], y, t1, first[row * symbols + y]);
        sum += r2 * (StrictMath.log(r2 + SMALL) - StrictMath.log(r1 + SMALL));
      }
    }
    return sum * (t2 - tn);
  }

  /** sigma(t) Q(y, x) s(y): the rate at which x turns into y != x in reverse time. */
  private static double reverseRate(
      DiffusionProcess process, int symbol, int y, double t, double score) {
    if (y == symbol || (process.graph() == DiffusionGraph.ABSORB && symbol != process.mask())) {
      return 0;
    }
    double q = process.graph() == DiffusionGraph.ABSORB ? 1 : 1.0 / process.vocabulary();
    return process.noise().rate(t) * q * score;
  }

  /** x_t from data, by the same numbers at every t, so that the states are coupled. */
  private static int[] corrupt(
      DiffusionProcess process, int[] data, double t, long seed, long[] ids) {
    int length = data.length / ids.length;
    int[] states = new int[data.length];
    for (int b = 0; b < ids.length; b++) {
      int[] own = Arrays.copyOfRange(data, b * length, (b + 1) * length);
      RandomStream stream = new RandomStream(seed, COUPLING, ids[b], 0);
      System.arraycopy(
          ForwardProcess.corrupt(process, own, t, stream), 0, states, b * length, length);
    }
    return states;
  }

  /**
   * Golden-section search for the maximum on one interval, one evaluation at a time, as a value:
   * the evaluations of all intervals of a level run in one Spark stage.
   *
   * @param next the point whose value is wanted next
   */
  record Search(
      double left, double right, double x1, double x2, double f1, double f2, double next) {
    static Search on(double low, double high) {
      double x1 = high - GOLDEN * (high - low);
      return new Search(low, high, x1, low + GOLDEN * (high - low), Double.NaN, Double.NaN, x1);
    }

    /** The search after the value at {@link #next} became known. */
    Search with(double value) {
      double a = f1;
      double b = f2;
      if (next == x1) {
        a = value;
      } else {
        b = value;
      }
      if (Double.isNaN(b)) {
        return new Search(left, right, x1, x2, a, b, x2);
      }
      if (a > b) { // the maximum lies left of x2
        double x = x2 - GOLDEN * (x2 - left);
        return new Search(left, x2, x, x1, Double.NaN, a, x);
      }
      double x = x1 + GOLDEN * (right - x1);
      return new Search(x1, right, x2, x, b, Double.NaN, x);
    }

    /** The middle of what is left, on the grid of {@code 1/source} where that is inside. */
    double best(int source) {
      double middle = (left + right) / 2;
      double snapped = Math.rint(middle * source) / source;
      return snapped > left && snapped < right ? snapped : middle;
    }
  }
}
