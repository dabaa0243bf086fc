/**
 * {@code train-teacher}: trains the models that the other jobs start from, on {@code core.train}. A
 * kind of teacher brings a network, a loss over packed records, and how its model is measured and
 * written.
 */
package io.accelerant.distill.teacher;
