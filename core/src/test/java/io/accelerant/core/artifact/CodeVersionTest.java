package io.accelerant.core.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CodeVersionTest {
  @Test
  void namesVersionAndCommit() {
    assertThat(CodeVersion.text()).matches("[0-9]+\\.[0-9]+\\.[0-9]+\\+([0-9a-f]{7,40}|unknown)");
  }
}
