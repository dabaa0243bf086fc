package io.accelerant.core.lm.prompt;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.text.FileKind;
import io.accelerant.core.text.Text;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * The Java files of a Maven {@code -sources.jar}, unpacked in memory and never beyond bounds that
 * real ones keep by far: a small zip can unpack to anything.
 *
 * @param file read whole
 */
record SourcesJar(InputFile file) {
  /** Columns of the rows. */
  static final List<String> COLUMNS = List.of("signature", "sentence", "description");

  private static final int LARGEST_JAR = 256 << 20;
  private static final int LARGEST_FILE = 8 << 20;
  private static final long LARGEST_TOTAL = 2L << 30;
  private static final int MOST_ENTRIES = 200_000;

  /**
   * @throws DataException if there is no such file, or it is no zip archive
   */
  static SourcesJar read(String uri, Configuration hadoop) {
    InputFile file = InputFile.read(uri, hadoop, LARGEST_JAR);
    byte[] head = Arrays.copyOf(file.content(), Math.min(file.content().length, FileKind.HEAD));
    if (!FileKind.of(head).startsWith("a zip archive")) {
      throw new DataException(
          Text.of("%s is %s; expected a jar of sources.", uri, FileKind.of(head)));
    }
    return new SourcesJar(file);
  }

  /**
   * Documented methods as JSON of {@link #COLUMNS}, each with the place of its file.
   *
   * @throws DataException if the jar is damaged, beyond the bounds, or has no such method
   */
  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file.content()))) {
      long total = 0;
      int entries = 0;
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        total += unpack(zip, entry, LARGEST_TOTAL - total, text);
        if (++entries > MOST_ENTRIES) {
          throw tooLarge(entry);
        }
        String place = file.uri() + "!/" + entry.getName();
        for (Javadoc method : Javadoc.of(text.toString(StandardCharsets.UTF_8))) {
          rows.add(RowFactory.create(json(method), place));
        }
      }
    } catch (IOException | IllegalArgumentException e) { // a name that is no UTF-8
      throw new DataException(
          Text.of("%s is a damaged zip archive: %s.", file.uri(), e.getMessage()), e);
    }
    if (rows.isEmpty()) {
      throw new DataException(
          Text.of(
              "%s holds no documented method in a .java file; name the -sources.jar, not the jar of"
                  + " classes.",
              file.uri()));
    }
    return rows;
  }

  /**
   * Unpacks an entry; what is no Java file is counted and forgotten.
   *
   * @return its size
   */
  private long unpack(ZipInputStream zip, ZipEntry entry, long most, ByteArrayOutputStream text)
      throws IOException {
    boolean java = entry.getName().endsWith(".java");
    byte[] buffer = new byte[1 << 16];
    long size = 0;
    for (int read = zip.read(buffer); read >= 0; read = zip.read(buffer)) {
      size += read;
      if (size > (java ? Math.min(most, LARGEST_FILE) : most)) {
        throw tooLarge(entry);
      }
      if (java) {
        text.write(buffer, 0, read);
      }
    }
    return size;
  }

  private DataException tooLarge(ZipEntry entry) {
    return new DataException(
        Text.of(
            "%s unpacks to more than is read, at %s: at most %,d entries, %,d bytes of a Java file"
                + " and %,d in all.",
            file.uri(), entry.getName(), MOST_ENTRIES, LARGEST_FILE, LARGEST_TOTAL));
  }

  private static String json(Javadoc method) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("signature", method.signature());
    row.put("sentence", method.sentence());
    row.put("description", method.description());
    return CanonicalJson.write(row);
  }
}
