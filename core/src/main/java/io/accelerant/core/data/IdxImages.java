package io.accelerant.core.data;

import io.accelerant.core.error.DataException;
import io.accelerant.core.job.JobContext;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.text.Text;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Two idx files, read and compared on the driver; needs no Spark. */
record IdxImages(String source, IdxFile images, IdxFile labels) {
  private static final String SAMPLE_FOLDER = "fashion-mnist/";
  private static final int SLICES = 8;

  /**
   * @throws DataException if the images have no two dimensions, the labels more than none, or there
   *     are not as many
   */
  IdxImages {
    if (images.shape().length != 3) {
      throw new DataException(
          Text.of(
              "%s holds items of shape %s; images have three dimensions: number, height and"
                  + " width.",
              source, Arrays.toString(images.shape())));
    }
    if (labels.shape().length != 1 || labels.count() != images.count()) {
      throw new DataException(
          Text.of(
              "%s holds %d images, but its labels have shape %s; expected one label an image.",
              source, images.count(), Arrays.toString(labels.shape())));
    }
  }

  static IdxImages read(String images, String labels, Configuration hadoop) {
    return new IdxImages(images, IdxFile.read(images, hadoop), IdxFile.read(labels, hadoop));
  }

  /** The 10,000 test images of Fashion-MNIST that come with this program. */
  static IdxImages sample() {
    return new IdxImages(
        PrepareImagesJob.SAMPLE,
        resource("t10k-images-idx3-ubyte.gz"),
        resource("t10k-labels-idx1-ubyte.gz"));
  }

  private static IdxFile resource(String name) {
    return IdxFile.of(stream(name), name);
  }

  PixelRows rows(JobContext context) {
    int height = images.shape()[1];
    int width = images.shape()[2];
    int size = height * width;
    int[] classes = labels.labels();
    List<Row> rows = new ArrayList<>(images.count());
    for (int i = 0; i < images.count(); i++) {
      byte[] image = Arrays.copyOfRange(images.bytes(), i * size, (i + 1) * size);
      rows.add(RowFactory.create((long) i, image, classes[i]));
    }
    String hash =
        CanonicalJson.sha256Of(
            Map.of(
                "shape", images.shape(),
                "images", CanonicalJson.sha256(images.bytes()),
                "labels", CanonicalJson.sha256(labels.bytes())));
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(context.spark().sparkContext());
    return new PixelRows(
        source,
        "image",
        spark.parallelize(rows, SLICES),
        new PixelShape(1, 1, height, width),
        hash);
  }

  /** A file of the bundled sample. */
  static InputStream stream(String name) {
    return IdxImages.class.getResourceAsStream(SAMPLE_FOLDER + name);
  }
}
