package io.accelerant.distill.moments;

import io.accelerant.core.config.Key;
import io.accelerant.core.job.RunKeys;
import java.util.List;

/** The keys of the {@code data-moments} job. */
public final class DataMomentsKeys {
  public static final Key<String> DATA =
      Key.string(
          "dataMoments.data",
          "URI of an images artifact (pixels are taken for -1 to 1), of a table of vectors, or <file>.json, a Gaussian mixture");
  public static final Key<Integer> RANK =
      Key.integer(
              "dataMoments.rank",
              "How many directions of most variance are kept; default: all, up to 1,024 dimensions")
          .between(1, 65536)
          .optional();
  public static final Key<String> SPLIT =
      Key.string("dataMoments.split", "Which images: train or test")
          .oneOf("train", "test")
          .withDefault("train");
  public static final Key<Integer> LABEL =
      Key.integer("dataMoments.label", "Images or components of this class alone; default: of all")
          .between(0, Integer.MAX_VALUE)
          .optional();
  public static final Key<String> ID =
      Key.string("dataMoments.id", "Column of a table of vectors that numbers its rows")
          .withDefault("id");
  public static final Key<String> COLUMN =
      Key.string("dataMoments.column", "Column of a table of vectors that holds them")
          .withDefault("x");

  static final List<Key<?>> ALL = RunKeys.and(List.of(DATA, RANK, SPLIT, LABEL, ID, COLUMN));

  private DataMomentsKeys() {}
}
