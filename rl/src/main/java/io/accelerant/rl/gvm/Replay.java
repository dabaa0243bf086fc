package io.accelerant.rl.gvm;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Manifest;
import io.accelerant.core.config.JobConfig;
import io.accelerant.core.config.Key;
import io.accelerant.core.data.ArtifactTables;
import io.accelerant.core.data.RowsFile;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.run.Computed;
import io.accelerant.core.run.Product;
import io.accelerant.core.run.Run;
import io.accelerant.core.run.Work;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The mathematics of this package on numbers that a user gives, without a model: {@code
 * gvmRaft.of}, the table {@code allocation} for a table of probes; {@code gvmRaft.loss}, the
 * clipped loss of a batch; {@code gvmRaft.variance}, closed forms. What is short is in the metrics,
 * {@code n.<promptId>} of an allocation as well.
 */
final class Replay {
  /** Kind of the artifact. */
  static final String KIND = "gvm-raft-replay";

  /** Name of the table. */
  static final String ALLOCATION = "allocation";

  /** Of the table; {@code real} and {@code n} are numbers of samples. */
  static final StructType ALLOCATION_SCHEMA =
      StructType.fromDDL(
          "iteration INT NOT NULL, promptId BIGINT NOT NULL, p DOUBLE NOT NULL, g DOUBLE NOT NULL,"
              + " score DOUBLE NOT NULL, real DOUBLE NOT NULL, n BIGINT NOT NULL");

  private static final List<Key<String>> FILES =
      List.of(ReplayKeys.OF, ReplayKeys.LOSS, ReplayKeys.VARIANCE);
  private static final int LARGEST = 256 << 20;
  private static final int SHOWN = 1000;

  private Replay() {}

  /** Whether the configuration asks for one. */
  static boolean isMeant(JobConfig config) {
    return FILES.stream().anyMatch(key -> config.find(key).isPresent());
  }

  static Work work(JobContext context, JobConfig config) {
    List<Key<String>> given = FILES.stream().filter(k -> config.find(k).isPresent()).toList();
    if (given.size() > 1) {
      throw config.invalid(
          given.get(1), "is set beside " + given.get(0).path() + "; set one of them.");
    }
    String uri = config.get(given.get(0));
    if (given.contains(ReplayKeys.LOSS)) {
      config.refuse(ReplayKeys.ALLOCATION, "shares samples out; gvmRaft.loss reads its file only.");
      config.refuse(
          List.of(ReplayKeys.TOTAL), "shares samples out; gvmRaft.loss reads its file only.");
      InputFile file = InputFile.read(uri, context.hadoop(), LARGEST);
      return work(uri, "batch", file::sha256, run -> loss(run, file));
    }
    RowsFile file = RowsFile.of(uri, context);
    if (given.contains(ReplayKeys.VARIANCE)) {
      config.refuse(
          List.of(ReplayKeys.P, ReplayKeys.G), "is for probes; gvmRaft.variance has none.");
      return work(uri, "moments", file.hash(), run -> variance(run, file));
    }
    return work(uri, "probes", file.hash(), run -> allocation(run, file));
  }

  private static Work work(
      String uri, String role, Supplier<String> hash, Function<Run, Product> make) {
    return new Work(
        () -> List.of(new Manifest.Parent(role, uri, hash.get())),
        output -> List.of("compute what " + uri + " asks for", "publish the numbers to " + output),
        make);
  }

  private static Product loss(Run run, InputFile file) {
    return new Computed(
            KIND,
            "Clipped loss of given numbers",
            "loss",
            LossBatch.result(file.json(), file.uri()))
        .product(run);
  }

  private static Product allocation(Run run, RowsFile file) {
    JobConfig config = run.config();
    Probed probed = Probed.of(file, ReplayKeys.isLaplace(config), ReplayKeys.norm(config));
    int m = probed.ids().length;
    long total = ReplayKeys.total(config, m, 8L * m);
    Allocation found =
        Allocation.of(probed.ids(), probed.p(), probed.g(), total, ReplayKeys.allocation(config));
    Map<String, Number> samples = new LinkedHashMap<>();
    for (int i = 0; i < m && m <= SHOWN; i++) {
      samples.put("n." + probed.ids()[i], found.n()[i]);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("boundRatio", found.boundRatio());
    result.put("prompts", m);
    result.put("total", LongStream.of(found.n()).sum());
    result.put("without", LongStream.of(found.n()).filter(n -> n == 0).count());
    return new Computed(
            KIND,
            "Samples by prompt for given probes",
            "boundRatio",
            result,
            samples,
            ArtifactTables.writeRows(run, ALLOCATION, rows(probed, found), ALLOCATION_SCHEMA))
        .product(run);
  }

  private static List<Row> rows(Probed probed, Allocation found) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < found.n().length; i++) {
      rows.add(
          RowFactory.create(
              0,
              probed.ids()[i],
              probed.p()[i],
              probed.g()[i],
              found.score()[i],
              found.real()[i],
              found.n()[i]));
    }
    return rows;
  }

  private static Product variance(Run run, RowsFile file) {
    return new Computed(
            KIND,
            "Variance of the gradient's estimator for given numbers",
            "uniform",
            Moments.of(file).closedForms(run.config()))
        .product(run);
  }
}
