package io.accelerant.selection.lead;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.Roles;
import io.accelerant.core.train.RoundLog;
import io.accelerant.core.train.RoundStep;
import io.accelerant.core.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * One training: rounds that choose rows, train one pass over them, and take note of what the
 * updates said (lead.md 4). What a round leaves to the next stands in the trainer's state, so that
 * a run that was stopped goes on from there.
 */
final class LeadLoop implements Trainer.Watcher {
  private static final String SELECTION = "selection.";
  private static final String ROUND = "round";
  private static final String FIRST = "first";
  private static final String TRAINING = "training";
  private static final String SELECTING = "selecting";

  private final String name;
  private final LeadNetwork network;
  private final Selection selection;
  private final Ground ground;
  private final Roles roles;
  private final UsedRate rate;
  private final RoundStep step;
  private final Trainer trainer;
  private final RoundMeter meter;
  private final List<RoundTrace> traces = new ArrayList<>();
  private Chosen chosen;

  /** Of the budget, before each row of the round. */
  private long[] used;

  /**
   * @param name of the training, in errors
   * @param follows as of {@link RoundMeter}
   * @param updates about so many, for people
   * @param rate of the optimizer of {@code roles}
   */
  LeadLoop(
      String name,
      LeadNetwork network,
      GradientPart part,
      Selection selection,
      Ground ground,
      Roles roles,
      UsedRate rate,
      boolean follows,
      int updates) {
    this.name = name;
    this.network = network;
    this.selection = selection;
    this.ground = ground;
    this.roles = roles;
    this.rate = rate;
    this.step = network.step();
    this.trainer = ground.trainer(roles, updates);
    this.meter = new RoundMeter(trainer, roles, part, follows);
    trainer.watch(this);
  }

  /** All of it. */
  Trace run(Trace.Wanted wanted) {
    restore();
    while (!timed(SELECTING, selection::isOver)) {
      round();
    }
    float[] parameters = roles.parameters(Loss.NETWORK).floats();
    return new Trace(
        wanted == Trace.Wanted.JUDGEMENT
            ? new float[0]
            : network.moving(Flat.of(parameters)).floats(),
        wanted == Trace.Wanted.MODEL ? Judged.NOTHING : ground.judge(parameters),
        List.copyOf(traces),
        trainer.done(),
        trainer.counter(TRAINING) / 1e9,
        trainer.counter(SELECTING) / 1e9);
  }

  private void restore() {
    long rounds = trainer.counter(ROUND);
    for (int number = 0; number < rounds; number++) {
      int gone = number;
      traces.add(ground.once(ROUND + "." + number, RoundTrace.class, () -> gone(gone)));
    }
    if (rounds > 0) {
      selection.restore(trainer.keptUnder(SELECTION));
    }
  }

  /** What a past round chose is not there any more. */
  private RoundTrace gone(int number) {
    throw new ArtifactException(
        Text.of(
            "The checkpoint of %s has updates after round %d, but not what was chosen there; run it"
                + " again with run.resume = never.",
            name, number));
  }

  private void round() {
    Selection.Round round = timed(SELECTING, this::begin);
    timed(TRAINING, this::train);
    traces.add(timed(SELECTING, () -> end(round)));
  }

  private Selection.Round begin() {
    Selection.Round round = selection.next();
    int first = Math.toIntExact(trainer.counter(FIRST));
    chosen =
        new Chosen(
            first,
            round.rows().stream().mapToLong(Candidates.Candidate::row).toArray(),
            round.batches());
    used = selection.used(round);
    meter.begin(chosen);
    return round;
  }

  /** Update by update, since what an update draws by is sent to its workers. */
  private RoundLog train() {
    for (int update = chosen.first(); update < chosen.end(); update++) {
      trainer.rounds(update, update + 1, step, chosen.draw(update));
    }
    return trainer.log();
  }

  private RoundTrace end(Selection.Round round) {
    RoundTrace learned = learn(round);
    RoundTrace trace = ground.once(ROUND + "." + round.number(), RoundTrace.class, () -> learned);
    remember(round);
    return trace;
  }

  /** Leaves to the next round what it needs. */
  private void remember(Selection.Round round) {
    selection.state().forEach((what, numbers) -> trainer.keep(SELECTION + what, numbers));
    trainer.keep(FIRST, trainer.counter(FIRST) + round.batches().length);
    trainer.keep(ROUND, round.number() + 1L);
  }

  private RoundTrace learn(Selection.Round round) {
    before(trainer.done() - 1); // which was not in this run, if it was stopped right after
    double last = rate.at(trainer.done() - 1L);
    double[] weights = selection.weights();
    Selection.Measured measured =
        new Selection.Measured(meter.gradient(), last, meter.actualStep());
    Selection.Outcome outcome = selection.end(round, meter.losses(), measured);
    return RoundTrace.of(round, weights, selection.weights(), meter.losses(), outcome, last);
  }

  private <T> T timed(String what, Supplier<T> work) {
    long start = System.nanoTime();
    T made = work.get();
    trainer.keep(what, trainer.counter(what) + System.nanoTime() - start);
    return made;
  }

  @Override
  public void before(int update) {
    rate.used(used[chosen.from(update)]);
  }

  @Override
  public void after(int done) {}
}
