package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What one writer has put into a store: single files, and tables that Spark writes. */
final class Inventory {
  private static final Set<String> IDENTITY_FILES = Set.of("sampler.json", "config.json");

  private final Store store;
  private final Set<String> names = new TreeSet<>();
  private final Set<String> tables = new TreeSet<>();
  private final SortedMap<String, Manifest.FileEntry> written = new TreeMap<>();

  Inventory(Store store) {
    this.store = store;
  }

  /** Notes a name before anything is written there, so that clean-up knows it. */
  void begin(String name, boolean table) {
    for (String other : names) {
      if (other.equals(name) || other.startsWith(name + "/") || name.startsWith(other + "/")) {
        throw new IllegalArgumentException(
            "\"" + name + "\" collides with \"" + other + "\", which this writer has written");
      }
    }
    names.add(name);
    if (table) {
      tables.add(name);
    }
  }

  void finish(Manifest.FileEntry file) {
    written.put(file.path(), file);
  }

  /** Reads everything back; files must be as they were written, tables are hashed as they are. */
  List<Manifest.FileEntry> verify() throws IOException {
    List<Manifest.FileEntry> files = new ArrayList<>();
    for (String name : names) {
      if (tables.contains(name)) {
        files.addAll(tableFiles(name));
        continue;
      }
      Manifest.FileEntry expected = written.get(name);
      if (expected == null) {
        throw new IllegalStateException(name + " was not written to its end");
      }
      Hashes.verify(store, expected);
      files.add(expected);
    }
    files.sort(Comparator.comparing(Manifest.FileEntry::path));
    return files;
  }

  private List<Manifest.FileEntry> tableFiles(String table) throws IOException {
    List<Manifest.FileEntry> files = new ArrayList<>();
    for (Store.Listed listed : store.files(table)) {
      if (Names.isHiddenPath(listed.name())) {
        store.delete(listed.name());
      } else {
        files.add(Hashes.hash(store, listed.name()));
      }
    }
    if (files.isEmpty()) {
      throw new ArtifactException(
          Text.of("%s: the table \"%s\" has no files; was it written?", store.uri(), table));
    }
    for (String child : store.children(table)) {
      if (Names.isHidden(child)) {
        store.delete(table + "/" + child);
      }
    }
    return files;
  }

  /** The parts that count for the content hash, see {@link Manifest#identity}. */
  SortedMap<String, String> identity(ManifestDraft draft, List<Manifest.FileEntry> files)
      throws IOException {
    SortedMap<String, String> identity = new TreeMap<>();
    for (Map.Entry<String, String> table : draft.tables().entrySet()) {
      if (!tables.contains(table.getKey())) {
        throw new IllegalArgumentException("no table \"" + table.getKey() + "\" was written");
      }
      // The folder's ending tells the file format, which is no part of what the table says.
      identity.put(table.getKey().replaceFirst("\\.jsonl$", ""), table.getValue());
    }
    for (String file : draft.identityFiles()) {
      if (!written.containsKey(file)) {
        throw new IllegalArgumentException("no file \"" + file + "\" was written");
      }
    }
    for (Manifest.FileEntry file : files) {
      String last = file.path().substring(file.path().lastIndexOf('/') + 1);
      boolean counts =
          last.endsWith(".safetensors")
              || IDENTITY_FILES.contains(last)
              || draft.identityFiles().contains(file.path());
      if (counts && written.containsKey(file.path())) {
        identity.put(file.path(), Hashes.identity(store, file));
      }
    }
    return identity;
  }

  /** Removes everything, and directories that it leaves empty. */
  void remove() throws IOException {
    for (String name : names) {
      store.delete(name);
    }
    for (String name : names) {
      for (int end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
        store.deleteIfEmpty(name.substring(0, end));
      }
    }
  }
}
