package io.accelerant.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.accelerant.core.artifact.CodeVersion;
import io.accelerant.core.job.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * One run on an MLflow server, told by a thread of its own, so that no round waits for the network.
 * The first failure is said, and ends it.
 */
final class MlflowRun {
  private static final String EXPERIMENT = "accelerant";
  private static final String PROXIED = "mlflow-artifacts:/";

  /** The server takes no more at once. */
  private static final int PARAMETERS = 100;

  private static final int METRICS = 1000;
  private static final int VALUE = 500;
  private static final int END_SECONDS = 20;

  private final MlflowServer server;
  private final Progress progress;
  private final ExecutorService sender =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "mlflow");
            thread.setDaemon(true);
            return thread;
          });
  private final List<Map<String, Object>> waiting = new ArrayList<>();

  // Of the sender's thread.
  private String id = "";
  private String files = "";
  private boolean failed;

  MlflowRun(MlflowServer server, Progress progress) {
    this.server = server;
    this.progress = progress;
  }

  private interface Call {
    void send() throws IOException;
  }

  private void queue(Call call) {
    sender.execute(
        () -> {
          if (failed) {
            return;
          }
          try {
            call.send();
          } catch (IOException | RuntimeException e) {
            failed = true;
            progress.say("the run goes on without MLflow at %s: %s", server, reason(e));
          }
        });
  }

  private static String reason(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  void start(String job, String name, Map<String, String> parameters) {
    long now = System.currentTimeMillis();
    queue(
        () -> {
          Map<String, Object> run = new LinkedHashMap<>();
          run.put("experiment_id", experiment());
          run.put("run_name", name);
          run.put("start_time", now);
          run.put(
              "tags", pairs(Map.of("accelerant.job", job, "accelerant.code", CodeVersion.text())));
          JsonNode info = server.post("runs/create", run).path("run").path("info");
          id = info.path("run_id").asText();
          files = info.path("artifact_uri").asText();
          List<Map<String, Object>> all = pairs(parameters);
          for (int i = 0; i < all.size(); i += PARAMETERS) {
            log("params", all.subList(i, Math.min(all.size(), i + PARAMETERS)));
          }
        });
  }

  private String experiment() throws IOException {
    var found = server.find("experiments/get-by-name", "experiment_name", EXPERIMENT);
    return found.isPresent()
        ? found.get().path("experiment").path("experiment_id").asText()
        : server
            .post("experiments/create", Map.of("name", EXPERIMENT))
            .path("experiment_id")
            .asText();
  }

  private void log(String kind, List<Map<String, Object>> entries) throws IOException {
    Map<String, Object> batch = new LinkedHashMap<>();
    batch.put("run_id", id);
    batch.put(kind, entries);
    server.post("runs/log-batch", batch);
  }

  private static List<Map<String, Object>> pairs(Map<String, String> values) {
    List<Map<String, Object>> pairs = new ArrayList<>();
    values.forEach(
        (key, value) ->
            pairs.add(
                Map.of(
                    "key",
                    key(key),
                    "value",
                    value.substring(0, Math.min(VALUE, value.length())))));
    return pairs;
  }

  /** A name as the server takes it. */
  private static String key(String name) {
    return name.replaceAll("[^A-Za-z0-9_\\-. /]", "_");
  }

  /** Numbers after a round; sent in batches while earlier ones are on their way. */
  void measured(String what, int step, Map<String, Double> values) {
    add(what + ".", step, values);
    queue(this::flush);
  }

  private void add(String prefix, int step, Map<String, ? extends Number> values) {
    long now = System.currentTimeMillis();
    synchronized (waiting) {
      values.forEach(
          (name, value) -> {
            if (value != null && Double.isFinite(value.doubleValue())) {
              Map<String, Object> metric = new LinkedHashMap<>();
              metric.put("key", key(prefix + name));
              metric.put("value", value.doubleValue());
              metric.put("timestamp", now);
              metric.put("step", step);
              waiting.add(metric);
            }
          });
    }
  }

  private void flush() throws IOException {
    List<Map<String, Object>> batch;
    synchronized (waiting) {
      batch = new ArrayList<>(waiting);
      waiting.clear();
    }
    for (int i = 0; i < batch.size(); i += METRICS) {
      log("metrics", batch.subList(i, Math.min(batch.size(), i + METRICS)));
    }
  }

  /** What the job published. */
  void result(String artifact, String contentHash, Map<String, Number> metrics) {
    add("", 0, metrics);
    queue(
        () -> {
          flush();
          log(
              "tags",
              pairs(
                  Map.of("accelerant.artifact", artifact, "accelerant.contentHash", contentHash)));
        });
  }

  /** Stores a file of the artifact, where the server stores files itself. */
  void upload(String name, byte[] content) {
    queue(
        () -> {
          if (files.startsWith(PROXIED)) {
            server.put(
                files.substring(PROXIED.length()).replaceAll("^/+", "") + "/" + name, content);
          }
        });
  }

  /**
   * The last word; waits until all is sent, though not for long.
   *
   * @param status FINISHED, FAILED or KILLED
   */
  void end(String status) {
    long now = System.currentTimeMillis();
    queue(
        () -> {
          flush();
          server.post("runs/update", Map.of("run_id", id, "status", status, "end_time", now));
        });
    sender.shutdown();
    try {
      if (!sender.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        sender.shutdownNow();
        progress.say("MLflow at %s did not take everything in %d s", server, END_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
