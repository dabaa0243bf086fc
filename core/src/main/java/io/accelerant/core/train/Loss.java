package io.accelerant.core.train;

import io.accelerant.core.nn.NetworkSpec;
import java.util.List;
import java.util.Map;

/** An objective over one network, which is trained. */
public interface Loss extends Objective {
  /** The only role. */
  String NETWORK = "network";

  NetworkSpec network();

  @Override
  default Map<String, NetworkSpec> networks() {
    return Map.of(NETWORK, network());
  }

  @Override
  default List<String> differentiated() {
    return List.of(NETWORK);
  }
}
