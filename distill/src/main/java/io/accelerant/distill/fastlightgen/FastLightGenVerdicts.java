package io.accelerant.distill.fastlightgen;

import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a run's numbers say, in words. */
final class FastLightGenVerdicts {
  private final FastLightGenFindings findings;
  private final Map<String, PairedRatio> verdicts;

  FastLightGenVerdicts(FastLightGenFindings findings) {
    this.findings = findings;
    this.verdicts = findings.verdicts();
  }

  /** A line each; what did not run has none. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    findings.settings().steps().forEach(steps -> add(lines, steps));
    lines.add(
        Text.of(
            "without its blocks, stage II brings the distance to %s times that of removal alone",
            verdicts.get("skipping")));
    if (verdicts.containsKey("guard")) {
      lines.add(
          Text.of(
              "the guard's plan, as removed, is %s times as far as that of the importances alone",
              verdicts.get("guard")));
    }
    return lines;
  }

  private void add(List<String> lines, int steps) {
    Line flg = findings.flg(steps);
    String at = ".n" + steps;
    lines.add(
        findings.hasPremise(steps)
            ? Text.of(
                "%d step(s): the model is %s times as far from the data as at its best (%d steps)",
                steps, verdicts.get("premise" + at), findings.best())
            : Text.of(
                "%d step(s): the model is NOT %s times as far as at its best (%d steps), so that"
                    + " this row proves nothing",
                steps, FastLightGenFindings.PREMISE, findings.best()));
    lines.add(
        Text.of(
            "%d step(s), pruned: %s times as far as the model at as many, %s times as far as at its"
                + " best, %s times as far as the best without such a training (%s)%s",
            steps,
            verdicts.get("ofTeacher" + at),
            verdicts.get("ofBest" + at),
            verdicts.get("ofSimple" + at),
            findings.simple().get(steps),
            findings.isVetoed(flg) ? "; it JITTERS more than the veto allows" : ""));
    controls(at, findings.choices().get(steps))
        .ifPresent(controls -> lines.add(Text.of("%d step(s): %s", steps, controls)));
    lines.add(
        Text.of(
            "%d step(s): %.3g times fewer blocks run, %.3g times faster by the clock, %.2g of what"
                + " was counted",
            steps,
            findings.computedRatio(flg),
            findings.measuredRatio(flg),
            findings.measuredOfComputed(flg)));
  }

  private Optional<String> controls(String at, Choice choice) {
    List<String> parts = new ArrayList<>();
    say(parts, "pruning" + at, "%s times the unpruned student");
    say(
        parts,
        "contrast" + at,
        "%s times the naive order, which has no contrast"
            + (choice.full().readsPruned() ? "" : " (the search chose none either)"));
    say(parts, "strong" + at, "too strong a contrast %s times it");
    say(parts, "half" + at, "half of the blocks %s times it");
    return parts.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", parts));
  }

  private void say(List<String> parts, String verdict, String text) {
    if (verdicts.containsKey(verdict)) {
      parts.add(Text.of(text, verdicts.get(verdict)));
    }
  }

  /** The same ratios by every distance. */
  Table bySpace() {
    List<String> distances = new ArrayList<>(List.of(Judge.CHOOSES));
    distances.addAll(findings.otherDistances());
    List<String> headers = new ArrayList<>(List.of("verdict"));
    headers.addAll(distances);
    Table table = Table.of(headers.toArray(String[]::new));
    List<Map<String, PairedRatio>> bySpace = distances.stream().map(findings::verdicts).toList();
    for (String name : findings.verdicts().keySet()) {
      List<Object> cells = new ArrayList<>(List.of(name));
      bySpace.forEach(verdicts -> cells.add(verdicts.get(name).toString()));
      table.row(cells.toArray());
    }
    return table;
  }
}
