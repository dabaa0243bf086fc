/**
 * Data selection at table scale. To come: repeated random subsets (RS2: one keyed permutation,
 * every round a range filter of built-in expressions) and LEAD (iterative, loss-aware instruction
 * selection). Depends on {@code accelerant-core} only.
 */
package io.accelerant.selection;
