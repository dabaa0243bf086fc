package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.safetensors.RandomAccess;
import io.accelerant.core.text.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** A directory of hdfs: or s3a: through Hadoop's file system interface. */
final class HadoopStore implements Store {
  private final FileSystem files;
  private final Path root;
  private final Configuration hadoop;

  private HadoopStore(FileSystem files, Path root, Configuration hadoop) {
    this.files = files;
    this.root = root;
    this.hadoop = hadoop;
  }

  static HadoopStore open(Location location, Configuration hadoop) {
    try {
      FileSystem files = location.path().getFileSystem(hadoop);
      return new HadoopStore(files, files.makeQualified(location.path()), hadoop);
    } catch (IOException | RuntimeException | LinkageError e) {
      // Hadoop reports a file system whose jar is missing by a bare RuntimeException.
      throw new ArtifactException(
          Text.of(
              "Cannot use %s: %s", location.text(), StoreFailure.explain(e).orElse(e.getMessage())),
          e);
    }
  }

  @Override
  public String uri() {
    return root.toString();
  }

  @Override
  public String uri(String name) {
    return at(name).toString();
  }

  @Override
  public Store parent() {
    return new HadoopStore(files, root.getParent() == null ? root : root.getParent(), hadoop);
  }

  @Override
  public Store child(String name) {
    return new HadoopStore(files, at(name), hadoop);
  }

  @Override
  public String lastName() {
    return root.getName();
  }

  private Path at(String name) {
    return name.isEmpty() ? root : Location.child(root, name);
  }

  @Override
  public boolean exists(String name) throws IOException {
    return files.exists(at(name));
  }

  @Override
  public boolean isFile(String name) throws IOException {
    try {
      return files.getFileStatus(at(name)).isFile();
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  @Override
  public List<String> children(String name) throws IOException {
    List<String> names = new ArrayList<>();
    try {
      for (FileStatus status : files.listStatus(at(name))) {
        names.add(status.getPath().getName());
      }
    } catch (FileNotFoundException e) {
      return List.of();
    }
    names.sort(null);
    return names;
  }

  @Override
  public List<Listed> files(String name) throws IOException {
    List<Listed> found = new ArrayList<>();
    int prefix = root.toUri().getPath().length();
    try {
      RemoteIterator<LocatedFileStatus> tree = files.listFiles(at(name), true);
      while (tree.hasNext()) {
        LocatedFileStatus status = tree.next();
        String path = status.getPath().toUri().getPath().substring(prefix);
        found.add(new Listed(path.startsWith("/") ? path.substring(1) : path, status.getLen()));
      }
    } catch (FileNotFoundException e) {
      return List.of();
    }
    found.sort(Comparator.comparing(Listed::name));
    return found;
  }

  @Override
  public long size(String name) throws IOException {
    return files.getFileStatus(at(name)).getLen();
  }

  @Override
  public InputStream open(String name) throws IOException {
    return files.open(at(name));
  }

  @Override
  public RandomAccess openRandom(String name) throws IOException {
    return RandomAccess.of(files.open(at(name)), size(name));
  }

  @Override
  public OutputStream create(String name) throws IOException {
    return files.create(at(name), true);
  }

  @Override
  public void createExclusive(String name, byte[] content) throws IOException {
    ExclusiveCreate.remote(files, hadoop, at(name), content);
  }

  @Override
  public void replace(String name, byte[] content) throws IOException {
    ExclusiveCreate.replace(files, hadoop, at(name), content);
  }

  @Override
  public void delete(String name) throws IOException {
    files.delete(at(name), true);
  }

  @Override
  public void deleteIfEmpty(String name) throws IOException {
    if (files.exists(at(name)) && files.listStatus(at(name)).length == 0) {
      files.delete(at(name), false);
    }
  }

  @Override
  public boolean isLocal() {
    return false;
  }
}
