/**
 * The {@code sample} job: draws from any model with any sampler, plain or learned, into a table
 * that {@code evaluate} reads.
 */
package io.accelerant.distill.sample;
