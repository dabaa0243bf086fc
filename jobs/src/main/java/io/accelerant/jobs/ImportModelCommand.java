package io.accelerant.jobs;

import io.accelerant.core.model.ImportModelJob;

/** {@code import-model}. */
final class ImportModelCommand extends JobCommand {
  ImportModelCommand() {
    super(new ImportModelJob());
  }
}
