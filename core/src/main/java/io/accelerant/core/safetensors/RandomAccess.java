package io.accelerant.core.safetensors;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.fs.FSDataInputStream;

/** Bytes that can be read from any position. */
public interface RandomAccess extends Closeable {
  long size() throws IOException;

  /** Fills the rest of {@code target}, or throws {@link EOFException}. */
  void read(long position, ByteBuffer target) throws IOException;

  static RandomAccess of(byte[] bytes) {
    return new RandomAccess() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public void read(long position, ByteBuffer target) throws IOException {
        if (position + target.remaining() > bytes.length) {
          throw new EOFException();
        }
        target.put(bytes, (int) position, target.remaining());
      }

      @Override
      public void close() {}
    };
  }

  static RandomAccess of(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    return new RandomAccess() {
      @Override
      public long size() throws IOException {
        return channel.size();
      }

      @Override
      public void read(long position, ByteBuffer target) throws IOException {
        for (long at = position; target.hasRemaining(); ) {
          int n = channel.read(target, at);
          if (n < 0) {
            throw new EOFException();
          }
          at += n;
        }
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  static RandomAccess of(FSDataInputStream in, long size) {
    return new RandomAccess() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public void read(long position, ByteBuffer target) throws IOException {
        byte[] chunk = new byte[Math.min(target.remaining(), 1 << 20)];
        for (long at = position; target.hasRemaining(); ) {
          int n = Math.min(chunk.length, target.remaining());
          in.readFully(at, chunk, 0, n);
          target.put(chunk, 0, n);
          at += n;
        }
      }

      @Override
      public void close() throws IOException {
        in.close();
      }
    };
  }

  /** All bytes in order. Closing the stream leaves this open. */
  default InputStream stream() {
    return new InputStream() {
      private long position;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int n = (int) Math.min(length, size() - position);
        if (n <= 0) {
          return length == 0 ? 0 : -1;
        }
        RandomAccess.this.read(position, ByteBuffer.wrap(bytes, offset, n));
        position += n;
        return n;
      }
    };
  }
}
