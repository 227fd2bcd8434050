#include "measure/process_children.h"

#include <dirent.h>
#include <fcntl.h>

#include <array>
#include <charconv>

#include "core/file_descriptor.h"
#include "measure/kernel_file.h"
#include "measure/process_stat.h"

namespace tandem::measure {
namespace {

/// Calls `visit` with the name of each entry that is a number. Not opendir, which allocates.
template <typename Visit>
void for_each_number(const char* folder, Visit visit) {
  const core::FileDescriptor entries(::open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!entries.is_open()) return;
  alignas(dirent64) std::array<char, 8192> buffer;
  for (;;) {
    const ssize_t size = ::getdents64(entries.get(), buffer.data(), buffer.size());
    if (size <= 0) return;
    for (ssize_t at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
      at += entry->d_reclen;
      const std::string_view name = entry->d_name;
      pid_t number = 0;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
      if (error == std::errc() && end == name.data() + name.size()) visit(number);
    }
  }
}

}  // namespace

void append_listed_children(std::string_view list, std::vector<pid_t>& children) {
  for (size_t end = list.find(' '); end != list.npos; end = list.find(' ')) {
    const std::string_view word = list.substr(0, end);
    list.remove_prefix(end + 1);
    pid_t child = 0;
    const auto [rest, error] = std::from_chars(word.data(), word.data() + word.size(), child);
    const bool is_whole = error == std::errc() && rest == word.data() + word.size();
    if (is_whole && child > 0) children.push_back(child);
  }
}

ProcessChildren::ProcessChildren(const std::filesystem::path& root)
    : proc_((root / "proc").string()),
      listed_by_kernel_(std::filesystem::exists(root / "proc/thread-self/children")) {
  if (!listed_by_kernel_) parent_and_child_.reserve(4096);
}

void ProcessChildren::refresh() {
  if (listed_by_kernel_) return;
  parent_and_child_.clear();
  for_each_number(proc_.c_str(), [this](pid_t process) {
    std::array<char, 1024> buffer;
    const KernelPath path("{}/{}/stat", proc_, process);
    const auto stat = parse_process_stat(read_kernel_file(path.c_str(), buffer).text);
    if (stat) parent_and_child_.emplace_back(stat->parent, process);
  });
}

void ProcessChildren::append(pid_t parent, std::vector<pid_t>& children) const {
  if (listed_by_kernel_) return append_listed(parent, children);
  for (const auto& [its_parent, process] : parent_and_child_) {
    if (its_parent == parent) children.push_back(process);
  }
}

void ProcessChildren::append_listed(pid_t parent, std::vector<pid_t>& children) const {
  const KernelPath threads("{}/{}/task", proc_, parent);
  // A child belongs to the thread that made it.
  for_each_number(threads.c_str(), [&](pid_t thread) {
    std::array<char, 16384> buffer;
    const KernelPath list("{}/{}/task/{}/children", proc_, parent, thread);
    append_listed_children(read_kernel_file(list.c_str(), buffer).text, children);
  });
}

}  // namespace tandem::measure
