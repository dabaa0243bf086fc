package io.accelerant.core.artifact;

import io.accelerant.core.error.ArtifactException;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a file system's error means, for people. S3A's classes are known by name, since they need
 * not be on the class path.
 */
public final class StoreFailure {
  private static final Set<String> NO_ANSWER =
      Set.of(
          "ConnectException",
          "ConnectTimeoutException",
          "UnknownHostException",
          "NoRouteToHostException",
          "SocketTimeoutException",
          "SocketException",
          "NoHttpResponseException",
          "AWSNoResponseException",
          "AWSApiCallTimeoutException");

  private StoreFailure() {}

  /** The file systems' messages often hold a path only; S3A's say everything three times. */
  static String describe(IOException e) {
    return explain(e).orElseGet(() -> plain(e));
  }

  private static String plain(IOException e) {
    String kind = e.getClass().getSimpleName();
    String message = e.getMessage() == null ? "" : ": " + e.getMessage();
    return kind.equals("IOException") ? message.replaceFirst("^: ", "") : kind + message;
  }

  /** What S3 or the way to it refused, and what to do; empty if that is not what went wrong. */
  public static Optional<String> explain(Throwable thrown) {
    if (!isOfS3(thrown)) {
      return Optional.empty();
    }
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      Optional<String> advice = advice(t.getClass().getSimpleName());
      if (advice.isPresent()) {
        return Optional.of(advice.get() + " (" + detail(t) + ")");
      }
    }
    return Optional.empty();
  }

  /** Whether S3 did not answer; it need not be asked anything else in this run. */
  static boolean isNoAnswer(Throwable thrown) {
    return isOfS3(thrown)
        && causes(thrown).anyMatch(t -> NO_ANSWER.contains(t.getClass().getSimpleName()));
  }

  /** A failure that escaped a job because S3 failed under Spark. */
  public static Optional<ArtifactException> of(Throwable thrown) {
    return explain(thrown).map(why -> new ArtifactException("S3 failed: " + why + ".", thrown));
  }

  private static boolean isOfS3(Throwable thrown) {
    return causes(thrown)
        .map(t -> t.getClass().getName())
        .anyMatch(
            type ->
                type.startsWith("org.apache.hadoop.fs.s3a.")
                    || type.startsWith("software.amazon."));
  }

  /** A failure and what it was caused by, the outermost first. */
  private static Stream<Throwable> causes(Throwable thrown) {
    return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause);
  }

  private static Optional<String> advice(String kind) {
    return switch (kind) {
      case "UnknownStoreException", "NoSuchBucketException" ->
          Optional.of("there is no such bucket; make it, or correct the URI");
      case "AccessDeniedException", "NoAuthWithAWSException", "CredentialInitializationException" ->
          Optional.of(
              "access was refused; check the credentials, and that they may list, read, write and"
                  + " delete there");
      default ->
          NO_ANSWER.contains(kind)
              ? Optional.of(
                  "the store does not answer; check fs.s3a.endpoint and the network, then run the"
                      + " same command again")
              : Optional.empty();
    };
  }

  /** The message of the SDK, which S3A repeats around it; else the innermost one. */
  private static String detail(Throwable thrown) {
    String detail = thrown.toString();
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t.getMessage() != null) {
        detail = t.getMessage();
      }
      if (t.getClass().getName().startsWith("software.amazon.")) {
        break;
      }
    }
    return detail.lines().findFirst().orElse("");
  }
}
