/**
 * The models that jobs are pointed at by a short text, such as {@code markov:2:<corpus>}: what it
 * means, which inputs it reads, and how it is opened. One place, so that every job understands the
 * same texts.
 */
package io.accelerant.distill.model;
