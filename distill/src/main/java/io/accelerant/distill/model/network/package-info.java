/**
 * Trained networks as teachers: the artifact of a masked diffusion model of text, and the scores
 * that its network gives, computed in tasks by leased programs of the numeric engine.
 */
package io.accelerant.distill.model.network;
