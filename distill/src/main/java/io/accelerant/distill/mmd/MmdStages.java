package io.accelerant.distill.mmd;

import io.accelerant.core.artifact.Snapshots;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.Images;
import io.accelerant.core.job.GpuStage;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.RunKeys;
import io.accelerant.core.onnx.OnnxFile;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Stages;
import io.accelerant.core.run.Units;
import io.accelerant.core.text.Text;
import io.accelerant.core.train.PackedShards;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.FlowPath;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.measure.pixels.PixelClassifier;
import io.accelerant.distill.model.network.ImageModel;
import io.accelerant.distill.model.network.NetworkImageSource;
import io.accelerant.distill.teacher.PixelTables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The work of a run: networks of features, the untouched model in every sampler, finetuning. */
final class MmdStages implements AutoCloseable {
  private static final String SHARDS = "shards";

  /** The curve's noise is not that of the tables. */
  private static final long CURVE = 1L << 40;

  private final JobContext context;
  private final JobConfig config;
  private final MmdSettings settings;
  private final ImageModel teacher;
  private final Images images;
  private final Stages stages;
  private final Snapshots snapshots;
  private final LabelledPixels reference;
  private final Spaces spaces;
  private final Finetuning finetuning;
  private final Map<FeatureChoice, FeatureMap> maps = new LinkedHashMap<>();
  private final Map<FeatureChoice, UnionRound.Statistic> statistics = new LinkedHashMap<>();

  MmdStages(Run run, MmdSettings settings, ImageModel teacher, Images images) {
    this.context = run.context();
    this.config = run.config();
    this.settings = settings;
    this.teacher = teacher;
    this.images = images;
    this.stages = new Stages(context, run.stages());
    this.snapshots = run.snapshots(folders(settings));
    this.reference =
        PixelTables.first(images.split("train"), Images.COLUMN, config.get(MmdKeys.REFERENCE));
    LabelledPixels real =
        PixelTables.first(images.split("test"), Images.COLUMN, settings.samples());
    FeatureFits fits =
        new FeatureFits(
            context,
            config,
            stages,
            reference,
            images.channels(),
            images.height(),
            images.classes());
    PixelClassifier a = fits.a();
    Optional<OnnxFeatures> onnx =
        config
            .find(MmdKeys.ONNX)
            .map(uri -> OnnxFile.read(uri, context.hadoop()))
            .map(file -> new OnnxFeatures(file, images.channels(), images.height()));
    this.spaces =
        new Spaces(a, fits.b(), onnx, images.channels(), images.height(), real, reference);
    for (FeatureChoice choice : settings.features()) {
      FeatureMap map = fits.map(choice, a, settings.microBatch());
      Kernel kernel = choice.kernel().on(fits.ofReals(map, a, Kernel.MEDIAN_ROWS));
      Mmd mmd = new Mmd(kernel, settings.unbiased(), settings.classShare());
      maps.put(choice, map);
      statistics.put(
          choice,
          settings.reals() == 0
              ? UnionRound.Statistic.ofRound(mmd)
              : UnionRound.Statistic.of(
                  DataRows.of(mmd, fits.ofReals(map, a, settings.reals()), classes() > 0)));
    }
    PackedShards shards =
        PackedShards.open(
            run.stages(),
            snapshots,
            SHARDS,
            PixelTables.records(images.split("train"), Images.COLUMN, (id, label) -> label),
            settings.train().workers(),
            settings.train().seed(),
            config.get(MmdKeys.DATA));
    this.finetuning = new Finetuning(context, config, settings, teacher, shards, a, maps::get);
    finetuning.requireMemory();
  }

  /** What lies beside the stages: packed records, and the checkpoints of each training. */
  private static String[] folders(MmdSettings settings) {
    List<String> folders = new ArrayList<>(List.of(SHARDS));
    for (int steps : settings.steps()) {
      for (long seed : settings.seeds()) {
        trained(settings, steps).forEach(cell -> folders.add(cell.stage(seed)));
      }
    }
    return folders.toArray(String[]::new);
  }

  private static List<Cell> trained(MmdSettings settings, int steps) {
    List<Cell> cells = new ArrayList<>();
    settings.features().forEach(f -> cells.add(Cell.finetuned(settings, f, steps)));
    cells.add(new Cell(Cell.DENOISING, steps));
    return cells;
  }

  ImageModel published(Trained trained) {
    return finetuning.model(trained.average());
  }

  Finetuning finetuning() {
    return finetuning;
  }

  Spaces spaces() {
    return spaces;
  }

  private Schedule schedule() {
    return teacher.schedule();
  }

  boolean isFlow() {
    return schedule() instanceof FlowPath;
  }

  private int classes() {
    return settings.labelled() ? teacher.network().classes() : 0;
  }

  /** The sampler that is finetuned for. */
  FewSteps chain(int steps) {
    return ddim(settings.subset(), steps);
  }

  private FewSteps ddim(TimeSubset subset, int steps) {
    return FewSteps.plain(
        MmdSampler.solver(schedule()), schedule(), subset.times(schedule(), steps), classes());
  }

  private FewSteps multistep(Solver solver, int steps) {
    double[] times = Spacing.TIME_UNIFORM.times(schedule(), schedule().end(), steps);
    return FewSteps.plain(solver, schedule(), times, classes());
  }

