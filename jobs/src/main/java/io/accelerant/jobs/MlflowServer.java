package io.accelerant.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** The REST interface of an MLflow tracking server, version 2.0 of it, as far as a run needs it. */
final class MlflowServer {
  private static final String SCHEME = "mlflow:";
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String root;
  private final Optional<String> authorization;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(PATIENCE).version(HttpClient.Version.HTTP_1_1).build();

  private MlflowServer(String root, Optional<String> authorization) {
    this.root = root;
    this.authorization = authorization;
  }

  /**
   * @param uri {@code mlflow:http://host:port}, or https
   * @param environment the variables that MLflow's own clients read: {@code MLFLOW_TRACKING_TOKEN},
   *     or {@code MLFLOW_TRACKING_USERNAME} and {@code MLFLOW_TRACKING_PASSWORD}
   * @throws IllegalArgumentException if it is none
   */
  static MlflowServer of(String uri, Map<String, String> environment) {
    String root = uri.startsWith(SCHEME) ? uri.substring(SCHEME.length()) : "";
    if (!root.matches("https?://[^/?#@]+(/[^?#]*)?")) {
      throw new IllegalArgumentException(
          "must be mlflow:http://host:port or mlflow:https://host, without user and query; a password"
              + " goes into MLFLOW_TRACKING_PASSWORD.");
    }
    return new MlflowServer(root.replaceAll("/+$", ""), authorization(environment));
  }

  private static Optional<String> authorization(Map<String, String> environment) {
    String user = environment.get("MLFLOW_TRACKING_USERNAME");
    if (user != null) {
      String pair = user + ":" + environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
      byte[] bytes = pair.getBytes(StandardCharsets.UTF_8);
      return Optional.of("Basic " + Base64.getEncoder().encodeToString(bytes));
    }
    return Optional.ofNullable(environment.get("MLFLOW_TRACKING_TOKEN")).map(t -> "Bearer " + t);
  }

  /** The answer to a GET with one parameter; empty if there is no such thing. */
  Optional<JsonNode> find(String method, String parameter, String value) throws IOException {
    String query = parameter + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    HttpResponse<String> response = send(request("/api/2.0/mlflow/" + method + "?" + query).GET());
    return response.statusCode() == 404
        ? Optional.empty()
        : Optional.of(JSON.readTree(successful(method, response)));
  }

  /** The answer to a POST. */
  JsonNode post(String method, Map<String, ?> body) throws IOException {
    HttpRequest.Builder request =
        request("/api/2.0/mlflow/" + method)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    return JSON.readTree(successful(method, send(request)));
  }

  /**
   * Stores a file through the server.
   *
   * @param path below {@code mlflow-artifacts:/}
   */
  void put(String path, byte[] content) throws IOException {
    HttpRequest.Builder request =
        request("/api/2.0/mlflow-artifacts/artifacts/" + path)
            .PUT(HttpRequest.BodyPublishers.ofByteArray(content));
    successful(path, send(request));
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(root + path)).timeout(PATIENCE);
    authorization.ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static String successful(String what, HttpResponse<String> response) throws IOException {
    if (response.statusCode() / 100 != 2) {
      String body = response.body().replaceAll("\\s+", " ");
      throw new IOException(
          Text.of(
              "%s: status %d %s",
              what, response.statusCode(), body.substring(0, Math.min(200, body.length()))));
    }
    return response.body();
  }

  /** Without what may be secret. */
  @Override
  public String toString() {
    return root;
  }
}
