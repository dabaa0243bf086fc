/**
 * Strict, typed job configuration from HOCON. A job declares its {@link
 * io.accelerant.core.config.Key keys}, each with type, default, range and a sentence of
 * documentation; {@link io.accelerant.core.config.JobConfig} holds a value and its origin for every
 * one of them and refuses everything else, naming key, file and line.
 */
package io.accelerant.core.config;
