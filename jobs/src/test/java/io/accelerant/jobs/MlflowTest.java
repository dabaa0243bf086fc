package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.accelerant.core.job.SparkTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a tracking server is told. No MLflow is to be had here: the server of these tests answers as
 * the published REST interface (version 2.0) says, and refuses what that does not allow.
 */
class MlflowTest extends SparkTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private final List<String> paths = Collections.synchronizedList(new ArrayList<>());
  private final List<JsonNode> bodies = Collections.synchronizedList(new ArrayList<>());
  private final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
  private HttpServer server;
  private int failFrom = Integer.MAX_VALUE;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readAllBytes();
    paths.add(exchange.getRequestMethod() + " " + path);
    authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    boolean json = path.startsWith("/api/2.0/mlflow/") && body.length > 0;
    JsonNode said = json ? JSON.readTree(body) : JSON.createObjectNode();
    bodies.add(said);
    int status = 200;
    String answer = "{}";
    if (paths.size() >= failFrom) {
      status = 500;
    } else if (path.endsWith("experiments/get-by-name")) {
      status = 404;
      answer = "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\"}";
    } else if (path.endsWith("experiments/create")) {
      answer = "{\"experiment_id\":\"7\"}";
    } else if (path.endsWith("runs/create")) {
      assertThat(said.get("experiment_id").asText()).isEqualTo("7");
      answer =
          "{\"run\":{\"info\":{\"run_id\":\"r1\",\"artifact_uri\":\"mlflow-artifacts:/7/r1/artifacts\"}}}";
    } else if (path.endsWith("runs/log-batch")) {
      boolean fits =
          said.path("params").size() <= 100
              && said.path("metrics").size() <= 1000
              && said.get("run_id").asText().equals("r1");
      status = fits ? 200 : 400;
    }
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private String tracking() {
    return "run.tracking=mlflow:http://127.0.0.1:" + server.getAddress().getPort();
  }

  private Accelerant.Outcome probe(String... sets) {
    List<String> all = new ArrayList<>(List.of("probe"));
    for (String set : sets) {
      all.addAll(List.of("--set", set));
    }
    all.addAll(List.of("--set", "run.output=/out", "--set", "probe.teacher=ann"));
    return Accelerant.probe(all.toArray(String[]::new));
  }

  private static Accelerant.Outcome run(String job, String... sets) {
    List<String> all = new ArrayList<>(List.of(job));
    for (String set : sets) {
      all.addAll(List.of("--set", set));
    }
    return Accelerant.run(all.toArray(String[]::new));
  }

  private List<JsonNode> entries(String kind) {
    List<JsonNode> all = new ArrayList<>();
    bodies.forEach(body -> body.path(kind).forEach(all::add));
    return all;
  }

  @Test
  void aTrainingRunIsLoggedWithItsRoundsAndItsReport() {
    String prompts = folder.resolve("prompts").toString();
    run(
        "prepare-prompts",
        "run.output=" + prompts,
        "preparePrompts.source=task:mod-sum",
        "preparePrompts.count=200");
    String output = folder.resolve("teacher").toString();
    Accelerant.Outcome outcome =
        run(
            "train-teacher",
            "run.output=" + output,
            tracking(),
            "run.name=tiny",
            "trainTeacher.kind=causal-text",
            "trainTeacher.data=" + prompts,
            "trainTeacher.width=16",
            "trainTeacher.layers=1",
            "trainTeacher.heads=2",
            "trainTeacher.evaluationPrompts=8",
            "train.workers=1",
            "train.batch=4",
            "train.microBatch=4",
            "train.rounds=3");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.err()).doesNotContain("without MLflow");
    assertThat(paths).contains("POST /api/2.0/mlflow/experiments/create");
    assertThat(entries("params"))
        .anyMatch(
            p ->
                p.get("key").asText().equals("train.rounds")
                    && p.get("value").asText().equals("3"));
    assertThat(
            entries("metrics").stream()
                .filter(m -> m.get("key").asText().equals("train-teacher.loss"))
                .map(m -> m.get("step").asInt()))
        .containsExactly(1, 2, 3);
    double loss = outcome.line().get("metrics").get("loss").asDouble();
    assertThat(entries("metrics"))
        .anyMatch(m -> m.get("key").asText().equals("loss") && m.get("value").asDouble() == loss);
    assertThat(paths)
        .contains("PUT /api/2.0/mlflow-artifacts/artifacts/7/r1/artifacts/report.html");
    assertThat(bodies.get(bodies.size() - 1).get("status").asText()).isEqualTo("FINISHED");
  }

  @Test
  void aRunThatFailsIsMarkedAndItsSecretsStayAtHome() {
    Accelerant.Outcome outcome = probe(tracking(), "probe.behaviour=data", "probe.secretKey=hush");
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(bodies.get(bodies.size() - 1).get("status").asText()).isEqualTo("FAILED");
    assertThat(bodies.toString()).doesNotContain("hush").contains("probe.secretKey");
  }

  @Test
  void aServerThatFailsDoesNotStopTheRun() {
    failFrom = 4;
    Accelerant.Outcome outcome = probe(tracking());
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.err())
        .containsOnlyOnce("the run goes on without MLflow at http://127.0.0.1");
    assertThat(outcome.err()).contains("status 500");
    server.stop(0);
    assertThat(probe(tracking()).exitCode()).isZero();
  }

  @Test
  void anAddressThatIsNoneIsRefused() {
    Accelerant.Outcome outcome = probe("run.tracking=http://127.0.0.1:5000");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("run.tracking", "must be mlflow:http://host:port");
  }

  @Test
  void signsInAsTheServersOwnClientsDo() throws IOException {
    String uri = tracking().substring("run.tracking=".length());
    MlflowServer.of(uri, Map.of("MLFLOW_TRACKING_TOKEN", "t")).post("runs/update", Map.of());
    MlflowServer.of(uri, Map.of("MLFLOW_TRACKING_USERNAME", "ann", "MLFLOW_TRACKING_PASSWORD", "b"))
        .post("runs/update", Map.of());
    assertThat(authorizations).containsExactly("Bearer t", "Basic YW5uOmI=");
  }
}
