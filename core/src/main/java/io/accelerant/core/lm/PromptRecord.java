package io.accelerant.core.lm;

import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.text.Text;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * A row of tokens as losses read it. Packed: the length, then for each position 32 bits of token,
 * then one bit that says whether it is given; filled up with zeros to the size of the longest row.
 *
 * @param ids tokens of the row
 * @param open positions that are to be answered, rising
 */
public record PromptRecord(int[] ids, int[] open) {
  /**
   * @param longest tokens of the longest row of the data set
   * @throws IllegalArgumentException if the row is longer
   */
  public static byte[] pack(Prompt prompt, int longest) {
    int[] ids = prompt.ids();
    if (ids.length > longest) {
      throw new IllegalArgumentException(
          Text.of("prompt %d has %d tokens, more than %d", prompt.id(), ids.length, longest));
    }
    ByteBuffer record = ByteBuffer.allocate(bytes(longest)).putInt(ids.length);
    for (int id : ids) {
      record.putInt(id);
    }
    BitSet given = new BitSet();
    IntStream.of(prompt.given()).forEach(given::set);
    return record.put(given.toByteArray()).array();
  }

  private static int bytes(int longest) {
    return Integer.BYTES * (1 + longest) + (longest + Byte.SIZE - 1) / Byte.SIZE;
  }

  /** Reads a packed row. */
  public static PromptRecord of(byte[] record) {
    ByteBuffer in = ByteBuffer.wrap(record);
    int[] ids = new int[in.getInt()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = in.getInt();
    }
    BitSet given = BitSet.valueOf(in);
    return new PromptRecord(
        ids, IntStream.range(0, ids.length).filter(i -> !given.get(i)).toArray());
  }

  /** Tokens of a packed row. */
  public static int length(byte[] record) {
    return ByteBuffer.wrap(record).getInt();
  }
}
