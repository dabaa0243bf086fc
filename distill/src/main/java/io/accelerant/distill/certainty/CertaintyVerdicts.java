package io.accelerant.distill.certainty;

import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import io.accelerant.distill.decode.compare.PairedFrontiers.Ratio;
import java.util.ArrayList;
import java.util.List;

/** What a run found, in words: a line for each comparison and share of right answers. */
final class CertaintyVerdicts {
  private static final String BASE = "the evaluations of the base's best decoder";
  private static final String OTHER = "its evaluations";

  private final CertaintyFindings findings;
  private final List<String> lines = new ArrayList<>();

  private CertaintyVerdicts(CertaintyFindings findings) {
    this.findings = findings;
  }

  /** Every arm against the base, then what the entropy did, then what each variant did. */
  static List<String> of(CertaintyFindings findings) {
    CertaintyVerdicts verdicts = new CertaintyVerdicts(findings);
    List<Arm> arms = List.copyOf(findings.arms().keySet());
    arms.forEach(verdicts::addBase);
    arms.stream()
        .filter(Arm::showsEntropy)
        .forEach(
            arm ->
                verdicts.addEffect(
                    arm, arm.control(), CertaintyFindings.entropyVerdict(arm), "entropy"));
    arms.stream()
        .filter(arm -> arm.variant() != Arm.Variant.PLAIN)
        .forEach(
            arm ->
                verdicts.addEffect(
                    arm, arm.plain(), CertaintyFindings.optionVerdict(arm), "option"));
    return verdicts.lines;
  }

  private void addBase(Arm arm) {
    for (int m = 0; m < findings.matches().size(); m++) {
      Ratio ratio = findings.ratio(arm.label(), m);
      lines.add(
          Text.of("%s at match %s: %s%s", arm, match(m), held(ratio, BASE), hoped(arm, ratio)));
    }
  }

  private void addEffect(Arm arm, Arm other, String verdict, String what) {
    for (int m = 0; m < findings.matches().size(); m++) {
      Ratio ratio = findings.ratio(verdict, m);
      lines.add(
          Text.of(
              "%s against %s at match %s: %s: %s",
              arm, other, match(m), held(ratio, OTHER), sign(ratio, what)));
    }
  }

  private String match(int number) {
    return Table.number(findings.matches().get(number), 3);
  }

  /** A ratio in words, since one that is not reached is no number. */
  private static String held(Ratio ratio, String whose) {
    if (Double.isNaN(ratio.value())) {
      return "reached by neither";
    }
    if (Double.isInfinite(ratio.value())) {
      return "NOT reached, the other reaches it";
    }
    if (ratio.value() == 0) {
      return "reached, the other does not reach it";
    }
    return Text.of("%s times %s", ratio, whose);
  }

  private static String hoped(Arm arm, Ratio ratio) {
    boolean own = arm.equals(new Arm(Arm.Texts.SELF, 0, Arm.Variant.PLAIN));
    if (!own || Double.isNaN(ratio.value())) {
      return "";
    }
    return Text.of(
        ratio.value() <= CertaintyFindings.HOPED
            ? ", within the %s that was hoped for"
            : ", which is NOT the %s that was hoped for",
        CertaintyFindings.HOPED);
  }

  private static String sign(Ratio ratio, String what) {
    if (Double.isNaN(ratio.value())) {
      return "cannot be said";
    }
    if (ratio.high() < 1) {
      return Text.of("the %s saves evaluations", what);
    }
    return ratio.low() > 1
        ? Text.of("the %s COSTS evaluations", what)
        : "no difference can be told";
  }
}
