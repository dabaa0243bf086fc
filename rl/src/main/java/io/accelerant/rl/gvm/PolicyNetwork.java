package io.accelerant.rl.gvm;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.lm.CausalSource;
import io.accelerant.core.model.Student;
import io.accelerant.core.nn.NetworkSpec;
import io.accelerant.core.nn.TokenStep;
import java.io.Serializable;
import java.util.List;

/**
 * The network of a policy, and all that is computed with it.
 *
 * @param longest tokens of the longest row, its answer with it
 * @param answer most tokens of an answer, its end with them
 */
record PolicyNetwork(Student student, int longest, int answer) implements Serializable {
  /** With adapters, if there are any. */
  NetworkSpec trained() {
    return student.trained();
  }

  TokenStep step() {
    return new TokenStep(trained());
  }

  /** Programs that one task may hold at a time: to draw, for loss, norms, gradients and scores. */
  int programsOfATask() {
    return CausalSource.programs() + 4 * Buckets.LIMIT;
  }

  /** Those of all tasks of an executor, or of the driver and its own. */
  int programs(int slots) {
    return programsOfATask() * (slots + 1);
  }

  PolicyObjective objective(GvmSettings settings, boolean plain) {
    return PolicyObjective.of(trained(), longest, settings.microBatch(), settings.clip(), plain)
        .withAnswer(answer);
  }

  /** {@code -A log pi}, without a ratio and a reference. */
  PolicyObjective plain(int microBatch) {
    return PolicyObjective.of(
            trained(), longest, microBatch, new PolicyObjective.Clip(0, 0, 0), true)
        .withAnswer(answer);
  }

  /** How many parameters are trained. */
  long trainedParameters() {
    return trained().layout().only(trained()::trains).size();
  }

  GradientNorms.Meter meter(float[] policy, int microBatch, ProgramPool pool) {
    return GradientNorms.of(trained(), longest, microBatch).open(policy, pool);
  }

  double[][] logProbabilities(
      float[] policy, int microBatch, ProgramPool pool, Questions questions, List<Answer> answers) {
    List<GradientNorms.Row> rows =
        answers.stream().map(a -> questions.row(a.prompt(), a.tokens())).toList();
    return LogProbabilities.of(trained(), longest, microBatch).of(policy, pool, rows);
  }

  /** An answer as the loss reads it. */
  byte[] record(Questions questions, Weighed weighed, double[] reference) {
    Answer answer = weighed.answer();
    return RolloutRecord.pack(
        questions.tokens()[answer.prompt()],
        answer.tokens(),
        answer.old(),
        reference,
        weighed.advantage(),
        weighed.weight(),
        longest);
  }

  /** A record that weighs nothing. */
  byte[] nothing(Questions questions) {
    int[] end = {questions.tokenizer().end()};
    double[] certain = {0};
    return RolloutRecord.pack(questions.tokens()[0], end, certain, certain, 0, 0, longest);
  }

  /** Of all parameters those that are trained. */
  float[] moving(Flat all) {
    return student.moving(all);
  }
}
