package io.accelerant.distill.continuous;

import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The settings of a multistep solver, without times.
 *
 * @param name one of {@link #names}
 * @param order outputs used by an update: 1 for euler and ddim, 2 for dpmpp-2m, 3 for dpmpp-3m and
 *     dpmpp-3m-doubled, 1 to 4 for deis (tAB-0 to tAB-3) and ipndm, 1 to 3 for unipc and dpm-v3
 * @param variant B(h) of unipc; without meaning for others
 * @param corrector of unipc and dpm-v3; none for others
 * @param dualFast how it uses its newest output; dpm-v3 as it is
 */
public record Solver(
    String name,
    int order,
    UniPc.Variant variant,
    CorrectorUse corrector,
    FinalOrder finalOrder,
    DualFast dualFast)
    implements Serializable {
  public static final String EULER = "euler";
  public static final String DDIM = "ddim";
  public static final String DPMPP_2M = "dpmpp-2m";
  public static final String DPMPP_3M = "dpmpp-3m";
  public static final String DPMPP_3M_DOUBLED = "dpmpp-3m-doubled";
  public static final String DEIS = "deis";
  public static final String IPNDM = "ipndm";
  public static final String UNIPC = "unipc";

  /** DPM-Solver-v3: runs on statistics of the model, see {@link V3Sampler}. */
  public static final String DPM_V3 = "dpm-v3";

  /** One that uses its newest output as it is. */
  public Solver(
      String name,
      int order,
      UniPc.Variant variant,
      CorrectorUse corrector,
      FinalOrder finalOrder) {
    this(name, order, variant, corrector, finalOrder, DualFast.OFF);
  }

  public Solver {
    if (order < lowest(name) || order > highest(name)) {
      throw new IllegalArgumentException(
          Text.of("%s has orders %d to %d, not %d", name, lowest(name), highest(name), order));
    }
    if (corrector != CorrectorUse.NONE && !corrects(name)) {
      throw new IllegalArgumentException("only unipc and dpm-v3 have a corrector, not " + name);
    }
    if (corrector.isHalf() && !name.equals(DPM_V3)) {
      throw new IllegalArgumentException("only dpm-v3 corrects a half of the updates, not " + name);
    }
    if (!dualFast.isOff() && name.equals(DPM_V3)) {
      throw new IllegalArgumentException("dpm-v3 uses its newest output as it is");
    }
  }

  /** Every name. */
  public static String[] names() {
    return new String[] {
      EULER, DDIM, DPMPP_2M, DPMPP_3M, DPMPP_3M_DOUBLED, DEIS, IPNDM, UNIPC, DPM_V3
    };
  }

  /** Whether it stores data predictions, which compensation is defined for. */
  public boolean storesData() {
    return !storesNoise() && !name.equals(DPM_V3);
  }

  /** Whether a solver has a corrector. */
  static boolean corrects(String name) {
    return name.equals(UNIPC) || name.equals(DPM_V3);
  }

  /** The smallest order of a solver. */
  public static int lowest(String name) {
    return switch (name) {
      case DPMPP_2M -> 2;
      case DPMPP_3M, DPMPP_3M_DOUBLED -> 3;
      default -> 1;
    };
  }

  /** The largest order of a solver. */
  public static int highest(String name) {
    return switch (name) {
      case EULER, DDIM -> 1;
      case DPMPP_2M -> 2;
      case DPMPP_3M, DPMPP_3M_DOUBLED, UNIPC, DPM_V3 -> 3;
      case DEIS, IPNDM -> History.LONGEST;
      default -> throw new IllegalArgumentException("no solver is called " + name);
    };
  }

  /** The order that is meant where none is given. */
  public static int usualOrder(String name) {
    return name.equals(UNIPC) ? 2 : Math.min(3, highest(name));
  }

  /**
   * The rule that is meant where none is given: DEIS and iPNDM are defined without lower orders at
   * the end.
   */
  public static FinalOrder usualFinalOrder(String name) {
    return storesNoise(name) ? FinalOrder.NEVER : FinalOrder.ALWAYS;
  }

  private static boolean storesNoise(String name) {
    return name.equals(DEIS) || name.equals(IPNDM);
  }

  /** Whether its stored outputs are noise, not data. */
  public boolean storesNoise() {
    return storesNoise(name);
  }

  /** As this solver, with another use of its newest output. */
  public Solver with(DualFast other) {
    return new Solver(name, order, variant, corrector, finalOrder, other);
  }

  /** As this solver, with another use of the corrector. */
  public Solver with(CorrectorUse other) {
    return new Solver(name, order, variant, other, finalOrder, dualFast);
  }

  /** A solver other than unipc with its usual settings. */
  public static Solver plain(String name) {
    return new Solver(
        name, usualOrder(name), UniPc.Variant.BH2, CorrectorUse.NONE, usualFinalOrder(name));
  }

  /** DPM-Solver-v3 with its usual order: 3, and 2 under guidance. */
  public static Solver v3(double guidance, CorrectorUse corrector) {
    return new Solver(
        DPM_V3, v3Order(guidance), UniPc.Variant.BH2, corrector, usualFinalOrder(DPM_V3));
  }

  /** The usual order of DPM-Solver-v3. */
  public static int v3Order(double guidance) {
    return guidance == 1 ? 3 : 2;
  }

  /** UniPC with its usual settings. */
  public static Solver unipc(int order, UniPc.Variant variant, CorrectorUse corrector) {
    return new Solver(UNIPC, order, variant, corrector, FinalOrder.ALWAYS);
  }

  /**
   * Whether it is defined on a schedule: euler follows the velocity of a flow; deis and ipndm
   * interpolate the noise, which says nothing of the data where a flow begins; statistics divide by
   * the signal.
   */
  public boolean suits(Schedule schedule) {
    boolean flow = schedule instanceof FlowPath;
    return switch (name) {
      case EULER -> flow;
      case DEIS, IPNDM, DPM_V3 -> !flow;
      default -> true;
    };
  }

  /** With the settings that are meant where none are given. */
  public static Solver usual(String name) {
    return corrects(name)
        ? new Solver(
            name, usualOrder(name), UniPc.Variant.BH2, CorrectorUse.ALL, usualFinalOrder(name))
        : plain(name);
  }

  /** This solver on a grid of times. */
  public MultistepSampler on(Schedule schedule, double[] times) {
    if (name.equals(DPM_V3)) {
      throw new IllegalArgumentException(name + " needs statistics of the model: V3Sampler");
    }
    if (!suits(schedule)) {
      throw new IllegalArgumentException(name + " is not defined on " + schedule.label());
    }
    Form form = storesNoise() ? Form.NOISE : Form.DATA;
    return new MultistepSampler(
            form, predictor(schedule), order, variant, corrector, finalOrder, schedule, times)
        .with(dualFast);
  }

  /** While the history is short, the updates of one formula start with those of lower order. */
  private Predictor predictor(Schedule schedule) {
    return switch (name) {
      case EULER -> (x, step, p) -> Updates.euler(x, step);
      case DEIS -> (x, step, p) -> Updates.deis(x, step, p, schedule);
      case IPNDM -> (x, step, p) -> Updates.ipndm(x, step, p);
      case UNIPC -> new UniPc(variant);
      default ->
          (x, step, p) ->
              switch (p) {
                case 1 -> step.ddim(x);
                case 2 -> Updates.dpmSolver2M(x, step);
                default -> Updates.dpmSolver3M(x, step, name.equals(DPMPP_3M_DOUBLED) ? 2 : 1);
              };
    };
  }

  /** Such as {@code unipc-2 bh2}, for tables. */
  public String describe() {
    return dualFast.isOff() ? plain() : plain() + " " + dualFast.describe();
  }

  private String plain() {
    if (!corrects(name)) {
      return storesNoise() ? name + "-" + order : name;
    }
    String kind = name.equals(UNIPC) ? " " + variant.label() : "";
    String corrected =
        corrector.isHalf()
            ? " with corrector " + corrector.label()
            : corrector == CorrectorUse.NONE ? " without corrector" : "";
    return Text.of("%s-%d%s%s", name, order, kind, corrected);
  }

  /** What a loader needs to run it and to refuse another one. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("solver", name);
    json.put("order", order);
    json.put("variant", variant.label());
    json.put("corrector", corrector.label());
    json.put("lowerOrderFinal", finalOrder.label());
    if (!dualFast.isOff()) {
      json.put("dualFast", dualFast.toJson());
    }
    return json;
  }
}
