package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.ConfigException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparkStartTest {
  @ParameterizedTest
  @CsvSource({
    "spark.master, foo, Could not parse Master URL: 'foo'",
    "spark.eventLog.dir, file:/no/such/folder, File file:/no/such/folder does not exist",
    "spark.eventLog.dir, /no/such/folder, File file:/no/such/folder does not exist"
  })
  void whatSparkRefusesNamesTheKey(String key, String value, String said) {
    SparkConf conf = new SparkConf(false).set(key, value).set("spark.app.name", "rs2");
    assertThat(SparkStart.refused(conf, new FileNotFoundException(said)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(said)
        .hasMessageContaining(key + " = " + value)
        .hasMessageNotContaining("app.name");
  }

  @Test
  void theKeyIsFoundInWhatSparkSaysLater() {
    SparkConf conf = new SparkConf(false).set("spark.executor.memory", "banana");
    Exception thrown =
        new NumberFormatException("Size must be specified as bytes (b).\nFailed to parse: banana");
    assertThat(SparkStart.refused(conf, thrown).getMessage())
        .startsWith("Spark does not start: Size must be specified as bytes (b).")
        .contains("spark.executor.memory = banana")
        .doesNotContain("\n");
  }

  @Test
  void whatTheMachineLacksIsNoSettingOfSpark() {
    Exception full = new IOException("No space left on device");
    assertThat(SparkStart.refused(new SparkConf(false), full))
        .isNotInstanceOf(ConfigException.class)
        .hasCause(full);
  }

  @Test
  void oneOfTheLocalFoldersMustBeWritable(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    SparkConf none = new SparkConf(false).set("spark.local.dir", file + "/x");
    assertThatThrownBy(() -> SparkStart.requireLocalFolder(none))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("spark.local.dir = " + file);
    SparkStart.requireLocalFolder(
        new SparkConf(false).set("spark.local.dir", file + "/x," + folder.resolve("made")));
    assertThat(folder.resolve("made")).isDirectory();
  }
}
