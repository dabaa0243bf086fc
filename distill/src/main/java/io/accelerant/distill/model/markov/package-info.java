/**
 * Markov chains as exact models of discrete diffusion: order k over V symbols, given or counted
 * from a corpus. Their posteriors under the forward process are one forward-backward pass, so that
 * no network is needed and every error of a sampler is the sampler's own. {@link
 * io.accelerant.distill.model.markov.MarkovSource} travels, {@link
 * io.accelerant.distill.model.markov.MarkovModel} scores.
 */
package io.accelerant.distill.model.markov;
