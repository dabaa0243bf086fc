package io.accelerant.distill.certainty;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.lm.Warp;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.distill.decode.Asked;
import io.accelerant.distill.decode.Decoded;
import io.accelerant.distill.decode.MaskedDecoding;
import io.accelerant.distill.decode.MaskedSource;
import io.accelerant.distill.decode.OnePerStep;
import io.accelerant.distill.decode.PromptDecoding;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The frozen model's own answers, the most confident position of a block in each forward
 * (dparallel.md 3). By number of the prompt.
 *
 * @param rows all tokens
 * @param committedAt of each position, the forward that committed it; 0 if it was given
 * @param entropyAt of each position, nats of what the model said then; 0 if it was given
 * @param evaluations forwards
 * @param correct by the checker of the prompts
 */
record Trajectories(
    int[][] rows, int[][] committedAt, double[][] entropyAt, int[] evaluations, boolean[] correct)
    implements Serializable {

  /**
   * @param drawn how tokens are drawn
   */
  static Trajectories of(
      JobContext context,
      CertaintySettings settings,
      Warp drawn,
      MaskedSource source,
      Asked asked,
      int mask) {
    MaskedDecoding decoding =
        new MaskedDecoding(OnePerStep.CONFIDENCE, drawn, settings.masking().blockLength());
    List<Decoded> texts =
        new PromptDecoding(decoding, 1, settings.decodeBatch(), settings.seed())
            .run(context, source, asked.ids(), asked.rows(mask), settings.partitions());
    boolean[] correct = new boolean[texts.size()];
    for (int i = 0; i < correct.length; i++) {
      correct[i] = asked.verdict(i, texts.get(i).answer()).correct();
    }
    return new Trajectories(
        texts.stream().map(Decoded::row).toArray(int[][]::new),
        texts.stream().map(Decoded::committedAt).toArray(int[][]::new),
        texts.stream().map(Decoded::entropy).toArray(double[][]::new),
        texts.stream().mapToInt(Decoded::evaluations).toArray(),
        correct);
  }

  int count() {
    return rows.length;
  }

  int right() {
    return (int) IntStream.range(0, count()).filter(i -> correct[i]).count();
  }

  /** The tokens of an answer. */
  int[] answer(int number) {
    return IntStream.range(0, rows[number].length)
        .filter(i -> committedAt[number][i] > 0)
        .map(i -> rows[number][i])
        .toArray();
  }

  /**
   * What an arm is trained on, by id: own answers or those of the table, ends behind them, to
   * prompts that the model answers rightly, or to all.
   */
  byte[][] records(Arm arm, Asked asked, boolean correctOnly) {
    boolean all = !correctOnly || arm.variant() == Arm.Variant.UNFILTERED;
    IntPredicate taken = i -> all || correct[i];
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < count(); i++) {
      Prompt prompt = asked.prompts().get(i);
      if (taken.test(i)) {
        records.add(IdRecord.pack(text(arm, prompt, rows[i], asked), asked.longest()));
      }
    }
    return records.toArray(byte[][]::new);
  }

  private static Prompt text(Arm arm, Prompt prompt, int[] own, Asked asked) {
    return arm.texts() != Arm.Texts.GOLD
        ? prompt.withIds(own)
        : asked.end().isEmpty()
            ? prompt
            : prompt.filled(asked.answerLength(), asked.end().getAsInt());
  }
}
