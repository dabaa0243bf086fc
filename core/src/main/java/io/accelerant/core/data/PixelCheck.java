package io.accelerant.core.data;

import io.accelerant.core.error.DataException;
import io.accelerant.core.text.Text;
import java.util.List;
import org.apache.spark.sql.Row;

/** Looks at every row of a source before anything is written. */
final class ImageCheck {
  private ImageCheck() {}

  /**
   * The number of images.
   *
   * @throws DataException if there are none, or naming the first row that has no image, one of
   *     another size, or a label that is no class
   */
  static long count(ImageRows images, int classes) {
    int size = images.size();
    try {
      List<Row> wrong =
          images
              .rows()
              .filter(row -> !fits(row, size, classes))
              .sortBy(r -> r.getLong(0), true, 1)
              .take(1);
      if (!wrong.isEmpty()) {
        throw new DataException(explain(images, wrong.get(0), classes));
      }
      long count = images.rows().count();
      if (count == 0) {
        throw new DataException(images.source() + " holds no images.");
      }
      return count;
    } catch (DataException e) {
      throw e;
    } catch (Exception e) { // what a task threw comes wrapped
      throw TableSource.cannotRead(images.source(), e);
    }
  }

  private static boolean fits(Row row, int size, int classes) {
    return !row.isNullAt(1)
        && row.<byte[]>getAs(1).length == size
        && !row.isNullAt(2)
        && row.getInt(2) >= 0
        && row.getInt(2) < classes;
  }

  private static String explain(ImageRows images, Row row, int classes) {
    String place = Text.of("%s, row %d: ", images.source(), row.getLong(0));
    if (row.isNullAt(1)) {
      return place + "there is no image.";
    }
    int bytes = row.<byte[]>getAs(1).length;
    if (bytes != images.size()) {
      return place
          + Text.of(
              "the image has %d bytes, expected %d (%d x %d x %d).",
              bytes, images.size(), images.channels(), images.height(), images.width());
    }
    return place
        + Text.of(
            "the label is %s, expected 0 to %d (prepareImages.classes = %d).",
            row.get(2), classes - 1, classes);
  }
}
