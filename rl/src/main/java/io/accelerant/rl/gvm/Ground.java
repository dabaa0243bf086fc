package io.accelerant.rl.gvm;

import io.accelerant.core.train.Roles;
import io.accelerant.core.train.Trainer;
import java.util.List;
import java.util.function.Supplier;

/**
 * Where a policy's answers are drawn and its gradients summed: inside one task, or in stages of
 * Spark. What comes out does not depend on it, with one worker.
 */
interface Ground extends AutoCloseable {
  /**
   * Answers of a policy, those of a piece after those of the one before.
   *
   * @param what for Spark's pages
   * @param policy parameters in the order of the trained network's layout
   */
  List<Answer> answers(
      String what,
      float[] policy,
      Drawing drawing,
      Questions questions,
      List<List<Drawing.Part>> pieces);

  /** Log-probability, at temperature 1, of each token of answers to what is trained on. */
  double[][] logProbabilities(float[] policy, List<Answer> answers);

  /**
   * What the next updates are summed over.
   *
   * @param step number of the step that drew them
   * @param records all of one length, in the order that numbers them
   */
  void use(int step, List<byte[]> records);

  /** Runs updates over what is in use; goes on from where an earlier run was stopped. */
  Trainer trainer(Roles roles);

  /** A value that is made once a run, whatever stops it. */
  <T> T once(String name, Class<T> type, Supplier<T> work);

  @Override
  void close();
}
