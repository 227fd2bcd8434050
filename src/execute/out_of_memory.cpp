#include "execute/out_of_memory.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace tandem::execute {
namespace {

/// The last line that holds one of `phrases`.
template <size_t count>
std::optional<std::string> last_line_with(std::string_view log,
                                          const std::array<std::string_view, count>& phrases) {
  size_t at = std::string_view::npos;
  for (const std::string_view phrase : phrases) {
    const size_t found = log.rfind(phrase);
    if (found == log.npos) continue;
    at = at == log.npos ? found : std::max(at, found);
  }
  if (at == log.npos) return std::nullopt;
  const size_t before = log.find_last_of("\r\n", at);
  const size_t begin = before == log.npos ? 0 : before + 1;
  return std::string(log.substr(begin, log.find_first_of("\r\n", at) - begin));
}

}  // namespace

std::optional<std::string> out_of_memory_line(std::string_view log) {
  // What PyTorch, the CUDA libraries, the C++ library and Python say.
  return last_line_with(
      log, std::array<std::string_view, 9>{
               "CUDA out of memory", "CUDA error: out of memory", "cudaErrorMemoryAllocation",
               "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED", "OutOfMemoryError",
               "allocate memory", "std::bad_alloc", "MemoryError"});
}

std::optional<std::string> disk_full_line(std::string_view log) {
  return last_line_with(
      log, std::array<std::string_view, 2>{"No space left on device", "Disk quota exceeded"});
}

std::optional<unsigned long long> oom_kills(const std::filesystem::path& counters) {
  std::ifstream file(counters);
  std::string name;
  unsigned long long number = 0;
  while (file >> name >> number) {
    if (name == "oom_kill") return number;
  }
  return std::nullopt;
}

}  // namespace tandem::execute
