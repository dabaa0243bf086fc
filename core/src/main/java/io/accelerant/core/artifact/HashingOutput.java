package io.accelerant.core.artifact;

import io.accelerant.core.json.CanonicalJson;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.Function;

/** Counts and hashes what passes through, and tells when it is safely written. */
final class HashingOutput extends OutputStream {
  /** Gets size and hash of a finished file. */
  interface Finished {
    void accept(long size, String sha256);
  }

  private final OutputStream out;
  private final Finished finished;
  private final Function<IOException, ? extends RuntimeException> failure;
  private final MessageDigest digest = CanonicalJson.newSha256();
  private long size;
  private boolean closed;
  private boolean failed;

  HashingOutput(
      OutputStream out,
      Finished finished,
      Function<IOException, ? extends RuntimeException> failure) {
    this.out = out;
    this.finished = finished;
    this.failure = failure;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failed = true;
      throw failure.apply(e);
    }
    digest.update(bytes, offset, length);
    size += length;
  }

  @Override
  public void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      failed = true;
      throw failure.apply(e);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      out.close();
    } catch (IOException e) {
      throw failure.apply(e);
    }
    if (!failed) {
      finished.accept(size, HexFormat.of().formatHex(digest.digest()));
    }
  }
}
