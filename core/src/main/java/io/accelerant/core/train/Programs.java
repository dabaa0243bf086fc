package io.accelerant.core.train;

import io.accelerant.core.engine.Engine;
import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.nn.BatchShape;
import io.accelerant.core.nn.Frozen;
import io.accelerant.core.nn.NetworkSpec;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The programs that one task has on loan, with the numbers of the roles in them. What moves is set
 * again when it has moved, what is fixed once. Not thread-safe.
 */
public final class Programs implements AutoCloseable {
  private final ProgramPool pool;
  private final Precision precision;
  private final Map<String, RoleNumbers> roles = new LinkedHashMap<>();
  private final Map<Wanted, Loan> loans = new HashMap<>();
  private int moves;

  private record Wanted(Objective objective, BatchShape shape, boolean training) {
    Wanted of(Objective other) {
      return new Wanted(other, shape, training);
    }

    ProgramPool.Lease lease(ProgramPool pool, Precision precision) {
      return training
          ? objective.training(pool, precision, shape)
          : objective.forward(pool, precision, shape);
    }
  }

  /** A program with the number of moves that it has seen. */
  private static final class Loan {
    private final ProgramPool.Lease lease;
    private int moves = -1;

    Loan(ProgramPool.Lease lease) {
      this.lease = lease;
    }
  }

  Programs(ProgramPool pool, Precision precision) {
    this.pool = pool;
    this.precision = precision;
  }

  /** New numbers; roles keep those that are fixed. */
  void set(List<RoleNumbers> numbers) {
    numbers.forEach(role -> roles.put(role.slot().role(), role));
    moves++;
  }

  public Precision precision() {
    return precision;
  }

  /**
   * All numbers of a role, in the order of its network's layout.
   *
   * @throws IllegalArgumentException if there is no such role
   */
  public Flat parameters(String role) {
    return find(role).all();
  }

  /** A program of loss and gradient; set its inputs and run it. */
  public Program training(Objective objective, BatchShape shape) {
    return program(new Wanted(objective, shape, true));
  }

  /** A program of the outputs alone. */
  public Program forward(Objective objective, BatchShape shape) {
    return program(new Wanted(objective, shape, false));
  }

  private Program program(Wanted wanted) {
    Loan loan = loans.computeIfAbsent(wanted, w -> new Loan(w.of(kept(w)).lease(pool, precision)));
    Program program = loan.lease.program();
    if (loan.moves < moves) {
      for (String role : wanted.objective.networks().keySet()) {
        find(role).set(program, loan.moves < 0);
      }
      loan.moves = moves;
    }
    return program;
  }

  /** Another objective where {@code engine.frozen} is set and roles are finished networks. */
  private Objective kept(Wanted wanted) {
    Objective objective = wanted.objective;
    for (Map.Entry<String, NetworkSpec> role : wanted.objective.networks().entrySet()) {
      if (Engine.keepsNarrow() && find(role.getKey()).slot().isReference()) {
        objective = objective.with(role.getKey(), new Frozen(role.getValue()));
      }
    }
    return objective;
  }

  private RoleNumbers find(String role) {
    RoleNumbers found = roles.get(role);
    if (found == null) {
      throw new IllegalArgumentException("no role " + role + "; there are " + roles.keySet());
    }
    return found;
  }

  @Override
  public void close() {
    loans.values().forEach(loan -> loan.lease.close());
    loans.clear();
  }
}
