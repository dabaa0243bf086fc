/**
 * Tasks whose answers a program can check: generators of prompts (pure functions of a seed and an
 * id), checkers, and what they say about an answer.
 */
package io.accelerant.core.lm.task;
