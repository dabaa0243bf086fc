/**
 * Speed, measured as a ratio to a named peer or limit in one run, never by a unit test: {@code
 * accelerant bench NAME}.
 */
package io.accelerant.jobs.bench;
