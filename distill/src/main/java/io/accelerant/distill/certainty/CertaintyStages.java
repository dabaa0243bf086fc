package io.accelerant.distill.certainty;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.lm.LanguageModel;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.lm.prompt.Prompts;
import io.accelerant.core.lm.tokenizer.Tokenizer;
import io.accelerant.core.model.Student;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Stages;
import io.accelerant.core.text.Text;
import io.accelerant.distill.certainty.Arm.Texts;
import io.accelerant.distill.decode.Asked;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.NetworkMaskedSource;
import io.accelerant.distill.decode.RuleKind;
import io.accelerant.distill.decode.compare.CalibrationMeter;
import io.accelerant.distill.decode.compare.Compared;
import io.accelerant.distill.decode.compare.DecoderComparison;
import io.accelerant.distill.measure.AnswerJudge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The work of a run: the model's own answers, arms under seeds, all of them under all decoders. */
final class CertaintyStages {
  private static final int BINS = 10;

  private final JobContext context;
  private final CertaintySettings settings;
  private final LanguageModel base;
  private final Prompts prompts;
  private final Student student;
  private final Stages stages;
  private final Asked train;
  private final Asked fit;
  private final Asked test;

  CertaintyStages(Run run, CertaintySettings settings, LanguageModel base, Prompts prompts) {
    this.context = run.context();
    this.settings = settings;
    this.base = base;
    this.prompts = prompts;
    this.student =
        new Student(base.network(), CertaintyKeys.ADAPTER.on(run.config(), base.network()));
    this.stages = new Stages(context, run.stages());
    int answer =
        run.config()
            .find(CertaintyKeys.ANSWER_LENGTH)
            .orElseGet(
                () ->
                    Prompts.SPLITS.stream()
                        .mapToInt(split -> prompts.longest(split).answer())
                        .max()
                        .orElseThrow());
    this.train = asked(prompts, "train", run.config().get(CertaintyKeys.TRAJECTORIES), answer);
    this.fit = asked(prompts, "validation", run.config().get(CertaintyKeys.FIT_PROMPTS), answer);
    this.test = asked(prompts, "test", run.config().get(CertaintyKeys.TEST_PROMPTS), answer);
  }

  private static Asked asked(Prompts prompts, String split, int most, int answer) {
    return Asked.of(prompts, split, most, Optional.of(answer));
  }

  Student student() {
    return student;
  }

  Asked train() {
    return train;
  }

  Asked test() {
    return test;
  }

  /** All of it. */
  CertaintyFindings run() {
    Trajectories own = answers("trajectories", "own answers", Warp.GREEDY);
    Optional<Trajectories> drawn =
        settings.arms().stream().anyMatch(arm -> arm.texts() == Texts.TEMPERED)
            ? Optional.of(answers("tempered", "own answers, drawn", settings.drawn()))
            : Optional.empty();
    ArmTraining training =
        new ArmTraining(
            settings,
            student,
            base.vocabulary(),
            Math.max(train.longest(), Math.max(fit.longest(), test.longest())),
            train.end().isPresent() ? train.answerLength() : train.longest(),
            context.taskSlots());
    training.requireMemory(context);
    Map<TrainingUnit, Trained> trained =
        training.run(context, stages, base.parameters(), rows(own, drawn.orElse(own)));
    Line untouched = line(Arm.BASE, List.of(judged(Arm.BASE, base.parameters())));
    Map<Arm, Line> arms = new LinkedHashMap<>();
    for (Arm arm : settings.arms()) {
      List<Answered> seeds = new ArrayList<>();
      for (long seed : settings.seeds()) {
        Trained one = trained.get(new TrainingUnit(arm, seed));
        seeds.add(
            judged(
                Text.of("%s.seed%d", arm, seed), student.merged(base.parameters(), one.average())));
      }
      arms.put(arm, line(arm.label(), seeds));
    }
    List<Line> lines = new ArrayList<>(List.of(untouched));
    lines.addAll(arms.values());
    return new CertaintyFindings(settings, own, drawn, trained, untouched, arms, written(lines));
  }

  private Trajectories answers(String stage, String what, Warp warp) {
    Trajectories found =
        stages.whole(
            stage,
            Trajectories.class,
            "certainty: " + what,
            () -> {
              try (NetworkMaskedSource source = source(base.parameters(), train)) {
                return Trajectories.of(context, settings, warp, source, train, base.mask());
              }
            });
    context
        .progress()
        .say(
            "certainty: %,d %s, %,d of them right, %.1f evaluations each",
            found.count(), what, found.right(), Compared.mean(found.evaluations()));
    return found;
  }

