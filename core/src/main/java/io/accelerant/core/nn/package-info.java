/**
 * Networks as functions on an engine graph. A {@link io.accelerant.core.nn.NetworkSpec} is a small
 * record: its {@code config()} is the content of {@code config.json}, its {@code hash()} names it,
 * {@code forward} compiles its prediction for a {@link io.accelerant.core.nn.BatchShape}; losses
 * are built elsewhere, on its typed function in a scope. Blocks (attention, feed-forward, norms,
 * embeddings) declare their parameters by name in a {@link io.accelerant.core.nn.Scope}; names and
 * shapes are those of GPT-2, BERT, the families of Llama, DiT and Latte.
 */
package io.accelerant.core.nn;
