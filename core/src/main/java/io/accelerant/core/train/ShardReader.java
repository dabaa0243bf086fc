package io.accelerant.core.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Reads records of packed shards by range. Pieces of {@value #PIECE} bytes are kept for the tasks
 * of this JVM, up to {@value #CAPACITY} of them, the least used going first.
 */
final class ShardReader {
  private static final int PIECE = 1 << 18;
  private static final int CAPACITY = 256;
  private static final Map<Key, byte[]> PIECES =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, byte[]> eldest) {
          return size() > CAPACITY;
        }
      };

  private record Key(String file, long piece) {}

  private ShardReader() {}

  /**
   * @param indexes of records in the file
   * @return the records in the order of the indexes
   */
  static List<byte[]> read(String file, int recordBytes, long[] indexes, Configuration hadoop) {
    try (Opened opened = new Opened(file, hadoop)) {
      List<byte[]> records = new ArrayList<>(indexes.length);
      for (long index : indexes) {
        records.add(opened.bytes(index * recordBytes, recordBytes));
      }
      return records;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the packed shard " + file, e);
    }
  }

  /** One file, opened when a piece is missing. */
  private static final class Opened implements AutoCloseable {
    private final String file;
    private final Configuration hadoop;
    private FSDataInputStream stream;
    private long length;

    Opened(String file, Configuration hadoop) {
      this.file = file;
      this.hadoop = hadoop;
    }

    byte[] bytes(long from, int count) throws IOException {
      byte[] bytes = new byte[count];
      for (int done = 0; done < count; ) {
        long at = from + done;
        byte[] piece = piece(at / PIECE);
        int start = (int) (at % PIECE);
        int n = Math.min(count - done, piece.length - start);
        System.arraycopy(piece, start, bytes, done, n);
        done += n;
      }
      return bytes;
    }

    private byte[] piece(long number) throws IOException {
      Key key = new Key(file, number);
      synchronized (PIECES) {
        byte[] kept = PIECES.get(key);
        if (kept != null) {
          return kept;
        }
      }
      byte[] read = load(number);
      synchronized (PIECES) {
        PIECES.put(key, read);
      }
      return read;
    }

    private byte[] load(long number) throws IOException {
      if (stream == null) {
        Path path = new Path(file);
        FileSystem files = path.getFileSystem(hadoop);
        length = files.getFileStatus(path).getLen();
        stream = files.open(path);
      }
      byte[] piece = new byte[(int) Math.min(PIECE, length - number * PIECE)];
      stream.readFully(number * PIECE, piece);
      return piece;
    }

    @Override
    public void close() throws IOException {
      if (stream != null) {
        stream.close();
      }
    }
  }
}
