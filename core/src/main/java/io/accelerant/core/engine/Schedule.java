package io.accelerant.core.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * The nodes that wanted variables need, each after all whose outputs it reads; among nodes that are
 * ready the one that the graph names first comes first, so the order never depends on hashing.
 */
final class Schedule {
  private Schedule() {}

  static List<Node> order(List<Node> nodes, Collection<String> wanted) {
    Map<String, Integer> producer = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      for (String output : nodes.get(i).outputs()) {
        producer.put(output, i);
      }
    }
    boolean[] needed = needed(nodes, wanted, producer);
    Map<Integer, List<Integer>> readers = new LinkedHashMap<>();
    int[] waiting = new int[nodes.size()];
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    int count = 0;
    for (int i = 0; i < nodes.size(); i++) {
      if (!needed[i]) {
        continue;
      }
      count++;
      for (String input : nodes.get(i).inputs()) {
        Integer p = producer.get(input);
        if (p != null) {
          waiting[i]++;
          readers.computeIfAbsent(p, k -> new ArrayList<>()).add(i);
        }
      }
      if (waiting[i] == 0) {
        ready.add(i);
      }
    }
    List<Node> order = new ArrayList<>(count);
    while (!ready.isEmpty()) {
      int i = ready.remove();
      order.add(nodes.get(i));
      for (int reader : readers.getOrDefault(i, List.of())) {
        if (--waiting[reader] == 0) {
          ready.add(reader);
        }
      }
    }
    if (order.size() != count) {
      throw new IllegalStateException("the graph has a cycle; loops are not offered");
    }
    return order;
  }

  private static boolean[] needed(
      List<Node> nodes, Collection<String> wanted, Map<String, Integer> producer) {
    boolean[] needed = new boolean[nodes.size()];
    Deque<String> open = new ArrayDeque<>(wanted);
    while (!open.isEmpty()) {
      Integer p = producer.get(open.pop());
      if (p != null && !needed[p]) {
        needed[p] = true;
        open.addAll(nodes.get(p).inputs());
      }
    }
    return needed;
  }
}
