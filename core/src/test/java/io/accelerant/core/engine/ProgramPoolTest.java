package io.accelerant.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ProgramPoolTest {
  private static final ProgramPool.Key SHORT = key("net", 8);
  private static final ProgramPool.Key LONG = key("net", 16);

  private static ProgramPool.Key key(String network, int length) {
    return new ProgramPool.Key(network, List.of(2, length), Precision.FLOAT32);
  }

  private static Supplier<Program> build(int size) {
    return () -> {
      Graph g = new Graph(Precision.FLOAT32);
      g.output("sum", g.parameter("a", size).sum());
      return g.forward();
    };
  }

  @Test
  void aReturnedProgramIsUsedAgain() {
    try (ProgramPool pool = new ProgramPool(2)) {
      Program first;
      try (ProgramPool.Lease lease = pool.lease(SHORT, build(8))) {
        first = lease.program();
      }
      try (ProgramPool.Lease lease = pool.lease(SHORT, build(8));
          ProgramPool.Lease second = pool.lease(SHORT, build(8))) {
        assertThat(lease.program()).isSameAs(first);
        assertThat(second.program()).isNotSameAs(first);
      }
      assertThat(pool.builds()).isEqualTo(2);
      assertThat(pool.idle()).isEqualTo(2);
    }
  }

  @Test
  void aFullPoolClosesTheProgramThatWasIdleLongest() {
    try (ProgramPool pool = new ProgramPool(2)) {
      Program oldest;
      try (ProgramPool.Lease lease = pool.lease(SHORT, build(8))) {
        oldest = lease.program();
      }
      pool.lease(LONG, build(16)).close();
      pool.lease(key("other", 8), build(8)).close();
      assertThat(oldest.isClosed()).isTrue();
      assertThat(pool.idle()).isEqualTo(2);
      pool.lease(LONG, build(16)).close();
      assertThat(pool.builds()).isEqualTo(3);
    }
  }

  @Test
  void moreLoansThanCapacityAreRefused() {
    try (ProgramPool pool = new ProgramPool(1);
        ProgramPool.Lease lease = pool.lease(SHORT, build(8))) {
      assertThat(lease.program()).isNotNull();
      assertThatThrownBy(() -> pool.lease(LONG, build(16)))
          .hasMessageContaining("all 1 programs are on loan");
    }
  }

  @Test
  void aFailedBuildLeavesNoTrace() {
    try (ProgramPool pool = new ProgramPool(1)) {
      assertThatThrownBy(
              () ->
                  pool.lease(
                      SHORT,
                      () -> {
                        throw new IllegalArgumentException("no");
                      }))
          .hasMessage("no");
      pool.lease(SHORT, build(8)).close();
      assertThat(pool.builds()).isEqualTo(1);
    }
  }

  @Test
  void closingThePoolClosesIdleProgramsNowAndLeasedOnesLater() {
    ProgramPool pool = new ProgramPool(2);
    ProgramPool.Lease kept = pool.lease(SHORT, build(8));
    Program idle;
    try (ProgramPool.Lease lease = pool.lease(LONG, build(16))) {
      idle = lease.program();
    }
    pool.close();
    Program leased = kept.program();
    assertThat(idle.isClosed()).isTrue();
    assertThat(leased.isClosed()).isFalse();
    kept.close();
    kept.close();
    assertThat(leased.isClosed()).isTrue();
    assertThatThrownBy(kept::program).hasMessageContaining("ended");
    assertThatThrownBy(() -> pool.lease(SHORT, build(8))).hasMessageContaining("closed");
  }

  @Test
  void tasksSideBySideBuildOneProgramEachAndGetTheirOwnNumbers() throws Exception {
    ExecutorService slots = Executors.newFixedThreadPool(2);
    try (ProgramPool pool = new ProgramPool(2)) {
      List<Callable<Double>> tasks = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        float number = i;
        tasks.add(
            () -> {
              try (ProgramPool.Lease lease = pool.lease(SHORT, build(1))) {
                lease.program().setParameters(new float[] {number}).run();
                return lease.program().scalar("sum");
              }
            });
      }
      List<Future<Double>> results = slots.invokeAll(tasks);
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).isEqualTo(i);
      }
      assertThat(pool.builds()).isBetween(1, 2);
    } finally {
      slots.shutdownNow();
    }
  }

  @Test
  void thePoolOfTheJvmGrowsToTheLargestCapacityAsked() {
    ProgramPool pool = ProgramPool.ofJvm(1);
    assertThat(ProgramPool.ofJvm(2)).isSameAs(pool);
    try (ProgramPool.Lease a = pool.lease(SHORT, build(8));
        ProgramPool.Lease b = pool.lease(SHORT, build(8))) {
      assertThat(a.program()).isNotSameAs(b.program());
    }
    pool.close();
    assertThat(ProgramPool.ofJvm(1)).isNotSameAs(pool);
  }
}
