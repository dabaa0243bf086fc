package io.accelerant.distill.search;

import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.continuous.Relaxation;
import java.util.ArrayList;
import java.util.List;

/**
 * How children come from parents: crossover takes each step from one of two parents, mutation draws
 * groups of choices anew.
 *
 * @param crossover probability of crossover; else a parent is mutated
 * @param group probability that a group of choices (times, what is expanded, orders, relaxations,
 *     correctors) is mutated
 * @param step probability that a step of such a group is
 * @param times largest standard deviation of a time, as a share of the way in log-SNR; a mutation
 *     takes a uniform part of it
 * @param relaxation standard deviation of c
 * @param move probability that a step is deleted and another one inserted, and, where the start may
 *     be analytic, half of it that the start changes, with a step more or less
 */
record Variation(
    double crossover, double group, double step, double times, double relaxation, double move) {

  /** A child and what made it. */
  record Child(Genome genome, String origin) {}

  static final String CROSSOVER = "crossover";
  static final String MUTATION = "mutation";

  /**
   * @param parents the best first
   */
  Child child(List<Genome> parents, SearchSpace space, RandomStream random) {
    Genome first = parents.get(random.nextInt(parents.size()));
    if (parents.size() > 1 && random.nextDouble() < crossover) {
      return new Child(
          mixed(first, parents.get(random.nextInt(parents.size())), random), CROSSOVER);
    }
    return new Child(mutated(first, space, random), MUTATION);
  }

  /** The start of the first parent; each step from either, while both have it. */
  private static Genome mixed(Genome first, Genome second, RandomStream random) {
    List<Gene> genes = new ArrayList<>();
    for (int i = 0; i < first.steps(); i++) {
      boolean other = random.nextDouble() < 0.5 && i < second.steps();
      genes.add((other ? second : first).genes().get(i));
    }
    return new Genome(first.analytic(), genes);
  }

  private Genome mutated(Genome parent, SearchSpace space, RandomStream random) {
    List<Gene> genes = new ArrayList<>(parent.genes());
    boolean analytic = parent.analytic();
    for (boolean changed = false; !changed; ) {
      if (random.nextDouble() < group) {
        changed = true;
        double spread = times * random.nextDouble();
        genes.replaceAll(gene -> gene.withU(gene.u() + spread * random.nextGaussian()));
        genes.sort((a, b) -> Double.compare(a.u(), b.u()));
      }
      for (Choice choice :
          List.<Choice>of(
              gene -> gene.withExpanded(space.drawExpanded(random)),
              gene -> gene.withOrder(space.drawOrder(random), random.nextDouble() < 0.5),
              gene -> gene.withRelaxation(relaxed(gene.relaxation(), space, random)),
              gene -> gene.withCorrection(space.drawCorrection(random)))) {
        if (random.nextDouble() < group) {
          changed = true;
          genes.replaceAll(gene -> random.nextDouble() < step ? choice.of(gene) : gene);
        }
      }
      if (genes.size() > 1 && random.nextDouble() < move) {
        changed = true;
        remove(genes, random);
        insert(genes, space, random);
      }
      if (space.analyticStart() && genes.size() > 1 && random.nextDouble() < move / 2) {
        changed = true;
        analytic = !analytic;
        if (analytic) {
          insert(genes, space, random);
        } else {
          remove(genes, random);
        }
      }
    }
    return new Genome(analytic, genes);
  }

  private interface Choice {
    Gene of(Gene gene);
  }

  private Relaxation relaxed(Relaxation own, SearchSpace space, RandomStream random) {
    return own.kind() == Relaxation.Kind.LINEAR && random.nextDouble() < 0.5
        ? Relaxation.linear(own.c() + relaxation * random.nextGaussian())
        : space.drawRelaxation(random);
  }

  /** Any step but the last. */
  private static void remove(List<Gene> genes, RandomStream random) {
    genes.remove(random.nextInt(genes.size() - 1));
  }

  private static void insert(List<Gene> genes, SearchSpace space, RandomStream random) {
    Gene added = space.drawGene(random.nextDouble(), random);
    int at = 0;
    while (at < genes.size() - 1 && genes.get(at).u() < added.u()) {
      at++;
    }
    genes.add(at, added);
  }
}
