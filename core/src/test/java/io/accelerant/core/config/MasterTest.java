package io.accelerant.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MasterTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "local | true | true",
        "local[4] | true | true",
        "local[*,3] | true | true",
        "local-cluster[2,1,700] | false | true",
        "spark://local:7077 | false | false",
        "yarn | false | false",
        "k8s://https://local[::1]:6443 | false | false"
      })
  void saysWhereTasksRun(String url, boolean process, boolean machine) {
    Master master = Master.of(Map.of("spark.master", url));
    assertThat(master.isOneProcess()).isEqualTo(process);
    assertThat(master.isOneMachine()).isEqualTo(machine);
  }

  @Test
  void aMasterThatNobodyNamedIsElsewhere() {
    assertThat(Master.of(Map.of()).isOneMachine()).isFalse();
  }
}
