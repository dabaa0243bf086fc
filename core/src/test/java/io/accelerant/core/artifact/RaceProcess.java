package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * One of two processes that race for the same claims and manifests; they start each try together by
 * counters in a shared mapped file. Arguments: directory, 0 or 1, number of tries. Writes one line
 * per try: who won the claim, the manifest, the take-over.
 */
final class RaceProcess {
  private static final VarHandle COUNTER =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final ByteBuffer counters;
  private final int self;
  private long round;

  private RaceProcess(ByteBuffer counters, int self) {
    this.counters = counters;
    this.self = self;
  }

  public static void main(String[] args) throws IOException {
    Path root = Path.of(args[0]);
    int self = Integer.parseInt(args[1]);
    int tries = Integer.parseInt(args[2]);
    List<String> lines = new ArrayList<>();
    try (FileChannel channel =
        FileChannel.open(
            root.resolve("barrier"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      MappedByteBuffer shared = channel.map(FileChannel.MapMode.READ_WRITE, 0, 128);
      RaceProcess process = new RaceProcess(shared, self);
      for (int i = 0; i < tries; i++) {
        lines.add(process.race(root.resolve("try-" + i)));
      }
    }
    Files.write(root.resolve("result-" + self), lines);
  }

  private void barrier() {
    round++;
    COUNTER.setVolatile(counters, 64 * self, round);
    long deadline = System.nanoTime() + 20_000_000_000L;
    while ((long) COUNTER.getVolatile(counters, 64 * (1 - self)) < round) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the other process is gone");
      }
      Thread.yield();
    }
  }

  private String race(Path dir) throws IOException {
    Configuration hadoop = new Configuration(false);
    Store manifests = Store.at(dir + "/manifest", hadoop);
    Store left = Store.at(dir + "/left", hadoop);
    if (self == 0) {
      Faults.withDeadClaim(left, "key");
    }
    barrier();
    boolean claim = claims(Store.at(dir + "/claim", hadoop));
    barrier();
    boolean manifest = creates(manifests);
    barrier();
    boolean takeOver = claims(left);
    return claim + " " + manifest + " " + takeOver;
  }

  private static boolean claims(Store store) throws IOException {
    try {
      return Claims.acquire(store, Claim.of("key"), false).isOurs();
    } catch (ArtifactException taken) {
      return false;
    }
  }

  private boolean creates(Store store) throws IOException {
    byte[] content = "x".repeat(10_000).concat(Integer.toString(self)).getBytes();
    boolean won;
    try {
      store.createExclusive(Manifest.FILE, content);
      won = true;
    } catch (FileAlreadyExistsException taken) {
      won = false;
    }
    // Whoever won, the file is whole from the first moment, and says who it was.
    byte[] found = store.read(Manifest.FILE, 1 << 20);
    if (found.length != content.length || won != (found[found.length - 1] == '0' + self)) {
      throw new IllegalStateException("half a manifest, or the loser's: " + found.length);
    }
    return won;
  }
}
