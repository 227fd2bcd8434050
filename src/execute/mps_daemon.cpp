#include "execute/mps_daemon.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <thread>

#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"

namespace tandem::execute {
namespace fs = std::filesystem;
namespace {

constexpr double comes_up_within_s = 30;

/// The daemon's sockets lie there. Their paths may have only about a hundred bytes, which a study's
/// folder may need itself. The name says whose they are, so that the next session on the study
/// clears up what a killed one left.
fs::path pipe_folder_for(const fs::path& log_folder) {
  return fs::temp_directory_path() / fmt::format("tandem-mps-{}-{:016x}", ::geteuid(),
                                                 std::hash<std::string>{}(log_folder.string()));
}

/// An empty folder that nobody else can use.
void make_own_folder(const fs::path& folder) {
  struct stat before {};
  const bool is_there = ::lstat(folder.c_str(), &before) == 0;
  if (is_there && (!S_ISDIR(before.st_mode) || before.st_uid != ::geteuid())) {
    throw core::SystemError(
        fmt::format("'{}', where the sockets of MPS go, is another user's", folder.string()));
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  if (::mkdir(folder.c_str(), 0700) != 0) {
    throw core::SystemError("can't make the folder '" + folder.string() + "'", errno);
  }
}

}  // namespace

MpsDaemon::MpsDaemon(const std::string& gpu, const fs::path& folder)
    : log_folder_(fs::absolute(folder)), pipe_folder_(pipe_folder_for(log_folder_)) {
  const auto found = find_program(program);
  if (!found) {
    throw core::UserError("the study's way to share a GPU",
                          {{"$.sharing", "\"mps\", but no program " + core::in_quotes(program),
                            "it in PATH (NVIDIA's driver brings it), or \"time_slicing\""}});
  }
  core::make_folders(log_folder_);
  make_own_folder(pipe_folder_);
  Command command;
  command.arguments = {found->string(), "-f"};
  command.environment = environment();
  command.environment["CUDA_VISIBLE_DEVICES"] = gpu;
  command.grace_s = 1;  // an H100's took 0.1 s
  command.stdout_file = log_folder_ / "stdout.log";
  command.stderr_file = log_folder_ / "stderr.log";
  process_ = std::make_unique<ChildProcess>(command);
  const core::Time begin = core::Clock::now();
  while (!fs::exists(pipe_folder_ / "control")) {
    check();
    if (core::seconds_between(begin, core::Clock::now()) > comes_up_within_s) {
      throw core::SystemError(fmt::format(
          "the MPS control daemon did not come up within {:.0f} s{}; its logs are in {}",
          comes_up_within_s, end_of_its_words(), log_folder_.string()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

MpsDaemon::~MpsDaemon() {
  process_.reset();
  std::error_code ignored;
  fs::remove_all(pipe_folder_, ignored);
}

std::map<std::string, std::string> MpsDaemon::environment() const {
  return {{"CUDA_MPS_PIPE_DIRECTORY", pipe_folder_.string()},
          {"CUDA_MPS_LOG_DIRECTORY", log_folder_.string()}};
}

void MpsDaemon::check() {
  const std::optional<ProcessEnd> end = process_->poll_end();
  if (!end) return;
  throw core::SystemError(fmt::format("the MPS control daemon has ended ({}){}; its logs are in {}",
                                      end->describe(), end_of_its_words(), log_folder_.string()));
}

std::string MpsDaemon::end_of_its_words() const {
  std::string words;
  for (const char* name : {"stdout.log", "stderr.log"}) {
    std::error_code code;
    const fs::path file = log_folder_ / name;
    if (fs::exists(file, code)) words += core::read_file(file);
  }
  if (words.empty()) return "";
  return ": " + core::printable(words.size() > 300 ? words.substr(words.size() - 300) : words);
}

}  // namespace tandem::execute
