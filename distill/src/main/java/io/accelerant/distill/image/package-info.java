/**
 * Training of continuous diffusion models of images: the noise-prediction loss with class
 * conditioning.
 */
package io.accelerant.distill.image;
