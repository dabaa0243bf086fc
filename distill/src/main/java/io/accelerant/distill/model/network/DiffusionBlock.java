package io.accelerant.distill.model.network;

import io.accelerant.core.error.ArtifactException;
import java.util.Map;

/**
 * Strict reading of the block {@code diffusion} of a {@code config.json}.
 *
 * @param where file and path of the block, for errors
 */
record DiffusionBlock(Map<?, ?> fields, String where) {
  DiffusionBlock(Object found, String where) {
    this(requireObject(found, where), where);
  }

  private static Map<?, ?> requireObject(Object found, String where) {
    if (found instanceof Map<?, ?> fields) {
      return fields;
    }
    throw new ArtifactException(
        "%s must be an object, is %s.".formatted(where, found == null ? "missing" : found));
  }

  private ArtifactException wrong(String name, String expected) {
    Object found = fields.get(name);
    return new ArtifactException(
        "%s.%s must be %s, is %s."
            .formatted(where, name, expected, found == null ? "missing" : found));
  }

  DiffusionBlock inner(String name) {
    return new DiffusionBlock(fields.get(name), where + "." + name);
  }

  /** Refuses all but the one value that is known here. */
  void only(String name, Object value) {
    if (!value.equals(fields.get(name))) {
      throw wrong(name, value.toString());
    }
  }

  String text(String name) {
    if (fields.get(name) instanceof String text) {
      return text;
    }
    throw wrong(name, "a text");
  }

  int whole(String name) {
    if (fields.get(name) instanceof Integer number) {
      return number;
    }
    throw wrong(name, "a whole number");
  }

  double number(String name) {
    if (fields.get(name) instanceof Number number) {
      return number.doubleValue();
    }
    throw wrong(name, "a number");
  }
}
