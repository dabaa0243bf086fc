package io.accelerant.distill.certainty;

import io.accelerant.core.lm.PromptRecord;
import io.accelerant.core.lm.prompt.Prompt;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A row with the id that keys its masks, packed: 8 bytes, then the {@link PromptRecord}.
 *
 * @param id of the prompt
 */
record IdRecord(long id, PromptRecord row) {
  /**
   * @param longest tokens of the longest row of the data set
   */
  static byte[] pack(Prompt prompt, int longest) {
    byte[] row = PromptRecord.pack(prompt, longest);
    return ByteBuffer.allocate(Long.BYTES + row.length).putLong(prompt.id()).put(row).array();
  }

  static IdRecord of(byte[] record) {
    return new IdRecord(ByteBuffer.wrap(record).getLong(), PromptRecord.of(row(record)));
  }

  /** Tokens of a packed row. */
  static int length(byte[] record) {
    return ByteBuffer.wrap(record).getInt(Long.BYTES);
  }

  private static byte[] row(byte[] record) {
    return Arrays.copyOfRange(record, Long.BYTES, record.length);
  }
}
