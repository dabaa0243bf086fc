/**
 * Which operators of a job's DataFrame plans would run on a GPU under the RAPIDS Accelerator.
 * {@link io.accelerant.jobs.gpu.QueryPlans} collects the plans while the job runs, {@link
 * io.accelerant.jobs.gpu.RapidsExplainer} asks the plug-in about them, and {@link
 * io.accelerant.jobs.gpu.GpuReport} says what stays on the CPU and why. No GPU is needed.
 */
package io.accelerant.jobs.gpu;
