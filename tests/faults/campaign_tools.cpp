#include "faults/campaign_tools.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "record/index.h"
#include "record/index_rows.h"

namespace tandem::test {

namespace fs = std::filesystem;
using core::Json;

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

std::vector<std::pair<pid_t, std::string>> children() {
  std::vector<std::pair<pid_t, std::string>> found;
  for (const fs::path& task : entries_of("/proc/self/task")) {
    std::ifstream pids(task / "children");
    for (pid_t pid = 0; pids >> pid;) {
      std::string command;
      std::getline(std::ifstream(fmt::format("/proc/{}/cmdline", pid)), command);
      std::replace(command.begin(), command.end(), '\0', ' ');
      found.emplace_back(pid, core::printable(command));
    }
  }
  return found;
}

bool reap_children() {
  for (;;) {
    const pid_t pid = ::waitpid(-1, nullptr, WNOHANG);
    if (pid == 0) return true;
    if (pid < 0 && errno == ECHILD) return false;
  }
}

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::optional<std::string> content_of(const fs::path& file) {
  try {
    return core::read_file(file);
  } catch (const core::SystemError&) {
    return std::nullopt;
  }
}

std::string rows_of_folders(const record::RunStore& store, const fs::path& scratch) {
  const fs::path file = scratch / "expected.sqlite";
  fs::remove(file);
  {
    record::Index expected(file);
    for (const record::RunResult& result : store.read_all()) expected.add(result);
  }
  return index_rows(file);
}

}  // namespace tandem::test