  /** All of it. */
  MmdFindings run() {
    MmdFindings findings = new MmdFindings(settings, floors());
    untouched().forEach((cell, sampler) -> measure(findings, cell, sampler));
    for (int steps : settings.steps()) {
      for (long seed : settings.seeds()) {
        for (FeatureChoice choice : settings.features()) {
          Cell cell = Cell.finetuned(settings, choice, steps);
          train(
              findings,
              cell,
              seed,
              part ->
                  finetuning.byMmd(cell, choice, statistics.get(choice), seed, part, this::look));
        }
        Cell cell = new Cell(Cell.DENOISING, steps);
        train(findings, cell, seed, part -> finetuning.byDenoising(cell, seed, part, this::look));
      }
    }
    return findings;
  }

  /** Real images against real images, and what both networks see in them. */
  private Map<String, Double> floors() {
    return stages.of("floors", Floors.class, this::measureFloors).metrics();
  }

  private record Floors(Map<String, Double> metrics) {}

  private Floors measureFloors() {
    Map<String, Double> floors = new LinkedHashMap<>(spaces.floors(reference));
    spaces.accuracies().forEach((space, share) -> floors.put("accuracy." + space, share));
    return new Floors(floors);
  }

  /** The samplers of the untouched model. */
  private Map<Cell, FewSteps> untouched() {
    Map<Cell, FewSteps> samplers = new LinkedHashMap<>();
    for (int steps : settings.steps()) {
      samplers.put(new Cell(Cell.DDIM, steps), chain(steps));
      for (TimeSubset other : TimeSubset.values()) {
        if (other != settings.subset() && other.suits(schedule())) {
          samplers.put(new Cell(Cell.DDIM + "-" + other.label(), steps), ddim(other, steps));
        }
      }
      Solver unipc = Solver.usual(Solver.UNIPC);
      Solver plain = Solver.plain(Solver.DPMPP_2M);
      samplers.put(new Cell(plain.name(), steps), multistep(plain, steps));
      samplers.put(new Cell(unipc.name(), steps), multistep(unipc, steps));
      samplers.put(new Cell(Cell.DC_SOLVER, steps), compensated(unipc, steps));
    }
    for (int steps : settings.baselineSteps()) {
      samplers.putIfAbsent(new Cell(Cell.DDIM, steps), chain(steps));
    }
    return samplers;
  }

  private FewSteps compensated(Solver solver, int steps) {
    FewSteps plain = multistep(solver, steps);
    CompensationFit fit =
        new CompensationFit(plain, config.get(MmdKeys.TRUTH_STEPS), config.get(RunKeys.SEED));
    double[] ratios =
        stages.of(
            "dc-solver.n" + steps,
            double[].class,
            () -> {
              context.progress().say("mmd: fitting DC-Solver's ratios for %d steps", steps);
              return units(teacher)
                  .map(Text.of("mmd: DC-Solver, %d steps", steps), 1, (m, unit) -> fit.ratios(m))
                  .get(0);
            });
    return new FewSteps(solver, schedule(), plain.times(), ratios, classes());
  }

  private Units<ContinuousModel> units(ImageModel model) {
    NetworkImageSource source = NetworkImageSource.of(context, model, "of mmd", "", config);
    return new Units<>(context, GpuStage.of(config), config.get(MmdKeys.PARTITIONS), source::open);
  }

  /** Samples 0 .. count-1 of a seed. */
  LabelledPixels draw(String what, ImageModel model, FewSteps sampler, long seed, int count) {
    Batches batches = new Batches(count, FewSteps.BATCH);
    byte[][] drawn =
        units(model)
            .map(
                Text.of("mmd: %d samples, %s", count, what),
                batches.units(),
                (opened, batch) -> sampler.draw(opened, batches, batch, seed))
            .stream()
            .flatMap(Arrays::stream)
            .toArray(byte[][]::new);
    return new LabelledPixels(drawn, IntStream.range(0, count).map(sampler::label).toArray());
  }

  private Map<String, Double> look(ImageModel model, int steps, long seed) {
    int count = Math.min(settings.curveSamples(), spaces.real().count());
    return spaces.glance(
        draw(Text.of("%d steps, on the way", steps), model, chain(steps), seed + CURVE, count));
  }

  private void measure(MmdFindings findings, Cell cell, FewSteps sampler) {
    settings
        .seeds()
        .forEach(
            seed ->
                findings.add(
                    cell,
                    stages.of(
                        "measured." + cell.stage(seed),
                        Measured.class,
                        () -> measured(cell.stage(seed), teacher, sampler, seed))));
  }

  private Measured measured(String what, ImageModel model, FewSteps sampler, long seed) {
    LabelledPixels samples = draw(what, model, sampler, seed, spaces.real().count());
    Measured found = spaces.measure(samples, classes() > 0, settings.seeds().size() == 1);
    context
        .progress()
        .say(
            "%s: Frechet distance %.4g in a, %.4g in b, %.4g in pixels",
            what,
            found.metrics().get("frechet.a"),
            found.metrics().get("frechet.b"),
            found.metrics().get("frechet.pixels"));
    return found;
  }

  private interface Training {
    Trained in(Snapshots part);
  }

  private void train(MmdFindings findings, Cell cell, long seed, Training training) {
    Snapshots part = snapshots.part(cell.stage(seed));
    Trained trained =
        stages.of("trained." + cell.stage(seed), Trained.class, () -> training.in(part));
    part.deleteAll();
    Measured measured =
        stages.of(
            "measured." + cell.stage(seed),
            Measured.class,
            () -> measured(cell.stage(seed), published(trained), chain(cell.steps()), seed));
    findings.add(cell, measured);
    findings.add(cell, seed, trained);
  }

  @Override
  public void close() {
    spaces.close();
  }
}
