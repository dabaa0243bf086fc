package io.accelerant.distill.decode;

import io.accelerant.core.error.DataException;
import io.accelerant.core.lm.TokenLaw;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Writes the masked positions of rows: a forward, then what the rule says, until nothing is masked.
 * Rows that are done leave the batch. Blocks are filled from left to right; what is behind the
 * block is read as MASK.
 *
 * @param warp of the tokens that are drawn
 * @param blockLength positions of a block, the first of which begins with the answer, or with the
 *     row if something is given behind a masked position; 0 for one block
 */
public record MaskedDecoding(UnmaskRule rule, Warp warp, int blockLength) implements Serializable {
  /**
   * A row to write.
   *
   * @param prompt id of the prompt
   * @param sample number of the row among those of its prompt
   * @param row what is given, and MASK elsewhere
   */
  public record Request(long prompt, int sample, int[] row) {
    /**
     * The row of a prompt.
     *
     * @param answerLength positions behind a prompt that has no gaps, the end with them; not read
     *     for a cloze, which has its own
     */
    public static Request of(Prompt prompt, int sample, int answerLength, int mask) {
      int length = prompt.isCausal() ? prompt.given().length + answerLength : prompt.length();
      int[] row = new int[length];
      Arrays.fill(row, mask);
      for (int i : prompt.given()) {
        row[i] = prompt.ids()[i];
      }
      return new Request(prompt.id(), sample, row);
    }
  }

  /** With the tokens that the rule's source would take. */
  public static MaskedDecoding of(UnmaskRule rule, int blockLength) {
    return new MaskedDecoding(rule, rule.warp(), blockLength);
  }

  public MaskedDecoding {
    if (blockLength < 0) {
      throw new IllegalArgumentException("a block has at least one position");
    }
  }

  /**
   * Writes rows, together.
   *
   * @return in the order of the requests
   * @throws DataException if a row is empty or longer than the model reads, or the model gives no
   *     numbers
   */
  public List<Decoded> run(MaskedModel model, List<Request> requests, Draws draws) {
    List<MaskedRow> rows = requests.stream().map(request -> row(request, model)).toList();
    TokenLaw law = new TokenLaw(warp, model.vocabulary());
    double[] numbers = new double[model.vocabulary()];
    List<MaskedRow> open = rows.stream().filter(row -> !row.isDone()).toList();
    while (!open.isEmpty()) {
      MaskedModel.Logits said =
          model.logits(open.stream().flatMap(row -> row.reads().stream()).toArray(int[][]::new));
      int at = 0;
      for (MaskedRow row : open) {
        int reads = row.reads().size();
        row.forward(said, at, law, numbers, draws);
        at += reads;
      }
      open = open.stream().filter(row -> !row.isDone()).toList();
    }
    return rows.stream().map(MaskedRow::decoded).toList();
  }

  private MaskedRow row(Request request, MaskedModel model) {
    int length = request.row().length;
    if (length == 0 || length > model.maximumLength()) {
      throw new DataException(
          Text.of(
              "The row of prompt %d has %d tokens, its answer with them; the model reads 1 to %d.",
              request.prompt(), length, model.maximumLength()));
    }
    return new MaskedRow(request, model.mask(), blockLength, rule.begin());
  }
}
