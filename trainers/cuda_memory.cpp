// The one file that needs libtorch's CUDA headers; cuda_memory_absent.cpp takes its place
// elsewhere.
#include "cuda_memory.h"

#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>

namespace tandem::trainers {

std::int64_t cuda_peak_bytes() {
  // Index 0 is the sum over the allocator's small and large pools.
  return c10::cuda::CUDACachingAllocator::getDeviceStats(c10::cuda::current_device())
      .allocated_bytes[0]
      .peak;
}

void cuda_reset_peak() {
  c10::cuda::CUDACachingAllocator::resetPeakStats(c10::cuda::current_device());
}

}  // namespace tandem::trainers
