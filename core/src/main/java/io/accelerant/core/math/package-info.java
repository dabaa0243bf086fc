/** Dense linear algebra in float64 that needs no native library. */
package io.accelerant.core.math;
