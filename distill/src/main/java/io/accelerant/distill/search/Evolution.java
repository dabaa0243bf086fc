package io.accelerant.distill.search;

import io.accelerant.core.random.RandomStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One search: generations of children, each made from the best candidates so far. Draws are keyed
 * by (seed, generation, child), so that the search is a function of its seed and of the errors.
 */
final class Evolution {
  static final String RANDOM = "random";
  private static final String USUAL = "usual";
  private static final String DRAWN = "drawn";
  private static final int ATTEMPTS = 100;

  private final SearchSpace space;
  private final SearchSettings settings;
  private final Variation variation;
  private final Optional<Ranking> ranking;
  private final String arm;
  private final long seed;

  /** Measures candidates, best taken from what a stage saved. */
  interface Measure {
    /** [candidates] */
    double[] errors(int generation, List<Genome> candidates);
  }

  /**
   * One that was evaluated.
   *
   * @param origin what made it
   */
  record Candidate(int generation, int child, String origin, Genome genome, double error) {}

  /**
   * All that a search evaluated, in its order.
   *
   * @param accuracy of the ranking on each generation that it had not seen, from the second on
   */
  record Found(String arm, long seed, List<Candidate> all, List<Double> accuracy) {
    Candidate best() {
      return all.stream().min(Comparator.comparingDouble(Candidate::error)).orElseThrow();
    }

    /** The lowest error so far after each generation. */
    double[] curve(int generations) {
      double[] curve = new double[generations];
      double lowest = Double.POSITIVE_INFINITY;
      int at = 0;
      for (int g = 0; g < generations; g++) {
        for (; at < all.size() && all.get(at).generation() == g; at++) {
          lowest = Math.min(lowest, all.get(at).error());
        }
        curve[g] = lowest;
      }
      return curve;
    }
  }

  /**
   * @param arm {@link #RANDOM}, {@link SearchSettings#NONE} or {@link SearchSettings#RANKED}
   */
  Evolution(
      SearchSpace space,
      SearchSettings settings,
      Variation variation,
      Ranking.Settings ranking,
      String arm,
      long seed) {
    this.space = space;
    this.settings = settings;
    this.variation = variation;
    this.ranking =
        arm.equals(SearchSettings.RANKED)
            ? Optional.of(new Ranking(ranking, space, seed))
            : Optional.empty();
    this.arm = arm;
    this.seed = seed;
  }

  Found run(Measure measure) {
    List<Candidate> all = new ArrayList<>();
    List<Double> accuracy = new ArrayList<>();
    for (int generation = 0; generation < settings.generations(); generation++) {
      List<Variation.Child> children = children(generation, all);
      List<Genome> genomes = children.stream().map(Variation.Child::genome).toList();
      double[] errors = measure.errors(generation, genomes);
      if (generation > 0) {
        ranking.ifPresent(r -> accuracy.add(r.accuracy(genomes, errors)));
      }
      for (int c = 0; c < errors.length; c++) {
        all.add(new Candidate(generation, c, children.get(c).origin(), genomes.get(c), errors[c]));
      }
      ranking.ifPresent(
          r ->
              r.fit(
                  all.stream().map(Candidate::genome).toList(),
                  all.stream().mapToDouble(Candidate::error).toArray()));
    }
    return new Found(arm, seed, all, accuracy);
  }

  /** The next generation: none of them was evaluated before, if that can be helped. */
  private List<Variation.Child> children(int generation, List<Candidate> all) {
    Set<Genome> known = new HashSet<>();
    all.forEach(candidate -> known.add(candidate.genome()));
    List<Variation.Child> children = new ArrayList<>();
    if (generation == 0) {
      space.usual().stream()
          .limit(settings.population() * 3L / 4)
          .filter(known::add)
          .forEach(genome -> children.add(new Variation.Child(genome, USUAL)));
    }
    boolean drawn = generation == 0 || arm.equals(RANDOM);
    List<Genome> parents = drawn ? List.of() : parents(all);
    int count = settings.population() * (ranking.isPresent() && !drawn ? settings.pool() : 1);
    while (children.size() < count) {
      children.add(child(generation, children.size(), parents, known));
    }
    return children.size() > settings.population()
        ? ranking.orElseThrow().best(children, settings.population())
        : children;
  }

  private List<Genome> parents(List<Candidate> all) {
    return all.stream()
        .sorted(Comparator.comparingDouble(Candidate::error))
        .limit(settings.parents())
        .map(Candidate::genome)
        .toList();
  }

  /** The first generation is the same for every arm. */
  private Variation.Child child(
      int generation, int child, List<Genome> parents, Set<Genome> known) {
    String purpose = "search.nfe" + space.nfe() + (generation == 0 ? "" : "." + arm);
    long item = ((long) generation << 32) + child;
    Variation.Child made = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      RandomStream random = new RandomStream(seed, RandomStream.purpose(purpose), item, attempt);
      made =
          parents.isEmpty()
              ? new Variation.Child(space.draw(random), DRAWN)
              : variation.child(parents, space, random);
      if (known.add(made.genome())) {
        return made;
      }
    }
    return made;
  }
}
