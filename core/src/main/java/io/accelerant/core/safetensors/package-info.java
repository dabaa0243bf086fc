/**
 * Tensors in files: the safetensors format with bounded parsing, and the half-precision types in
 * it. Sizes and offsets are checked before anything is allocated; a file may come from anybody.
 */
package io.accelerant.core.safetensors;