  /** Of texts without a checker: those of the table, then of each model, one position a forward. */
  private List<Written> written(List<Line> lines) {
    if (!settings.agreement()) {
      return List.of();
    }
    AnswerJudge judge = AnswerJudge.of(prompts, Written.ORDER, Written.LAMBDA).orElseThrow();
    Tokenizer tokenizer = test.tokenizer();
    int[][] own = lines.get(0).slow();
    List<Written> written = new ArrayList<>();
    written.add(Written.of("table", Written.given(test.prompts()), own, judge, tokenizer));
    lines.forEach(
        line -> written.add(Written.of(line.label(), line.slow(), own, judge, tokenizer)));
    return written;
  }

  private NetworkMaskedSource source(float[] parameters, Asked asked) {
    return NetworkMaskedSource.of(
        context, base.network(), base.vocabulary(), parameters, asked.longest(), settings.engine());
  }

  /** By arm; arms of the same rows have the same array, so that it travels once. */
  private byte[][][] rows(Trajectories own, Trajectories drawn) {
    Map<List<Object>, byte[][]> known = new HashMap<>();
    byte[][][] rows = new byte[settings.arms().size()][][];
    for (int a = 0; a < rows.length; a++) {
      Arm arm = settings.arms().get(a);
      boolean all = arm.variant() == Arm.Variant.UNFILTERED;
      rows[a] =
          known.computeIfAbsent(
              List.of(arm.texts(), all),
              k ->
                  (arm.texts() == Texts.TEMPERED ? drawn : own)
                      .records(arm, train, settings.correctOnly()));
      if (rows[a].length == 0) {
        throw new DataException(
            Text.of(
                "None of %,d answers of the model to prompts of the train split is right, so that"
                    + " there is nothing to train on; train the model longer, or set"
                    + " certainty.correctOnly = false.",
                own.count()));
      }
    }
    return rows;
  }

  private Answered judged(String name, float[] parameters) {
    return stages.whole(
        "judged." + name,
        Answered.class,
        "certainty: judging " + name,
        () -> {
          Answered found = judge(parameters);
          context
              .progress()
              .say("certainty: %s answered under %d decoders", name, decoders().size());
          return found;
        });
  }

  private Answered judge(float[] parameters) {
    try (NetworkMaskedSource onFit = source(parameters, fit);
        NetworkMaskedSource onTest = source(parameters, test)) {
      return new Answered(
          compared(onFit, fit, decoders()),
          compared(onTest, test, decoders()),
          new CalibrationMeter(BINS, settings.decodeBatch(), settings.seed())
              .run(context, onTest, test.prompts(), settings.partitions()));
    }
  }

  private List<Decoder> decoders() {
    return settings.decoders();
  }

  private Compared compared(NetworkMaskedSource source, Asked asked, List<Decoder> decoders) {
    Compared found =
        new DecoderComparison(decoders, settings.decodeBatch(), settings.seed())
            .run(context, source, asked, base.mask(), settings.partitions());
    return settings.agreement() ? found.agreeing(asked.tokenizer()) : found;
  }

  private Line line(String label, List<Answered> seeds) {
    return new Line(
        label,
        seeds.stream().map(Answered::fit).toList(),
        seeds.stream().map(Answered::test).toList(),
        seeds.stream().map(Answered::calibration).toList());
  }

  /** The published model under its decoder, read as anybody reads it: matches and evaluations. */
  double[] again(Artifact artifact) {
    LanguageModel model =
        LanguageModel.read(artifact, Optional.of(LanguageModel.Kind.MASKED), "certainty");
    try (NetworkMaskedSource source = source(model.parameters(), test)) {
      List<Decoder> read = new ArrayList<>();
      if (settings.agreement()) {
        decoders().stream()
            .filter(decoder -> decoder.rule() == RuleKind.ONE_PER_STEP)
            .forEach(read::add);
      }
      read.add(Decoder.find(artifact).orElseThrow());
      Compared found = compared(source, test, read);
      int last = read.size() - 1;
      return new double[] {found.exactMatch(last), found.evaluations(last)};
    }
  }
}
