package io.accelerant.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ConfigException;
import io.accelerant.core.job.RunKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobConfigTest {
  private static final Key<Integer> STEPS = Key.integer("lsd.steps", "steps").withDefault(8);
  private static final Key<String> TEACHER = Key.string("lsd.teacher", "teacher").optional();
  private static final Key<List<String>> OBJECTIVE =
      Key.strings("lsd.objective", "objectives").oneOf("direct", "a:b").withDefault(List.of());
  private static final Key<Boolean> LEARN = Key.bool("lsd.learn", "learn").withDefault(true);
  private static final Key<Integer> THREADS =
      Key.integer("lsd.threads", "threads").withDefault(1).operational();
  private static final List<Key<?>> KEYS =
      RunKeys.and(List.of(STEPS, TEACHER, OBJECTIVE, LEARN, THREADS));

  @TempDir Path folder;
  private int files;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("job" + files++ + ".conf"), text);
  }

  private JobConfig load(String text, String... sets) throws IOException {
    return JobConfig.load(List.of(file("run.output = /out\n" + text)), List.of(sets), KEYS);
  }

  private JobConfig sets(String... sets) throws IOException {
    return load("", sets);
  }

  @Test
  void laterFilesWinAndSetsWinOverFiles() throws IOException {
    Path one = file("run.output = /out, lsd { steps = 1, learn = false, teacher = ann }");
    Path two = file("lsd { steps = 2, teacher = bob }");
    JobConfig config = JobConfig.load(List.of(one, two), List.of("lsd.teacher=eve"), KEYS);
    assertThat(config.get(LEARN)).isFalse();
    assertThat(config.get(STEPS)).isEqualTo(2);
    assertThat(config.find(TEACHER)).contains("eve");
    assertThat(config.effective().get("lsd.learn").origin()).isEqualTo(one + ": 1");
    assertThat(config.effective().get("lsd.steps").origin()).isEqualTo(two + ": 1");
  }

  @Test
  void aValueThatWouldNotBeUsedIsRefused() throws IOException {
    JobConfig config = load("lsd.learn = false");
    assertThat(config.isGiven(LEARN)).isTrue();
    assertThat(config.isGiven(STEPS)).isFalse();
    config.refuse(List.of(STEPS), "is never used.");
    assertThatThrownBy(() -> config.refuse(List.of(STEPS, LEARN), "is never used."))
        .isInstanceOf(ConfigException.class)
        .hasMessageMatching("lsd.learn \\(.*job0.conf: 2\\) is never used\\.");
  }

  @Test
  void laterSetWins() throws IOException {
    assertThat(sets("lsd.steps=3", "lsd.steps=4").get(STEPS)).isEqualTo(4);
  }

  @Test
  void substitutionsReachOtherFiles() throws IOException {
    Path one = file("run.output = /out, lsd { steps = ${lsd.threads} }");
    Path two = file("lsd.threads = 7");
    assertThat(JobConfig.load(List.of(one, two), List.of(), KEYS).get(STEPS)).isEqualTo(7);
  }

  @Test
  void includedFileIsNamedAsOrigin() throws IOException {
    Path base = file("lsd.steps = 5");
    JobConfig config = load("include \"" + base.getFileName() + "\"");
    assertThat(config.get(STEPS)).isEqualTo(5);
    assertThat(config.effective().get("lsd.steps").origin()).contains("job0.conf: 1");
  }

  @Test
  void textIsTakenLiterallyOnTheCommandLine() throws IOException {
    String text = "markov:2:s3a://bucket/a [b] = {c} # d";
    assertThat(sets("lsd.teacher=" + text).find(TEACHER)).contains(text);
    assertThat(sets("lsd.teacher=\"quoted\"").find(TEACHER)).contains("quoted");
    assertThat(sets("lsd.teacher=").find(TEACHER)).contains("");
  }

  @Test
  void oneTextStandsForAListOfTexts() throws IOException {
    assertThat(sets("lsd.objective=a:b").get(OBJECTIVE)).containsExactly("a:b");
    assertThat(sets("lsd.objective=[direct, \"a:b\"]").get(OBJECTIVE))
        .containsExactly("direct", "a:b");
    assertThat(load("lsd.objective = direct").get(OBJECTIVE)).containsExactly("direct");
  }

  @Test
  void unknownKeyNamesFileLineAndNearest() {
    assertThatThrownBy(() -> load("lsd {\n  stepz = 3\n}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageMatching(
            "Unknown key lsd.stepz \\(.*job0.conf: 3\\); the nearest valid key is lsd.steps\\.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e30", "2147483648", "1.5", "yes", "[]", "null", "NaN"})
  void notAWholeNumber(String value) {
    assertThatThrownBy(() -> load("lsd.steps = " + value))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("lsd.steps")
        .hasMessageContaining("must be a whole number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"16", "\"16\"", "16.0", "1.6e1"})
  void wholeNumberMayBeWrittenInOtherWays(String value) throws IOException {
    assertThat(load("lsd.steps = " + value).get(STEPS)).isEqualTo(16);
  }

  @Test
  void largestSeedIsExact() throws IOException {
    assertThat(load("run.seed = 9223372036854775807").get(RunKeys.SEED)).isEqualTo(Long.MAX_VALUE);
    assertThat(sets("run.seed=-9223372036854775808").get(RunKeys.SEED)).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void sparkSettingsPassThroughAsText() throws IOException {
    JobConfig config =
        load(
            "spark { speculation = true, \"speculation.interval\" = 1s, sql.shuffle.partitions = 3 }\n"
                + "spark.jars = [a.jar, b.jar]");
    assertThat(config.spark())
        .containsAllEntriesOf(
            Map.of(
                "spark.speculation", "true",
                "spark.speculation.interval", "1s",
                "spark.sql.shuffle.partitions", "3",
                "spark.jars", "a.jar,b.jar",
                "spark.master", "local[*]"));
  }

  @Test
  void sparkValueAndPrefixMayComeFromDifferentSources() throws IOException {
    Path one = file("run.output = /out, spark.speculation = true, spark.sql.x = 1");
    Path two = file("spark.speculation.interval = 1s");
    JobConfig config =
        JobConfig.load(List.of(one, two), List.of("spark.sql.x=2", "spark.sql.x.y=3"), KEYS);
    assertThat(config.spark())
        .containsAllEntriesOf(
            Map.of(
                "spark.speculation", "true",
                "spark.speculation.interval", "1s",
                "spark.sql.x", "2",
                "spark.sql.x.y", "3"));
  }

  @Test
  void laterFileWinsHoweverASparkKeyIsWritten() throws IOException {
    Path quoted = file("run.output = /out, spark { \"sql.x\" = 1 }");
    Path nested = file("spark { sql { x = 2 } }");
    assertThat(JobConfig.load(List.of(quoted, nested), List.of(), KEYS).spark())
        .containsEntry("spark.sql.x", "2");
    assertThat(JobConfig.load(List.of(nested, quoted), List.of(), KEYS).spark())
        .containsEntry("spark.sql.x", "1");
  }

  @Test
  void nullTakesASparkSettingAway() throws IOException {
    Path one = file("run.output = /out, spark.x = 1");
    Path two = file("spark.x = null");
    assertThat(JobConfig.load(List.of(one, two), List.of(), KEYS).spark())
        .doesNotContainKey("spark.x");
  }

  @Test
  void sparkSettingsMaySubstitute() throws IOException {
    assertThat(load("lsd.steps = 9, spark.x = p${lsd.steps}").spark())
        .containsEntry("spark.x", "p9");
  }

  @Test
  void identityIsWhatIsComputed() throws IOException {
    JobConfig config =
        load("spark.x = 1, lsd.threads = 4", "run.name=n", "run.seed=7", "lsd.teacher=ann");
    assertThat(config.identity())
        .isEqualTo(
            Map.of(
                "lsd.learn",
                true,
                "lsd.objective",
                List.of(),
                "lsd.steps",
                8,
                "lsd.teacher",
                "ann",
                "run.seed",
                7L));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark.hadoop.fs.s3a.access.key",
        "spark.hadoop.fs.s3a.secret.key",
        "spark.hadoop.fs.s3a.session.token",
        "spark.hadoop.fs.s3a.encryption.key",
        "spark.hadoop.fs.azure.account.key.store.dfs.core.windows.net",
        "spark.executorEnv.AWS_SECRET_ACCESS_KEY",
        "spark.ssl.keyPassword",
        "hub.apiKey"
      })
  void secretsAreNotShown(String path) {
    assertThat(JobConfig.isSecret(path)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lsd.tokens",
        "lsd.tokenizer",
        "spark.kryo.registrationRequired",
        "spark.io.encryption.keySizeBits",
        "run.seed"
      })
  void theRestIsShown(String path) {
    assertThat(JobConfig.isSecret(path)).isFalse();
  }

  @Test
  void passwordInsideAUriIsNotShown() throws IOException {
    JobConfig config = sets("lsd.teacher=s3a://me:pass@bucket/x");
    assertThat(config.effective().get("lsd.teacher").value()).isEqualTo("s3a://***@bucket/x");
    assertThat(config.find(TEACHER)).contains("s3a://me:pass@bucket/x");
  }

  @Test
  void valueFromJavaIsCheckedToo() throws IOException {
    assertThat(sets().with(STEPS, 5).get(STEPS)).isEqualTo(5);
    assertThatThrownBy(() -> sets().with(RunKeys.RESUME, "maybe"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("run.resume must be one of");
  }

  @Test
  void readingAnUndeclaredKeyIsADefect() throws IOException {
    JobConfig config = sets();
    assertThatThrownBy(() -> config.get(Key.bool("lsd.other", "").withDefault(true)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void nearestCountsEdits() {
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Nearest.to("stps", List.of("step", "steps", "stop"))).contains("steps");
    assertThat(Nearest.to("x", List.of())).isEmpty();
  }
}
