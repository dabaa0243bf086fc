package io.accelerant.rl.gvm;

import io.accelerant.core.text.Text;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * An answer as {@link PolicyObjective} reads it. Packed: how many tokens are prompt and answer,
 * whether there is a reference, advantage, weight, 32 bits for each token, as many for each
 * log-probability; filled up with zeros to the size of the longest row.
 *
 * @param prompt tokens that are read, at least one
 * @param answer tokens as drawn, the end with them, at least one
 * @param old natural logarithm of the probability of each token of the answer as it was drawn
 * @param reference the same by a policy that is not to be left
 * @param advantage of each of its tokens
 * @param weight of the answer, with all normalisers in it
 */
public record RolloutRecord(
    int[] prompt,
    int[] answer,
    double[] old,
    Optional<double[]> reference,
    double advantage,
    double weight) {
  private static final int HEAD = 2 * Integer.BYTES + 1 + 2 * Double.BYTES;
  private static final int TOKEN = Integer.BYTES + 2 * Float.BYTES;

  /**
   * @param old is kept in 32 bits
   * @param reference null if there is none
   * @param longest tokens of the longest row of the run, the answer with it
   * @return of one length for all rows of the run
   * @throws IllegalArgumentException if the row is longer, is without a prompt or an answer, a
   *     log-probability is missing, or a number is not finite
   */
  public static byte[] pack(
      int[] prompt,
      int[] answer,
      double[] old,
      double[] reference,
      double advantage,
      double weight,
      int longest) {
    int length = prompt.length + answer.length;
    require(
        prompt.length > 0 && answer.length > 0 && length <= longest,
        Text.of(
            "a prompt of %d and an answer of %d tokens, both at least 1, are together at most %d",
            prompt.length, answer.length, longest));
    ByteBuffer record = ByteBuffer.allocate(HEAD + TOKEN * longest);
    record.putInt(prompt.length).putInt(answer.length).put((byte) (reference == null ? 0 : 1));
    record.putDouble(finite(advantage)).putDouble(finite(weight));
    putTokens(record, prompt);
    putTokens(record, answer);
    putNumbers(record, old, answer.length);
    putNumbers(record, reference == null ? new double[answer.length] : reference, answer.length);
    return record.array();
  }

  private static void putTokens(ByteBuffer record, int[] tokens) {
    for (int token : tokens) {
      record.putInt(token);
    }
  }

  private static void putNumbers(ByteBuffer record, double[] numbers, int count) {
    require(
        numbers.length == count,
        Text.of("%d log-probabilities for %d tokens", numbers.length, count));
    for (double number : numbers) {
      record.putFloat((float) finite(number));
    }
  }

  private static double finite(double number) {
    require(Double.isFinite(number), Text.of("%s is not finite", number));
    return number;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Reads a packed row. */
  public static RolloutRecord of(byte[] record) {
    ByteBuffer in = ByteBuffer.wrap(record);
    int[] prompt = new int[in.getInt()];
    int[] answer = new int[in.getInt()];
    boolean referred = in.get() != 0;
    double advantage = in.getDouble();
    double weight = in.getDouble();
    Arrays.setAll(prompt, i -> in.getInt());
    Arrays.setAll(answer, i -> in.getInt());
    double[] old = new double[answer.length];
    double[] reference = new double[answer.length];
    Arrays.setAll(old, i -> in.getFloat());
    Arrays.setAll(reference, i -> in.getFloat());
    return new RolloutRecord(
        prompt,
        answer,
        old,
        referred ? Optional.of(reference) : Optional.empty(),
        advantage,
        weight);
  }

  /** Tokens of a packed row that are read: all but the last. */
  static int read(byte[] record) {
    ByteBuffer in = ByteBuffer.wrap(record);
    return in.getInt() + in.getInt() - 1;
  }
}
