package io.accelerant.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdxFileTest {
  private static final byte[] IMAGES = {
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 51, (byte) 255, 102
  };

  @TempDir Path folder;

  private IdxFile read(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("x-ubyte"), bytes);
    return IdxFile.read(file.toString(), new Configuration(false));
  }

  @Test
  void pixelsAreNumbersFromZeroToOne() throws IOException {
    IdxFile file = read(IMAGES);
    assertThat(file.shape()).containsExactly(2, 1, 2);
    assertThat(file.images()).isDeepEqualTo(new float[][] {{0, 0.2f}, {1, 0.4f}});
    assertThatThrownBy(file::labels).isInstanceOf(DataException.class);
  }

  @Test
  void gzipIsReadAsWell() throws IOException {
    Path file = folder.resolve("x.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(new byte[] {0, 0, 8, 1, 0, 0, 0, 3, 7, 0, (byte) 200});
    }
    IdxFile labels = IdxFile.read(file.toUri().toString(), new Configuration(false));
    assertThat(labels.labels()).containsExactly(7, 0, 200);
  }

  @ParameterizedTest
  @CsvSource({
    "00000d01 00000001 00, begins with 0x00000d01",
    "00000800 00000001 00, begins with 0x00000800",
    "00000801 00000003 0001, ends before its header says",
    "00000801 000000, ends before its header says",
    "00000801 00000001 0001, goes on after the 1 bytes",
    "00000802 7fffffff 7fffffff 00, dimension 0 has size 2147483647",
    "00000801 ffffffff 00, dimension 0 has size -1",
    "1f8b0000, Cannot read"
  })
  void brokenFilesAreDataErrors(String hex, String message) {
    byte[] bytes = java.util.HexFormat.of().parseHex(hex.replace(" ", ""));
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(() -> IdxFile.read("nowhere", new Configuration(false)))
        .isInstanceOf(DataException.class)
        .hasMessage("There is no file nowhere.");
  }
}
