#include "measure/process_tree.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "measure/kernel_file.h"
#include "measure/process_stat.h"

namespace tandem::measure {
namespace {

const double seconds_per_tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
const double mib_per_page = static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);

}  // namespace

ProcessTree::ProcessTree(char participant, const std::filesystem::path& root)
    : proc_((root / "proc").string()),
      signals_{{{fmt::format("cpu_time_{}_s", participant), "s", Behaviour::counter,
                 "CPU time of the participant's process trees, user and system"},
                {fmt::format("memory_{}_mib", participant), "MiB", Behaviour::gauge,
                 "sum of the resident sets of the participant's processes"},
                {fmt::format("processes_{}", participant), "1", Behaviour::gauge,
                 "number of the participant's processes"}}},
      children_(root) {
  tree_.reserve(1024);
}

void ProcessTree::begin_tree(pid_t root_pid) {
  earlier_trees_ticks_ += this_tree_ticks_;
  this_tree_ticks_ = 0;
  root_start_ticks_.reset();
  root_pid_ = root_pid;
}

void ProcessTree::read(std::span<double> values) noexcept {
  const pid_t watched = watched_.load(std::memory_order_relaxed);
  if (watched != root_pid_) begin_tree(watched);

  const std::optional<Usage> usage = usage_of_tree();
  if (!usage) {
    std::ranges::fill(values, missing_sample);
    return;
  }
  // A process that ends between the reading of its parent and its own is in neither until the
  // next tick.
  this_tree_ticks_ = std::max(this_tree_ticks_, usage->cpu_ticks);
  values[0] = static_cast<double>(earlier_trees_ticks_ + this_tree_ticks_) * seconds_per_tick;
  values[1] =
      usage->processes == 0 ? missing_sample : static_cast<double>(usage->rss_pages) * mib_per_page;
  values[2] = usage->processes;
}

std::optional<ProcessTree::Usage> ProcessTree::usage_of_tree() {
  Usage usage;
  if (root_pid_ == 0) return usage;
  children_.refresh();
  tree_.assign(1, root_pid_);
  // Each parent is read before its children: the other way round one that ends in between would
  // be counted twice.
  for (size_t i = 0; i < tree_.size(); ++i) {
    const pid_t process = tree_[i];
    std::array<char, 1024> buffer;
    const KernelPath path("{}/{}/stat", proc_, process);
    const FileText file = read_kernel_file(path.c_str(), buffer);
    if (means_process_ended(file.error)) continue;
    const auto stat = parse_process_stat(file.text);
    if (!stat) return std::nullopt;
    if (process == root_pid_) {
      if (!root_start_ticks_) root_start_ticks_ = stat->start_ticks;
      // The root has ended and a stranger has got its number.
      if (*root_start_ticks_ != stat->start_ticks) return usage;
    }
    usage.cpu_ticks += stat->cpu_ticks;
    usage.rss_pages += stat->rss_pages;
    ++usage.processes;
    children_.append(process, tree_);
  }
  return usage;
}

std::optional<MissingSource> missing_process_tree(const std::filesystem::path& root) {
  const auto self = root / "proc/self/stat";
  std::array<char, 1024> buffer;
  const int error = read_kernel_file(self.c_str(), buffer).error;
  if (error == 0) return std::nullopt;
  return MissingSource{"process_tree",
                       fmt::format("can't read {}: {}", self.string(), ::strerror(error))};
}

}  // namespace tandem::measure
