#include "execute/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "end_of_process.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

using ::testing::HasSubstr;
using Kind = ProcessEnd::Kind;

class ChildProcessTest : public ::testing::Test {
 protected:
  Command command(std::vector<std::string> arguments) const {
    Command command;
    command.arguments = std::move(arguments);
    command.stdout_file = folder_ / "stdout.log";
    command.stderr_file = folder_ / "stderr.log";
    command.grace_s = 0.2;
    return command;
  }
  Command shell(const std::string& script) const { return command({"/bin/sh", "-c", script}); }
  std::string output() const { return core::read_file(folder_ / "stdout.log"); }

  /// True once no process has the id any more.
  static bool is_gone(pid_t pid) {
    for (int i = 0; i < 300; ++i) {
      if (::kill(pid, 0) != 0) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  pid_t pid_in(const std::string& file) const {
    for (int i = 0; i < 300; ++i) {
      if (std::filesystem::exists(folder_ / file)) {
        const std::string text = core::read_file(folder_ / file);
        if (text.ends_with('\n')) return std::stoi(text);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "no process wrote " << file;
    return -1;
  }

  test::TemporaryFolder folder_;
};

TEST_F(ChildProcessTest, TellsItsExitCodeAndCpuTime) {
  ChildProcess process(shell("echo hello; echo oops >&2; exit 3"));
  const ProcessEnd end = end_of(process);
  EXPECT_EQ(end.kind, Kind::exited);
  EXPECT_EQ(end.number, 3);
  EXPECT_EQ(end.describe(), "exit code 3");
  EXPECT_TRUE(end.cpu_time_s.has_value());
  EXPECT_EQ(output(), "hello\n");
  EXPECT_EQ(core::read_file(folder_ / "stderr.log"), "oops\n");
}

TEST_F(ChildProcessTest, TellsWhatTheKernelHasCountedForAllOfItsProcesses) {
  const std::string file = core::program_folder() / ("written-" + std::to_string(::getpid()));
  ChildProcess process(
      shell("(dd if=/dev/zero of=" + file + " bs=1M count=2 2>&1; rm " + file + ")"));
  const ProcessEnd end = end_of(process);
  EXPECT_GT(*end.largest_rss_mib, 1) << "dd has a buffer of one";
  EXPECT_LT(*end.largest_rss_mib, 1000);
  EXPECT_GE(*end.io_read_mib, 0);
  EXPECT_THAT(*end.io_written_mib, ::testing::AnyOf(0, ::testing::Ge(2)))
      << "nothing where the folder is in memory";
}

TEST_F(ChildProcessTest, DoesNotRunOutsideTheCgroupThatItIsToRunIn) {
  Command nowhere = shell("echo ran");
  nowhere.cgroup = folder_ / "no-cgroup";
  ChildProcess process(nowhere);
  EXPECT_EQ(end_of(process).describe(), "could not be started: No such file or directory");
  EXPECT_EQ(output(), "");
}

TEST_F(ChildProcessTest, TellsTheSignalThatEndedIt) {
  ChildProcess process(shell("kill -SEGV $$"));
  const ProcessEnd end = end_of(process);
  EXPECT_EQ(end.kind, Kind::signalled);
  EXPECT_EQ(end.number, SIGSEGV);
  EXPECT_THAT(end.describe(), HasSubstr("signal 11"));
}

TEST_F(ChildProcessTest, TellsWhyAProgramCouldNotBeStarted) {
  ChildProcess process(command({"/no/such/program"}));
  const ProcessEnd end = end_of(process);
  EXPECT_EQ(end.kind, Kind::not_started);
  EXPECT_THAT(end.describe(), HasSubstr("No such file"));
}

TEST_F(ChildProcessTest, PassesArgumentsAsTheyAreWithoutAShell) {
  ChildProcess process(command({"/bin/echo", "$(id)", "a b", "*", "'", ""}));
  end_of(process);
  EXPECT_EQ(output(), "$(id) a b * ' \n");
}

TEST_F(ChildProcessTest, AddsToTheEnvironment) {
  Command with_environment = shell("echo $OMP_WAIT_POLICY $TANDEM_EVENTS; test -n \"$PATH\"");
  with_environment.environment = {{"OMP_WAIT_POLICY", "passive"}};
  ChildProcess process(with_environment);
  EXPECT_EQ(end_of(process).number, 0);
  EXPECT_EQ(output(), "passive 3\n");
}

TEST_F(ChildProcessTest, PinsToACoreSet) {
  Command pinned = shell("grep Cpus_allowed_list /proc/self/status");
  pinned.cores = {0};
  ChildProcess process(pinned);
  end_of(process);
  EXPECT_THAT(output(), ::testing::EndsWith("\t0\n"));
}

TEST_F(ChildProcessTest, HasNoOtherDescriptorsThanItsOwn) {
  ChildProcess process(shell("ls /proc/self/fd | tr '\\n' ' '"));
  end_of(process);
  EXPECT_EQ(output(), "0 1 2 3 4 ") << "3 is the protocol's, 4 is ls reading the folder";
}

TEST_F(ChildProcessTest, EndsWhenAsked) {
  ChildProcess process(shell("echo ready; exec sleep 1000"));
  while (output().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  process.request_end();
  const ProcessEnd end = end_of(process);
  EXPECT_EQ(end.kind, Kind::signalled);
  EXPECT_EQ(end.number, SIGTERM);
}

TEST_F(ChildProcessTest, IsKilledWhenItIgnoresTheRequest) {
  ChildProcess process(shell("trap '' TERM; echo ready; while :; do sleep 1; done"));
  while (output().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  process.request_end();
  EXPECT_EQ(end_of(process).number, SIGKILL);
}

TEST_F(ChildProcessTest, TakesItsStrayDescendantsWithIt) {
  // A daemon: a new session, re-parented, deaf to TERM; its parent ends at once with success.
  const std::string pid_file = folder_ / "daemon.pid";
  ChildProcess process(shell("setsid sh -c 'trap \"\" TERM; echo $$ > " + pid_file +
                             "; while :; do sleep 1; done' & while [ ! -s " + pid_file +
                             " ]; do sleep 0.01; done; exit 0"));
  const ProcessEnd end = end_of(process);
  EXPECT_EQ(end.kind, Kind::exited);
  EXPECT_EQ(end.number, 0);
  EXPECT_TRUE(is_gone(pid_in("daemon.pid")));
}

TEST_F(ChildProcessTest, DiesWithItsLauncher) {
  ChildProcess process(shell("echo $$ > " + (folder_ / "child.pid").string() + "; sleep 1000"));
  const pid_t child = pid_in("child.pid");
  ::kill(process.pid(), SIGKILL);
  EXPECT_EQ(end_of(process).kind, Kind::lost);
  EXPECT_TRUE(is_gone(child));
}

TEST_F(ChildProcessTest, IsGoneWhenItsOwnerIs) {
  pid_t child = -1;
  {
    ChildProcess process(shell("echo $$ > " + (folder_ / "child.pid").string() + "; sleep 1000"));
    child = pid_in("child.pid");
  }
  EXPECT_TRUE(is_gone(child));
}

TEST_F(ChildProcessTest, SaysWhichLogCanNotBeWritten) {
  Command nowhere = shell("true");
  nowhere.stdout_file = folder_ / "missing" / "log";
  try {
    ChildProcess process(nowhere);
    FAIL() << "no error";
  } catch (const core::SystemError& error) {
    EXPECT_THAT(error.what(), HasSubstr("missing/log"));
  }
}

TEST(FindProgram, LooksBesideTandemThenInPath) {
  EXPECT_EQ(find_program("tandem-launch"), core::program_folder() / "tandem-launch");
  EXPECT_TRUE(find_program("sh").has_value());
  EXPECT_FALSE(find_program("no-such-program-anywhere").has_value());
  EXPECT_FALSE(find_program("/etc/passwd").has_value()) << "it is not executable";
}

TEST(FindProgram, GivesAWholePathForARelativeFolderOfPath) {
  namespace fs = std::filesystem;
  const test::TemporaryFolder folder;
  const fs::path program = folder.write("bin/some-program", "#!/bin/sh\n");
  fs::permissions(program, fs::perms::owner_all);
  const fs::path before = fs::current_path();
  const std::string path = std::getenv("PATH");
  fs::current_path(folder.path());
  ::setenv("PATH", "bin", 1);
  const auto found = find_program("some-program");
  ::setenv("PATH", path.c_str(), 1);
  fs::current_path(before);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->is_absolute());
  EXPECT_TRUE(fs::equivalent(*found, program));
}

}  // namespace
}  // namespace tandem::execute
