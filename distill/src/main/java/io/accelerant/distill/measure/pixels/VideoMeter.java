package io.accelerant.distill.measure.pixels;

import io.accelerant.core.data.PixelShape;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.features.FrechetReference;
import io.accelerant.core.features.Moments;
import io.accelerant.core.nn.Activation;
import io.accelerant.core.nn.Mlp;
import io.accelerant.core.nn.MlpClassifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How far videos are from real ones. Spaces of features: {@value #A} and {@value #B}, the last
 * hidden layers of two classifiers of whole videos, of different architecture and seed; {@value
 * #PIXELS}, the first principal components of the pixels. A method that chooses by one of the
 * networks is judged by the other. Distances are biased by the number of rows, so that as many real
 * videos are taken as there are samples.
 */
public final class VideoMeter {
  public static final String A = "a";
  public static final String B = "b";
  public static final String PIXELS = "pixels";

  /** Every space, in the order of reports. */
  public static final List<String> SPACES = List.of(A, B, PIXELS);

  private static final int COMPONENTS = 32;
  private static final int MOMENT_VIDEOS = 2000;

  private final PixelShape shape;
  private final LabelledPixels real;
  private final Judge a;
  private final Map<String, Function<float[][], float[][]>> spaces = new LinkedHashMap<>();
  private final Map<String, FrechetReference> references = new LinkedHashMap<>();
  private final CentroidTrack.Walls walls;
  private final double realSpeed;

  /** The two networks that tell classes apart; they take a few seconds to train. */
  public record Networks(PixelClassifier a, PixelClassifier b) {
    /**
     * Trains both in this process; a function of its arguments.
     *
     * @param steps of 64 videos each
     */
    public static Networks train(LabelledPixels training, int classes, int steps, long seed) {
      ProgramPool pool = ProgramPool.ofJvm(2);
      int in = training.images()[0].length;
      MlpClassifier wide =
          new MlpClassifier(new Mlp(in, List.of(256, 64), classes, Activation.SILU));
      MlpClassifier narrow =
          new MlpClassifier(new Mlp(in, List.of(96, 48), classes, Activation.TANH));
      return new Networks(
          PixelClassifier.train(wide, training, steps, seed, pool),
          PixelClassifier.train(narrow, training, steps, seed + 1, pool));
    }
  }

  /**
   * @param training videos that components are estimated on
   * @param real held-out videos, as many as samples will be
   */
  public VideoMeter(
      PixelShape shape, Networks networks, LabelledPixels training, LabelledPixels real) {
    this.shape = shape;
    this.real = real;
    this.a = networks.a();
    Moments moments = Moments.of(training.first(MOMENT_VIDEOS).floats());
    double[][] directions = PrincipalComponents.plain(moments, COMPONENTS);
    spaces.put(A, networks.a()::features);
    spaces.put(B, networks.b()::features);
    spaces.put(PIXELS, rows -> projected(rows, moments.mean(), directions));
    spaces.forEach(
        (name, space) ->
            references.put(name, new FrechetReference(Moments.of(space.apply(real.floats())))));
    CentroidTrack[] tracks = tracks(real);
    this.walls = CentroidTrack.Walls.of(tracks);
    this.realSpeed = speed(tracks);
  }

  /** How many samples are comparable. */
  public int count() {
    return real.count();
  }

  /** The held-out videos. */
  public LabelledPixels real() {
    return real;
  }

  /**
   * {@code frechet.<space>}; {@code jitter}, root mean square distance in pixels of the centre's
   * track to even motion; {@code dynamic}, mean speed over that of real videos, left out where
   * these stand still; {@code accuracy}, share that network a gives the class that was asked for.
   */
  public Map<String, Double> measure(LabelledPixels samples) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    float[][] floats = samples.floats();
    spaces.forEach(
        (name, space) ->
            metrics.put(
                "frechet." + name, references.get(name).distance(Moments.of(space.apply(floats)))));
    CentroidTrack[] tracks = tracks(samples);
    double squares = 0;
    for (CentroidTrack track : tracks) {
      double jitter = track.jitter(walls);
      squares += jitter * jitter;
    }
    metrics.put("jitter", StrictMath.sqrt(squares / tracks.length));
    if (realSpeed > 0) {
      metrics.put("dynamic", speed(tracks) / realSpeed);
    }
    metrics.put("accuracy", a.agreement(floats, samples.labels()));
    return metrics;
  }

  private CentroidTrack[] tracks(LabelledPixels videos) {
    return Arrays.stream(videos.images())
        .map(
            video ->
                CentroidTrack.of(
                    video, shape.channels(), shape.frames(), shape.height(), shape.width()))
        .toArray(CentroidTrack[]::new);
  }

  private static double speed(CentroidTrack[] tracks) {
    return Arrays.stream(tracks).mapToDouble(CentroidTrack::speed).sum() / tracks.length;
  }

  private static float[][] projected(float[][] rows, double[] mean, double[][] directions) {
    float[][] projected = new float[rows.length][directions.length];
    for (int i = 0; i < rows.length; i++) {
      for (int k = 0; k < directions.length; k++) {
        double sum = 0;
        for (int p = 0; p < mean.length; p++) {
          sum += directions[k][p] * (rows[i][p] - mean[p]);
        }
        projected[i][k] = (float) sum;
      }
    }
    return projected;
  }
}
