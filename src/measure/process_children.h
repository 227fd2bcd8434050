#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::measure {

/// Appends the processes that a kernel's list of children names, `17 18 ` (proc_tid_children(5)): a
/// blank stands after each, so that one without it was cut off and is left out.
void append_listed_children(std::string_view list, std::vector<pid_t>& children);

/// Who is whose child, read from the proc below `root`: from the kernel's lists of children where
/// it keeps them (CONFIG_PROC_CHILDREN), else by asking all processes for their parent. Such a list
/// may lack a child while others end (proc(5)), so one that was found is to be remembered.
class ProcessChildren {
 public:
  explicit ProcessChildren(const std::filesystem::path& root);

  /// True when the kernel's lists are used.
  bool listed_by_kernel() const { return listed_by_kernel_; }
  /// To be called before each walk over a tree. Allocates only when there are more processes than
  /// ever before.
  void refresh();
  /// Appends the children of `parent`; none when it has ended. Allocates nothing of its own. A
  /// child may appear twice when a thread of its parent has just ended.
  void append(pid_t parent, std::vector<pid_t>& children) const;

 private:
  void append_listed(pid_t parent, std::vector<pid_t>& children) const;

  std::string proc_;
  bool listed_by_kernel_;
  std::vector<std::pair<pid_t, pid_t>> parent_and_child_;  ///< without the kernel's lists
};

}  // namespace tandem::measure
