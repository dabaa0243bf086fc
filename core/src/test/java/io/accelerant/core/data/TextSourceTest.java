package io.accelerant.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.config.JobConfig;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.SparkTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files handed over as text: UTF-8 is read, all else is named. */
class TextSourceTest extends SparkTest {
  private static final String TEXT =
      "A first line of a text that is long enough for a window or two, with é\n"
          + "and a second one that says something else, as second lines will do.\n";

  @TempDir Path folder;

  private List<String> lines(Path path) {
    return TableSource.find(path.toString(), new Configuration())
        .read(spark())
        .select("value")
        .collectAsList()
        .stream()
        .map(row -> row.getString(0))
        .toList();
  }

  private interface Wrapping {
    OutputStream around(OutputStream out) throws IOException;
  }

  private static byte[] wrapped(Wrapping wrapping) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = wrapping.around(bytes)) {
      if (out instanceof ZipOutputStream zip) {
        zip.putNextEntry(new ZipEntry("text.txt"));
      }
      byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);
      if (out instanceof TarArchiveOutputStream tar) {
        TarArchiveEntry entry = new TarArchiveEntry("text.txt");
        entry.setSize(text.length);
        tar.putArchiveEntry(entry);
      }
      out.write(text);
      if (out instanceof TarArchiveOutputStream tar) {
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] encoded(String charset) {
    return TEXT.getBytes(Charset.forName(charset));
  }

  private static byte[] begun(String hex) {
    return HexFormat.of().parseHex(hex + "1f00ff8080c3");
  }

  static Stream<Arguments> noText() throws IOException {
    byte[] tar = wrapped(TarArchiveOutputStream::new);
    return Stream.of(
        Arguments.of("a.txt", encoded("UTF-16"), "UTF-16 text"),
        Arguments.of("a.txt", encoded("x-UTF-16LE-BOM"), "UTF-16 text"),
        Arguments.of("a.txt", encoded("UTF-16LE"), "UTF-16 text"),
        Arguments.of("a.txt", encoded("UTF-16BE"), "UTF-16 text"),
        Arguments.of("a.txt", encoded("X-UTF-32LE-BOM"), "UTF-32 text"),
        Arguments.of("a.txt", encoded("X-UTF-32BE-BOM"), "UTF-32 text"),
        Arguments.of("a.txt", encoded("UTF-32LE"), "UTF-32 text"),
        Arguments.of("a.txt", encoded("UTF-32BE"), "UTF-32 text"),
        Arguments.of("a.txt", encoded("ISO-8859-1"), "another encoding (such as Latin-1"),
        Arguments.of("a.txt", "\u65e5\u672c".getBytes("Shift_JIS"), "another encoding"),
        Arguments.of("a.txt", "\u65e5\u672c".getBytes("ISO-2022-JP"), "ISO-2022 text"),
        Arguments.of("a.zip", wrapped(ZipOutputStream::new), "a zip archive"),
        Arguments.of("a", wrapped(GZIPOutputStream::new), "compressed by gzip"),
        Arguments.of("a.txt", wrapped(BZip2CompressorOutputStream::new), "compressed by bzip2"),
        Arguments.of("a.txt.xz", begun("fd377a585a00"), "compressed by xz"),
        Arguments.of("a.txt", begun("28b52ffd"), "compressed by zstd"),
        Arguments.of("a.txt", begun("04224d18"), "compressed by lz4"),
        Arguments.of("a.tar", tar, "a tar archive"),
        Arguments.of("a.tgz", wrapped(GZIPOutputStream::new), "compressed by gzip"),
        Arguments.of("a.7z", begun("377abcaf271c"), "a 7z archive"),
        Arguments.of("a.pdf", "%PDF-1.7\n1 0 obj\n".getBytes("US-ASCII"), "a PDF document"),
        Arguments.of("a.txt", begun("89504e470d0a1a0a"), "a PNG image"),
        Arguments.of("a.txt", begun("50415231"), "Parquet"),
        Arguments.of("a.txt", begun("4f5243"), "ORC"),
        Arguments.of("a.txt", begun("4f626a01"), "Avro"),
        Arguments.of("a.txt", begun("7f454c46"), "an executable"),
        Arguments.of("a.txt", "\n<!DOCTYPE HTML>\n<p>404".getBytes("US-ASCII"), "an HTML page"),
        Arguments.of(
            "a.txt", "version https://git-lfs.github.com/spec/v1\n".getBytes("US-ASCII"), "LFS"),
        Arguments.of("a.txt", "ab\0cd\n".getBytes("US-ASCII"), "binary (it holds zero bytes)"),
        Arguments.of("a.txt", ("x".repeat(9000) + "\n\0\n").getBytes("US-ASCII"), "no UTF-8 text"),
        Arguments.of("a.jsonl", encoded("UTF-16"), "UTF-16 text; expected JSON lines"),
        Arguments.of("a.txt.gz", TEXT.getBytes(StandardCharsets.UTF_8), "a.txt.gz"));
  }

  @ParameterizedTest
  @MethodSource("noText")
  void whatIsNoTextIsNamedAmongOtherFiles(String name, byte[] bytes, String kind)
      throws IOException {
    Path file = Files.write(folder.resolve(name), bytes);
    Files.writeString(folder.resolve(name.endsWith("jsonl") ? "b.jsonl" : "b.txt"), "{\"a\": 1}\n");
    PrepareTextJob job = new PrepareTextJob();
    JobConfig config =
        JobConfig.load(
            List.of(),
            List.of("prepareText.source=" + folder, "run.output=" + folder.resolve("out")),
            job.keys());
    assertThatThrownBy(() -> job.run(context(), config))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(file.getFileName().toString())
        .hasMessageContaining(kind);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void anArchiveInsideACompressedFileIsNamed() throws IOException {
    byte[] tar = wrapped(TarArchiveOutputStream::new);
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("a.tar.gz")))) {
      out.write(tar);
    }
    assertThatThrownBy(() -> lines(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.tar.gz is inside a tar archive");
  }

  @Test
  void utf8IsReadWithMarkWithAnyLineEndAndCompressed() throws IOException {
    List<String> expected = TEXT.lines().toList();
    Path file = folder.resolve("a.txt");
    List<String> forms =
        List.of(TEXT, "\ufeff" + TEXT, TEXT.replace("\n", "\r\n"), TEXT.replace("\n", "\r"));
    for (String form : forms) {
      Files.writeString(file, form);
      assertThat(lines(file)).isEqualTo(expected);
    }
    Files.write(folder.resolve("b.txt.gz"), wrapped(GZIPOutputStream::new));
    assertThat(lines(folder.resolve("b.txt.gz"))).isEqualTo(expected);
    Files.write(folder.resolve("b.txt.bz2"), wrapped(BZip2CompressorOutputStream::new));
    assertThat(lines(folder.resolve("b.txt.bz2"))).isEqualTo(expected);
  }

  @Test
  void filesInFoldersBelowAreRead() throws IOException {
    List<String> all = new ArrayList<>();
    for (String place : List.of("a.txt", "below/b.txt", "below/further/c.txt")) {
      Files.createDirectories(folder.resolve(place).getParent());
      Files.writeString(folder.resolve(place), place + "\n");
      all.add(place);
    }
    assertThat(lines(folder)).containsExactlyInAnyOrderElementsOf(all);
  }
}
