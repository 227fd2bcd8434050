#include "measure/process_tree.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "measure/process_io.h"
#include "measure/process_stat.h"

namespace tandem::measure {
namespace {

const double seconds_per_tick = 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK));
constexpr double bytes_per_mib = 1024.0 * 1024.0;
const double mib_per_page = static_cast<double>(::sysconf(_SC_PAGESIZE)) / bytes_per_mib;

/// Room that is made beforehand; a larger tree makes more when it is first seen.
constexpr size_t expected_processes = 1024;
/// Two descriptors each, of the 1024 that a program usually has.
constexpr size_t most_kept_open = 64;

bool is_kernels_proc(const std::string& proc) {
  struct statfs file_system {};
  return ::statfs(proc.c_str(), &file_system) == 0 && file_system.f_type == PROC_SUPER_MAGIC;
}

TreeUsage larger(const TreeUsage& x, const TreeUsage& y) {
  return {std::max(x.cpu_time_s, y.cpu_time_s), std::max(x.io_read_mib, y.io_read_mib),
          std::max(x.io_written_mib, y.io_written_mib)};
}

TreeUsage operator+(const TreeUsage& x, const TreeUsage& y) {
  return {x.cpu_time_s + y.cpu_time_s, x.io_read_mib + y.io_read_mib,
          x.io_written_mib + y.io_written_mib};
}

std::optional<MissingSource> missing_file(const char* source, const std::filesystem::path& file) {
  std::array<char, 1024> buffer;
  const int error = read_kernel_file(file.c_str(), buffer).error;
  if (error == 0) return std::nullopt;
  return MissingSource{source, fmt::format("can't read {}: {}", file.string(), ::strerror(error))};
}

}  // namespace

ProcessTree::ProcessTree(char participant, const std::filesystem::path& root,
                         core::Clock::duration search_period)
    : proc_((root / "proc").string()),
      signals_{{{fmt::format("cpu_time_{}_s", participant), "s", Behaviour::counter,
                 "CPU time of the participant's process trees, user and system"},
                {fmt::format("memory_{}_mib", participant), "MiB", Behaviour::gauge,
                 "sum of the resident sets of the participant's processes"},
                {fmt::format("processes_{}", participant), "1", Behaviour::gauge,
                 "number of the participant's processes"},
                {fmt::format("io_read_{}_mib", participant), "MiB", Behaviour::counter,
                 "what the participant's process trees have read from storage"},
                {fmt::format("io_written_{}_mib", participant), "MiB", Behaviour::counter,
                 "what the participant's process trees have written to storage"}}},
      search_period_(search_period),
      is_kernels_(is_kernels_proc(proc_)),
      current_(&trees_.emplace_back(0)),
      children_(root),
      io_is_lost_(missing_process_io(root).has_value()) {
  known_.reserve(expected_processes);
  listed_.reserve(expected_processes);
}

void ProcessTree::watch(pid_t root_pid) {
  Watched& last = trees_.back();
  last.next.store(&trees_.emplace_back(root_pid), std::memory_order_release);
}

void ProcessTree::ended(const TreeUsage& total) {
  Watched& last = trees_.back();
  if (last.has_ended.load(std::memory_order_relaxed)) return;
  last.total = total;
  last.has_ended.store(true, std::memory_order_release);
}

void ProcessTree::go_to_newest_tree() {
  while (const Watched* next = current_->next.load(std::memory_order_acquire)) {
    earlier_trees_ = earlier_trees_ + used_by_current_tree();
    seen_ = {};
    known_.clear();
    root_is_gone_ = false;
    current_ = next;
  }
}

TreeUsage ProcessTree::used_by_current_tree() const {
  if (!current_->has_ended.load(std::memory_order_acquire)) return seen_;
  return larger(seen_, current_->total);
}

void ProcessTree::read(std::span<double> values) noexcept {
  go_to_newest_tree();
  const std::optional<Sums> sums = read_tree();
  if (!sums) {
    std::ranges::fill(values, missing_sample);
    return;
  }
  // A process that ends between the reading of its parent and its own is in neither until the
  // next tick.
  seen_ = larger(seen_, {static_cast<double>(sums->cpu_ticks) * seconds_per_tick,
                         sums->read_bytes / bytes_per_mib, sums->written_bytes / bytes_per_mib});
  const TreeUsage used = earlier_trees_ + used_by_current_tree();
  values[0] = used.cpu_time_s;
  values[1] =
      sums->processes == 0 ? missing_sample : static_cast<double>(sums->rss_pages) * mib_per_page;
  values[2] = sums->processes;
  io_is_lost_ |= !sums->io_is_known;
  values[3] = io_is_lost_ ? missing_sample : used.io_read_mib;
  values[4] = io_is_lost_ ? missing_sample : used.io_written_mib;
}

