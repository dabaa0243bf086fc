package io.accelerant.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.core.artifact.StoreFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.fs.s3a.UnknownStoreException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The errors of the real S3A, which the module core does not have. */
class StoreFailureTest {
  private static IOException denied() {
    IOException denied = new AccessDeniedException("x", null, "PUT on x: S3Exception: no: no");
    denied.initCause(S3Exception.builder().statusCode(403).message("no\nmore").build());
    return denied;
  }

  @Test
  void refusalNamesTheCredentialsAndWhatTheStoreSaid() {
    assertThat(StoreFailure.explain(denied()))
        .hasValueSatisfying(
            why -> assertThat(why).startsWith("access was refused").endsWith("(no)"));
  }

  @Test
  void missingBucketIsNoPlaceToWrite() {
    assertThat(StoreFailure.explain(new UnknownStoreException("s3a://b", "gone")))
        .hasValueSatisfying(why -> assertThat(why).contains("no such bucket", "gone"));
  }

  @Test
  void whatDoesNotAnswerMayAnswerLater() {
    IOException refused = new ConnectException("PUT on x");
    refused.initCause(SdkClientException.create("Connect to h:1 failed", new IOException("x")));
    assertThat(StoreFailure.of(new IllegalStateException("task", refused)))
        .hasValueSatisfying(
            e -> {
              assertThat(e).hasMessageContainingAll("does not answer", "Connect to h:1 failed");
              assertThat(e.exitCode()).isEqualTo(4);
            });
  }

  @Test
  void otherFailuresAreNotS3s() {
    assertThat(StoreFailure.of(new AccessDeniedException("/root/x"))).isEmpty();
    assertThat(StoreFailure.of(new IllegalStateException("a defect"))).isEmpty();
  }
}
