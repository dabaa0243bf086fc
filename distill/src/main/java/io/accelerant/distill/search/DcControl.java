package io.accelerant.distill.search;

import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.CorrectorUse;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.MultistepSampler;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.SolverSettings;
import io.accelerant.distill.continuous.Spacing;
import io.accelerant.distill.continuous.UniPc;
import io.accelerant.distill.dcsolver.GreedyFit;
import io.accelerant.distill.dcsolver.RatioSearch;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The control DC-Solver: UniPC with ratios that were fitted greedily, by the exact search, to the
 * fine trajectory of the first fit rows.
 *
 * @param plain the solver and spacing that get ratios
 */
record DcControl(Trial.Plain plain) implements Serializable {

  /** UniPC-2 and UniPC-3 with every spacing, with a corrector and without. */
  static List<DcControl> all(int steps) {
    List<DcControl> controls = new ArrayList<>();
    for (Spacing spacing : Spacing.values()) {
      for (CorrectorUse use : List.of(CorrectorUse.ALL, CorrectorUse.NONE)) {
        for (int order : new int[] {2, 3}) {
          Solver solver = Solver.unipc(order, UniPc.Variant.BH2, use);
          controls.add(new DcControl(Trial.Plain.of(solver, spacing, steps)));
        }
      }
    }
    return controls;
  }

  /** The ratios of DC-Solver. */
  double[] fit(SearchStages.Work work, ContinuousModel model) {
    SearchSettings settings = work.settings();
    int steps = plain.ratios().length;
    SolverSettings own = settings.plain(plain.solver(), plain.spacing());
    MultistepSampler sampler = own.sampler(steps);
    int rows = Math.min(settings.dcRows(), work.fit().rows());
    Denoiser denoiser = own.denoiser(model, settings.guidance(), 0, rows);
    return new GreedyFit(sampler, new RatioSearch.Exact(), work.source().roundingUnit())
        .fit(work.fit().slice(0, rows), at(work, own.times(steps)), denoiser, update -> true);
  }

  /** The fine trajectory at the times of the solver. */
  private static double[][] at(SearchStages.Work work, double[] wanted) {
    return Arrays.stream(wanted)
        .mapToObj(
            t -> {
              int k = 0;
              while (work.times()[k] != t) {
                k++;
              }
              return work.states()[k];
            })
        .toArray(double[][]::new);
  }
}
