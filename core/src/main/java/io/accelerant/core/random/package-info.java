/**
 * Counter-based random streams. A number depends on (seed, purpose, item, step) alone, never on a
 * thread, partition or executor, so that every result is the same however the work is cut. Imports
 * nothing.
 */
package io.accelerant.core.random;
