package io.accelerant.distill.dcsolver;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * CPR: rho as a polynomial of degree 3 in w = step/NFE whose coefficients are of degree 2 in v =
 * CFG/12, whose coefficients are of degree 2 in u = NFE/50. It is linear in its 36 numbers, so the
 * fit is ordinary least squares. Steps 1 and 2 have ratio 1.
 *
 * @param coefficients [4][3][3], flat: power of w ascending, powers of v and of u descending; the
 *     layout of the released file
 */
public record CascadePolynomial(double[] coefficients) {
  static final int SIZE = 36;
  private static final int STEP_POWERS = 4;
  private static final double NFE_SCALE = 50;
  private static final double CFG_SCALE = 12;
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final String HEADER = "{'descr': '<f8', 'fortran_order': False, 'shape': (36,), }";
  private static final int HEADER_END = 128;

  /** One searched ratio. */
  record Observation(int nfe, double guidance, int step, double ratio) {}

  /** A fit: rank below 36 means that other coefficients would fit as well. */
  record Fit(CascadePolynomial polynomial, int rank, double condition, double rmse) {}

  public CascadePolynomial {
    if (coefficients.length != SIZE) {
      throw new IllegalArgumentException(coefficients.length + " coefficients, expected 36");
    }
  }

  /** The outer product of (1, w, w^2, w^3), (v^2, v, 1) and (u^2, u, 1). */
  private static double[] features(int nfe, double guidance, int step) {
    double u = nfe / NFE_SCALE;
    double v = guidance / CFG_SCALE;
    double w = (double) step / nfe;
    double[] byCfg = {v * v, v, 1};
    double[] byNfe = {u * u, u, 1};
    double[] row = new double[SIZE];
    double power = 1;
    for (int k = 0; k < STEP_POWERS; k++) {
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
          row[k * 9 + i * 3 + j] = power * byCfg[i] * byNfe[j];
        }
      }
      power *= w;
    }
    return row;
  }

  /** rho of a step 1 .. NFE. */
  double ratio(int nfe, double guidance, int step) {
    if (step <= 2) {
      return 1;
    }
    double[] row = features(nfe, guidance, step);
    double sum = 0;
    for (int c = 0; c < SIZE; c++) {
      sum += coefficients[c] * row[c];
    }
    return sum;
  }

  /** All ratios of a setting. */
  public double[] ratios(int nfe, double guidance) {
    double[] ratios = new double[nfe];
    for (int step = 1; step <= nfe; step++) {
      ratios[step - 1] = ratio(nfe, guidance, step);
    }
    return ratios;
  }

  /** Why these settings cannot determine a polynomial; empty if they can. */
  static String insufficient(List<Observation> seen) {
    long nfes = seen.stream().mapToInt(Observation::nfe).distinct().count();
    long guidances = seen.stream().mapToDouble(Observation::guidance).distinct().count();
    return nfes >= 3 && guidances >= 3
        ? ""
        : Text.of(
            "CPR needs at least 3 numbers of steps and 3 guidances with fitted ratios; there are %d"
                + " and %d",
            nfes, guidances);
  }

  /** Least squares over the steps from 3 on. */
  static Fit fit(List<Observation> seen) {
    List<Observation> used = seen.stream().filter(o -> o.step() > 2).toList();
    double[][] rows = new double[used.size()][];
    double[] right = new double[used.size()];
    for (int r = 0; r < rows.length; r++) {
      Observation o = used.get(r);
      rows[r] = features(o.nfe(), o.guidance(), o.step());
      right[r] = o.ratio();
    }
    LeastSquares.Solution solution = LeastSquares.solve(rows, right);
    CascadePolynomial polynomial = new CascadePolynomial(solution.coefficients());
    return new Fit(polynomial, solution.rank(), solution.condition(), polynomial.rmse(used));
  }

  /** Root of the mean squared difference to observed ratios. */
  double rmse(List<Observation> seen) {
    double sum = 0;
    for (Observation o : seen) {
      double difference = ratio(o.nfe(), o.guidance(), o.step()) - o.ratio();
      sum += difference * difference;
    }
    return Math.sqrt(sum / seen.size());
  }

  /** The released file's form: NumPy's .npy, version 1.0, float64, shape (36,). */
  byte[] npy() {
    ByteBuffer out = ByteBuffer.allocate(HEADER_END + 8 * SIZE).order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).putShort((short) (HEADER_END - 10));
    byte[] text = new byte[HEADER_END - 10];
    Arrays.fill(text, (byte) ' ');
    System.arraycopy(HEADER.getBytes(StandardCharsets.US_ASCII), 0, text, 0, HEADER.length());
    text[text.length - 1] = '\n';
    out.put(text);
    for (double c : coefficients) {
      out.putDouble(c);
    }
    return out.array();
  }

  /**
   * Reads {@link #npy}'s form, any header of version 1 that says float64 and 36 numbers.
   *
   * @throws DataException if it is something else
   */
  static CascadePolynomial ofNpy(byte[] file, String where) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (file.length < 10 || !Arrays.equals(Arrays.copyOf(file, MAGIC.length), MAGIC)) {
      throw new DataException(where + " is no .npy file of version 1.0.");
    }
    int begin = 10 + Short.toUnsignedInt(in.getShort(8));
    String header =
        new String(
                file, 10, Math.max(0, Math.min(begin, file.length) - 10), StandardCharsets.US_ASCII)
            .replace(" ", "");
    boolean right =
        header.contains("'descr':'<f8'")
            && header.contains("'fortran_order':False")
            && header.matches("(?s).*'shape':\\((36,|4,3,3)\\).*")
            && file.length == begin + 8 * SIZE;
    if (!right) {
      throw new DataException(
          where + " must hold 36 numbers in float64, shape (36,); its header is " + header.strip());
    }
    double[] numbers = new double[SIZE];
    for (int c = 0; c < SIZE; c++) {
      numbers[c] = in.getDouble(begin + 8 * c);
      if (!Double.isFinite(numbers[c])) {
        throw new DataException(where + ": number " + c + " is " + numbers[c] + ".");
      }
    }
    return new CascadePolynomial(numbers);
  }
}
