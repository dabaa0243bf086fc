package io.accelerant.core.lm.prompt;

import io.accelerant.core.lm.prompt.RowCheck.Reason;

/** A row of a source that has no prompt or no answer; never leaves the reading of that row. */
final class UnusableRow extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  UnusableRow(Reason reason) {
    super(reason.what(), null, false, false);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
