package io.accelerant.rl.gvm;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.random.RandomStream;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Trainer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * One training: in each iteration probes and an allocation, then steps that draw, weigh and update
 * (gvm-raft.md 2 to 7). What an iteration leaves to the next stands in the trainer's state, so that
 * a run that was stopped goes on from there.
 */
final class PolicyLoop {
  private static final long PROBES = RandomStream.purpose("gvm.probes");
  private static final long ROLLOUTS = RandomStream.purpose("gvm.rollouts");

  private final GvmSettings settings;
  private final PolicyNetwork network;
  private final Arm arm;
  private final long seed;
  private final Questions train;
  private final Questions test;
  private final Ground ground;
  private final Roles roles;
  private final Trainer trainer;
  private final Planner planner;
  private final PromptOrder order;
  private final List<Trace.Point> curve = new ArrayList<>();
  private final List<Trace.Emitted> emitted = new ArrayList<>();

  /** What the steps of an iteration go by: its prompts, and how often each is drawn. */
  private record Plan(
      int[] prompts, long[] n, List<Answer> probes, List<Trace.AllocationRow> rows) {
    long[] of(int[] some) {
      return Arrays.stream(some)
          .mapToLong(prompt -> n[Arrays.binarySearch(prompts, prompt)])
          .toArray();
    }
  }

  PolicyLoop(
      GvmSettings settings,
      PolicyNetwork network,
      Arm arm,
      long seed,
      Questions train,
      Questions test,
      Ground ground,
      Roles roles) {
    this.settings = settings;
    this.network = network;
    this.arm = arm;
    this.seed = seed;
    this.train = train;
    this.test = test;
    this.ground = ground;
    this.roles = roles;
    this.trainer = ground.trainer(roles);
    this.planner = new Planner(settings, arm, train);
    this.order = new PromptOrder(train.count(), settings.stepPrompts(), settings.steps(), seed);
  }

  /** All of it. */
  Trace run() {
    trainer
        .kept("estimates")
        .ifPresent(kept -> planner.restore(List.of(kept, trainer.kept("lengths").orElseThrow())));
    Plan plan = null;
    for (int step = 0; step < settings.iterations() * settings.steps(); step++) {
      measure(step);
      int iteration = step / settings.steps();
      boolean first = step % settings.steps() == 0;
      int from = step * settings.updates();
      if (trainer.done() == from) {
        plan = first ? timed(() -> plan(iteration)) : plan == null ? planOf(iteration) : plan;
        draw(step, plan);
      } else if (first && isEmitted(iteration)) {
        emit(iteration, () -> gone(iteration * settings.steps()));
      }
      update(step, from);
    }
    measure(settings.iterations() * settings.steps());
    return new Trace(
        isPublished() ? network.moving(roles.parameters(Loss.NETWORK)) : new float[0],
        mean("gain"),
        mean("dropped"),
        List.copyOf(curve),
        List.copyOf(emitted));
  }

  private boolean isPublished() {
    return arm.equals(settings.published()) && isFirstSeed();
  }

  private boolean isFirstSeed() {
    return seed == settings.seeds().get(0);
  }

  /** Whether tables have rows of an iteration. */
  private boolean isEmitted(int iteration) {
    return isFirstSeed() && iteration % settings.emitEvery() == 0;
  }

  private <T> T timed(Supplier<T> work) {
    long start = System.nanoTime();
    T made = work.get();
    trainer.keep("nanos", trainer.counter("nanos") + System.nanoTime() - start);
    return made;
  }

  private double mean(String name) {
    return trainer.kept(name).orElseThrow().get(0) / settings.iterations();
  }

  private void add(String name, double number) {
    double before = trainer.kept(name).map(kept -> kept.get(0)).orElse(0.0);
    trainer.keep(name, Flat.of(new double[] {before + number}));
  }

  private float[] policy() {
    return roles.parameters(Loss.NETWORK).floats();
  }

  /** Probes, then an allocation. */
  private Plan plan(int iteration) {
    int[] prompts = order.ofIteration(iteration);
    planner.begin();
    List<Answer> probes = probe(iteration, prompts);
    planner.learn(probes);
    Optional<Allocation> allocation = planner.allocation(prompts);
    long[] n =
        IntStream.range(0, prompts.length)
            .mapToLong(
                i -> allocation.map(a -> a.n()[i] - planner.reused()).orElse((long) planner.each()))
            .toArray();
    long none =
        allocation.stream()
            .flatMapToLong(a -> Arrays.stream(a.n()))
            .filter(x -> x == planner.reused())
            .count();
    add("gain", allocation.map(Allocation::boundRatio).orElse(1.0));
    add("dropped", (double) none / prompts.length);
    trainer.keep("plan", Flat.of(Arrays.stream(n).asDoubleStream().toArray()));
    if (settings.clip().kl() > 0) {
      trainer.keep("reference", roles.parameters(Loss.NETWORK));
    }
    return new Plan(prompts, n, probes, planner.rows(prompts, allocation));
  }

  /** That of an iteration that was stopped between two steps. */
  private Plan planOf(int iteration) {
    double[] n = trainer.kept("plan").orElseThrow().doubles();
    return new Plan(
        order.ofIteration(iteration),
        Arrays.stream(n).mapToLong(x -> (long) x).toArray(),
        List.of(),
        List.of());
  }

