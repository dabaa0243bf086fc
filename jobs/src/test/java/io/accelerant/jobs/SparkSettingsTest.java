package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.RunKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkSettingsTest {
  @TempDir Path folder;
  private final List<String> notes = new ArrayList<>();

  private JobConfig load(String text, String... sets) throws IOException {
    Path file = Files.writeString(folder.resolve("job.conf"), "run.output = /out\n" + text);
    return JobConfig.load(List.of(file), List.of(sets), RunKeys.and(List.of()));
  }

  private JobConfig submit(JobConfig own, Map<String, String> submitted) {
    return SparkSettings.submit(own, submitted, notes::add);
  }

  @Test
  void submittedSettingsWinOverFilesAndLoseToTheCommandLine() throws IOException {
    JobConfig own = load("spark { a = file, b = file, c = file }", "spark.b=set");
    JobConfig config = submit(own, Map.of("spark.a", "sub", "spark.b", "sub", "spark.d", "sub"));
    assertThat(config.spark())
        .containsEntry("spark.a", "sub")
        .containsEntry("spark.b", "set")
        .containsEntry("spark.c", "file")
        .containsEntry("spark.d", "sub");
    assertThat(config.effective().get("spark.a").origin()).isEqualTo("spark-submit");
    assertThat(notes).hasSize(1).first().asString().contains("spark.a", "job.conf: 2");
  }

  @Test
  void masterIsTheSubmitters() throws IOException {
    JobConfig config = submit(load("", "spark.master=local[3]"), Map.of("spark.master", "yarn"));
    assertThat(config.get(RunKeys.MASTER)).isEqualTo("yarn");
    assertThat(notes).containsExactly("spark.master (--set) is ignored: spark-submit has set it.");
  }

  @Test
  void sameValueIsNoNews() throws IOException {
    submit(load("spark.a = 1"), Map.of("spark.a", "1", "spark.master", "yarn"));
    assertThat(notes).isEmpty();
  }

  @Test
  void embeddedRunStaysOnThisMachineWithoutUi() throws IOException {
    JobConfig config = SparkSettings.complete(load(""), "lsd", false);
    assertThat(config.spark())
        .containsEntry("spark.app.name", "lsd")
        .containsEntry("spark.ui.enabled", "false")
        .containsEntry("spark.driver.host", "127.0.0.1");
    assertThat(config.effective().get("spark.ui.enabled").origin()).isEqualTo("default");
  }

  @Test
  void whatTheUserSetStays() throws IOException {
    JobConfig config =
        SparkSettings.complete(
            load("spark.ui.enabled = true, spark.sql.shuffle.partitions = 99"), "lsd", false);
    assertThat(config.spark())
        .containsEntry("spark.ui.enabled", "true")
        .containsEntry("spark.sql.shuffle.partitions", "99");
  }

  @Test
  void clusterKeepsItsOwnDefaults() throws IOException {
    assertThat(SparkSettings.complete(load(""), "lsd", true).spark())
        .doesNotContainKeys(
            "spark.driver.host", "spark.ui.enabled", "spark.sql.shuffle.partitions");
    JobConfig standalone = load("spark.master = \"spark://h:7077\"");
    assertThat(SparkSettings.complete(standalone, "lsd", false).spark())
        .doesNotContainKey("spark.driver.host");
  }

  @Test
  void nameOfTheRunIsTheNameOfTheApplication() throws IOException {
    assertThat(SparkSettings.complete(load("run.name = mine"), "lsd", true).spark())
        .containsEntry("spark.app.name", "mine");
  }

  @Test
  void kernelIsPinnedOnExecutorsAndRequiredHere() throws IOException {
    JobConfig config = SparkSettings.complete(load("engine.kernel = Zen"), "lsd", false);
    assertThat(config.spark())
        .containsEntry("spark.executorEnv.OPENBLAS_CORETYPE", "ZEN")
        .containsEntry("spark.executorEnv.DNNL_MAX_CPU_ISA", "AVX2")
        .containsEntry("spark.executorEnv.OMP_NUM_THREADS", "1");
    SparkSettings.requireKernel(
        config, Map.of("OPENBLAS_CORETYPE", "Zen", "DNNL_MAX_CPU_ISA", "AVX2"));
    for (Map<String, String> lacking :
        List.of(Map.<String, String>of(), Map.of("OPENBLAS_CORETYPE", "Zen"))) {
      assertThatThrownBy(() -> SparkSettings.requireKernel(config, lacking))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("engine.kernel")
          .hasMessageContaining("job.conf: 2")
          .hasMessageContaining("OPENBLAS_CORETYPE=ZEN");
    }
    SparkSettings.requireKernel(load(""), Map.of());
  }

  @Test
  void hadoopGetsItsSettingsWithoutSpark() throws IOException {
    JobConfig config = load("spark.hadoop.fs.s3a.endpoint = \"http://h\", spark.x = 1");
    assertThat(SparkSettings.hadoop(config).get("fs.s3a.endpoint")).isEqualTo("http://h");
    assertThat(SparkSettings.hadoop(config).get("spark.x")).isNull();
  }

  @Test
  void s3IsGivenUpWithinAMinuteUnlessSomebodySaysOtherwise() throws IOException {
    String limit = "spark.hadoop.fs.s3a.retry.limit";
    JobConfig config = SparkSettings.complete(load(""), "lsd", true);
    assertThat(config.spark()).containsEntry(limit, "2");
    assertThat(SparkSettings.hadoop(config).get("fs.s3a.retry.limit")).isEqualTo("2");
    assertThat(SparkSettings.complete(load("", limit + "=9"), "lsd", true).spark())
        .containsEntry(limit, "9");

    Path site = folder.resolve("core-site.xml");
    Files.writeString(
        site,
        "<configuration><property><name>fs.s3a.retry.limit</name><value>7</value></property>"
            + "</configuration>");
    Configuration hadoop = new Configuration();
    hadoop.addResource(new org.apache.hadoop.fs.Path(site.toUri()));
    assertThat(S3Settings.defaults(hadoop))
        .doesNotContainKey(limit)
        .containsEntry("spark.hadoop.fs.s3a.attempts.maximum", "0");
  }

  @Test
  void kryoMayAskForRegistrationIfWhatIsSentIsRegistered() {
    Map<String, String> spark = new HashMap<>(Map.of("spark.kryo.registrationRequired", "true"));
    assertThatThrownBy(() -> SparkSettings.requireKryo(spark))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("org.apache.spark.sql.types.ArrayType,", "leave it out");
    spark.put("spark.kryo.classesToRegister", "my.Class, " + String.join(" ,", SparkSettings.SENT));
    SparkSettings.requireKryo(spark);
    SparkSettings.requireKryo(Map.of("spark.kryo.registrationRequired", "false"));
  }

  @Test
  void tablesOnS3NeedNoRename() throws IOException {
    assertThat(SparkSettings.complete(load(""), "lsd", false).spark())
        .containsEntry("spark.hadoop.fs.s3a.committer.name", "magic")
        .containsEntry(
            "spark.sql.sources.commitProtocolClass",
            "org.apache.spark.internal.io.cloud.PathOutputCommitProtocol");
  }

  @Test
  void processWithoutSparkSubmitHasNothingSubmitted() {
    assertThat(SparkSettings.submitted()).isEmpty();
  }
}
