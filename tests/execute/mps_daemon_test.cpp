#include "execute/mps_daemon.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "fake_mps.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {
namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class MpsDaemonTest : public ::testing::Test {
 protected:
  template <typename Error>
  std::string complaint() {
    try {
      MpsDaemon daemon("GPU-1", folder_.path());
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing";
  }

  test::TemporaryFolder folder_;
  test::Variable path_{"PATH", test::path_with_fake_mps()};
};

TEST_F(MpsDaemonTest, HasFoldersOfItsOwnAndLeavesNothingBehind) {
  fs::path pipes;
  {
    MpsDaemon daemon("GPU-1", folder_.path());
    pipes = daemon.environment().at("CUDA_MPS_PIPE_DIRECTORY");
    EXPECT_TRUE(fs::exists(pipes / "control"));
    EXPECT_EQ(fs::status(pipes).permissions(), fs::perms::owner_all);
    EXPECT_EQ(daemon.environment().at("CUDA_MPS_LOG_DIRECTORY"), folder_.path());
    EXPECT_NO_THROW(daemon.check());
  }
  const auto starts = test::fake_mps_starts(folder_.path());
  ASSERT_THAT(starts, SizeIs(1));
  EXPECT_EQ(starts[0].gpu, "GPU-1");
  EXPECT_TRUE(test::comes_to_an_end(starts[0].daemon));
  EXPECT_TRUE(test::comes_to_an_end(starts[0].server)) << "which the daemon itself leaves behind";
  EXPECT_FALSE(fs::exists(pipes));
}

TEST_F(MpsDaemonTest, ClearsUpThePipesThatAKilledSessionLeft) {
  fs::path pipes;
  {
    const MpsDaemon daemon("GPU-1", folder_.path());
    pipes = daemon.environment().at("CUDA_MPS_PIPE_DIRECTORY");
  }
  fs::create_directories(pipes / "control");
  const MpsDaemon daemon("GPU-1", folder_.path());
  EXPECT_TRUE(fs::is_fifo(pipes / "control"));
}

TEST_F(MpsDaemonTest, NamesTheProgramThatIsNotThere) {
  const test::Variable no_path("PATH", "/nowhere");
  EXPECT_THAT(complaint<core::UserError>(),
              AllOf(HasSubstr("$.sharing"), HasSubstr("nvidia-cuda-mps-control"),
                    HasSubstr("time_slicing")));
}

TEST_F(MpsDaemonTest, SaysWhatTheDaemonSaidThatDoesNotComeUp) {
  const test::Variable refuses("FAKE_MPS_REFUSES", "An instance of this daemon is already running");
  EXPECT_THAT(complaint<core::SystemError>(),
              AllOf(HasSubstr("has ended (exit code 1)"), HasSubstr("already running"),
                    HasSubstr(folder_.path().string())));
}

TEST_F(MpsDaemonTest, IsMissedWhenItEndsMeanwhile) {
  MpsDaemon daemon("GPU-1", folder_.path());
  ::kill(test::fake_mps_starts(folder_.path()).at(0).daemon, SIGKILL);
  const auto check_until_it_complains = [&] {
    for (int i = 0; i < 3000; ++i) {
      daemon.check();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  };
  EXPECT_THROW(check_until_it_complains(), core::SystemError);
}

}  // namespace
}  // namespace tandem::execute
