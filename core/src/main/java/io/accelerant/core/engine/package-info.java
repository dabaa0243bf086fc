/**
 * Tensors, graphs and gradients: the only door to ND4J. A {@link io.accelerant.core.engine.Graph}
 * is built once per network and batch shape from {@link io.accelerant.core.engine.Value}s ({@code
 * x.linear(w, b).gelu()}), compiled by {@code forward()} or {@code training("loss")} to a {@link
 * io.accelerant.core.engine.Program}, and run: {@code program.setParameters(flat).set("tokens",
 * ids).run()}, then {@code program.scalar("loss")}, {@code program.gradients()}. Parameters and
 * gradients are flat arrays in the order of a {@link io.accelerant.core.engine.Layout}. SameDiff
 * builds the graph and its gradient; the program runs the operations itself, in a fixed order, on
 * buffers bound once.
 */
package io.accelerant.core.engine;
