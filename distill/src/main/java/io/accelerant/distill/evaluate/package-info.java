/** The job that compares samples with held-out text, and the tables of samples that it reads. */
package io.accelerant.distill.evaluate;
