#include "execute/run_cgroup.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/file.h"
#include "end_of_process.h"
#include "execute/child_process.h"
#include "measure/cgroup.h"
#include "measure/cgroup_accounting.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

namespace fs = std::filesystem;
using measure::MissingSource;
using ::testing::AnyOf;
using ::testing::HasSubstr;

/// On a machine that allows no cgroups the tests look at the reason that is given instead.
class RunCgroupTest : public ::testing::Test {
 protected:
  Command shell(const std::string& script) const {
    Command command;
    command.arguments = {"/bin/sh", "-c", script};
    command.stdout_file = folder_ / "stdout.log";
    command.stderr_file = folder_ / "stderr.log";
    command.grace_s = 0.2;
    if (const auto* cgroup = std::get_if<0>(&made_)) command.cgroup = (*cgroup)->folder();
    return command;
  }
  /// One that only waits for its parent to take notice is not.
  static bool is_alive(pid_t pid) {
    const std::string file = fmt::format("/proc/{}/stat", pid);
    if (!fs::exists(file)) return false;
    return core::read_file(file).find(") Z ") == std::string::npos;
  }
  bool permitted() const { return made_.index() == 0; }
  const fs::path& cgroup() const { return std::get<0>(made_)->folder(); }
  void expect_a_reason() const {
    const MissingSource& missing = std::get<MissingSource>(made_);
    EXPECT_EQ(missing.name, "cgroup");
    EXPECT_THAT(missing.reason,
                AnyOf(HasSubstr("can't make a cgroup below"), HasSubstr("can't join a cgroup"),
                      HasSubstr("not mounted"), HasSubstr("in no cgroup"),
                      HasSubstr("not below what is mounted"), HasSubstr("there is no folder")));
  }

  test::TemporaryFolder folder_;
  RunCgroup::Made made_ = RunCgroup::make();
};

TEST_F(RunCgroupTest, HoldsTheProgramAndNotItsLauncher) {
  ChildProcess process(shell("cat /proc/self/cgroup; cat /proc/$PPID/cgroup"));
  EXPECT_EQ(end_of(process).describe(), "exit code 0");
  if (!permitted()) return expect_a_reason();
  const std::string output = core::read_file(folder_ / "stdout.log");
  const size_t second = output.find("0::", output.find("0::") + 1);
  EXPECT_THAT(output.substr(0, second), HasSubstr(cgroup().filename().string()));
  EXPECT_THAT(output.substr(second), Not(HasSubstr(cgroup().filename().string())));
}

TEST_F(RunCgroupTest, CountsWhatTheProgramAndItsChildrenUse) {
  if (!permitted()) return expect_a_reason();
  measure::CgroupAccounting accounting('a', cgroup());
  ASSERT_EQ(accounting.signals()[0].name, "cgroup_cpu_time_a_s");
  std::vector<double> values(accounting.signals().size());
  accounting.read(values);
  const double before_s = values[0];
  ChildProcess process(
      shell("count() { i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; }; (count); count"));
  const ProcessEnd end = end_of(process);
  accounting.read(values);
  EXPECT_LT(before_s, 0.02) << "only the process that tried whether it may join";
  EXPECT_GT(*end.cpu_time_s, 0.02);
  // The launcher's child is outside for the moment between fork and joining.
  EXPECT_NEAR(values[0] - before_s, *end.cpu_time_s, 0.02);
}

TEST_F(RunCgroupTest, ServesSeveralTrainingsOneAfterTheOther) {
  if (!permitted()) return expect_a_reason();
  for (int round = 0; round < 2; ++round) {
    ChildProcess process(shell("cat /proc/self/cgroup"));
    EXPECT_EQ(end_of(process).number, 0);
  }
  const fs::path folder = cgroup();
  made_ = MissingSource{};
  EXPECT_FALSE(fs::exists(folder)) << "removed with its owner";
}

TEST_F(RunCgroupTest, HasAFolderOfItsOwnBelowTandems) {
  const RunCgroup::Made second = RunCgroup::make();
  EXPECT_EQ(second.index(), made_.index());
  if (!permitted()) return expect_a_reason();
  EXPECT_NE(std::get<0>(second)->folder(), cgroup());
  EXPECT_EQ(cgroup().parent_path(), std::get<0>(measure::find_own_cgroup()));
  EXPECT_THAT(cgroup().filename().string(), HasSubstr(fmt::format("tandem-{}-", ::getpid())));
}

