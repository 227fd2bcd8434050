#pragma once

namespace tandem::trainers {

/// Tunes malloc for training: keeps freed memory instead of handing it back to the system, so that
/// a step doesn't fault its activations in again. Call first in main().
void tune_malloc();

/// Makes libtorch allocate CPU tensors through a counting allocator. Call before the first tensor.
void install_counting_allocator();

/// From here on the peak is that of CUDA tensors, counted by libtorch's caching allocator.
/// Throws TrainingError when this build has no CUDA.
void count_cuda_memory();

/// Starts a new peak at what is in use now. Thread-safe.
void reset_tensor_memory_peak();

/// The most memory, in MiB, that tensors held at one time since the last reset. Scratch memory that
/// kernel libraries take by themselves is not in it.
double tensor_memory_peak_mib();

}  // namespace tandem::trainers
