#include "measure/process_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "measure/kernel_file.h"
#include "measure/keyed_number.h"

namespace tandem::measure {

ProcessMemory::ProcessMemory(char participant, const std::filesystem::path& root)
    : proc_((root / "proc").string()),
      signals_{{{fmt::format("memory_pss_{}_mib", participant), "MiB", Behaviour::gauge,
                 "sum of the proportional set sizes of the participant's processes"}}},
      children_(root) {
  tree_.reserve(1024);
}

void ProcessMemory::read(std::span<double> values) noexcept {
  values[0] = pss_mib(root_pid_.load(std::memory_order_relaxed)).value_or(missing_sample);
}

std::optional<double> ProcessMemory::pss_mib(pid_t root_pid) {
  if (root_pid == 0) return std::nullopt;
  children_.refresh();
  tree_.assign(1, root_pid);
  for (size_t i = 0; i < tree_.size(); ++i) {
    const size_t before = tree_.size();
    children_.append(tree_[i], tree_);
    // A child may be listed twice.
    for (size_t child = tree_.size(); child-- > before;) {
      const auto position = tree_.begin() + static_cast<std::ptrdiff_t>(child);
      if (std::find(tree_.begin(), position, *position) != position) tree_.erase(position);
    }
  }
  double sum_kib = 0;
  bool any = false;
  for (const pid_t process : tree_) {
    std::array<char, 4096> buffer;
    const KernelPath path("{}/{}/smaps_rollup", proc_, process);
    const FileText file = read_kernel_file(path.c_str(), buffer);
    if (means_process_ended(file.error)) continue;  // so does one that is only to be waited for
    const auto kib = parse_pss_kib(file.text);
    if (!kib) return std::nullopt;
    sum_kib += static_cast<double>(*kib);
    any = true;
  }
  if (!any) return std::nullopt;
  return sum_kib / 1024;
}

std::optional<std::uint64_t> parse_pss_kib(std::string_view smaps_rollup) noexcept {
  return keyed_number(smaps_rollup, "Pss:");
}

std::optional<MissingSource> missing_process_memory(const std::filesystem::path& root) {
  const auto self = root / "proc/self/smaps_rollup";
  std::array<char, 4096> buffer;
  const int error = read_kernel_file(self.c_str(), buffer).error;
  if (error == 0) return std::nullopt;
  return MissingSource{"process_memory",
                       fmt::format("can't read {}: {}", self.string(), ::strerror(error))};
}

}  // namespace tandem::measure
