/**
 * The failures a user can cause or must act on. One exception type per exit code of the command
 * line; anything else that escapes a job is a defect and exits with 1.
 */
package io.accelerant.core.error;
