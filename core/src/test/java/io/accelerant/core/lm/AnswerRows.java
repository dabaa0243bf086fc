package io.accelerant.core.lm;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.lm.prompt.Prompt;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.TokenNetwork;
import io.accelerant.core.train.Batch;
import io.accelerant.core.train.GradientStep;
import io.accelerant.core.train.Loss;
import io.accelerant.core.train.LossStep;
import io.accelerant.core.train.OneStep;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Rows of several lengths for tests of losses, and what a network says of them. */
final class AnswerRows {
  /** Tokens 0 .. 5 are text, 5 is the end. */
  static final int TOKENS = 6;

  static final int LONGEST = 9;

  /** Prompts of 1 to 4 tokens with answers of 2 to 5, their end with them. */
  static final List<byte[]> RECORDS =
      IntStream.range(0, 8).mapToObj(i -> row(i, 1 + i % 4, 2 + (i * 3) % 4)).toList();

  private AnswerRows() {}

  static byte[] row(int id, int prompt, int answer) {
    int[] ids = IntStream.range(0, prompt + answer).map(j -> (id * 3 + j * j + j) % 5).toArray();
    ids[ids.length - 1] = 5;
    return record(ids, IntStream.range(0, prompt).toArray());
  }

  static byte[] record(int[] ids, int... given) {
    return PromptRecord.pack(new Prompt(0, "", "", ids, given, "t"), LONGEST);
  }

  static Batch batch(List<byte[]> records, int round) {
    return new Batch(records, 0, records.size(), 7, round);
  }

  /** Numbers large enough that logits differ. */
  static Flat parameters(NetworkSpec network) {
    double[] initial = network.initial(3);
    return Flat.of(Precision.FLOAT64, Arrays.stream(initial).map(x -> 10 * x).toArray());
  }

  static double loss(Loss loss, Flat parameters, Batch batch) {
    return OneStep.sums(new LossStep(loss), loss, parameters, batch).total("loss");
  }

  static Flat gradient(Loss loss, Flat parameters, Batch batch) {
    return OneStep.sums(new GradientStep(loss), loss, parameters, batch)
        .gradients()
        .get(Loss.NETWORK);
  }

  /** {@code -log softmax(logits)[target]} over the first classes, of one row alone. */
  static double surprise(
      TokenNetwork network, Flat parameters, int[] tokens, int position, int target, int classes) {
    BatchShape shape = BatchShape.of(1, tokens.length);
    try (Program program = network.forward(Precision.FLOAT64, shape)) {
      program.setParameters(parameters);
      program.set("tokens", tokens).run();
      double[] logits = program.doubles("logits");
      int from = position * network.vocabulary();
      double sum = 0;
      for (int y = 0; y < classes; y++) {
        sum += Math.exp(logits[from + y]);
      }
      return Math.log(sum) - logits[from + target];
    }
  }

  /** Central difference of the loss by every so-manieth parameter, less the gradient: the worst. */
  static double worstDifference(Loss loss, Batch batch, int stride) {
    Flat parameters = parameters(loss.network());
    Flat gradient = gradient(loss, parameters, batch);
    double h = 1e-6;
    double worst = 0;
    for (int i = 0; i < parameters.length(); i += stride) {
      double up = loss(loss, moved(parameters, i, h), batch);
      double down = loss(loss, moved(parameters, i, -h), batch);
      worst = Math.max(worst, Math.abs((up - down) / (2 * h) - gradient.get(i)));
    }
    return worst;
  }

  static Flat moved(Flat parameters, int i, double by) {
    double[] numbers = parameters.toDoubles();
    numbers[i] += by;
    return Flat.of(Precision.FLOAT64, numbers);
  }
}
