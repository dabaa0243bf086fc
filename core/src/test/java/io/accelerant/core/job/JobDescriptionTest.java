package io.accelerant.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;

class JobDescriptionTest extends SparkTest {
  @Test
  void jobsAreCalledAsBeforeWhenAScopeEnds() {
    SparkContext context = spark().sparkContext();
    try (JobDescription outer = new JobDescription(context)) {
      outer.set("outer");
      try (JobDescription inner = new JobDescription(context)) {
        assertThat(current()).isEqualTo("outer");
        inner.set("first");
        inner.set("second");
        assertThat(current()).isEqualTo("second");
      }
      assertThat(current()).isEqualTo("outer");
    }
    assertThat(current()).isNull();
  }

  private static String current() {
    return spark().sparkContext().getLocalProperty("spark.job.description");
  }
}
