package io.accelerant.core.train;

import io.accelerant.core.engine.Flat;
import io.accelerant.core.engine.Layout;
import io.accelerant.core.engine.Program;
import java.io.Serializable;

/**
 * The numbers of one role: those that are fixed for a while, and those that move every round.
 *
 * @param slot where they belong
 * @param fixed all numbers of the network if some are fixed, of which the others are not read
 */
record RoleNumbers(Slot slot, Flat fixed, Flat moving) {
  /**
   * Layouts of one role.
   *
   * @param of the role whose fixed numbers it has: its own, or that which it is the average of
   * @param whole of the network
   * @param moving of what is trained
   * @param fixed of the others, as they lie in an array of the whole
   * @param frozen of those among them that {@code engine.frozen} is about
   */
  record Slot(String role, String of, Layout whole, Layout moving, Layout fixed, Layout frozen)
      implements Serializable {
    /** Whether it is all frozen. */
    boolean isReference() {
      return frozen.tensors().size() == whole.tensors().size();
    }
  }

  /** All numbers in the order of the network's layout. */
  Flat all() {
    Flat all = Flat.zeros(moving.precision(), slot.whole.size());
    slot.moving.copy(moving, slot.whole, all);
    slot.fixed.copy(fixed, slot.whole, all);
    return all;
  }

  /**
   * Sets the parameters of a program.
   *
   * @param first whether to set what is fixed as well
   */
  void set(Program program, boolean first) {
    String prefix = Scopes.name(slot.role, "");
    program.setParameters(prefix, slot.moving, moving);
    if (first) {
      program.setParameters(prefix, slot.fixed, fixed);
    }
  }
}
