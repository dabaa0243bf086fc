/**
 * The small classifier whose inner activations are the feature space of Frechet distances on
 * Fashion-MNIST. The only package that knows Deeplearning4j; weights go in and out as safetensors,
 * under names and shapes that PyTorch's layers have.
 */
package io.accelerant.core.features;
