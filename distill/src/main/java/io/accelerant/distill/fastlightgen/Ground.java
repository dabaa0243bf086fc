package io.accelerant.distill.fastlightgen;

import io.accelerant.core.artifact.Artifact;
import io.accelerant.core.data.Images;
import io.accelerant.core.data.PixelShape;
import io.accelerant.core.data.Videos;
import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.text.Text;
import io.accelerant.distill.measure.pixels.LabelledPixels;
import io.accelerant.distill.measure.pixels.PixelRecord;
import io.accelerant.distill.teacher.PixelTables;
import java.util.Arrays;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The data of a run, in memory: what is trained on, what chooses, and what is reported. The last
 * two are halves of the test split that do not overlap.
 *
 * @param training the first rows of the train split
 * @param fit held-out rows that choose; importance and drift are of the first of them
 * @param test held-out rows that are reported
 */
record Ground(
    PixelShape shape,
    int classes,
    LabelledPixels training,
    LabelledPixels fit,
    LabelledPixels test) {

  /**
   * The artifact of images or videos that a key names.
   *
   * @throws ArtifactException if it is neither
   */
  static Artifact artifact(JobContext context, String uri) {
    Artifact artifact = Artifact.open(uri, context.hadoop());
    String kind = artifact.manifest().kind();
    if (!kind.equals(Images.KIND) && !kind.equals(Videos.KIND)) {
      throw new ArtifactException(
          Text.of(
              "%s needs images or videos, as prepare-images and prepare-videos make; %s is of kind"
                  + " %s.",
              FastLightGenKeys.DATA.path(), uri, kind));
    }
    return artifact;
  }

  /**
   * Reads it.
   *
   * @throws ArtifactException if there are too few held-out rows
   */
  static Ground read(JobContext context, String uri, FastLightGenSettings settings) {
    String what = FastLightGenKeys.DATA.path();
    if (artifact(context, uri).manifest().kind().equals(Videos.KIND)) {
      Videos videos = Videos.open(context.spark(), context.hadoop(), uri, what);
      return of(
          uri,
          videos.shape(),
          videos.classes(),
          Videos.COLUMN,
          videos.split("train"),
          videos.split("test"),
          settings);
    }
    Images images = Images.open(context.spark(), context.hadoop(), uri, what);
    return of(
        uri,
        new PixelShape(images.channels(), 1, images.height(), images.width()),
        images.classes(),
        Images.COLUMN,
        images.split("train"),
        images.split("test"),
        settings);
  }

  private static Ground of(
      String uri,
      PixelShape shape,
      int classes,
      String column,
      Dataset<Row> train,
      Dataset<Row> test,
      FastLightGenSettings settings) {
    int samples = settings.samples();
    LabelledPixels held = PixelTables.first(test, column, 2 * samples);
    if (held.count() < 2 * samples) {
      throw new ArtifactException(
          Text.of(
              "%s holds %,d test rows; half of them choose and half are reported, so that"
                  + " fastlightgen.samples = %,d needs %,d.",
              uri, held.count(), samples, 2 * samples));
    }
    return new Ground(
        shape,
        classes,
        PixelTables.first(train, column, settings.reference()),
        part(held, samples, 2 * samples),
        held.first(samples));
  }

  private static LabelledPixels part(LabelledPixels all, int from, int to) {
    return new LabelledPixels(
        Arrays.copyOfRange(all.images(), from, to), Arrays.copyOfRange(all.labels(), from, to));
  }

  /** What is trained on, packed. */
  byte[][] records() {
    return packed(training);
  }

  /**
   * The first held-out rows that choose, packed.
   *
   * @param count at most as many as there are, see {@link FastLightGenSettings#probes}
   */
  byte[][] probes(int count) {
    return packed(fit.first(count));
  }

  private static byte[][] packed(LabelledPixels rows) {
    byte[][] records = new byte[rows.count()][];
    for (int i = 0; i < records.length; i++) {
      records[i] = PixelRecord.pack(rows.labels()[i], rows.images()[i]);
    }
    return records;
  }
}
