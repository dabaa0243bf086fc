package io.accelerant.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.report.Table.Spread;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
  @ParameterizedTest
  @CsvSource({
    "0.078412345, 4, 0.07841",
    "3.31359, 4, 3.314",
    "0.99996, 4, 1.000",
    "9.9996, 4, 10.00",
    "123456.7, 4, 123500",
    "12345678.9, 4, 1.235e7",
    "0.0000012, 3, 1.20e-6",
    "-2.5, 2, -2.5",
    "0.0, 4, 0",
    "NaN, 4, –",
    "-Infinity, 4, -∞",
  })
  void roundsToSignificantDigits(double value, int digits, String text) {
    assertThat(Table.number(value, digits)).isEqualTo(text);
  }

  @Test
  void wholeNumbersKeepAllDigits() {
    assertThat(Table.number(123456789012L, 2)).isEqualTo("123456789012");
  }

  @Test
  void numbersAlignRightAndTextLeft() {
    String markdown =
        Table.of("sampler", "steps", "nll")
            .row("euler", 8, 2.5)
            .row("student", 16, new Spread(2.25, 0.0123))
            .markdown();
    assertThat(markdown)
        .isEqualTo(
            """
            | sampler | steps |           nll |
            | ------- | ----: | ------------: |
            | euler   |     8 |         2.500 |
            | student |    16 | 2.250 ± 0.012 |
            """);
  }

  @Test
  void cellsCannotBreakTheTable() {
    assertThat(Table.of("a|b").row("x\ny|z\\").markdown())
        .contains("| a\\|b ", "| x y\\|z\\\\ |")
        .hasLineCount(3);
  }

  @Test
  void spreadIsTheSampleStandardDeviation() {
    assertThat(Spread.of(1, 2, 3, 4)).isEqualTo(new Spread(2.5, Math.sqrt(5.0 / 3)));
    assertThat(Spread.of(7)).isEqualTo(new Spread(7, 0));
  }

  @Test
  void refusesARowOfTheWrongWidth() {
    assertThatThrownBy(() -> Table.of("a", "b").row(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 cells")
        .hasMessageContaining("2 headers");
  }
}
