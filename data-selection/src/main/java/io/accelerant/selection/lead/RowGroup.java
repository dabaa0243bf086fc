package io.accelerant.selection.lead;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Rows of which those of the largest utility are wanted, ties by number. */
interface RowGroup {
  void add(int row);

  /** Takes a row out; to be called before its utility changes. */
  void remove(int row);

  int size();

  /**
   * The rows of the largest utility, in falling order.
   *
   * @param most as many, if there are
   */
  IntStream first(long most);

  private static Comparator<Integer> order(double[] utility) {
    return Comparator.comparingDouble((Integer row) -> 0 - utility[row]).thenComparing(row -> row);
  }

  /**
   * Kept in order, for one that is asked again and again.
   *
   * @param utility by row; may change for rows that are not in it
   */
  static RowGroup sorted(double[] utility) {
    return new Sorted(new TreeSet<>(order(utility)));
  }

  /** Sorted when it is asked, for one that is asked once: a bit a row until then. */
  static RowGroup plain(double[] utility) {
    return new Plain(utility, new BitSet());
  }

  /**
   * @param rows by utility
   */
  record Sorted(TreeSet<Integer> rows) implements RowGroup {
    @Override
    public void add(int row) {
      rows.add(row);
    }

    @Override
    public void remove(int row) {
      rows.remove(row);
    }

    @Override
    public int size() {
      return rows.size();
    }

    @Override
    public IntStream first(long most) {
      return rows.stream().limit(most).mapToInt(row -> row);
    }
  }

  /**
   * @param utility by row
   * @param rows that are in it
   */
  record Plain(double[] utility, BitSet rows) implements RowGroup {
    @Override
    public void add(int row) {
      rows.set(row);
    }

    @Override
    public void remove(int row) {
      rows.clear(row);
    }

    @Override
    public int size() {
      return rows.cardinality();
    }

    @Override
    public IntStream first(long most) {
      double[] rising = rows.stream().mapToDouble(row -> utility[row]).sorted().toArray();
      int count = (int) Math.min(most, rising.length);
      if (count == 0) {
        return IntStream.empty();
      }
      double least = rising[rising.length - count];
      int[] larger = rows.stream().filter(row -> utility[row] > least).toArray();
      int[] equal =
          rows.stream().filter(row -> utility[row] == least).limit(count - larger.length).toArray();
      return IntStream.concat(
          Arrays.stream(larger).boxed().sorted(order(utility)).mapToInt(row -> row),
          Arrays.stream(equal));
    }
  }
}
