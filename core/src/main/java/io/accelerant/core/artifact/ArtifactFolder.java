package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** A folder with artifacts in it or in folders below. */
public final class ArtifactFolder {
  /** Folders below folders that are looked into. */
  private static final int DEPTH = 4;

  private final Store store;

  /**
   * One artifact.
   *
   * @param path of its directory within the folder, with slashes; empty for the folder itself
   */
  public record Entry(String path, Artifact artifact) {}

  private ArtifactFolder(Store store) {
    this.store = store;
  }

  /**
   * @throws ArtifactException if there is no such folder, or it cannot be read
   */
  public static ArtifactFolder open(String uri, Configuration hadoop) {
    Store store = Store.at(uri, hadoop);
    try {
      if (!store.exists("")) {
        throw new ArtifactException(store.uri() + " does not exist.");
      }
    } catch (IOException e) {
      throw failed("read", store, e);
    }
    return new ArtifactFolder(store);
  }

  public String uri() {
    return store.uri();
  }

  /** Every artifact, the oldest first; what is inside of one is not looked at. */
  public List<Entry> artifacts() {
    List<Entry> found = new ArrayList<>();
    try {
      collect(store, "", DEPTH, found);
    } catch (IOException e) {
      throw failed("read", store, e);
    }
    found.sort(
        Comparator.comparing((Entry entry) -> entry.artifact().manifest().created())
            .thenComparing(Entry::path));
    return found;
  }

  private static void collect(Store store, String path, int depth, List<Entry> found)
      throws IOException {
    if (store.isFile(Manifest.FILE)) {
      found.add(new Entry(path, Artifact.find(store).orElseThrow()));
      return;
    }
    if (depth == 0) {
      return;
    }
    for (String child : store.children("")) {
      if (!child.startsWith("_") && !child.startsWith(".") && !store.isFile(child)) {
        collect(store.child(child), path.isEmpty() ? child : path + "/" + child, depth - 1, found);
      }
    }
  }

  /** Creates or replaces a file of the folder; a reader sees the old or the new one. */
  public String write(String name, byte[] content) {
    try {
      store.replace(name, content);
    } catch (IOException e) {
      throw failed("write " + name + " in", store, e);
    }
    return store.uri() + "/" + name;
  }

  /**
   * Creates or replaces a file anywhere; directories above are made.
   *
   * @throws ArtifactException if it cannot be written
   */
  public static void replace(String uri, byte[] content, Configuration hadoop) {
    Store file = Store.at(uri, hadoop);
    try {
      file.replace("", content);
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  private static ArtifactException failed(String what, Store store, IOException e) {
    return new ArtifactException(
        "Cannot " + what + " " + store.uri() + ": " + StoreFailure.describe(e), e);
  }
}
