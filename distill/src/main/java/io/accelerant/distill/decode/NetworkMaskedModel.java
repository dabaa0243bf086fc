package io.accelerant.distill.decode;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.lm.MaskedVocabulary;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.TokenNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A network of the engine as a masked model: float32 logits. Rows of one bucket of lengths are read
 * together, by programs of few numbers of rows. The heights of their products are multiples of 6,
 * and of 12 where they are cut into blocks: then a row has the same bits whatever is read beside it
 * (oneDNN's AVX2 kernel on one thread, which takes 6 rows at a time and what is left by another;
 * held by a test; elsewhere up to rounding).
 */
final class NetworkMaskedModel implements MaskedModel {
  /** Rows of a product that the kernel takes at a time. */
  private static final int KERNEL = 6;

  /** Heights above this are cut into blocks, of whole kernels if the height is even in them. */
  private static final int UNCUT = 48;

  /** Rows of the largest program. */
  private static final int LARGEST = 64;

  /** Rows of the programs of lengths as {@link #whole} makes them, the largest first. */
  private static final int[] BATCHES = {LARGEST, 16, 4, 1};

  /** Those of the other length, where the network reads no more. */
  private static final int[] WHOLE_BATCHES = {60, 24, 2 * KERNEL};

  private final TokenNetwork network;
  private final MaskedVocabulary vocabulary;
  private final float[] parameters;
  private final Buckets lengths;
  private final ProgramPool pool;
  private final Map<BatchShape, ProgramPool.Lease> leases = new HashMap<>();

  /**
   * @param vocabulary which tokens may come
   * @param parameters in the order of the network's layout; not copied
   * @param lengths for which programs are built
   */
  NetworkMaskedModel(
      TokenNetwork network,
      MaskedVocabulary vocabulary,
      float[] parameters,
      Buckets lengths,
      ProgramPool pool) {
    this.network = network;
    this.vocabulary = vocabulary;
    this.parameters = parameters;
    this.lengths = lengths;
    this.pool = pool;
  }

  /** Lengths of programs for rows of up to so many tokens. */
  static Buckets lengths(TokenNetwork network, int longest) {
    return new Buckets(
        Buckets.upTo(longest).sizes().stream()
            .map(size -> Math.min(whole(size), network.maximumLength()))
            .toList());
  }

  private static int whole(int length) {
    int step = length <= UNCUT ? KERNEL : 2 * KERNEL;
    return (length + step - 1) / step * step;
  }

  /** Programs that one model leases at most. */
  static int programs(Buckets lengths) {
    return BATCHES.length * lengths.sizes().size();
  }

  /** Bytes of the programs that one model leases at most, beside their parameters. */
  static long activations(Buckets lengths, long largest) {
    long tokens = lengths.sizes().stream().mapToLong(length -> length).sum();
    return largest * IntStream.of(BATCHES).sum() / LARGEST * tokens / lengths.largest();
  }

  /** Of the program that takes most memory. */
  static BatchShape largest(Buckets lengths) {
    return BatchShape.padded(LARGEST, lengths.largest());
  }

  @Override
  public int vocabulary() {
    return vocabulary.logits();
  }

  @Override
  public int mask() {
    return vocabulary.mask();
  }

  @Override
  public int maximumLength() {
    return lengths.largest();
  }

  @Override
  public Logits logits(int[][] rows) {
    Map<Integer, List<Integer>> byLength = new TreeMap<>();
    for (int i = 0; i < rows.length; i++) {
      byLength.computeIfAbsent(lengths.fit(rows[i].length), b -> new ArrayList<>()).add(i);
    }
    float[][] said = new float[rows.length][];
    int[] from = new int[rows.length];
    byLength.forEach((length, some) -> run(rows, length, some, said, from));
    return (row, position, logits) -> {
      int at = from[row] + position * vocabulary();
      for (int token = 0; token < logits.length; token++) {
        logits[token] = said[row][at + token];
      }
      vocabulary.restrict(logits);
    };
  }

  private void run(int[][] rows, int length, List<Integer> some, float[][] said, int[] from) {
    for (int first = 0; first < some.size(); ) {
      int batch = batch(some.size() - first, length);
      int count = Math.min(batch, some.size() - first);
      int[] tokens = new int[batch * length];
      float[] padding = new float[batch * length]; // rows that are not there attend to themselves
      for (int b = 0; b < count; b++) {
        int[] row = rows[some.get(first + b)];
        System.arraycopy(row, 0, tokens, b * length, row.length);
        Arrays.fill(padding, b * length + row.length, (b + 1) * length, 1);
      }
      Program program = program(BatchShape.padded(batch, length));
      program.set("tokens", tokens).set("padding", padding).run();
      float[] logits = program.floats("logits");
      for (int b = 0; b < count; b++) {
        said[some.get(first + b)] = logits;
        from[some.get(first + b)] = b * length * vocabulary();
      }
      first += count;
    }
  }

  /** Rows of the next program: more than half of them are used, because each costs as much. */
  static int batch(int rows, int length) {
    int[] sizes = length == whole(length) ? BATCHES : WHOLE_BATCHES;
    return IntStream.of(sizes)
        .filter(size -> 2 * rows > size)
        .findFirst()
        .orElse(sizes[sizes.length - 1]);
  }

  private Program program(BatchShape shape) {
    return leases
        .computeIfAbsent(
            shape,
            wanted -> {
              ProgramPool.Lease lease = network.forward(pool, Precision.FLOAT32, wanted);
              lease.program().setParameters(parameters);
              return lease;
            })
        .program();
  }

  @Override
  public void close() {
    leases.values().forEach(ProgramPool.Lease::close);
    leases.clear();
  }
}
