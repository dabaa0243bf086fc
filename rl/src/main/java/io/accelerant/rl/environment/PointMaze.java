package io.accelerant.rl.environment;

import io.accelerant.core.random.RandomStream;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * A point in a maze of 5 x 5 unit cells whose walls form a U: state (x, y), moves of up to 0.25
 * along each axis. Reward 1 and the end within 0.5 of the centre of the goal cell, else 0; cut
 * after 200 steps. A sparse return of 0 or 1.
 */
public record PointMaze() implements Environment {
  static final String LABEL = "maze";
  private static final int SIZE = 5;
  private static final double SPEED = 0.25;
  private static final double REACH = 0.5;
  private static final int GOAL_X = 2;
  private static final int GOAL_Y = 2;

  /** Rows from y = 0; the goal is inside the U, which is open at the top. */
  private static final String[] WALLS = {".....", ".###.", ".#.#.", ".#.#.", "....."};

  private static final int[][] DISTANCE = distances();

  @Override
  public String label() {
    return LABEL;
  }

  private static boolean isFree(double x, double y) {
    boolean inside = x >= 0 && y >= 0 && x < SIZE && y < SIZE;
    return inside && WALLS[(int) y].charAt((int) x) == '.';
  }

  @Override
  public double[] start(RandomStream stream) {
    while (true) {
      double x = SIZE * stream.nextDouble();
      double y = SIZE * stream.nextDouble();
      if (isFree(x, y)) {
        return new double[] {x, y};
      }
    }
  }

  /** One axis after the other; a move into a wall or off the grid is undone. */
  @Override
  public Step step(double[] state, double[] action) {
    double x = state[0] + SPEED * Pendulum.clip(action[0], 1);
    x = isFree(x, state[1]) ? x : state[0];
    double y = state[1] + SPEED * Pendulum.clip(action[1], 1);
    y = isFree(x, y) ? y : state[1];
    double dx = x - GOAL_X - 0.5;
    double dy = y - GOAL_Y - 0.5;
    boolean there = dx * dx + dy * dy < REACH * REACH;
    return new Step(new double[] {x, y}, there ? 1 : 0, there);
  }

  @Override
  public double[] observe(double[] state) {
    return state.clone();
  }

  @Override
  public int observationSize() {
    return 2;
  }

  @Override
  public int actionSize() {
    return 2;
  }

  @Override
  public double actionBound() {
    return 1;
  }

  @Override
  public int limit() {
    return 200;
  }

  /** Towards the centre of the neighbouring cell that is nearer to the goal. */
  @Override
  public Controller good() {
    return (state, stream) -> {
      int cx = (int) state[0];
      int cy = (int) state[1];
      int bestX = cx;
      int bestY = cy;
      for (int[] move : new int[][] {{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
        int x = cx + move[0];
        int y = cy + move[1];
        if (isFree(x, y) && DISTANCE[y][x] < DISTANCE[bestY][bestX]) {
          bestX = x;
          bestY = y;
        }
      }
      double toX = (bestX + 0.5 - state[0]) / SPEED;
      double toY = (bestY + 0.5 - state[1]) / SPEED;
      return new double[] {Pendulum.clip(toX, 1), Pendulum.clip(toY, 1)};
    };
  }

  /** Cells to the goal, by breadth-first search. */
  private static int[][] distances() {
    int[][] distance = new int[SIZE][SIZE];
    for (int[] row : distance) {
      Arrays.fill(row, Integer.MAX_VALUE);
    }
    distance[GOAL_Y][GOAL_X] = 0;
    ArrayDeque<int[]> queue = new ArrayDeque<>();
    queue.add(new int[] {GOAL_X, GOAL_Y});
    while (!queue.isEmpty()) {
      int[] cell = queue.remove();
      for (int[] move : new int[][] {{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
        int x = cell[0] + move[0];
        int y = cell[1] + move[1];
        if (isFree(x, y) && distance[y][x] == Integer.MAX_VALUE) {
          distance[y][x] = distance[cell[1]][cell[0]] + 1;
          queue.add(new int[] {x, y});
        }
      }
    }
    return distance;
  }
}
