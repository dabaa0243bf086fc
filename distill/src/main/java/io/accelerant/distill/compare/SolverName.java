package io.accelerant.distill.compare;

import io.accelerant.distill.continuous.CorrectorUse;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.UniPc;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Solvers by short names: {@code ddim}, {@code dpmpp-2m}, {@code dpmpp-3m}, {@code
 * dpmpp-3m-doubled}, {@code deis-3}, {@code ipndm-2}, {@code unipc-3-bh2}, {@code unip-3-bh2}
 * (without corrector), {@code euler}.
 */
final class SolverName {
  private static final Pattern UNIPC = Pattern.compile("(unipc?)-([1-3])-(bh1|bh2)");
  private static final Pattern ORDERED = Pattern.compile("(deis|ipndm)-([1-4])");
  private static final Pattern FIXED =
      Pattern.compile("euler|ddim|dpmpp-2m|dpmpp-3m|dpmpp-3m-doubled");

  /** For error messages. */
  static final String FORMS =
      "ddim, dpmpp-2m, dpmpp-3m, dpmpp-3m-doubled, deis-1 to -4, ipndm-1 to -4, unipc-1-bh1 to"
          + " unipc-3-bh2, unip-.. (no corrector), euler";

  private SolverName() {}

  /** The solver of a name; empty if it is none. */
  static Optional<Solver> parse(String name) {
    Matcher unipc = UNIPC.matcher(name);
    if (unipc.matches()) {
      return Optional.of(
          Solver.unipc(
              Integer.parseInt(unipc.group(2)),
              UniPc.Variant.ofLabel(unipc.group(3)),
              unipc.group(1).equals("unipc") ? CorrectorUse.ALL : CorrectorUse.NONE));
    }
    Matcher ordered = ORDERED.matcher(name);
    if (ordered.matches()) {
      Solver usual = Solver.plain(ordered.group(1));
      return Optional.of(
          new Solver(
              usual.name(),
              Integer.parseInt(ordered.group(2)),
              usual.variant(),
              usual.corrector(),
              usual.finalOrder()));
    }
    return FIXED.matcher(name).matches() ? Optional.of(Solver.plain(name)) : Optional.empty();
  }
}
