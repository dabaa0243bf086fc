package io.accelerant.core.lm.prompt;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.artifact.Licences;
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
import java.util.function.BiConsumer;
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

  private static final String META = "META-INF/";

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
    unpack(
        (name, content) -> {
          if (isJava(name)) {
            String place = file.uri() + "!/" + name;
            for (Javadoc method : Javadoc.of(new String(content, StandardCharsets.UTF_8))) {
              rows.add(RowFactory.create(json(method), place));
            }
          }
        });
    if (rows.isEmpty()) {
      throw new DataException(
          Text.of(
              "%s holds no documented method in a .java file; name the -sources.jar, not the jar of"
                  + " classes.",
              file.uri()));
    }
    return rows;
  }

  /** The licence texts of {@code META-INF}. */
  Licences licences() {
    Map<String, byte[]> texts = new LinkedHashMap<>();
    unpack(
        (name, content) -> {
          if (isLicence(name)) {
            texts.put(name.substring(META.length()), content);
          }
        });
    return new Licences(texts);
  }

  private static boolean isJava(String name) {
    return name.endsWith(".java");
  }

  private static boolean isLicence(String name) {
    return name.startsWith(META) && Licences.isName(name.substring(META.length()));
  }

  /** Every entry in turn; the content of those alone that are read. */
  private void unpack(BiConsumer<String, byte[]> entries) {
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file.content()))) {
      long total = 0;
      int count = 0;
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        total += unpack(zip, entry, LARGEST_TOTAL - total, text);
        if (++count > MOST_ENTRIES) {
          throw tooLarge(entry);
        }
        entries.accept(entry.getName(), text.toByteArray());
      }
    } catch (IOException | IllegalArgumentException e) { // a name that is no UTF-8
      throw new DataException(
          Text.of("%s is a damaged zip archive: %s.", file.uri(), e.getMessage()), e);
    }
  }

  /**
   * Unpacks an entry; what is neither a Java file nor a licence is counted and forgotten.
   *
   * @return its size
   */
  private long unpack(ZipInputStream zip, ZipEntry entry, long most, ByteArrayOutputStream text)
      throws IOException {
    boolean read = isJava(entry.getName()) || isLicence(entry.getName());
    byte[] buffer = new byte[1 << 16];
    long size = 0;
    for (int part = zip.read(buffer); part >= 0; part = zip.read(buffer)) {
      size += part;
      if (size > (read ? Math.min(most, LARGEST_FILE) : most)) {
        throw tooLarge(entry);
      }
      if (read) {
        text.write(buffer, 0, part);
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
