package io.accelerant.jobs.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.accelerant.jobs.gpu.Explanation.Refusal;
import org.junit.jupiter.api.Test;

/** RAPIDS's text as operators and refusals. */
class ExplanationTest {
  @Test
  void whatRunsOnTheGpuIsCountedOnly() {
    Explanation explanation =
        Explanation.of(
            """
            *Exec <DataWritingCommandExec> will run on GPU
              *Output <InsertIntoHadoopFsRelationCommand> will run on GPU
              #Exec <SortExec> could run on GPU but is going to be removed because of its parent
                *Expression <SortOrder> id#1L ASC NULLS FIRST will run on GPU
                *Exec <RangeExec> will run on GPU

            """);
    assertThat(explanation.operators()).isEqualTo(3);
    assertThat(explanation.operatorsOnCpu()).isZero();
    assertThat(explanation.refusals()).isEmpty();
  }

  @Test
  void refusedExpressionKeepsItsOperatorOnTheCpu() {
    Explanation explanation =
        Explanation.of(
            """
            *Exec <FilterExec> will run on GPU
              !Exec <ProjectExec> cannot run on GPU because not all expressions can be replaced
                @Expression <Alias> draw(id#1L) AS position#2L could run on GPU
                  !Expression <Invoke> draw(id#1L) cannot run on GPU because it is a call
                    @Expression <AttributeReference> id#1L could run on GPU
                *Exec <RangeExec> will run on GPU
            """);
    assertThat(explanation.operators()).isEqualTo(3);
    assertThat(explanation.operatorsOnCpu()).isEqualTo(1);
    assertThat(explanation.refusals())
        .containsExactly(
            new Refusal("ProjectExec", "", "not all expressions can be replaced"),
            new Refusal("Invoke", "draw(id#1L)", "it is a call"));
  }

  @Test
  void expressionOnTheCpuInsideAnOperatorOnTheGpuIsRefused() {
    Explanation explanation =
        Explanation.of(
            """
            *Exec <ProjectExec> will run on GPU
              ^Expression <ScalaUDF> UDF(id#1L) will run on GPU via the CPU bridge
            """);
    assertThat(explanation.operatorsOnCpu()).isZero();
    assertThat(explanation.refusals())
        .containsExactly(
            new Refusal("ScalaUDF", "UDF(id#1L)", "will run on GPU via the CPU bridge"));
  }

  @Test
  void operatorThatItsNeighboursKeepOnTheCpuIsRefusedButNotItsParts() {
    Explanation explanation =
        Explanation.of(
            """
            @Exec <ShuffleExchangeExec> could run on GPU but the join around it cannot
              @Partitioning <HashPartitioning> could run on GPU
            """);
    assertThat(explanation.operatorsOnCpu()).isEqualTo(1);
    assertThat(explanation.refusals())
        .containsExactly(
            new Refusal(
                "ShuffleExchangeExec", "", "could run on GPU but the join around it cannot"));
  }

  @Test
  void operatorUnknownToRapidsHasNoKind() {
    Explanation explanation =
        Explanation.of("  ! <RDDScanExec> cannot run on GPU because there is no such class\n");
    assertThat(explanation.operators()).isEqualTo(1);
    assertThat(explanation.operatorsOnCpu()).isEqualTo(1);
    assertThat(explanation.refusals())
        .containsExactly(new Refusal("RDDScanExec", "", "there is no such class"));
  }

  @Test
  void textWithALineBreakStaysOneNode() {
    Explanation explanation =
        Explanation.of(
            """
            *Exec <ProjectExec> will run on GPU
              !Expression <Concat> concat(a
            ! b) cannot run on GPU because x
            """);
    assertThat(explanation.refusals()).containsExactly(new Refusal("Concat", "concat(a ! b)", "x"));
  }

  @Test
  void refusalOfTheWholePlanIsNotLost() {
    assertThat(Explanation.of("Can't replace any part of this plan due to: a setting").refusals())
        .containsExactly(
            new Refusal("plan", "", "Can't replace any part of this plan due to: a setting"));
  }
}
