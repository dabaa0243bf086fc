/**
 * Models as artifacts: {@code import-model} brings a pretrained model from a folder of safetensors
 * and {@code config.json} ({@link io.accelerant.core.model.ModelFolder}), a {@link
 * io.accelerant.core.model.Model} is a network with its weights, read from and written to artifacts
 * of kind {@code model} in the layout that Hugging Face loaders read: under the names by which its
 * family is published, adapters as PEFT has them ({@link io.accelerant.core.model.Adapters}).
 */
package io.accelerant.core.model;