TEST_F(RunCgroupTest, EndsWhatIsLeftInIt) {
  const std::string pid_file = folder_ / "stray.pid";
  pid_t launcher = 0;
  {
    // A launcher that is killed can't take its strays along.
    ChildProcess process(shell("setsid sh -c 'echo $$ > " + pid_file +
                               "; exec sleep 1000' & while [ ! -s " + pid_file +
                               " ]; do sleep 0.01; done; echo ready; sleep 1000"));
    while (core::read_file(folder_ / "stdout.log").empty()) ::usleep(2000);
    launcher = process.pid();
    ::kill(launcher, SIGKILL);
    EXPECT_EQ(end_of(process).kind, ProcessEnd::Kind::lost);
  }
  const pid_t stray = std::stoi(core::read_file(pid_file));
  if (!permitted()) {
    ::kill(stray, SIGKILL);
    return expect_a_reason();
  }
  EXPECT_TRUE(is_alive(stray)) << "it has outlived its launcher";
  const fs::path folder = cgroup();
  made_ = MissingSource{};
  EXPECT_FALSE(fs::exists(folder)) << "nothing alive is in it any more";
  EXPECT_FALSE(is_alive(stray));
}

TEST(RunCgroup, SaysWhyATrainingCannotJoin) {
  const test::TemporaryFolder root;
  root.write("proc/self/cgroup", "0::/a\n");
  root.write("proc/self/mountinfo", "41 31 0:38 / /cg rw - cgroup2 cgroup2 rw\n");
  fs::create_directories(root / "cg/a");  // no file system that fills new folders
  const RunCgroup::Made made = RunCgroup::make(root.path());
  ASSERT_EQ(made.index(), 1);
  EXPECT_EQ(std::get<1>(made).reason, "a training can't join a cgroup below " +
                                          (root / "cg/a").string() + ": No such file or directory");
  EXPECT_TRUE(fs::is_empty(root / "cg/a")) << "the try has left nothing behind";
}

TEST(RunCgroup, SaysWhyNoneCanBeMade) {
  const test::TemporaryFolder root;
  // The kernel's own proc takes no new folders, from nobody.
  root.write("proc/self/cgroup", "0::/\n");
  root.write("proc/self/mountinfo", "41 31 0:38 / /kernel rw - cgroup2 cgroup2 rw\n");
  fs::create_directory_symlink("/proc/self", root / "kernel");
  const RunCgroup::Made made = RunCgroup::make(root.path());
  ASSERT_EQ(made.index(), 1);
  EXPECT_THAT(std::get<1>(made).reason, HasSubstr("can't make a cgroup below"));
  EXPECT_THAT(std::get<1>(made).reason, HasSubstr("Delegate=yes"));
}

TEST_F(RunCgroupTest, LimitsMemoryWhereTheControllerIs) {
  if (!permitted()) return expect_a_reason();
  const bool has_controller = fs::exists(cgroup() / "memory.max");
  EXPECT_EQ(std::get<0>(made_)->limit_memory(64), has_controller);
  if (has_controller) {
    EXPECT_EQ(core::read_file(cgroup() / "memory.max"), "67108864\n");
  }
}

TEST_F(RunCgroupTest, RemovesWhatAKilledSessionLeftBehind) {
  if (!permitted()) return expect_a_reason();
  const pid_t gone = ::fork();
  if (gone == 0) {
    // As a session in a process of its own, whose destructors never run.
    const RunCgroup::Made made = RunCgroup::make();
    ::_exit(made.index() == 0 ? 0 : 1);
  }
  ::waitpid(gone, nullptr, 0);
  const pid_t next = ::fork();
  if (next == 0) {
    const RunCgroup::Made made = RunCgroup::make();
    ::_exit(made.index() == 0 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(next, &status, 0);
  EXPECT_EQ(status, 0);
  for (const auto& entry : fs::directory_iterator(cgroup().parent_path())) {
    const std::string name = entry.path().filename();
    EXPECT_FALSE(name.starts_with(fmt::format("tandem-{}-", gone))) << name;
  }
}

}  // namespace
}  // namespace tandem::execute
