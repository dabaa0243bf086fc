/**
 * Data selection at table scale: repeated random subsets (RS2: one keyed permutation, every round a
 * range filter of built-in expressions). To come: LEAD (iterative, loss-aware instruction
 * selection). Depends on {@code accelerant-core} only.
 */
package io.accelerant.selection;
