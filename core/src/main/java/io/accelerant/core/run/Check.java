package io.accelerant.core.run;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;

/**
 * One result that a reader of the published artifact must get again, to the bit.
 *
 * @param what for the message, such as {@code "the number of windows"}
 * @param recorded the value, compared with equals, arrays by their elements
 * @param again computes it from the artifact, opened as any reader opens it
 */
public record Check(String what, Object recorded, Function<Artifact, ?> again) {
  private static final int SHOWN = 200;

  /**
   * @throws ArtifactException if something else comes out, or the artifact cannot be used at all
   */
  void require(Artifact artifact) {
    Object found;
    try {
      found = again.apply(artifact);
    } catch (DataException | ConfigException e) {
      throw new ArtifactException(
          Text.of(
              "%s was published, but %s cannot be read back: %s The artifact should not be used.",
              artifact.uri(), what, e.getMessage()),
          e);
    }
    if (!Objects.deepEquals(recorded, found)) {
      throw new ArtifactException(
          Text.of(
              "%s was published, but %s reads back as %s instead of %s; the artifact should not be"
                  + " used.",
              artifact.uri(), what, shown(found), shown(recorded)));
    }
  }

  private static String shown(Object value) {
    String text = Arrays.deepToString(new Object[] {value});
    text = text.substring(1, text.length() - 1);
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }
}
