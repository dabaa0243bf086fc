package io.accelerant.jobs;

import io.accelerant.core.artifact.ArtifactWriter;
import io.accelerant.core.artifact.Claim;
import io.accelerant.core.artifact.ManifestDraft;
import io.accelerant.core.error.AccelerantException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;

/**
 * A process that publishes. Reads URIs from standard input and publishes an artifact to each of
 * them, every file of which is full of the id of its run; answers {@code published} or why not.
 * Arguments: {@code key=value} of the Hadoop configuration.
 */
final class Publisher {
  static final String[] FILES = {"a.txt", "b/c.txt", "b/d.txt", "e.txt"};
  static final int LENGTH = 20_000;

  private Publisher() {}

  public static void main(String[] settings) throws IOException {
    Configuration hadoop = new Configuration();
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      hadoop.set(setting.substring(0, equals), setting.substring(equals + 1));
    }
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String uri = in.readLine(); uri != null; uri = in.readLine()) {
      System.out.println(publish(uri, hadoop));
    }
  }

  private static String publish(String uri, Configuration hadoop) {
    try (ArtifactWriter writer = ArtifactWriter.claim(uri, hadoop, Claim.of("race"), false)) {
      for (String file : FILES) {
        try (OutputStream out = writer.create(file)) {
          out.write(content(writer.runId()));
        }
      }
      writer.commit(ManifestDraft.of("sampler", "race", "race", 1).withIdentityFile(FILES[0]));
      return "published";
    } catch (AccelerantException e) {
      return e.exitCode() + " " + e.getMessage().replace('\n', ' ');
    } catch (IOException e) {
      return e.toString();
    }
  }

  static byte[] content(String runId) {
    String text = (runId + "\n").repeat(LENGTH / runId.length());
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
