#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/file.h"

namespace tandem::test {

struct Called {
  int exit_code = -1;  ///< -signal when it was killed
  std::string out;
  std::string err;
};

/// Starts a program that was built beside the tests; its input is empty, its output goes to files
/// in `folder`.
inline pid_t start_program(const std::string& name, std::vector<std::string> arguments,
                           const std::filesystem::path& folder) {
  arguments.insert(arguments.begin(), core::program_folder() / name);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, (folder / "out").c_str(), flags, 0644);
  posix_spawn_file_actions_addopen(&actions, 2, (folder / "err").c_str(), flags, 0644);
  pid_t pid = -1;
  EXPECT_EQ(::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

/// Waits for a program that start_program started with the same folder.
inline Called finish_program(pid_t pid, const std::filesystem::path& folder) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
          core::read_file(folder / "out"), core::read_file(folder / "err")};
}

inline Called call_program(const std::string& name, const std::vector<std::string>& arguments,
                           const std::filesystem::path& folder) {
  return finish_program(start_program(name, arguments, folder), folder);
}

}  // namespace tandem::test
