package io.accelerant.core.artifact;

import io.accelerant.core.json.CanonicalJson;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.Consumer;

/** Hashes what is read, and checks it when the end is reached. */
final class VerifyingInput extends FilterInputStream {
  private final Consumer<Manifest.FileEntry> check;
  private final String name;
  private final MessageDigest digest = CanonicalJson.newSha256();
  private long size;
  private boolean ended;

  VerifyingInput(InputStream in, Consumer<Manifest.FileEntry> check, String name) {
    super(in);
    this.check = check;
    this.name = name;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int n = in.read(bytes, offset, length);
    if (n > 0) {
      digest.update(bytes, offset, n);
      size += n;
    } else if (n < 0 && !ended) {
      ended = true;
      check.accept(new Manifest.FileEntry(name, size, HexFormat.of().formatHex(digest.digest())));
    }
    return n;
  }

  /** By reading, since what is skipped must be hashed too. */
  @Override
  public long skip(long count) throws IOException {
    byte[] buffer = new byte[(int) Math.min(1 << 16, Math.max(1, count))];
    long skipped = 0;
    while (skipped < count) {
      int n = read(buffer, 0, (int) Math.min(buffer.length, count - skipped));
      if (n < 0) {
        break;
      }
      skipped += n;
    }
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
