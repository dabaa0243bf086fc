/**
 * LEAD ("LEAD: Iterative Data Selection for Efficient LLM Instruction Tuning"): what a model is
 * finetuned on next is chosen by what its training said last. Difficulty clusters are the arms of a
 * bandit; inside the one that is drawn, rows of the largest utility are taken task by task; losses
 * and gradients come out of the training rounds themselves. Beside it every selection that needs
 * less, at as many uses of rows.
 */
package io.accelerant.selection.lead;
