package io.accelerant.distill.decode.compare;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.run.Batches;
import io.accelerant.core.run.Units;
import io.accelerant.distill.decode.Asked;
import io.accelerant.distill.decode.Decoded;
import io.accelerant.distill.decode.Decoder;
import io.accelerant.distill.decode.Draws;
import io.accelerant.distill.decode.MaskedDecoding;
import io.accelerant.distill.decode.MaskedModel;
import io.accelerant.distill.decode.MaskedSource;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Decoders on the same prompts, on a cluster. Mapped: batches of prompts by decoders, all in one
 * stage; broadcast: rows and parameters. What a decoder does to a prompt depends on nothing else.
 *
 * @param batch prompts that are answered together; no answer depends on it
 * @param seed of the draws, see {@link Draws#keyed}
 */
public record DecoderComparison(List<Decoder> decoders, int batch, long seed)
    implements Serializable {
  public DecoderComparison {
    decoders = List.copyOf(decoders);
  }

  /** One batch of prompts by one decoder. */
  private record Part(int[] evaluations, int[] rowsRead, int[] untilEnd, int[][] tokens, long nanos)
      implements Serializable {}

  /** What tasks share. */
  private record Rows(long[] ids, int[][] rows, int end) implements Serializable {}

  /**
   * Answers all prompts by all decoders.
   *
   * @param mask token of a masked position
   * @param partitions at most so many; 0 for four a core
   * @throws io.accelerant.core.error.DataException as {@link MaskedDecoding#run}
   */
  public Compared run(
      JobContext context, MaskedSource source, Asked asked, int mask, int partitions) {
    long[] ids = asked.ids();
    Batches batches = new Batches(ids.length, batch);
    int points = decoders.size();
    DecoderComparison self = this;
    try (Shared<Rows> shared =
        Shared.of(context, new Rows(ids, asked.rows(mask), asked.end().orElse(-1)))) {
      List<Part> parts =
          new Units<>(
                  context,
                  source.stage(),
                  partitions,
                  () -> self.warm(source.open(), shared.copy()))
              .map(
                  "Comparing decoders",
                  batches.units() * points,
                  // neighbours are of different rules, so that partitions are of equal length
                  (model, unit) ->
                      self.part(model, unit % points, batches, unit / points, shared.copy()));
      return compared(asked, ids, batches, parts);
    }
  }

  /** Builds the programs of batches that shrink before a clock runs. */
  private MaskedModel warm(MaskedModel model, Rows rows) {
    for (int count = Math.min(batch, rows.rows.length); count > 0; count /= 4) {
      model.logits(Arrays.copyOf(rows.rows, count));
    }
    return model;
  }

  private Part part(MaskedModel model, int point, Batches batches, int unit, Rows rows) {
    List<MaskedDecoding.Request> requests = new ArrayList<>();
    for (int i = batches.from(unit); i < batches.to(unit); i++) {
      requests.add(new MaskedDecoding.Request(rows.ids[i], 0, rows.rows[i]));
    }
    MaskedDecoding decoding = decoders.get(point).decoding();
    long start = System.nanoTime();
    List<Decoded> texts = decoding.run(model, requests, Draws.keyed(seed));
    long nanos = System.nanoTime() - start;
    OptionalInt end = rows.end < 0 ? OptionalInt.empty() : OptionalInt.of(rows.end);
    return new Part(
        texts.stream().mapToInt(Decoded::evaluations).toArray(),
        texts.stream().mapToInt(Decoded::rowsRead).toArray(),
        texts.stream().mapToInt(text -> text.evaluationsUntil(end)).toArray(),
        texts.stream().map(Decoded::answer).toArray(int[][]::new),
        nanos);
  }

  private Compared compared(Asked asked, long[] ids, Batches batches, List<Part> parts) {
    int points = decoders.size();
    int[][] evaluations = new int[points][ids.length];
    int[][] rowsRead = new int[points][ids.length];
    int[][] untilEnd = new int[points][ids.length];
    boolean[][] correct = new boolean[points][ids.length];
    int[][][] tokens = new int[points][ids.length][];
    double[] seconds = new double[points];
    for (int unit = 0; unit < parts.size(); unit++) {
      Part part = parts.get(unit);
      int point = unit % points;
      int from = batches.from(unit / points);
      int count = part.evaluations.length;
      System.arraycopy(part.evaluations, 0, evaluations[point], from, count);
      System.arraycopy(part.rowsRead, 0, rowsRead[point], from, count);
      System.arraycopy(part.untilEnd, 0, untilEnd[point], from, count);
      System.arraycopy(part.tokens, 0, tokens[point], from, count);
      for (int i = 0; i < count; i++) {
        correct[point][from + i] = asked.verdict(from + i, part.tokens[i]).correct();
      }
      seconds[point] += part.nanos / 1e9;
    }
    return new Compared(decoders, ids, evaluations, rowsRead, untilEnd, correct, tokens, seconds);
  }
}
