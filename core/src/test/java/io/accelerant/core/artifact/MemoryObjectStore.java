package io.accelerant.core.artifact;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PositionedReadable;
import org.apache.hadoop.fs.Seekable;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * An object store as S3A shows it: objects appear whole when their stream is closed, directories
 * are prefixes, a create without overwrite only looks first, and a conditional create is refused at
 * close. Registered as {@code s3a:} by {@link #configuration()}.
 */
public final class MemoryObjectStore extends FileSystem {
  /** What the conditional create does; tests change it. */
  enum Mode {
    HONOURED,
    IGNORED,
    UNSUPPORTED,
    ANSWER_LOST
  }

  static final NavigableMap<String, byte[]> OBJECTS = new ConcurrentSkipListMap<>();
  static Mode mode = Mode.HONOURED;

  private URI uri;

  /** Named like S3A's, which is not on the class path. */
  static final class RemoteFileChangedException extends IOException {
    RemoteFileChangedException(String path) {
      super("PUT of " + path + ": Service: S3, Status Code: 412");
    }
  }

  static Configuration configuration() {
    OBJECTS.clear();
    mode = Mode.HONOURED;
    Configuration hadoop = new Configuration(false);
    hadoop.set("fs.s3a.impl", MemoryObjectStore.class.getName());
    hadoop.setBoolean("fs.s3a.impl.disable.cache", true);
    return hadoop;
  }

  @Override
  public String getScheme() {
    return "s3a";
  }

  @Override
  public void initialize(URI name, Configuration hadoop) throws IOException {
    super.initialize(name, hadoop);
    uri = URI.create(name.getScheme() + "://" + name.getAuthority());
  }

  @Override
  public URI getUri() {
    return uri;
  }

  private static String key(Path path) {
    return path.toUri().getPath();
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    byte[] object = OBJECTS.get(key(path));
    if (object == null) {
      throw new FileNotFoundException(path.toString());
    }
    return new FSDataInputStream(new ObjectInput(object));
  }

  private static final class ObjectInput extends ByteArrayInputStream
      implements Seekable, PositionedReadable {
    ObjectInput(byte[] object) {
      super(object);
    }

    @Override
    public void seek(long position) {
      pos = (int) position;
    }

    @Override
    public long getPos() {
      return pos;
    }

    @Override
    public boolean seekToNewSource(long target) {
      return false;
    }

    @Override
    public int read(long position, byte[] bytes, int offset, int length) {
      int n = Math.min(length, count - (int) position);
      System.arraycopy(buf, (int) position, bytes, offset, n);
      return n;
    }

    @Override
    public void readFully(long position, byte[] bytes, int offset, int length) throws IOException {
      if (read(position, bytes, offset, length) < length) {
        throw new EOFException();
      }
    }

    @Override
    public void readFully(long position, byte[] bytes) throws IOException {
      readFully(position, bytes, 0, bytes.length);
    }
  }

  private FSDataOutputStream put(Path path, boolean conditional) throws IOException {
    return new FSDataOutputStream(
        new ByteArrayOutputStream() {
          private boolean closed;

          @Override
          public void close() throws IOException {
            if (closed) {
              return;
            }
            closed = true;
            if (!conditional || mode == Mode.IGNORED) {
              OBJECTS.put(key(path), toByteArray());
            } else if (OBJECTS.putIfAbsent(key(path), toByteArray()) != null) {
              throw new RemoteFileChangedException(path.toString());
            } else if (mode == Mode.ANSWER_LOST && path.getName().equals(Manifest.FILE)) {
              throw new IOException("connection reset");
            }
          }
        },
        null);
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    if (!overwrite && OBJECTS.containsKey(key(path))) {
      throw new org.apache.hadoop.fs.FileAlreadyExistsException(path.toString());
    }
    return put(path, false);
  }

  @Override
  public FSDataOutputStreamBuilder<?, ?> createFile(Path path) {
    return new PutBuilder(this, path);
  }

  private final class PutBuilder extends FSDataOutputStreamBuilder<FSDataOutputStream, PutBuilder> {
    private static final String CONDITION = "fs.option.create.conditional.overwrite";

    PutBuilder(FileSystem files, Path path) {
      super(files, path);
    }

    @Override
    public PutBuilder getThisBuilder() {
      return this;
    }

    @Override
    public FSDataOutputStream build() throws IOException {
      Set<String> known = mode == Mode.UNSUPPORTED ? Set.of() : Set.of(CONDITION);
      rejectUnknownMandatoryKeys(known, "for " + getPath());
      return put(getPath(), getOptions().getBoolean(CONDITION, false));
    }
  }

  @Override
  public FSDataOutputStream append(Path path, int bufferSize, Progressable progress) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean rename(Path source, Path target) {
    throw new UnsupportedOperationException("a rename is not atomic here; nobody may use it");
  }

  @Override
  public boolean delete(Path path, boolean recursive) {
    boolean deleted = OBJECTS.remove(key(path)) != null;
    if (recursive) {
      deleted |= OBJECTS.keySet().removeIf(key -> key.startsWith(key(path) + "/"));
    }
    return deleted;
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    if (OBJECTS.containsKey(key(path))) {
      return new FileStatus[] {getFileStatus(path)};
    }
    String prefix = key(path).endsWith("/") ? key(path) : key(path) + "/";
    Set<String> names = new TreeSet<>();
    for (String key : OBJECTS.tailMap(prefix).keySet()) {
      if (key.startsWith(prefix)) {
        names.add(key.substring(prefix.length()).split("/", 2)[0]);
      }
    }
    if (names.isEmpty()) {
      throw new FileNotFoundException(path.toString());
    }
    FileStatus[] statuses = new FileStatus[names.size()];
    int i = 0;
    for (String name : names) {
      statuses[i++] = getFileStatus(new Path(path, name));
    }
    return statuses;
  }

  @Override
  public void setWorkingDirectory(Path path) {}

  @Override
  public Path getWorkingDirectory() {
    return new Path(uri + "/");
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) {
    return true;
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    Path qualified = makeQualified(path);
    byte[] object = OBJECTS.get(key(path));
    if (object != null) {
      return new FileStatus(object.length, false, 1, 1 << 20, 0, qualified);
    }
    String next = OBJECTS.ceilingKey(key(path) + "/");
    if (next != null && next.startsWith(key(path) + "/")) {
      return new FileStatus(0, true, 1, 1 << 20, 0, qualified);
    }
    throw new FileNotFoundException(path.toString());
  }
}
