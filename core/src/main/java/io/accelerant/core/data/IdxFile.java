package io.accelerant.core.data;

import io.accelerant.core.artifact.InputFile;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;

/**
 * An array of bytes in the IDX format of MNIST and its relatives, plain or gzip.
 *
 * @param shape sizes of the dimensions, the first counts the items
 * @param bytes in row-major order, unsigned
 */
public record IdxFile(int[] shape, byte[] bytes) {
  private static final int UNSIGNED_BYTES = 8;
  private static final long LARGEST = 1L << 30;

  /**
   * Reads a file of any file system that Hadoop knows; without a scheme it is a local path.
   *
   * @throws DataException if it is missing, no IDX file of unsigned bytes, larger than 1 GiB,
   *     shorter than its header says, or longer
   */
  public static IdxFile read(String uri, Configuration hadoop) {
    return of(InputFile.open(uri, hadoop), uri);
  }

  /**
   * Reads a stream, plain or gzip, such as a resource; closes it.
   *
   * @param name of the stream in errors
   * @throws DataException as {@link #read(String, Configuration)}
   */
  public static IdxFile of(InputStream stream, String name) {
    try (BufferedInputStream raw = new BufferedInputStream(stream, 1 << 16);
        InputStream in = plain(raw)) {
      return parse(in, name);
    } catch (EOFException e) {
      throw new DataException(name + " ends before its header says.", e);
    } catch (IOException e) {
      throw new DataException("Cannot read " + name + ": " + e.getMessage(), e);
    }
  }

  private static InputStream plain(BufferedInputStream in) throws IOException {
    in.mark(2);
    boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return gzip ? new GZIPInputStream(in, 1 << 16) : in;
  }

  private static IdxFile parse(InputStream stream, String uri) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    int magic = in.readInt();
    int rank = magic & 0xff;
    if (magic >>> 8 != UNSIGNED_BYTES || rank < 1 || rank > 4) {
      throw new DataException(
          Text.of(
              "%s begins with 0x%08x; an IDX file of unsigned bytes begins with 0x000008 and the"
                  + " number of dimensions, 1 to 4.",
              uri, magic));
    }
    int[] shape = new int[rank];
    long size = 1;
    for (int d = 0; d < rank; d++) {
      shape[d] = in.readInt();
      if (shape[d] < 1 || shape[d] > LARGEST / size) {
        throw new DataException(
            Text.of(
                "%s says that dimension %d has size %d; expected at least 1, and 1 GiB in all.",
                uri, d, shape[d]));
      }
      size *= shape[d];
    }
    byte[] bytes = in.readNBytes((int) size); // grows with what is there, not with what is said
    if (bytes.length < size) {
      throw new EOFException();
    }
    if (in.read() >= 0) {
      throw new DataException(
          Text.of(
              "%s goes on after the %d bytes of its shape %s.", uri, size, Arrays.toString(shape)));
    }
    return new IdxFile(shape, bytes);
  }

  /** Number of items. */
  public int count() {
    return shape[0];
  }

  /** Every item as numbers in 0..1, [count][rest of the shape, flat]. */
  public float[][] images() {
    int size = bytes.length / count();
    float[][] images = new float[count()][size];
    for (int i = 0; i < bytes.length; i++) {
      images[i / size][i % size] = (bytes[i] & 0xff) / 255f;
    }
    return images;
  }

  /**
   * One number an item, in 0..255.
   *
   * @throws DataException if an item is more than a number
   */
  public int[] labels() {
    if (bytes.length != count()) {
      throw new DataException("labels have one dimension, found " + Arrays.toString(shape));
    }
    int[] labels = new int[bytes.length];
    Arrays.setAll(labels, i -> bytes[i] & 0xff);
    return labels;
  }
}
