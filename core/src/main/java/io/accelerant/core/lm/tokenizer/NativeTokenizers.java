package io.accelerant.core.lm.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The tokenizers of Hugging Face that are open in this JVM, one for each description: tasks use the
 * same one, beside each other. Those that were used last stay open. Nothing is fetched, and nothing
 * stays in the home directory: the native library comes out of its jar into the folder for
 * temporary files, and is deleted there once it is loaded.
 */
final class NativeTokenizers {
  /** How many stay open that nobody uses. */
  private static final int KEPT = 2;

  /** Read by the library, which would otherwise ask its maker for natives and report its start. */
  private static final Map<String, String> SILENT =
      Map.of("ai.djl.offline", "true", "OPT_OUT_TRACKING", "true");

  /** Where the library puts its natives. */
  private static final String NATIVES = "ENGINE_CACHE_DIR";

  /** Rows are neither filled nor cut: that is the business of those who make them. */
  private static final Map<String, String> OPTIONS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  /** What the library has against a description. */
  static final class UnreadableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnreadableException(RuntimeException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private static final class Entry {
    private final HuggingFaceTokenizer tokenizer;
    private int users;

    Entry(HuggingFaceTokenizer tokenizer) {
      this.tokenizer = tokenizer;
    }
  }

  private static final Map<String, Entry> ENTRIES = new HashMap<>();
  private static final Set<String> IDLE = new LinkedHashSet<>(); // the longest idle first
  private static boolean loaded;
  private static int opened;

  private NativeTokenizers() {}

  /**
   * Works with the tokenizer of a description.
   *
   * @param hash of the description
   * @param json content of a {@code tokenizer.json}; asked for only when it is not open
   * @throws UnreadableException if it is no description of a tokenizer; says why
   */
  static <R> R use(String hash, Supplier<String> json, Function<HuggingFaceTokenizer, R> work) {
    Entry entry = acquire(hash, json);
    try {
      return work.apply(entry.tokenizer);
    } finally {
      release(hash, entry);
    }
  }

  private static synchronized Entry acquire(String hash, Supplier<String> json) {
    Entry entry = ENTRIES.get(hash);
    if (entry == null) {
      load();
      entry = new Entry(open(json.get()));
      opened++;
      ENTRIES.put(hash, entry);
    }
    IDLE.remove(hash);
    entry.users++;
    return entry;
  }

  private static synchronized void release(String hash, Entry entry) {
    if (--entry.users == 0) {
      IDLE.add(hash);
      closeIdle(KEPT);
    }
  }

  private static HuggingFaceTokenizer open(String json) {
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), OPTIONS);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the stream is in memory
    } catch (RuntimeException e) { // the only kind that the library has
      throw new UnreadableException(e);
    }
  }

  private static void load() {
    if (loaded) {
      return;
    }
    SILENT.forEach((name, value) -> System.getProperties().putIfAbsent(name, value));
    Path folder = null;
    try {
      folder = Files.createTempDirectory("accelerant-tokenizers");
      System.getProperties().putIfAbsent(NATIVES, folder.toString());
      LibUtils.checkStatus();
      loaded = true;
    } catch (IOException | RuntimeException | LinkageError e) {
      throw new ConfigException(
          Text.of(
              "The library of tokenizers cannot be loaded from %s (%s); set java.io.tmpdir (the"
                  + " launcher: TMPDIR) to a folder that can be written and whose files may be run.",
              System.getProperty("java.io.tmpdir"), cause(e)),
          e);
    } finally {
      if (folder != null) {
        System.getProperties().remove(NATIVES, folder.toString());
        delete(folder);
      }
    }
  }

  private static String cause(Throwable e) {
    return e.getCause() == null ? String.valueOf(e.getMessage()) : cause(e.getCause());
  }

  /** What is loaded needs its file no more. */
  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      folder.toFile().deleteOnExit(); // a stray file in the temporary folder harms nobody
    }
  }

  /** Closes those that nobody uses until at most {@code keep} are left. */
  static synchronized void closeIdle(int keep) {
    Iterator<String> idle = IDLE.iterator();
    while (IDLE.size() > keep) {
      ENTRIES.remove(idle.next()).tokenizer.close();
      idle.remove();
    }
  }

  /** How many were ever opened in this JVM. */
  static synchronized int opened() {
    return opened;
  }

  /** How many are open now. */
  static synchronized int open() {
    return ENTRIES.size();
  }
}
