#include "runtime.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sched.h>
#include <torch/torch.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "errors.h"
#include "memory.h"

namespace tandem::trainers {
namespace {

/// The BLAS that this process has loaded. Which one it is depends on the machine (Debian's
/// alternatives), so it is asked now and not at build time.
std::string blas_name() {
  using GetConfig = const char* (*)();
  const auto openblas_config =
      reinterpret_cast<GetConfig>(dlsym(RTLD_DEFAULT, "openblas_get_config"));
  if (openblas_config != nullptr) return openblas_config();
  return at::hasMKL() ? "MKL" : "unknown";
}

std::vector<int> core_set() {
  std::vector<int> cores;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    for (int core = 0; core < CPU_SETSIZE; ++core) {
      if (CPU_ISSET(core, &set)) cores.push_back(core);
    }
  }
  return cores;
}

nlohmann::json environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? nlohmann::json(nullptr) : nlohmann::json(value);
}

}  // namespace

void configure_runtime(const Settings& settings) {
  if (settings.threads) torch::set_num_threads(*settings.threads);
  torch::set_num_interop_threads(1);  // nothing here runs operations side by side
  if (settings.device == "cuda") {
    // cuBLAS needs a workspace of fixed size to be deterministic; it reads this when it starts.
    ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
    at::globalContext().setDeterministicCuDNN(true);
    at::globalContext().setBenchmarkCuDNN(false);
    if (!torch::cuda::is_available()) {
      throw TrainingError(ExitCode::bad_flag,
                          "--device: found 'cuda', expected cpu: this libtorch (" TORCH_VERSION
                          ") sees no CUDA device");
    }
    torch::zeros({1}, torch::kCUDA);  // a first tensor sets the caching allocator up
    count_cuda_memory();
  }
}

nlohmann::json describe_runtime(const Settings& settings) {
  return {
      {"software",
       {{"libtorch", TORCH_VERSION}, {"blas", blas_name()}, {"compiler", "g++ " __VERSION__}}},
      {"threads", torch::get_num_threads()},
      {"interop_threads", torch::get_num_interop_threads()},
      {"omp_wait_policy", environment("OMP_WAIT_POLICY")},
      {"omp_num_threads", environment("OMP_NUM_THREADS")},
      {"cores", core_set()},
      {"device", settings.device},
      {"deterministic", settings.device == "cpu" ? "same threads and BLAS" : "cuDNN and cuBLAS"},
      {"scale", to_string(settings.scale)},
      {"seed", settings.seed},
      {"hyperparameters", settings.hyperparameters}};
}

}  // namespace tandem::trainers
