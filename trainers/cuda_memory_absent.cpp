// For a libtorch without CUDA, in place of cuda_memory.cpp.
#include "cuda_memory.h"
#include "errors.h"

namespace tandem::trainers {
namespace {

[[noreturn]] void reject() {
  throw TrainingError(ExitCode::failure, "CUDA memory: this build has no CUDA");
}

}  // namespace

std::int64_t cuda_peak_bytes() {
  reject();
}

void cuda_reset_peak() {
  reject();
}

}  // namespace tandem::trainers
