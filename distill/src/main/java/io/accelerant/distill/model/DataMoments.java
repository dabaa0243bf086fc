package io.accelerant.distill.model;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.safetensors.Safetensors;
import io.accelerant.core.safetensors.SafetensorsFile;
import io.accelerant.core.safetensors.Tensor;
import io.accelerant.distill.continuous.GaussianLaw;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Published mean and covariance of a data set, in the units of the model's x: pixels in [-1, 1].
 *
 * @param law the normal law with these moments
 */
public record DataMoments(GaussianLaw law, String uri, String contentHash) {
  /** Kind of the artifact. */
  public static final String KIND = "data-moments";

  /** Its file: {@code mean} [d], {@code eigenvectors} [rank][d], {@code eigenvalues} [rank]. */
  public static final String FILE = "moments.safetensors";

  private static final String MEAN = "mean";
  private static final String VECTORS = "eigenvectors";
  private static final String VALUES = "eigenvalues";

  /** The bytes of {@link #FILE}. */
  public static byte[] bytes(GaussianLaw law) {
    long rank = law.values().length;
    double[] vectors = Arrays.stream(law.vectors()).flatMapToDouble(Arrays::stream).toArray();
    return Safetensors.bytes(
        List.of(
            Tensor.of(MEAN, new long[] {law.size()}, law.mean()),
            Tensor.of(VECTORS, new long[] {rank, law.size()}, vectors),
            Tensor.of(VALUES, new long[] {rank}, law.values())),
        Map.of());
  }

  /**
   * Opens an artifact of {@code data-moments}; its bytes are verified.
   *
   * @param what names the need in errors, such as a configuration key
   * @throws ArtifactException if there is none, or it is damaged
   */
  public static DataMoments read(String uri, JobContext context, String what) {
    return read(Artifact.open(uri, context.hadoop()).requireKind(KIND, what));
  }

  /** As {@link #read(String, JobContext, String)}, of an opened artifact. */
  public static DataMoments read(Artifact artifact) {
    String where = artifact.uri() + "/" + FILE;
    try (SafetensorsFile file = SafetensorsFile.of(artifact.read(FILE), where)) {
      double[] mean = file.tensor(MEAN).toDoubles();
      double[] values = file.tensor(VALUES).toDoubles();
      double[] flat = file.tensor(VECTORS).toDoubles();
      double[][] vectors = new double[values.length][];
      for (int k = 0; k < vectors.length; k++) {
        vectors[k] = Arrays.copyOfRange(flat, k * mean.length, (k + 1) * mean.length);
      }
      return new DataMoments(
          new GaussianLaw(mean, vectors, values), artifact.uri(), artifact.contentHash());
    } catch (DataException e) {
      throw new ArtifactException(e.getMessage(), e);
    }
  }
}
