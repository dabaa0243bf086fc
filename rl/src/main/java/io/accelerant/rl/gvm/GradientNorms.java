package io.accelerant.rl.gvm;

import io.accelerant.core.engine.Buckets;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.CausalNetwork;
import io.accelerant.core.nn.NetworkSpec;
import java.io.Serializable;
import java.util.List;

/**
 * Gradients of {@code sum_t ln pi(y_t | x, y_<t)} over the tokens of an answer, its end with them,
 * by parameters of a causal network, in float32; norms are summed in float64. A number depends on
 * its row alone where products have the same bits in any batch, see {@link
 * io.accelerant.core.lm.CachedModel}; elsewhere on the rows beside it, up to rounding.
 *
 * @param network a causal transformer, perhaps with adapters
 * @param lengths for which programs are built, of what is read: one less than of rows
 * @param microBatch rows of a program where rows are computed together
 */
public record GradientNorms(NetworkSpec network, Buckets lengths, int microBatch)
    implements Serializable {

  /**
   * An answer whose gradient is wanted.
   *
   * @param prompt tokens that are read, at least one
   * @param answer tokens as drawn, the end with them, at least one
   */
  public record Row(int[] prompt, int[] answer) implements Serializable {
    public Row {
      if (prompt.length == 0 || answer.length == 0) {
        throw new IllegalArgumentException("prompt and answer have at least one token");
      }
    }

    /** Tokens that are read: all but the last. */
    int read() {
      return prompt.length + answer.length - 1;
    }
  }

  /** Of rows of up to so many tokens. */
  public static GradientNorms of(NetworkSpec network, int longest, int microBatch) {
    return new GradientNorms(network, Buckets.upTo(Math.max(1, longest - 1)), microBatch);
  }

  /**
   * A meter for one task, which the caller closes.
   *
   * @param parameters in the order of the network's layout; not copied
   * @param pool lends the programs, until the meter is closed
   */
  public Meter open(float[] parameters, ProgramPool pool) {
    return new Meter(this, parameters, pool);
  }

  /** Takes gradients under given parameters. Not thread-safe. */
  public static final class Meter implements AutoCloseable {
    private final int microBatch;
    private final CausalNetwork base;
    private final Layout layout;
    private final List<String> trained;
    private final AnswerPrograms programs;

    private Meter(GradientNorms norms, float[] parameters, ProgramPool pool) {
      AnswerGraph graph = new AnswerGraph(norms.network);
      this.microBatch = norms.microBatch;
      this.base = graph.base();
      this.layout = norms.network.layout();
      this.trained = List.copyOf(layout.only(norms.network::trains).shapes().keySet());
      this.programs = new AnswerPrograms(graph, norms.lengths, parameters, pool);
    }

    /**
     * L2 norms of the gradients of rows. By embedding or head, rows are computed together: the
     * gradient of a table is told from row to row by the tokens that were looked up, that of a head
     * is {@code sum_t (onehot(y_t) - p_t) h_t^T}. Adapters change neither, though they are what is
     * trained. By all else, a row is computed alone.
     *
     * @throws io.accelerant.core.error.ConfigException if there is no such tensor
     */
    public double[] norms(NormOf of, List<Row> rows) {
      of.in(layout);
      if (of.equals(NormOf.EMBEDDING)) {
        return new TableNorms(base, true, base.tied()).of(programs, microBatch, rows);
      }
      if (of.equals(NormOf.HEAD)) {
        return new TableNorms(base, false, true).of(programs, microBatch, rows);
      }
      List<String> by = of.equals(NormOf.ALL) ? trained : List.of(of.name());
      double[] found = new double[rows.size()];
      programs.run(
          rows,
          1,
          by,
          (program, numbers, length) -> found[numbers.get(0)] = program.gradients().norm());
      return found;
    }

    private List<Flat> gradients(List<Row> rows) {
      Flat[] gradients = new Flat[rows.size()];
      programs.run(
          rows,
          1,
          trained,
          (program, numbers, length) -> gradients[numbers.get(0)] = program.gradients());
      return List.of(gradients);
    }

    /**
     * The gradient by all that is trained, in the order of {@link
     * io.accelerant.core.engine.Layout#only}.
     */
    public Flat gradient(Row row) {
      return gradients(List.of(row)).get(0);
    }

    /**
     * How far gradients of one prompt's answers agree: {@code h_j = g_j . sum_(l != j) g_l / (k -
     * 1)} over all that is trained. The answers being independent, the mean over j is an unbiased
     * estimate of {@code |E g|^2}.
     *
     * @return a number for each row; 0 if there is only one
     */
    public double[] agreements(List<Row> rows) {
      double[] agreements = new double[rows.size()];
      if (rows.size() < 2) {
        return agreements;
      }
      List<Flat> gradients = gradients(rows);
      double[] sum = new double[gradients.get(0).length()];
      for (Flat gradient : gradients) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += gradient.get(i);
        }
      }
      for (int j = 0; j < agreements.length; j++) {
        agreements[j] = withOthers(gradients.get(j), sum) / (agreements.length - 1);
      }
      return agreements;
    }

    /** {@code g . (sum - g)}. */
    private static double withOthers(Flat g, double[] sum) {
      double dot = 0;
      for (int i = 0; i < sum.length; i++) {
        dot += g.get(i) * (sum[i] - g.get(i));
      }
      return dot;
    }

    @Override
    public void close() {
      programs.close();
    }
  }
}