  private List<Answer> probe(int iteration, int[] prompts) {
    int count = arm.probes(settings.probes());
    if (count == 0) {
      return List.of();
    }
    long[] counts = new long[prompts.length];
    Arrays.fill(counts, count);
    trainer.keep("probes", trainer.counter("probes") + (long) count * prompts.length);
    return ground.answers(
        arm + ": probing",
        policy(),
        new Drawing(
            settings.annealed().at(iteration * settings.steps()),
            true,
            Drawing.key(seed, PROBES, iteration),
            norms(),
            arm.budget() == Arm.Budget.OPTIMUM),
        train,
        planner.pieces(prompts, Answer.FIRST_PROBE, counts));
  }

  private NormOf norms() {
    return arm.norms() ? settings.normOf(arm) : null;
  }

  /** Draws and weighs what the updates of a step are made of. */
  private void draw(int step, Plan plan) {
    List<Weighed> weighed = timed(() -> weighed(step, plan));
    int iteration = step / settings.steps();
    if (step % settings.steps() == 0 && isEmitted(iteration)) {
      emit(
          iteration,
          () ->
              new Trace.Emitted(
                  iteration,
                  plan.probes().stream().map(a -> Trace.ProbeRow.of(train, a)).toList(),
                  plan.rows(),
                  weighed.stream().map(w -> Trace.RolloutRow.of(train, step, w)).toList()));
    }
  }

  private void emit(int iteration, Supplier<Trace.Emitted> rows) {
    emitted.add(ground.once("emitted." + iteration, Trace.Emitted.class, rows));
  }

  private List<Weighed> weighed(int step, Plan plan) {
    int[] prompts = order.ofStep(step);
    Drawing drawing =
        new Drawing(
            settings.annealed().at(step),
            settings.annealed().drawn(),
            Drawing.key(seed, ROLLOUTS, step),
            arm.learnsFromRollouts() ? norms() : null,
            false);
    List<Answer> answers =
        new ArrayList<>(
            ground.answers(
                arm + ": sampling",
                policy(),
                drawing,
                train,
                planner.pieces(prompts, 0, plan.of(prompts))));
    trainer.keep("samples", trainer.counter("samples") + answers.size());
    List<Answer> fresh = List.copyOf(answers);
    if (planner.reused() > 0) {
      answers.addAll(plan.probes());
    }
    if (!arm.probes()) {
      planner.learn(fresh);
    }
    List<Weighed> weighed = Weighed.of(settings, arm, planner, answers, prompts.length);
    List<Flat> state = planner.state();
    trainer.keep("estimates", state.get(0));
    trainer.keep("lengths", state.get(1));
    ground.use(step, records(weighed));
    return weighed;
  }

  private List<byte[]> records(List<Weighed> weighed) {
    double kl = settings.clip().kl();
    List<Weighed> used = weighed.stream().filter(w -> w.counts(kl)).toList();
    List<Answer> answers = used.stream().map(Weighed::answer).toList();
    double[][] reference =
        kl > 0
            ? ground.logProbabilities(trainer.kept("reference").orElseThrow().floats(), answers)
            : new double[answers.size()][]; // null for each
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < used.size(); i++) {
      records.add(network.record(train, used.get(i), reference[i]));
    }
    while (records.size() < settings.workers() * settings.updates()) { // each has one
      records.add(network.nothing(train));
    }
    return records;
  }

  private void update(int step, int from) {
    boolean between = trainer.done() > from && trainer.done() < from + settings.updates();
    if (between) {
      ground.use(step, List.of()); // stopped between two updates: the records are there
    }
    PolicyObjective objective = network.objective(settings, arm.algorithm() == Arm.Algorithm.RAFT);
    timed(
        () ->
            trainer.rounds(
                from,
                from + settings.updates(),
                new GradientStep(objective, objective.totals()),
                new MiniBatches(settings.updates())));
    if (between) {
      trainer.save(); // before the records are deleted that it stood in
    }
  }

  private void measure(int step) {
    boolean last = step == settings.iterations() * settings.steps();
    if (step % settings.evaluateEvery() == 0 || last) {
      boolean past = trainer.done() > step * settings.updates();
      curve.add(
          ground.once("curve." + step, Trace.Point.class, () -> past ? gone(step) : point(step)));
    }
  }

  /** The policy of a past step is not there any more. */
  private <T> T gone(int step) {
    throw new ArtifactException(
        Text.of(
            "The checkpoint of %s has updates after step %d, but not what was found there; run it"
                + " again with run.resume = never.",
            arm, step));
  }

  private Trace.Point point(int step) {
    int[] right =
        TestAnswers.right(
            test,
            ground.answers(
                arm + ": measuring",
                policy(),
                TestAnswers.drawing(seed),
                test,
                TestAnswers.pieces(settings, test)));
    return new Trace.Point(
        step,
        Arrays.stream(right).sum() / (double) (test.count() * settings.testSamples()),
        trainer.counter("samples"),
        trainer.counter("probes"),
        step * settings.updates(),
        trainer.counter("nanos") / 1e9);
  }
}
