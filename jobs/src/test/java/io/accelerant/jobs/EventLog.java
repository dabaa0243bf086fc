package io.accelerant.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The event logs of one application, written as it runs. */
record EventLog(Path folder) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static EventLog in(Path folder) throws IOException {
    return new EventLog(Files.createDirectories(folder));
  }

  /** Settings of Spark that write it. */
  List<String> settings() {
    return List.of(
        "spark.eventLog.enabled=true",
        "spark.eventLog.compress=false",
        "spark.eventLog.dir=" + folder.toUri());
  }

  /** What is written so far of one type, such as {@code SparkListenerJobStart}. */
  List<JsonNode> events(String type) throws IOException {
    List<JsonNode> events = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file :
          files.filter(f -> f.getFileName().toString().startsWith("events_")).toList()) {
        for (String line : Files.readAllLines(file)) {
          if (line.contains("\"" + type + "\"") && line.endsWith("}")) {
            events.add(JSON.readTree(line));
          }
        }
      }
    }
    return events;
  }

  /** Tasks that were lost with their executor. */
  long lostTasks() throws IOException {
    return events("SparkListenerTaskEnd").stream()
        .filter(
            e -> e.path("Task End Reason").path("Reason").asText().equals("ExecutorLostFailure"))
        .count();
  }

  /** Rounds of training that were computed. */
  SortedSet<Integer> trainingRounds() throws IOException {
    SortedSet<Integer> rounds = new TreeSet<>();
    for (JsonNode job : events("SparkListenerJobStart")) {
      String description = job.get("Properties").path("spark.job.description").asText();
      if (description.startsWith("train-teacher: round ")) {
        rounds.add(Integer.valueOf(description.replaceAll(".*round (\\d+)/.*", "$1")));
      }
    }
    return rounds;
  }
}
