package io.accelerant.distill.continuous;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How far a step expands what the model predicts in powers of lambda - lambda_s, and from how many
 * other outputs it takes each derivative (USF, Liu et al. 2023).
 *
 * @param differences for the derivatives 1, 2, ..: the number q of outputs besides that at s that
 *     derivative k is solved from, at least k; none leave order 1, which is DDIM
 */
public record Expansion(List<Integer> differences, Relaxation relaxation) implements Serializable {
  /** No derivative. */
  public static final Expansion NONE = new Expansion(List.of(), Relaxation.NONE);

  public Expansion {
    differences = List.copyOf(differences);
    for (int k = 1; k <= differences.size(); k++) {
      if (differences.get(k - 1) < k) {
        throw new IllegalArgumentException(
            Text.of("derivative %d from %d differences", k, differences.get(k - 1)));
      }
    }
  }

  /** Every derivative from all outputs, as UniPC and DPM-Solver++ do. */
  public static Expansion full(int derivatives, Relaxation relaxation) {
    return new Expansion(Collections.nCopies(derivatives, derivatives), relaxation);
  }

  /** Derivative k from k outputs, the nearest ones: the pseudo-order of DPM-Solver-v3. */
  public static Expansion pseudo(int derivatives, Relaxation relaxation) {
    return new Expansion(IntStream.rangeClosed(1, derivatives).boxed().toList(), relaxation);
  }

  /** Whether it is {@link #pseudo} and not {@link #full}. */
  boolean isPseudo() {
    return derivatives() > 1 && equals(pseudo(derivatives(), relaxation));
  }

  /** Terms beyond the first. */
  public int derivatives() {
    return differences.size();
  }

  /** How many outputs besides that at s it needs. */
  public int reach() {
    return differences.stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  /** Factor of derivative k in a step of length |z|. */
  double factor(int k, double z) {
    return k == 1 ? relaxation.factor(z) : 1;
  }

  /**
   * h^k d_k = sum_j a_j (F_j - F_s): the a that are exact for polynomials of degree q, sum_j a_j
   * r_j^i / i! = [i = k], i = 1 .. q.
   *
   * @param r (lambda_j - lambda_s) / h of the other outputs, in the order in which they are used
   */
  double[] weights(int k, double[] r) {
    int q = differences.get(k - 1);
    double[][] matrix = new double[q][q + 1];
    for (int i = 1; i <= q; i++) {
      for (int j = 0; j < q; j++) {
        matrix[i - 1][j] = (i == 1 ? 1 : matrix[i - 2][j]) * r[j] / i;
      }
      matrix[i - 1][q] = i == k ? 1 : 0;
    }
    return UniPc.solve(matrix);
  }
}
