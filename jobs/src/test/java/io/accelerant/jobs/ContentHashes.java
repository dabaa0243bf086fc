package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.engine.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * What the examples are known to contain: {@code content-hashes.tsv}, columns example, engine,
 * contentHash. Engine is {@code *} for what no float32 product takes part in; else the fingerprint
 * of the kernel under which the hash was recorded, since a network's bits are those of its kernel.
 */
final class ContentHashes {
  private static final String TABLE = "/content-hashes.tsv";
  private static final String ANY = "*";

  private final Map<String, Map<String, String>> byExample = new HashMap<>();

  ContentHashes() {
    try (InputStream in = ContentHashes.class.getResourceAsStream(TABLE)) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split("\t"))
          .forEach(
              row ->
                  byExample.computeIfAbsent(row[0], name -> new HashMap<>()).put(row[1], row[2]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Names of the examples that have a hash under any engine. */
  TreeSet<String> examples() {
    return new TreeSet<>(byExample.keySet());
  }

  /** Holds a hash against the table, where it was recorded under a kernel like this machine's. */
  void check(String example, String hash) {
    Map<String, String> known = byExample.get(example);
    String engine = known.containsKey(ANY) ? ANY : Engine.start(1, "auto").fingerprint();
    if (known.containsKey(engine)) {
      assertThat(hash)
          .as("contentHash of %s, engine %s", example, engine)
          .isEqualTo(known.get(engine));
    }
  }
}
