#include "measure/process_owners.h"

#include <string_view>
#include <system_error>

#include "measure/kernel_file.h"
#include "measure/process_stat.h"

namespace tandem::measure {
namespace {

// Deeper than any tree of processes that is real; one that is deeper runs in a circle.
constexpr int deepest_tree = 512;

/// The name in a stat line. The kernel cuts names to 15 characters, so that server and daemon of
/// MPS (nvidia-cuda-mps-server, nvidia-cuda-mps-control) have the same one.
bool is_mps(std::string_view stat) {
  const size_t begin = stat.find('(');
  const size_t end = stat.rfind(')');
  return begin != stat.npos && end != stat.npos && begin < end &&
         stat.substr(begin + 1, end - begin - 1) == "nvidia-cuda-mps";
}

/// Whether this proc shows another PID namespace than the one that the kernel began with. Where
/// that can't be told it is taken for the first.
bool is_in_pid_namespace(const std::string& proc) {
  // PROC_PID_INIT_INO in the kernel's include/linux/proc_ns.h; part of its interface since 3.8.
  constexpr std::string_view first_namespace = "pid:[4026531836]";
  std::error_code code;
  const std::filesystem::path own = std::filesystem::read_symlink(proc + "/self/ns/pid", code);
  return !code && own != first_namespace;
}

}  // namespace

ProcessOwners::ProcessOwners(const std::filesystem::path& root)
    : proc_((root / "proc").string()), in_namespace_(is_in_pid_namespace(proc_)) {}

void ProcessOwners::watch(int index, pid_t root_pid) {
  roots_.at(static_cast<size_t>(index)).store(root_pid, std::memory_order_relaxed);
}

ProcessOwners::Owner ProcessOwners::owner_of(pid_t process) const noexcept {
  std::optional<Owner> owner = walk_up(process);
  // A process whose ancestor has just ended is about to be given another one.
  if (!owner) owner = walk_up(process);
  if (owner == Owner::a || owner == Owner::b) found_ours_.store(true, std::memory_order_relaxed);
  const bool is_foreign = !owner || owner == Owner::foreign;
  if (!is_foreign) return *owner;
  const bool may_be_another = in_namespace_ && !found_ours_.load(std::memory_order_relaxed);
  return may_be_another ? Owner::unknown : Owner::foreign;
}

std::optional<ProcessOwners::Owner> ProcessOwners::walk_up(pid_t process) const noexcept {
  const pid_t root_a = roots_[0].load(std::memory_order_relaxed);
  const pid_t root_b = roots_[1].load(std::memory_order_relaxed);
  pid_t ancestor = process;
  for (int depth = 0; depth < deepest_tree; ++depth) {
    std::array<char, 1024> buffer;
    const KernelPath path("{}/{}/stat", proc_, ancestor);
    const FileText file = read_kernel_file(path.c_str(), buffer);
    const auto stat = parse_process_stat(file.text);
    if (!stat && ancestor == process) return Owner::unknown;
    if (!stat) return std::nullopt;
    if (ancestor == process && is_mps(file.text)) return Owner::driver;
    if (ancestor == root_a) return Owner::a;
    if (ancestor == root_b) return Owner::b;
    if (stat->parent <= 0) return Owner::foreign;
    ancestor = stat->parent;
  }
  return Owner::unknown;
}

}  // namespace tandem::measure
