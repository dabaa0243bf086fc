package io.accelerant.core.artifact;

import io.accelerant.core.error.DataException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.text.Text;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Who writes into the directory of an artifact.
 *
 * @param runId unique to one attempt of one run
 * @param resumeKey equal for runs that may go on with each other's work, see {@link
 *     StageStore#resumeKey}
 * @param processStart ISO 8601 instant, or empty where the system does not tell
 * @param created ISO 8601 instant
 */
public record Claim(
    String runId, String resumeKey, String host, long pid, String processStart, String created) {

  /** Of this process, with a new run id. */
  public static Claim of(String resumeKey) {
    return of(UUID.randomUUID().toString(), resumeKey);
  }

  /** Of this process. */
  public static Claim of(String runId, String resumeKey) {
    ProcessHandle process = ProcessHandle.current();
    return new Claim(
        runId,
        resumeKey,
        thisHost(),
        process.pid(),
        process.info().startInstant().map(Instant::toString).orElse(""),
        Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
  }

  private static String thisHost() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException notLinux) {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (IOException noName) {
        return "unknown";
      }
    }
  }

  /** Whether the process that made this claim certainly runs, on this host. */
  boolean isAliveHere() {
    if (!host.equals(thisHost())) {
      return false;
    }
    Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    return process.isPresent()
        && process.get().info().startInstant().map(this::startedAt).orElse(true);
  }

  /** The start is computed from the boot time, which moves a little when the clock is set. */
  private boolean startedAt(Instant start) {
    try {
      return processStart.isEmpty()
          || Duration.between(Instant.parse(processStart), start).abs().toSeconds() < 2;
    } catch (DateTimeParseException e) {
      return true;
    }
  }

  /** For messages. */
  String describe() {
    return Text.of("run %s on host %s, process %d, since %s", runId, host, pid, created);
  }

  byte[] toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("runId", runId);
    json.put("resumeKey", resumeKey);
    json.put("host", host);
    json.put("pid", pid);
    json.put("processStart", processStart);
    json.put("created", created);
    return CanonicalJson.bytes(json);
  }

  /** Empty if this is no claim, such as one that is being written. */
  static Optional<Claim> fromJson(byte[] json) {
    try {
      Map<String, Object> fields = CanonicalJson.readObject(json, "claim");
      return Optional.of(
          new Claim(
              (String) fields.getOrDefault("runId", ""),
              (String) fields.getOrDefault("resumeKey", ""),
              (String) fields.getOrDefault("host", ""),
              ((Number) fields.getOrDefault("pid", -1)).longValue(),
              (String) fields.getOrDefault("processStart", ""),
              (String) fields.getOrDefault("created", "")));
    } catch (DataException | ClassCastException e) {
      return Optional.empty();
    }
  }
}
