/**
 * Trained networks as frozen models: the artifacts of models of text and images, and what their
 * networks predict, computed in tasks by leased programs of the numeric engine.
 */
package io.accelerant.distill.model.network;
