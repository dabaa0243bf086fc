package io.accelerant.jobs.gpu;

import io.accelerant.core.report.Table;
import io.accelerant.core.text.Text;
import io.accelerant.jobs.gpu.Explanation.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What of a job's work would run on a GPU, for people and as JSON. */
public final class GpuReport {
  /** Signs of an expression that a table shows. */
  private static final int SHOWN = 80;

  /** A refusal in the queries of one name. */
  private record Place(String query, Refusal refusal) {}

  private final Map<Place, Integer> refusals = new LinkedHashMap<>();
  private final QueryPlans.Work work;
  private final int queries;
  private int operators;
  private int operatorsOnCpu;
  private int expressionsOnCpu;

  private GpuReport(int queries, QueryPlans.Work work) {
    this.queries = queries;
    this.work = work;
  }

  /** Explains every plan; equal refusals in queries of one name are counted together. */
  public static GpuReport of(QueryPlans plans, Explainer explainer) {
    List<QueryPlans.Query> queries = plans.queries();
    GpuReport report = new GpuReport(queries.size(), plans.work());
    for (QueryPlans.Query query : queries) {
      Explanation explanation = Explanation.of(explainer.explain(query.plan()));
      report.operators += explanation.operators();
      report.operatorsOnCpu += explanation.operatorsOnCpu();
      report.expressionsOnCpu += explanation.refusals().size() - explanation.operatorsOnCpu();
      for (Refusal refusal : explanation.refusals()) {
        report.refusals.merge(new Place(query.name(), refusal), 1, Integer::sum);
      }
    }
    return report;
  }

  /** The verdict, the refusals as a table, and what no plan covers. */
  public String text() {
    StringBuilder text = new StringBuilder();
    if (queries == 0) {
      text.append("No DataFrame plan was executed: RAPIDS has nothing to do here.\n");
    } else {
      text.append(
          Text.of(
              "%d plans of %d operators: %s\n",
              queries,
              operators,
              refusals.isEmpty()
                  ? "all of them run on a GPU."
                  : Text.of(
                      "%d of them and %d expressions stay on the CPU.",
                      operatorsOnCpu, expressionsOnCpu)));
    }
    if (!refusals.isEmpty()) {
      Table table = Table.of("query", "times", "stays on the CPU", "why");
      refusals.forEach(
          (place, times) ->
              table.row(
                  place.query(),
                  times,
                  (place.refusal().node() + " " + shortened(place.refusal().text())).strip(),
                  place.refusal().why()));
      text.append('\n').append(table.markdown()).append('\n');
    }
    if (work.rddTasks() > 0) {
      text.append(
          Text.of(
              "RDD code, which RAPIDS leaves as it is: %d of %d tasks, %.1f of their %.1f s.\n",
              work.rddTasks(), work.tasks(), work.rddSeconds(), work.seconds()));
    }
    if (work.planTasks() > 0) {
      text.append(
          Text.of(
              "%d of these tasks begin with a plan, read as an RDD; what RAPIDS says of it is"
                  + " above.\n",
              work.planTasks()));
    }
    return text.toString();
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "..";
  }

  public Map<String, Number> metrics() {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("queries", queries);
    metrics.put("operators", operators);
    metrics.put("notOnGpu", operatorsOnCpu);
    metrics.put("expressionsNotOnGpu", expressionsOnCpu);
    metrics.put("tasks", work.tasks());
    metrics.put("rddTasks", work.rddTasks());
    metrics.put("rddTasksOnPlans", work.planTasks());
    metrics.put("taskSeconds", work.seconds());
    metrics.put("rddTaskSeconds", work.rddSeconds());
    return metrics;
  }

  /** Every refusal as {@code query, times, operator, expression, reason}. */
  public List<Map<String, Object>> refusals() {
    List<Map<String, Object>> all = new ArrayList<>();
    refusals.forEach(
        (place, times) -> {
          Map<String, Object> one = new LinkedHashMap<>();
          one.put("query", place.query());
          one.put("times", times);
          one.put("operator", place.refusal().node());
          one.put("expression", place.refusal().text());
          one.put("reason", place.refusal().why());
          all.add(one);
        });
    return all;
  }
}
