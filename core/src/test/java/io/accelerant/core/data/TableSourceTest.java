package io.accelerant.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.data.TableSource.Format;
import io.accelerant.core.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableSourceTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;

  private TableSource find(Path path) {
    return TableSource.find(path.toString(), HADOOP);
  }

  @ParameterizedTest
  @CsvSource({
    "a.parquet, PARQUET",
    "part-0.snappy.parquet, PARQUET",
    "a.jsonl, JSON",
    "a.json.gz, JSON",
    "a.txt, TEXT",
    "a.gz, TEXT",
    "README, TEXT",
  })
  void fileNamesTellTheFormat(String name, Format format) throws IOException {
    Path file = Files.createFile(folder.resolve(name));
    assertThat(find(file).format()).isEqualTo(format);
    assertThat(find(folder).format()).isEqualTo(format);
    assertThat(find(folder.resolve("*")).uri()).startsWith("file:/").endsWith("/*");
  }

  @Test
  void hiddenFilesDoNotCount() throws IOException {
    Files.createFile(folder.resolve("part-0.parquet"));
    Files.createFile(folder.resolve("_SUCCESS"));
    Files.createFile(folder.resolve(".part-0.parquet.crc"));
    assertThat(find(folder).format()).isEqualTo(Format.PARQUET);
  }

  @Test
  void refusesWhatIsNoTable() throws IOException {
    assertThatThrownBy(() -> find(folder.resolve("absent")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("Nothing is at")
        .hasMessageContaining("absent");
    assertThatThrownBy(() -> find(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("holds no files");
    Files.createFile(folder.resolve("a.parquet"));
    Files.createFile(folder.resolve("a.txt"));
    assertThatThrownBy(() -> find(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("[parquet, text]");
    assertThatThrownBy(() -> TableSource.find("nosuchscheme://x/y", HADOOP))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("nosuchscheme");
  }
}
