package io.accelerant.distill.lsd;

import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Corpus;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.markov.MarkovChain;
import io.accelerant.distill.model.TeacherModel;
import io.accelerant.distill.model.TeacherModels;
import io.accelerant.distill.text.NgramModel;
import io.accelerant.distill.text.TextScoring;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Opens the teacher of a run and counts what its samples are held against. */
final class LsdTeacherFactory {
  private static final long REAL = RandomStream.purpose("lsd.real");
  private static final int SHOWN = 8;

  private LsdTeacherFactory() {}

  /** What the teacher is made from and held against, verified to exist. */
  static List<Manifest.Parent> inputs(JobContext context, JobConfig config) {
    String name = config.get(LsdKeys.TEACHER);
    Optional<String> reference = config.find(LsdKeys.REFERENCE);
    if (reference.isPresent() && !TeacherModels.isOnnx(name)) {
      throw config.invalid(
          LsdKeys.REFERENCE, "is for onnx:<file> teachers; %s brings its own.".formatted(name));
    }
    if (reference.isEmpty() && TeacherModels.isOnnx(name)) {
      throw config.invalid(
          LsdKeys.REFERENCE,
          "is required by an onnx teacher: the URI of a corpus artifact (see prepare-text) in the model's alphabet, which judges the samples.");
    }
    List<Manifest.Parent> inputs =
        new ArrayList<>(TeacherModels.inputs(name, context, config, LsdKeys.TEACHER));
    reference.ifPresent(
        uri -> inputs.add(TeacherModels.reference(uri, context, LsdKeys.REFERENCE)));
    return inputs;
  }

  static LsdTeacher open(JobContext context, LsdSettings settings) {
    TeacherModel model =
        TeacherModels.open(
            new TeacherModels.Request(
                settings.config().get(LsdKeys.TEACHER),
                settings.graph(),
                settings.noise(),
                settings.config().find(LsdKeys.LENGTH),
                settings.config().get(LsdKeys.SMOOTHING),
                settings.config().find(LsdKeys.REFERENCE)),
            context,
            settings.config(),
            LsdKeys.TEACHER);
    return model.corpus().isPresent()
        ? text(context, settings, model, model.corpus().get())
        : countdown(settings, model, model.chain().orElseThrow());
  }

  private static LsdTeacher countdown(LsdSettings settings, TeacherModel model, MarkovChain chain) {
    int length = model.source().length();
    List<int[]> real = new ArrayList<>();
    for (int id = 0; id < SHOWN; id++) {
      real.add(chain.sample(length, new RandomStream(settings.seed(), REAL, id, 0)));
    }
    SampleMeter meter = new SampleMeter.Countdown();
    return new LsdTeacher(
        model.source(),
        model.description(),
        meter,
        chain.bigram(length),
        chain.entropy(length),
        Optional.of(transitionError(chain.bigram(length), chain.symbols())),
        Optional.empty(),
        real,
        model.parents());
  }

  /** The main metric of the data, exactly: what smoothing alone contributes. */
  private static double transitionError(double[] bigram, int symbols) {
    double error = 0;
    for (int x = 1; x < symbols; x++) {
      for (int y = 0; y < symbols; y++) {
        error += y == x - 1 ? 0 : bigram[x * symbols + y];
      }
    }
    return error;
  }

  private static LsdTeacher text(
      JobContext context, LsdSettings settings, TeacherModel model, Corpus corpus) {
    int order = settings.config().get(LsdKeys.JUDGE_ORDER);
    context.progress().say("counting the %d-gram judge from the other half", order);
    NgramModel judge =
        TextScoring.fit(corpus.train(Corpus.Half.JUDGE), corpus.alphabet(), order, 1);
    Dataset<Row> test = corpus.split("test");
    TextScoring.Scored scored = TextScoring.score(test, corpus.alphabet(), judge);
    List<int[]> real = new ArrayList<>();
    for (Row row : test.select("text").orderBy("id").limit(SHOWN).collectAsList()) {
      real.add(corpus.alphabet().encode(row.getString(0)));
    }
    return new LsdTeacher(
        model.source(),
        model.description(),
        new SampleMeter.Judge(judge),
        scored.counts().bigramLaw(),
        scored.counts().entropy(),
        Optional.of(Arrays.stream(scored.nll()).average().orElseThrow()),
        Optional.of(corpus.alphabet()),
        real,
        model.parents());
  }
}