std::optional<ProcessTree::Sums> ProcessTree::read_tree() {
  Sums sums;
  if (current_->has_ended.load(std::memory_order_acquire)) root_is_gone_ = true;
  const bool begins = known_.empty();
  const size_t known_before = known_.size();
  bool all_read = true;
  if (!begins) {
    all_read = read_known(sums);
  } else if (current_->root_pid != 0 && !root_is_gone_) {
    const Found root = meet(current_->root_pid, sums);
    root_is_gone_ = root == Found::gone;
    all_read = root != Found::unreadable;
  }
  if (root_is_gone_) {
    known_.clear();
    return Sums{};
  }
  const core::Time now = core::Clock::now();
  if (begins || known_.size() < known_before || now >= search_at_) {
    search_at_ = now + search_period_;
    all_read &= find_new(sums);
  }
  return all_read ? std::optional(sums) : std::nullopt;
}

bool ProcessTree::read_known(Sums& sums) {
  // Each parent is read before its children: the other way round one that ends in between would
  // be counted twice.
  bool all_read = true;
  size_t alive = 0;
  for (size_t i = 0; i < known_.size(); ++i) {
    const Found found = add(known_[i], sums);
    if (found == Found::gone) {
      root_is_gone_ |= i == 0;
      continue;
    }
    all_read &= found == Found::alive;
    if (alive != i) known_[alive] = std::move(known_[i]);
    ++alive;
  }
  known_.erase(known_.begin() + static_cast<std::ptrdiff_t>(alive), known_.end());
  return all_read;
}

bool ProcessTree::find_new(Sums& sums) {
  children_.refresh();
  // An orphan goes to one of its ancestors, which all stand before it; so the order holds.
  for (size_t i = 0; i < known_.size(); ++i) {
    listed_.clear();
    children_.append(known_[i].pid(), listed_);
    for (const pid_t child : listed_) {
      if (!knows(child) && meet(child, sums) == Found::unreadable) return false;
    }
  }
  return true;
}

/// Makes a process known, unless it has ended already, and adds what it has used.
ProcessTree::Found ProcessTree::meet(pid_t pid, Sums& sums) {
  std::array<char, 1024> buffer;
  const FileText file = read_kernel_file(KernelPath("{}/{}/stat", proc_, pid).c_str(), buffer);
  if (means_process_ended(file.error)) return Found::gone;
  const auto stat = parse_process_stat(file.text);
  if (!stat) return Found::unreadable;
  const KnownProcess& process = known_.emplace_back(pid, stat->start_ticks, proc_,
                                                    is_kernels_ && known_.size() < most_kept_open);
  const Found found = add(process, sums);
  if (found != Found::alive) known_.pop_back();
  return found;
}

ProcessTree::Found ProcessTree::add(const KnownProcess& process, Sums& sums) const {
  std::array<char, 1024> buffer;
  const FileText file = process.read_stat(proc_, buffer);
  if (means_process_ended(file.error)) return Found::gone;
  const auto stat = parse_process_stat(file.text);
  if (!stat) return Found::unreadable;
  if (stat->start_ticks != process.start_ticks()) return Found::gone;  // a stranger has its number
  sums.cpu_ticks += stat->cpu_ticks;
  sums.rss_pages += stat->rss_pages;
  ++sums.processes;
  const FileText io_file = process.read_io(proc_, buffer);
  if (const auto io = parse_process_io(io_file.text)) {
    sums.read_bytes += static_cast<double>(io->read_bytes);
    sums.written_bytes += static_cast<double>(io->written_bytes);
  } else {
    // One that has just ended is in neither, as with its CPU time.
    const bool just_ended = means_process_ended(process.read_stat(proc_, buffer).error);
    sums.io_is_known &= just_ended;
  }
  return Found::alive;
}

bool ProcessTree::knows(pid_t pid) const {
  return std::ranges::find(known_, pid, &KnownProcess::pid) != known_.end();
}

std::optional<MissingSource> missing_process_tree(const std::filesystem::path& root) {
  return missing_file("process_tree", root / "proc/self/stat");
}

std::optional<MissingSource> missing_process_io(const std::filesystem::path& root) {
  return missing_file("process_io", root / "proc/self/io");
}

}  // namespace tandem::measure
