package io.accelerant.distill.search;

import io.accelerant.distill.continuous.CorrectorUse;
import io.accelerant.distill.continuous.FinalOrder;
import io.accelerant.distill.continuous.Schedule;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.UniPc;
import java.util.ArrayList;
import java.util.List;

/** The control without search: every solver, in every order and form, with every spacing. */
final class UniformSolvers {
  private UniformSolvers() {}

  /**
   * @param statistics whether there are statistics of the model, which DPM-Solver-v3 needs
   */
  static List<Trial.Plain> all(Schedule schedule, int steps, boolean statistics) {
    List<Trial.Plain> trials = new ArrayList<>();
    for (String name : Solver.names()) {
      for (int order = Solver.lowest(name); order <= Solver.highest(name); order++) {
        for (Solver solver : forms(name, order)) {
          boolean possible = statistics || !name.equals(Solver.DPM_V3);
          for (Spacing spacing : Spacing.values()) {
            if (possible && solver.suits(schedule)) {
              trials.add(Trial.Plain.of(solver, spacing, steps));
            }
          }
        }
      }
    }
    return trials;
  }

  private static List<Solver> forms(String name, int order) {
    boolean unipc = name.equals(Solver.UNIPC);
    boolean corrects = unipc || name.equals(Solver.DPM_V3);
    List<Solver> forms = new ArrayList<>();
    for (FinalOrder last : List.of(FinalOrder.ALWAYS, FinalOrder.NEVER)) {
      for (UniPc.Variant variant : UniPc.Variant.values()) {
        for (CorrectorUse use : List.of(CorrectorUse.NONE, CorrectorUse.ALL)) {
          if ((unipc || variant == UniPc.Variant.BH2)
              && (corrects || use == CorrectorUse.NONE)
              && (order > 1 || last == FinalOrder.ALWAYS)) {
            forms.add(new Solver(name, order, variant, use, last));
          }
        }
      }
    }
    return forms;
  }
}
