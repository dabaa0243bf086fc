package io.accelerant.rl.gvm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Samples cut into pieces of about equal cost, each of which is written together: a function of
 * what is to be drawn alone, whatever the cluster.
 */
final class Pieces {
  private Pieces() {}

  /**
   * As {@link #of(int[], int[], int[], double[], int)}, where every sample costs as much.
   *
   * @param counts samples of prompts 0, 1, ..
   */
  static List<List<Drawing.Part>> alike(int[] counts, int rows) {
    int m = counts.length;
    double[] tokens = new double[m];
    Arrays.fill(tokens, 1);
    return of(IntStream.range(0, m).toArray(), new int[m], counts, tokens, rows);
  }

  /**
   * @param prompts numbers of prompts; may repeat
   * @param first number of the first sample of each
   * @param counts samples of each
   * @param tokens expected of an answer to each
   * @param rows most samples of a piece; its cost is at most that of so many answers of mean cost,
   *     but one sample may cost more
   */
  static List<List<Drawing.Part>> of(
      int[] prompts, int[] first, int[] counts, double[] tokens, int rows) {
    double all = 0;
    long samples = 0;
    for (int i = 0; i < prompts.length; i++) {
      all += counts[i] * tokens[i];
      samples += counts[i];
    }
    double limit = rows * (all / Math.max(1, samples)) * (1 + 1e-9);
    List<List<Drawing.Part>> pieces = new ArrayList<>();
    List<Drawing.Part> piece = new ArrayList<>();
    double cost = 0;
    int held = 0;
    for (int i = 0; i < prompts.length; i++) {
      for (int done = 0; done < counts[i]; ) {
        int fit = Math.min(rows - held, (int) Math.floor((limit - cost) / tokens[i]));
        int take = Math.min(counts[i] - done, held == 0 ? Math.max(1, fit) : fit);
        if (take > 0) {
          piece.add(new Drawing.Part(prompts[i], first[i] + done, take));
          done += take;
          held += take;
          cost += take * tokens[i];
        }
        if (take <= 0 || held == rows) {
          pieces.add(piece);
          piece = new ArrayList<>();
          cost = 0;
          held = 0;
        }
      }
    }
    if (!piece.isEmpty()) {
      pieces.add(piece);
    }
    return pieces;
  }
}
