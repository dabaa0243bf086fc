package io.accelerant.core.lm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecomputedModelTest {
  @Test
  void aTextCostsByItsOwnLengthHoweverMuchTheNetworkReads() {
    int most = 131_072;
    assertThat(RecomputedModel.bucket(1, most)).isEqualTo(16);
    assertThat(RecomputedModel.bucket(16, most)).isEqualTo(16);
    assertThat(RecomputedModel.bucket(17, most)).isEqualTo(64);
    assertThat(RecomputedModel.bucket(300, most)).isEqualTo(1024);
    assertThat(RecomputedModel.bucket(most, most)).isEqualTo(most);
    assertThat(RecomputedModel.bucket(3, 10)).isEqualTo(10);
  }
}
