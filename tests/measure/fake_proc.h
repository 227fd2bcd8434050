#pragma once

#include <fmt/format.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "temporary_folder.h"

namespace tandem::measure {

/// A process as proc shows it.
struct FakeProcess {
  pid_t pid = 0;
  pid_t parent = 1;
  std::string name = "sh";
  long user_ticks = 0;
  long system_ticks = 0;
  long children_user_ticks = 0;
  long children_system_ticks = 0;
  long start_ticks = 5000;
  long rss_pages = 256;
  long read_bytes = 0;
  long written_bytes = 0;
};

inline std::string stat_line(const FakeProcess& p) {
  return fmt::format(
      "{} ({}) S {} {} {} 0 -1 4194560 1510 26242 0 11 {} {} {} {} 20 0 1 0 {} 5124096 {} "
      "18446744073709551615 94299870007296 94299870796701 140726537473216 0 0 0 65536 4\n",
      p.pid, p.name, p.parent, p.pid, p.pid, p.user_ticks, p.system_ticks, p.children_user_ticks,
      p.children_system_ticks, p.start_ticks, p.rss_pages);
}

/// Writes a proc with these processes and no others, with or without the kernel's lists of children
/// (which it files under the parent's thread).
inline void write_proc(const test::TemporaryFolder& root, const std::vector<FakeProcess>& processes,
                       bool lists_of_children) {
  std::filesystem::remove_all(root.path() / "proc");
  root.write("proc/self/stat", "");
  root.write("proc/self/io", "");
  if (lists_of_children) root.write("proc/thread-self/children", "");
  for (const FakeProcess& parent : processes) {
    const std::string folder = fmt::format("proc/{}/", parent.pid);
    root.write(folder + "stat", stat_line(parent));
    root.write(folder + "io", fmt::format("rchar: 9\nwchar: 9\nsyscr: 9\nsyscw: 9\n"
                                          "read_bytes: {}\nwrite_bytes: {}\n"
                                          "cancelled_write_bytes: 0\n",
                                          parent.read_bytes, parent.written_bytes));
    if (!lists_of_children) continue;
    std::string children;
    for (const FakeProcess& child : processes) {
      if (child.parent == parent.pid) children += fmt::format("{} ", child.pid);
    }
    // The main thread has no children, another one has made them all.
    root.write(fmt::format("{}task/{}/children", folder, parent.pid), "");
    root.write(fmt::format("{}task/{}/children", folder, parent.pid + 1), children);
  }
}

}  // namespace tandem::measure
