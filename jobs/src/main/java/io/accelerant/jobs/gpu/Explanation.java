package io.accelerant.jobs.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the RAPIDS Accelerator says of one plan. A line is a node: its indentation, a mark, its kind
 * ({@code Exec} for an operator), its class, for an expression its text, and the verdict. Marks:
 * {@code *} runs on the GPU, {@code #} is removed from the plan, {@code !} cannot run there,
 * {@code @} could but for what is around it, {@code ^} is computed on the CPU within an operator on
 * the GPU.
 *
 * @param operators of the plan
 * @param operatorsOnCpu those of them that stay on the CPU
 * @param refusals every node that stays, be it an operator, an expression or a part of one
 */
record Explanation(int operators, int operatorsOnCpu, List<Refusal> refusals) {
  private static final Pattern NODE = Pattern.compile("\\s*([*#!@^])\\s*(\\w*) <([^>]+)> ?(.*)");
  private static final Pattern VERDICT =
      Pattern.compile("(.*?)((?:cannot run|could run|will run) on GPU.*)");
  private static final String BECAUSE = "cannot run on GPU because ";

  /**
   * A node that stays on the CPU.
   *
   * @param node class of the operator or expression
   * @param text the expression as SQL, empty for an operator
   * @param why RAPIDS's reason
   */
  record Refusal(String node, String text, String why) {}

  static Explanation of(String text) {
    int operators = 0;
    int onCpu = 0;
    List<Refusal> refusals = new ArrayList<>();
    for (String line : nodes(text)) {
      Matcher node = NODE.matcher(line);
      if (!node.matches()) {
        // the plug-in may refuse a plan as a whole, in a sentence
        refusals.add(new Refusal("plan", "", line.strip()));
        continue;
      }
      char mark = node.group(1).charAt(0);
      // a class that RAPIDS does not know has no kind
      boolean operator = node.group(2).equals("Exec") || node.group(3).endsWith("Exec");
      boolean stays = mark == '!' || mark == '^' || operator && mark == '@';
      operators += operator ? 1 : 0;
      onCpu += operator && stays ? 1 : 0;
      if (stays) {
        refusals.add(refusal(node.group(3), node.group(4)));
      }
    }
    return new Explanation(operators, onCpu, List.copyOf(refusals));
  }

  /** Lines, those that an expression's text breaks put together again. */
  private static List<String> nodes(String text) {
    List<String> nodes = new ArrayList<>();
    for (String line : text.lines().toList()) {
      boolean goesOn = !nodes.isEmpty() && !NODE.matcher(line).matches();
      if (goesOn) {
        nodes.add(nodes.remove(nodes.size() - 1) + " " + line.strip());
      } else if (!line.isBlank()) {
        nodes.add(line);
      }
    }
    return nodes;
  }

  private static Refusal refusal(String node, String rest) {
    Matcher verdict = VERDICT.matcher(rest);
    String text = verdict.matches() ? verdict.group(1) : "";
    String why = verdict.matches() ? verdict.group(2) : rest;
    return new Refusal(
        node, text.strip(), why.startsWith(BECAUSE) ? why.substring(BECAUSE.length()) : why);
  }
}
