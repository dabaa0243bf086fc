package io.accelerant.distill.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.Expanded;
import io.accelerant.distill.continuous.Mixtures;
import io.accelerant.distill.continuous.Relaxation;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.StepSampler;
import io.accelerant.distill.continuous.StepSchedule;
import io.accelerant.distill.continuous.VpLinear;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is drawn, varied and ranked. */
class SearchSpaceTest {
  private static final VpLinear SCHEDULE = VpLinear.standard();
  private static final SearchSpace SPACE =
      new SearchSpace(SCHEDULE, 1e-3, 6, List.of(Expanded.values()), true, 0.08);
  private static final Variation VARIATION = new Variation(.3, .3, .4, .08, .03, .2);

  private static RandomStream random(int item) {
    return new RandomStream(1, 2, item, 0);
  }

  private static void assertValid(Genome genome) {
    StepSchedule schedule = genome.schedule(SCHEDULE, 1e-3);
    assertThat(schedule.evaluations()).isEqualTo(6);
    assertThat(schedule.times()).startsWith(1).endsWith(1e-3);
    assertThat(genome.steps()).isEqualTo(genome.analytic() ? 7 : 6);
    assertThat(new Genome(genome.analytic(), genome.genes())).isEqualTo(genome);
  }

  @Test
  void everyDrawAndEveryChildTakesTheEvaluationsThatItMay() {
    List<Genome> parents = new ArrayList<>();
    Set<String> origins = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      parents.add(SPACE.draw(random(i)));
      assertValid(parents.get(i));
    }
    assertThat(parents).anyMatch(Genome::analytic).anyMatch(genome -> !genome.analytic());
    for (int i = 0; i < 400; i++) {
      Variation.Child child = VARIATION.child(parents, SPACE, random(1000 + i));
      assertValid(child.genome());
      origins.add(child.origin());
      parents.set(i % 60, child.genome());
    }
    assertThat(origins).containsExactlyInAnyOrder(Variation.CROSSOVER, Variation.MUTATION);
    assertThat(parents).anyMatch(Genome::analytic).anyMatch(genome -> !genome.analytic());
  }

  @Test
  void withoutAnAnalyticStartThereIsNone() {
    SearchSpace evaluated = new SearchSpace(SCHEDULE, 1e-3, 6, List.of(Expanded.DATA), false, .08);
    List<Genome> parents = new ArrayList<>(evaluated.usual());
    for (int i = 0; i < 200; i++) {
      Genome child = VARIATION.child(parents, evaluated, random(i)).genome();
      assertThat(child.analytic()).isFalse();
      assertThat(child.genes()).allMatch(gene -> gene.expanded() == Expanded.DATA);
      parents.set(i % parents.size(), child);
    }
  }

  @Test
  void theUsualSolversAreAmongThem() {
    double[] noise = Mixtures.noise(4, 16, 1);
    List<Genome> usual = SPACE.usual();
    assertThat(usual).hasSize(48).doesNotHaveDuplicates();
    Solver unipc = Solver.usual(Solver.UNIPC);
    for (int s = 0; s < Spacing.values().length; s++) {
      double[] times = Spacing.values()[s].times(SCHEDULE, 1e-3, 6);
      // data, then v3: order 1, 2, 3, each without and with a corrector
      assertSame(usual.get(12 * s), Solver.plain(Solver.DDIM), times, noise);
      assertSame(usual.get(12 * s + 2), Solver.plain(Solver.DPMPP_2M), times, noise);
      assertSame(usual.get(12 * s + 3), unipc, times, noise);
      assertSame(usual.get(12 * s + 4), Solver.plain(Solver.DPMPP_3M_DOUBLED), times, noise);
    }
  }

  private static void assertSame(Genome genome, Solver solver, double[] times, double[] noise) {
    StepSampler sampler =
        new StepSampler(genome.schedule(SCHEDULE, 1e-3), SCHEDULE, Optional.empty());
    double[] x = sampler.sample(noise, Denoiser.plain(Mixtures.sixteen(3).open(), 4));
    double[] y =
        solver.on(SCHEDULE, times).sample(noise, Denoiser.plain(Mixtures.sixteen(3).open(), 4));
    assertThat(Mixtures.distance(x, y)).isCloseTo(0, within(1e-11));
  }

  @Test
  void equalSamplersAreEqualGenomes() {
    Gene first = new Gene(.4, Expanded.DATA, 3, true, Relaxation.linear(.1), Correction.NONE);
    Gene last = new Gene(1, Expanded.NOISE, 4, true, Relaxation.NONE, Correction.FULL);
    Genome genome = new Genome(false, List.of(first, last));
    assertThat(genome.genes().get(0).describe()).isEqualTo("data 1");
    assertThat(genome.genes().get(1).describe()).isEqualTo("noise 2");
    assertThat(genome)
        .isEqualTo(
            new Genome(
                false,
                List.of(
                    first.withOrder(1, false).withRelaxation(Relaxation.NONE),
                    last.withOrder(2, false).withCorrection(Correction.NONE))));
  }

  @Test
  void timesThatMeetAreHeldApart() {
    List<Gene> genes = new ArrayList<>();
    for (double u : new double[] {-.2, .5, .5, 1.3, 1}) {
      genes.add(new Gene(u, Expanded.DATA, 1, false, Relaxation.NONE, Correction.NONE));
    }
    double[] u = new Genome(false, genes).genes().stream().mapToDouble(Gene::u).toArray();
    assertThat(u).usingComparatorWithPrecision(1e-12).containsExactly(.02, .5, .52, .98, 1);
  }

  /** A made-up error that depends on orders and times. */
  private static double error(Genome genome) {
    double error = 0;
    for (Gene gene : genome.genes()) {
      error +=
          (gene.order() - 2) * (gene.order() - 2) + (gene.expanded() == Expanded.NOISE ? 2 : 0);
    }
    return error + 3 * genome.genes().get(0).u();
  }

  @Test
  void theRankingLearnsTheOrderOfGenomesThatItHasNotSeen() {
    Ranking ranking = new Ranking(new Ranking.Settings(16, 300, 3e-3), SPACE, 5);
    Ranking same = new Ranking(new Ranking.Settings(16, 300, 3e-3), SPACE, 5);
    List<Genome> seen = new ArrayList<>();
    List<Genome> unseen = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      (i < 140 ? seen : unseen).add(SPACE.draw(random(i)));
    }
    double[] errors = unseen.stream().mapToDouble(SearchSpaceTest::error).toArray();
    assertThat(ranking.accuracy(unseen, errors)).isBetween(.3, .7);
    for (Ranking one : List.of(ranking, same)) {
      one.fit(seen, seen.stream().mapToDouble(SearchSpaceTest::error).toArray());
    }
    assertThat(ranking.accuracy(unseen, errors)).isGreaterThan(.8);
    assertThat(ranking.score(unseen.get(0))).isEqualTo(same.score(unseen.get(0)));
    List<Variation.Child> pool =
        unseen.stream().map(genome -> new Variation.Child(genome, "")).toList();
    double best =
        ranking.best(pool, 10).stream().mapToDouble(c -> error(c.genome())).average().orElseThrow();
    assertThat(best).isLessThan(java.util.Arrays.stream(errors).average().orElseThrow() - 3);
  }

  /** Spreads cannot be told from a fixed draw: another order of the same errors, another search. */
  @Test
  void theSearchIsAFunctionOfItsSeed() {
    SearchSettings settings = SearchSolverJobTest.settings(8, 4);
    for (String arm : List.of(SearchSettings.NONE, SearchSettings.RANKED, Evolution.RANDOM)) {
      Evolution.Found one = evolution(settings, arm, 1).run(SearchSpaceTest::errors);
      Evolution.Found again = evolution(settings, arm, 1).run(SearchSpaceTest::errors);
      Evolution.Found other = evolution(settings, arm, 2).run(SearchSpaceTest::errors);
      assertThat(one).isEqualTo(again);
      assertThat(one.all()).hasSize(32).isNotEqualTo(other.all());
      assertThat(one.all().stream().map(Evolution.Candidate::genome)).doesNotHaveDuplicates();
      assertThat(one.curve(4)).isSortedAccordingTo((a, b) -> Double.compare(b, a));
      assertThat(one.accuracy()).hasSize(arm.equals(SearchSettings.RANKED) ? 3 : 0);
    }
  }

  private static Evolution evolution(SearchSettings settings, String arm, long seed) {
    return new Evolution(SPACE, settings, VARIATION, new Ranking.Settings(8, 20, 3e-3), arm, seed);
  }

  private static double[] errors(int generation, List<Genome> genomes) {
    return genomes.stream().mapToDouble(SearchSpaceTest::error).toArray();
  }
}
