#include "memory.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <malloc.h>
#include <torch/version.h>

#include <atomic>
#include <cstring>

#include "cuda_memory.h"
#include "errors.h"

namespace tandem::trainers {
namespace {

std::atomic<std::int64_t> live_bytes{0};
std::atomic<std::int64_t> peak_bytes{0};
bool counts_cuda = false;

// malloc_usable_size gives the same number at both ends of a block's life, which saves a header.
void release(void* block) {
  live_bytes -= static_cast<std::int64_t>(malloc_usable_size(block));
  c10::free_cpu(block);
}

class CountingAllocator final : public c10::Allocator {
 public:
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 3)
  c10::DataPtr allocate(std::size_t bytes) override {
    return counted(bytes);
  }
  void copy_data(void* target, const void* source, std::size_t bytes) const override {
    std::memcpy(target, source, bytes);
  }
#else
  c10::DataPtr allocate(std::size_t bytes) const override {
    return counted(bytes);
  }
#endif
  c10::DeleterFnPtr raw_deleter() const override {
    return &release;
  }

 private:
  static c10::DataPtr counted(std::size_t bytes) {
    void* const block = c10::alloc_cpu(bytes);
    const std::int64_t live = live_bytes += static_cast<std::int64_t>(malloc_usable_size(block));
    std::int64_t peak = peak_bytes.load();
    while (live > peak && !peak_bytes.compare_exchange_weak(peak, live)) {
    }
    return {block, block, &release, c10::Device(c10::DeviceType::CPU)};
  }
};

}  // namespace

void tune_malloc() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, 64 * 1024 * 1024);
}

void install_counting_allocator() {
  static CountingAllocator allocator;
  c10::SetCPUAllocator(&allocator, /*priority=*/1);
}

void count_cuda_memory() {
  counts_cuda = true;
  cuda_reset_peak();
}

void reset_tensor_memory_peak() {
  if (counts_cuda) {
    cuda_reset_peak();
  } else {
    peak_bytes = live_bytes.load();
  }
}

double tensor_memory_peak_mib() {
  const std::int64_t bytes = counts_cuda ? cuda_peak_bytes() : peak_bytes.load();
  return static_cast<double>(bytes) / (1024.0 * 1024.0);
}

}  // namespace tandem::trainers
