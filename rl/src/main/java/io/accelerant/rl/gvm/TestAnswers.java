package io.accelerant.rl.gvm;

import io.accelerant.core.job.JobContext;
import io.accelerant.core.job.Shared;
import io.accelerant.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;

/** How a policy is measured: the same draws for all policies of a seed. */
final class TestAnswers {
  private static final long DRAWS = RandomStream.purpose("gvm.test");

  private TestAnswers() {}

  static Drawing drawing(long seed) {
    return Drawing.plain(Drawing.key(seed, DRAWS, 0));
  }

  static List<List<Drawing.Part>> pieces(GvmSettings settings, Questions test) {
    int[] samples = new int[test.count()];
    Arrays.fill(samples, settings.testSamples());
    return Pieces.alike(samples, settings.sampleBatch());
  }

  /** Right answers to each prompt. */
  static int[] right(Questions test, List<Answer> answers) {
    int[] right = new int[test.count()];
    answers.forEach(answer -> right[answer.prompt()] += answer.correct() ? 1 : 0);
    return right;
  }

  /** Right answers of a policy to each prompt, drawn on the cluster. */
  static int[] right(
      JobContext context,
      GvmSettings settings,
      PolicyNetwork network,
      float[] policy,
      Questions test,
      long seed) {
    try (Shared<Questions> asked = Shared.of(context, test)) {
      return right(
          test,
          new SpreadDrawing(context, settings, network)
              .answers(
                  "gvm-raft: the published policy",
                  policy,
                  drawing(seed),
                  asked,
                  pieces(settings, test)));
    }
  }
}
