package io.accelerant.distill.statistics;

import io.accelerant.core.text.Text;
import io.accelerant.distill.continuous.ContinuousModel;
import io.accelerant.distill.continuous.CorrectorUse;
import io.accelerant.distill.continuous.Denoiser;
import io.accelerant.distill.continuous.Evaluated;
import io.accelerant.distill.continuous.FinalOrder;
import io.accelerant.distill.continuous.ModelStatistics;
import io.accelerant.distill.continuous.Node;
import io.accelerant.distill.continuous.PseudoOrder;
import io.accelerant.distill.continuous.Solver;
import io.accelerant.distill.continuous.UniPc;
import io.accelerant.distill.continuous.V3Sampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether statistics are worth something, on noise that they have not seen: the error of one step
 * from the true states with the true history, beside data and noise prediction, which are the same
 * update with other statistics; and the error at the end, beside other solvers.
 */
final class Control {
  static final String V3 = Solver.DPM_V3;
  static final String DATA = "data";
  static final String NOISE = "noise";
  static final String PREDICTOR = Solver.DPM_V3 + ".predictor";

  private final StatisticsSettings settings;
  private final ModelStatistics statistics;

  Control(StatisticsSettings settings, ModelStatistics statistics) {
    this.settings = settings;
    this.statistics = statistics;
  }

  /** Name of the errors of one step. */
  static String step(int order, String prediction) {
    return Text.of("step.order%d.%s", order, prediction);
  }

  /** Of another solver, in the names of its errors. */
  static String name(Solver solver) {
    return solver.name() + (solver.name().equals(Solver.UNIPC) ? "-" + solver.order() : "");
  }

  /** Name of the errors at the end. */
  static String end(int nfe, String solver) {
    return Text.of("nfe%d.%s", nfe, solver);
  }

  /** The solvers beside DPM-Solver-v3, of the same order where they have it. */
  static List<Solver> others(int order) {
    List<Solver> others = new ArrayList<>(List.of(Solver.plain(Solver.DDIM)));
    if (order > 1) {
      others.add(Solver.plain(Solver.DPMPP_2M));
    }
    if (order > 2) {
      others.add(Solver.plain(Solver.DPMPP_3M_DOUBLED));
    }
    for (int p = Math.min(2, order); p <= order; p++) {
      others.add(Solver.unipc(p, UniPc.Variant.BH2, CorrectorUse.ALL));
    }
    return others;
  }

  /** The solver itself, without its corrector. */
  private Solver predictor() {
    return new Solver(
        V3,
        settings.solver().solver().order(),
        UniPc.Variant.BH2,
        CorrectorUse.NONE,
        FinalOrder.ALWAYS);
  }

  /** Times of the trajectory of the one-step errors, on the grid. */
  static double[] times(StatisticsSettings settings) {
    ModelStatistics grid =
        ModelStatistics.constant(settings.subject(""), settings.points(), 1, 1, 0, 0);
    return grid.onGrid(settings.solver().times(settings.controlSteps()));
  }

  /**
   * Mean squared errors of each row.
   *
   * @param truth [times][rows * d], the first is the noise
   * @return [rows] by name
   */
  Map<String, double[]> errors(ContinuousModel model, double[][] truth, int firstId) {
    int rows = truth[0].length / model.size();
    Denoiser denoiser = settings.solver().denoiser(model, settings.guidance(), firstId, rows);
    Map<String, double[]> errors = new LinkedHashMap<>();
    oneStep(denoiser, truth, rows, errors);
    for (int nfe : settings.nfes()) {
      double[] end = truth[truth.length - 1];
      double[] times = settings.solver().times(nfe);
      for (Solver other : others(settings.solver().solver().order())) {
        double[] x = other.on(settings.solver().schedule(), times).sample(truth[0], denoiser);
        errors.put(end(nfe, name(other)), byRow(x, end, rows));
      }
      for (Solver own : List.of(settings.solver().solver(), predictor())) {
        double[] x =
            new V3Sampler(statistics, own, PseudoOrder.CORRECTOR, statistics.onGrid(times))
                .sample(truth[0], denoiser);
        String name = own.corrector() == CorrectorUse.NONE ? PREDICTOR : V3;
        errors.put(end(nfe, name), byRow(x, end, rows));
      }
    }
    return errors;
  }

  private void oneStep(Denoiser model, double[][] truth, int rows, Map<String, double[]> errors) {
    double[] times = times(settings);
    Node[] nodes =
        Arrays.stream(times).mapToObj(settings.solver().schedule()::node).toArray(Node[]::new);
    List<Evaluated> along = new ArrayList<>();
    for (int i = 0; i < nodes.length - 1; i++) {
      along.add(Evaluated.by(model, truth[i], nodes[i], i + 1));
    }
    Map<String, ModelStatistics> kinds = new LinkedHashMap<>();
    kinds.put(V3, statistics);
    kinds.put(DATA, constant(1, 0));
    kinds.put(NOISE, constant(0, -1));
    for (int order = 1; order <= settings.solver().solver().order(); order++) {
      for (Map.Entry<String, ModelStatistics> kind : kinds.entrySet()) {
        double[] sum = new double[rows];
        for (int i = order; i < nodes.length; i++) {
          List<Evaluated> history = new ArrayList<>();
          for (int j = 1; j <= order; j++) {
            history.add(along.get(i - j));
          }
          double[] x = kind.getValue().predict(truth[i - 1], history, nodes[i], order, false);
          double[] own = byRow(x, truth[i], rows);
          for (int row = 0; row < rows; row++) {
            sum[row] += own[row] / (nodes.length - order);
          }
        }
        errors.put(step(order, kind.getKey()), sum);
      }
    }
  }

  private ModelStatistics constant(double l, double s) {
    return ModelStatistics.constant(
        statistics.subject(), statistics.points(), statistics.size(), l, s, 0);
  }

  private static double[] byRow(double[] x, double[] truth, int rows) {
    double[] errors = new double[rows];
    int size = x.length / rows;
    for (int n = 0; n < x.length; n++) {
      errors[n / size] += (x[n] - truth[n]) * (x[n] - truth[n]) / size;
    }
    return errors;
  }
}
