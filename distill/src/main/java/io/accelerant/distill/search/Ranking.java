package io.accelerant.distill.search;

import io.accelerant.core.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A learned score of genomes (S^3): a network with one hidden layer on {@link Features}, fitted to
 * the order of those that were evaluated. Of a pair with a better than b it pays max(0, margin -
 * (score_a - score_b)). In float64 on the driver, the same bits everywhere.
 */
final class Ranking {
  private static final long START = RandomStream.purpose("search.ranking.start");
  private static final long PAIRS = RandomStream.purpose("search.ranking.pairs");
  private static final double MARGIN = 1;
  private static final double BETA_1 = 0.9;
  private static final double BETA_2 = 0.999;
  private static final double EPSILON = 1e-8;
  private static final int BATCH = 32;

  /**
   * @param hidden units
   * @param updates of a fit, each on 32 pairs
   */
  record Settings(int hidden, int updates, double learningRate) {}

  private final Settings settings;
  private final int steps;
  private final long seed;
  private final int inputs;
  private final double[] parameters;
  private final double[] gradient;
  private final double[] first;
  private final double[] second;
  private int fits;
  private int updates;

  /**
   * @param steps the most that a genome has
   */
  Ranking(Settings settings, SearchSpace space, long seed) {
    this.settings = settings;
    this.steps = space.nfe() + (space.analyticStart() ? 1 : 0);
    this.seed = seed;
    Genome any = space.usual().get(0);
    this.inputs = Features.of(any, steps).length;
    int size = settings.hidden() * (inputs + 2) + 1;
    this.parameters = new double[size];
    this.gradient = new double[size];
    this.first = new double[size];
    this.second = new double[size];
    RandomStream random = new RandomStream(seed, START, space.nfe(), 0);
    double scale = StrictMath.sqrt(2.0 / inputs);
    for (int i = 0; i < settings.hidden() * inputs; i++) {
      parameters[i] = scale * random.nextGaussian();
    }
    for (int h = 0; h < settings.hidden(); h++) {
      parameters[outputWeight(h)] = random.nextGaussian() / StrictMath.sqrt(settings.hidden());
    }
  }

  private int bias(int h) {
    return settings.hidden() * inputs + h;
  }

  private int outputWeight(int h) {
    return settings.hidden() * (inputs + 1) + h;
  }

  /** The larger, the better it should be. */
  double score(Genome genome) {
    return score(Features.of(genome, steps), new double[settings.hidden()]);
  }

  private double score(double[] x, double[] units) {
    double score = parameters[parameters.length - 1];
    for (int h = 0; h < units.length; h++) {
      double sum = parameters[bias(h)];
      int row = h * inputs;
      for (int i = 0; i < inputs; i++) {
        sum += parameters[row + i] * x[i];
      }
      units[h] = Math.max(0, sum);
      score += parameters[outputWeight(h)] * units[h];
    }
    return score;
  }

  /**
   * Goes on from what was learned before.
   *
   * @param errors of the genomes, smaller is better
   */
  void fit(List<Genome> genomes, double[] errors) {
    double[][] x = genomes.stream().map(g -> Features.of(g, steps)).toArray(double[][]::new);
    fits++;
    for (int update = 0; update < settings.updates(); update++) {
      RandomStream random = new RandomStream(seed, PAIRS, fits, update);
      Arrays.fill(gradient, 0);
      for (int pair = 0; pair < BATCH; pair++) {
        int a = random.nextInt(x.length);
        int b = random.nextInt(x.length);
        if (errors[a] != errors[b]) {
          learn(errors[a] < errors[b] ? x[a] : x[b], errors[a] < errors[b] ? x[b] : x[a]);
        }
      }
      step();
    }
  }

  private void learn(double[] better, double[] worse) {
    double[] unitsOfBetter = new double[settings.hidden()];
    double[] unitsOfWorse = new double[settings.hidden()];
    double ahead = score(better, unitsOfBetter) - score(worse, unitsOfWorse);
    if (ahead < MARGIN) {
      add(better, unitsOfBetter, -1.0 / BATCH);
      add(worse, unitsOfWorse, 1.0 / BATCH);
    }
  }

  /** Adds factor times the gradient of a score. */
  private void add(double[] x, double[] units, double factor) {
    for (int h = 0; h < units.length; h++) {
      gradient[outputWeight(h)] += factor * units[h];
      if (units[h] > 0) {
        double inner = factor * parameters[outputWeight(h)];
        gradient[bias(h)] += inner;
        int row = h * inputs;
        for (int i = 0; i < inputs; i++) {
          gradient[row + i] += inner * x[i];
        }
      }
    }
  }

  /** Adam (Kingma and Ba 2015). */
  private void step() {
    updates++;
    double rate =
        settings.learningRate()
            * StrictMath.sqrt(1 - StrictMath.pow(BETA_2, updates))
            / (1 - StrictMath.pow(BETA_1, updates));
    for (int i = 0; i < parameters.length; i++) {
      first[i] = BETA_1 * first[i] + (1 - BETA_1) * gradient[i];
      second[i] = BETA_2 * second[i] + (1 - BETA_2) * gradient[i] * gradient[i];
      parameters[i] -= rate * first[i] / (Math.sqrt(second[i]) + EPSILON);
    }
  }

  /** The best of a pool, best first; of equal ones the earlier. */
  List<Variation.Child> best(List<Variation.Child> pool, int count) {
    double[] scores = pool.stream().mapToDouble(child -> score(child.genome())).toArray();
    return IntStream.range(0, pool.size())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -scores[i]))
        .limit(count)
        .map(pool::get)
        .toList();
  }

  /** The share of pairs that it orders as their errors do; 1/2 is chance. */
  double accuracy(List<Genome> genomes, double[] errors) {
    double[] scores = genomes.stream().mapToDouble(this::score).toArray();
    List<Boolean> right = new ArrayList<>();
    for (int a = 0; a < errors.length; a++) {
      for (int b = 0; b < a; b++) {
        if (errors[a] != errors[b]) {
          right.add(scores[a] > scores[b] == errors[a] < errors[b]);
        }
      }
    }
    return (double) right.stream().filter(r -> r).count() / right.size();
  }
}
