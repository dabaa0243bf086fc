package io.accelerant.distill.moments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.data.PrepareImagesJob;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.error.StoppedException;
import io.accelerant.core.features.Moments;
import io.accelerant.core.job.Job;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.JobResult;
import io.accelerant.core.job.SparkTest;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.random.RandomStream;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.GaussianLaw;
import io.accelerant.distill.continuous.Mixtures;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.VpLinear;
import io.accelerant.distill.model.DataMoments;
import io.accelerant.distill.model.NoiseRows;
import io.accelerant.distill.sample.SampleJob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataMomentsJobTest extends SparkTest {
  private static final int ROWS = 500;
  private static final int SIZE = 5;

  @TempDir Path folder;

  /** Rows whose mean is large beside their spread. */
  private static double[][] vectors() {
    double[][] rows = new double[ROWS][SIZE];
    for (int id = 0; id < ROWS; id++) {
      RandomStream stream = new RandomStream(1, RandomStream.purpose("test.rows"), id, 0);
      double shared = stream.nextGaussian();
      for (int i = 0; i < SIZE; i++) {
        rows[id][i] = 1e4 + i * shared + stream.nextGaussian();
      }
    }
    return rows;
  }

  private String table(String name, int files, double[][] x) {
    List<Row> rows = new ArrayList<>();
    for (int id = 0; id < x.length; id++) {
      rows.add(RowFactory.create((long) id, Arrays.stream(x[id]).boxed().toList()));
    }
    String uri = folder.resolve(name).toString();
    spark()
        .createDataFrame(rows, StructType.fromDDL("id BIGINT, x ARRAY<DOUBLE>"))
        .repartition(files)
        .write()
        .parquet(uri);
    return uri;
  }

  private JobResult moments(String name, String data, String... more) {
    return moments(context(), name, data, more);
  }

  private JobResult moments(JobContext context, String name, String data, String... more) {
    List<String> sets =
        new ArrayList<>(List.of("run.output=" + folder.resolve(name), "dataMoments.data=" + data));
    sets.addAll(List.of(more));
    return run(context, new DataMomentsJob(), sets);
  }

  private static JobResult run(JobContext context, Job job, List<String> sets) {
    return job.run(context, JobConfig.load(List.of(), sets, job.keys()));
  }

  private static GaussianLaw law(JobResult result) {
    return DataMoments.read(result.artifact(), context(), "test").law();
  }

  /** U diag(Lam) U^T. */
  private static double[] covariance(GaussianLaw law) {
    int d = law.size();
    double[] covariance = new double[d * d];
    for (int k = 0; k < law.values().length; k++) {
      for (int i = 0; i < d * d; i++) {
        covariance[i] += law.values()[k] * law.vectors()[k][i / d] * law.vectors()[k][i % d];
      }
    }
    return covariance;
  }

  private static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  @Test
  void theyAreThoseOfAPlainComputationAndHaveTheSameBitsHoweverTheTableIsCut() {
    JobResult one = moments("m1", table("t1", 1, vectors()));
    GaussianLaw law = law(one);
    Moments plain = Moments.of(vectors());
    assertThat(law.mean()).containsExactly(plain.mean(), within(1e-10));
    assertThat(covariance(law)).containsExactly(flat(plain.covariance()), within(1e-9));
    assertThat(law.values()).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    assertThat(one.metrics()).containsEntry("rows", (long) ROWS).containsEntry("rank", SIZE);
    assertThat(one.metrics().get("keptShare").doubleValue()).isCloseTo(1, within(1e-12));
    for (int files : new int[] {2, 7}) {
      JobResult cut = moments("m" + files, table("t" + files, files, vectors()));
      assertThat(cut.contentHash()).isEqualTo(one.contentHash());
    }
    Artifact artifact = Artifact.open(one.artifact(), context().hadoop());
    assertThat(artifact.verify()).isEmpty();
    assertThat(artifact.holds("plots/spectrum.png")).isTrue();
  }

  @Test
  void aRankKeepsTheDirectionsOfMostVariance() {
    String table = table("t", 3, vectors());
    GaussianLaw whole = law(moments("whole", table));
    GaussianLaw two = law(moments("two", table, "dataMoments.rank=2"));
    assertThat(two.values()).isEqualTo(Arrays.copyOf(whole.values(), 2));
    assertThat(two.vectors()).isDeepEqualTo(Arrays.copyOf(whole.vectors(), 2));
  }

  @Test
  void imagesAreTakenFromMinusOneToOneAndByClass() throws IOException {
    ByteBuffer pixels =
        ByteBuffer.allocate(16 + 40 * 4).putInt(0x803).putInt(40).putInt(2).putInt(2);
    ByteBuffer labels = ByteBuffer.allocate(8 + 40).putInt(0x801).putInt(40);
    double[][] x = new double[40][4];
    for (int id = 0; id < 40; id++) {
      labels.put((byte) (id % 2));
      for (int p = 0; p < 4; p++) {
        int value = new RandomStream(2, 1, id, p).nextInt(256);
        pixels.put((byte) value);
        x[id][p] = value / 127.5 - 1;
      }
    }
    JobResult images =
        run(
            context(),
            new PrepareImagesJob(),
            List.of(
                "run.output=" + folder.resolve("images"),
                "prepareImages.source=" + Files.write(folder.resolve("x.idx"), pixels.array()),
                "prepareImages.labels=" + Files.write(folder.resolve("y.idx"), labels.array()),
                "prepareImages.classes=2",
                "prepareImages.split=[1, 0]"));
    JobResult found = moments("m", images.artifact());
    Moments plain = Moments.of(x);
    assertThat(law(found).mean()).containsExactly(plain.mean(), within(1e-6)); // float pixels
    assertThat(covariance(law(found))).containsExactly(flat(plain.covariance()), within(1e-6));
    assertThat(folder.resolve("m/plots/mean-and-directions.png")).exists();
    JobResult ones = moments("one", images.artifact(), "dataMoments.label=1");
    assertThat(ones.metrics()).containsEntry("rows", 20L);
    assertThatThrownBy(() -> moments("no", images.artifact(), "dataMoments.label=2"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("dataMoments.label (--set) is 2; ");
  }

  private String mixture() throws IOException {
    return Files.write(
            folder.resolve("mixture.json"), CanonicalJson.bytes(Mixtures.sixteen(3).toJson()))
        .toString();
  }

  private double[] sampled(String name, String... more) {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "run.output=" + folder.resolve(name),
                "run.seed=9",
                "sample.count=5",
                "sample.steps=6",
                "sample.spacing=log-snr",
                "sample.solver=ddim"));
    sets.addAll(List.of(more));
    JobResult samples = run(context(), new SampleJob(), sets);
    return ((List<?>)
            Artifact.open(samples.artifact(), context().hadoop()).readJson("samples.json").get("x"))
        .stream()
            .flatMap(row -> ((List<?>) row).stream())
            .mapToDouble(v -> ((Number) v).doubleValue())
            .toArray();
  }

  @Test
  void sampleBeginsWithTheJumpAndSpendsItsStepsAfterIt() throws IOException {
    String model = "sample.model=" + mixture();
    JobResult moments = moments("m", mixture());
    String[] keys = {
      model, "sample.teleport.moments=" + moments.artifact(), "sample.teleport.to=0.6"
    };
    double[] x = sampled("s", keys);
    Schedule schedule = VpLinear.standard();
    double[] times = Spacing.LOG_SNR.times(schedule, 0.6, 1e-3, 6);
    double[] begin =
        law(moments)
            .jump(
                NoiseRows.drawn(9, "sample.noise", 0, 5, 16).x(),
                schedule.node(1),
                schedule.node(0.6));
    assertThat(x)
        .isEqualTo(
            Solver.plain(Solver.DDIM)
                .on(schedule, times)
                .sample(begin, Denoiser.plain(Mixtures.sixteen(3).open(), 5)));
    assertThat(Files.readString(folder.resolve("s/report.md"))).contains("a jump to t = 0.6");
    assertThat(
            Artifact.open(folder.resolve("s").toString(), context().hadoop()).manifest().parents())
        .anyMatch(parent -> parent.role().equals("moments"));
  }

  @Test
  void jumpsThatCannotBeAreRefused() throws IOException {
    String model = "sample.model=" + mixture();
    String moments = "sample.teleport.moments=" + moments("m", mixture()).artifact();
    String to = "sample.teleport.to=0.6";
    assertThatThrownBy(() -> sampled("no", model, moments, to, "sample.schedule=flow"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("sample.teleport.to (--set) is for variance-preserving schedules");
    assertThatThrownBy(() -> sampled("no", model, to))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is set alone; sample.teleport needs moments and to");
    assertThatThrownBy(() -> sampled("no", model, moments, "sample.teleport.to=0.0005"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("it must lie between 0.001, where sampling ends, and 1.0");
    String small =
        "sample.teleport.moments=" + moments("five", table("t", 1, vectors())).artifact();
    assertThatThrownBy(() -> sampled("no", model, small, to))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("holds moments in 5 dimensions; the model has 16");
    assertThatThrownBy(() -> sampled("no", model, to, "sample.teleport.moments=" + folder))
        .isInstanceOf(ArtifactException.class);
    assertThatThrownBy(() -> sampled("no", model, "sample.dualFast.from=first"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("sample.dualFast.from (--set) is set without sample.dualFast.c");
    assertThat(folder.resolve("no")).doesNotExist();
  }

  @Test
  void aStoppedRunGoesOnToTheSameContent() {
    String table = table("t", 2, vectors());
    String content = moments("undisturbed", table).contentHash();
    List<String> said = new ArrayList<>();
    BooleanSupplier always = () -> true;
    assertThatThrownBy(() -> moments(context(said, always), "out", table))
        .isInstanceOf(StoppedException.class);
    assertThat(folder.resolve("out/manifest.json")).doesNotExist();
    assertThat(moments(context(said, () -> false), "out", table).contentHash()).isEqualTo(content);
  }

  private static JobContext context(List<String> said, BooleanSupplier stop) {
    return new JobContext(SparkTest::spark, context().hadoop(), said::add, stop, false, "");
  }

  @Test
  void rowsThatCannotBeAreNamed() {
    double[][] bad = vectors();
    bad[7][2] = Double.NaN;
    assertThatThrownBy(() -> moments("no", table("nan", 2, bad)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("row 7: number 2 is NaN");
    double[][] ragged = vectors();
    ragged[9] = new double[3];
    assertThatThrownBy(() -> moments("no", table("ragged", 2, ragged)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("row 9 has 3 numbers; the first has 5");
    assertThatThrownBy(
            () -> moments("no", table("column", 1, vectors()), "dataMoments.column=features"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is features; ")
        .hasMessageContaining("has the columns id (bigint), x (array<double>)");
    String one = table("one", 1, Arrays.copyOf(vectors(), 1));
    assertThatThrownBy(() -> moments("no", one))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a covariance needs two rows");
  }
}
