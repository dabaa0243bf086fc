package io.accelerant.core.nn;

import io.accelerant.core.engine.Graph;
import io.accelerant.core.engine.ParameterSource;
import io.accelerant.core.engine.Past;
import io.accelerant.core.engine.Precision;
import io.accelerant.core.engine.Program;
import io.accelerant.core.engine.ProgramPool;
import io.accelerant.core.engine.Value;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.text.Text;
import java.io.Serializable;
import java.util.List;

/**
 * A causal transformer, with or without adapters, as it reads one token in each of some rows: the
 * same parameters in the same order as those of {@link #network}. Inputs of its programs: {@code
 * tokens [rows]}, {@code positions [rows]} and {@link Program#attend}; output {@code logits [rows,
 * vocabulary]}.
 *
 * @param network what the parameters are those of
 */
public record TokenStep(NetworkSpec network) implements Serializable {
  /**
   * @throws ConfigException if the network is no causal transformer, or is timed
   */
  public TokenStep {
    NetworkSpec base = network instanceof Lora lora ? lora.base() : network;
    if (!(base instanceof CausalNetwork reader) || !reader.causal() || reader.timed()) {
      throw new ConfigException(
          Text.of(
              "Text is generated from left to right by a causal transformer without a time; this is"
                  + " a network of type %s%s.",
              base.config().get("model_type"),
              base instanceof CausalNetwork n && !n.causal() ? ", not causal" : ""));
    }
  }

  /** The network, without its adapters. */
  public CausalNetwork base() {
    return (CausalNetwork) (network instanceof Lora lora ? lora.base() : network);
  }

  /** Number of tokens. */
  public int vocabulary() {
    return base().vocabulary();
  }

  /** Most tokens that a row can read. */
  public int maximumLength() {
    return base().maximumLength();
  }

  /** Of a row that has read nothing. */
  public Past past() {
    return new Past(base().layers(), base().keptWidth());
  }

  /** Bytes of Java's heap for the past of a row. */
  public long pastBytes(int length) {
    return Past.bytes(base().layers(), base().keptWidth(), length);
  }

  /** A program for a number of rows. */
  public Program program(int rows) {
    return program(graph(), rows);
  }

  private Graph graph() {
    return new Graph(Precision.FLOAT32).fewRows().frozen(network::freezes);
  }

  private Program program(Graph g, int rows) {
    Value tokens = g.indices("tokens", rows);
    Value positions = g.indices("positions", rows);
    g.output("logits", base().step(network.scope(Scope.on(g)), tokens, positions));
    return g.forward();
  }

  /**
   * Memory for the parameters, for programs of any number of rows.
   *
   * @param numbers stand for the source, see {@link ProgramPool#family}
   */
  public ProgramPool.Family family(ProgramPool pool, Object numbers, ParameterSource source) {
    return pool.family("step " + network.hash(), numbers, source);
  }

  /** Lends a program with its parameters. */
  public ProgramPool.Lease lease(ProgramPool.Family family, int rows) {
    return family.lease(
        List.of(rows), Precision.FLOAT32, memory -> program(graph().on(memory), rows));
  }
}
