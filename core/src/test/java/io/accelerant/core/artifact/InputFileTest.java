package io.accelerant.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputFileTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path folder;
  private Path jar;

  @BeforeEach
  void pack() throws IOException {
    jar = folder.resolve("some.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      zip.putNextEntry(new ZipEntry("a/first"));
      zip.write(1);
      zip.putNextEntry(new ZipEntry("a/large"));
      zip.write(new byte[1000]); // packs into few
    }
  }

  @Test
  void anEntryOfAJarIsAFile() {
    String uri = "jar:" + jar.toUri() + "!/a/first";
    assertThat(InputFile.readPacked(uri, HADOOP, 999).content()).containsExactly(1);
  }

  @Test
  void aFileBesideIsReadAsItIs() throws IOException {
    Path file = Files.write(folder.resolve("plain"), new byte[] {7});
    assertThat(InputFile.readPacked(file.toString(), HADOOP, 9).content()).containsExactly(7);
  }

  @Test
  void whatIsNotThereIsNamed() {
    String uri = "jar:" + jar.toUri() + "!/a/other";
    assertThatThrownBy(() -> InputFile.readPacked(uri, HADOOP, 999))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a/other");
  }

  @Test
  void anEntryMayNotUnpackToMore() {
    String uri = "jar:" + jar.toUri() + "!/a/large";
    assertThatThrownBy(() -> InputFile.readPacked(uri, HADOOP, 999))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("999");
  }
}
