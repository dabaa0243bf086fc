package io.accelerant.selection.lead;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.lm.PromptRecord;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.model.Student;
import io.accelerant.core.nn.InitialScale;
import io.accelerant.core.nn.Transformer;
import java.util.stream.IntStream;

/** Rows that repeat the first of three letters, and a network of one block that reads them. */
final class LetterRows {
  static final Transformer NETWORK = Transformer.gpt2(4, 8, 16, 1, 2);
  static final int END = 3;
  static final LeadNetwork LEAD = new LeadNetwork(new Student(NETWORK, NETWORK), 5, 2, 4);

  private LetterRows() {}

  static float[] base() {
    return Flat.of(NETWORK.initial(1, InitialScale.SCALED)).toFloats();
  }

  /** Row i asks for the digits of i in base 3. */
  static byte[][] records(int rows) {
    return IntStream.range(0, rows)
        .mapToObj(
            i -> {
              int[] ids = {i % 3, i / 3 % 3, i / 9 % 3, i % 3, END};
              return PromptRecord.pack(new Prompt(i, "", "", ids, new int[] {0, 1, 2}, ""), 5);
            })
        .toArray(byte[][]::new);
  }
}
