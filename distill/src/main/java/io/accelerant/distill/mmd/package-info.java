/**
 * MMD finetuning (Aiello, Valsesia and Magli 2023): the network of a diffusion model is trained so
 * that what a sampler of few steps makes of noise has the feature moments of data. {@link
 * io.accelerant.distill.mmd.Mmd} is what is minimised, {@link io.accelerant.distill.mmd.DdimChain}
 * carries its gradient back through the sampler, and a {@link io.accelerant.distill.mmd.FeatureMap}
 * stands between both.
 */
package io.accelerant.distill.mmd;
