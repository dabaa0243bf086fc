package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.safetensors.RandomAccess;
import io.accelerant.core.text.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A local directory through java.nio: no checksum side files, and a create that excludes. */
final class LocalStore implements Store {
  private static final int TRIES = 5;

  private final Path root;

  LocalStore(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  @Override
  public String uri() {
    return root.toString();
  }

  @Override
  public String uri(String name) {
    return "file://" + at(name);
  }

  @Override
  public Store parent() {
    return new LocalStore(root.getParent() == null ? root : root.getParent());
  }

  @Override
  public Store child(String name) {
    return new LocalStore(at(name));
  }

  @Override
  public String lastName() {
    return root.getFileName() == null ? "" : root.getFileName().toString();
  }

  private Path at(String name) {
    return name.isEmpty() ? root : root.resolve(name);
  }

  @Override
  public boolean exists(String name) {
    return Files.exists(at(name));
  }

  @Override
  public boolean isFile(String name) {
    return Files.isRegularFile(at(name));
  }

  @Override
  public List<String> children(String name) throws IOException {
    try (Stream<Path> entries = Files.list(at(name))) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (NotDirectoryException e) {
      if (exists(name)) {
        throw e;
      }
      return List.of(); // something above it is a file
    }
  }

  @Override
  public List<Listed> files(String name) throws IOException {
    List<Listed> files = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(at(name))) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        if (!Files.isDirectory(path)) {
          files.add(new Listed(root.relativize(path).toString(), Files.size(path)));
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    }
    files.sort(Comparator.comparing(Listed::name));
    return files;
  }

  @Override
  public long size(String name) throws IOException {
    try {
      return Files.size(at(name));
    } catch (NoSuchFileException e) {
      throw notFound(name, e);
    }
  }

  @Override
  public InputStream open(String name) throws IOException {
    try {
      return Files.newInputStream(at(name));
    } catch (NoSuchFileException e) {
      throw notFound(name, e);
    }
  }

  @Override
  public RandomAccess openRandom(String name) throws IOException {
    try {
      return RandomAccess.of(at(name));
    } catch (NoSuchFileException e) {
      throw notFound(name, e);
    }
  }

  private FileNotFoundException notFound(String name, IOException cause) {
    FileNotFoundException e = new FileNotFoundException(at(name).toString());
    e.initCause(cause);
    return e;
  }

  @Override
  public OutputStream create(String name) throws IOException {
    makeDirectory(at(name).getParent());
    FileChannel channel =
        FileChannel.open(
            at(name),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    return new DurableOutput(channel);
  }

  /** A link to a directory is one too, which Java 17 denies, and a file in its place no rival. */
  private static void makeDirectory(Path directory) throws IOException {
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(directory);
      }
    } catch (FileAlreadyExistsException e) {
      throw new NotDirectoryException(e.getFile());
    }
  }

  /** Forces the content to the device before it counts as written. */
  private static final class DurableOutput extends java.io.FilterOutputStream {
    private final FileChannel channel;

    DurableOutput(FileChannel channel) {
      super(Channels.newOutputStream(channel));
      this.channel = channel;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      try (channel) {
        if (channel.isOpen()) {
          channel.force(true);
        }
      }
    }
  }

  @Override
  public void createExclusive(String name, byte[] content) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        makeDirectory(at(name).getParent());
        ExclusiveCreate.local(at(name), content);
        return;
      } catch (NoSuchFileException e) {
        // A run that gave up may have removed the empty directory in between.
        if (attempt == TRIES) {
          throw e;
        }
      }
    }
  }

  @Override
  public void replace(String name, byte[] content) throws IOException {
    String temporary = Claims.TEMPORARY + UUID.randomUUID();
    Path target = at(name);
    Path source = target.resolveSibling(temporary);
    makeDirectory(target.getParent());
    try {
      ExclusiveCreate.writeNew(source, content);
      try {
        Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(source, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(source);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    try (Stream<Path> tree = Files.walk(at(name))) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      return;
    } catch (java.io.UncheckedIOException e) {
      if (!(e.getCause() instanceof NoSuchFileException)) {
        throw e.getCause();
      }
    }
  }

  @Override
  public void deleteIfEmpty(String name) throws IOException {
    try {
      if (!Files.isSymbolicLink(at(name))) {
        Files.deleteIfExists(at(name));
      }
    } catch (DirectoryNotEmptyException | NotDirectoryException e) {
      return;
    }
  }

  @Override
  public void requireWritable() {
    Path there = root;
    while (!Files.exists(there, LinkOption.NOFOLLOW_LINKS) && there.getParent() != null) {
      there = there.getParent();
    }
    try {
      if (!Files.isDirectory(there)) {
        throw new ArtifactException(
            Text.of(
                "%s cannot be a directory: %s is %s; choose another place.",
                root, there, Files.exists(there) ? "a file" : "a link to nothing"));
      }
      makeDirectory(root);
      Files.delete(Files.createTempFile(root, Claims.TEMPORARY, ""));
    } catch (IOException e) {
      throw new ArtifactException(
          Text.of("Cannot write to %s: %s; choose another place.", root, why(there, e)), e);
    } finally {
      for (Path made = root; !made.equals(there); made = made.getParent()) {
        deleteQuietly(made);
      }
    }
  }

  private static void deleteQuietly(Path directory) {
    try {
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      return; // another run has begun to use it
    }
  }

  /** The system's own words, such as "Read-only file system". */
  private static String why(Path there, IOException e) {
    return e instanceof AccessDeniedException
        ? "no permission to write in " + there
        : e instanceof FileSystemException known && known.getReason() != null
            ? Text.of("%s (%s)", known.getReason(), there)
            : StoreFailure.describe(e);
  }

  @Override
  public boolean isLocal() {
    return true;
  }
}
