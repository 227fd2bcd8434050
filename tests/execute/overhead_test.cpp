#include "execute/overhead.h"

#include <gmock/gmock.h>

#include <numeric>

#include "core/error.h"
#include "core/file.h"
#include "execute/trainer_command.h"
#include "fake_workloads.h"
#include "measure/samples_file.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

class OverheadTest : public testing::Test {
 protected:
  OverheadTest() {
    options_.pairs = 4;
    options_.sampling_hz = 100;
    options_.folder = folder_.path();
  }
  Overhead measure(const char* behaviour) {
    options_.command.arguments = {(core::program_folder() / "fake-trainer").string(), behaviour,
                                  "0.05", "--epochs", std::to_string(options_.epochs())};
    options_.command.stdout_file = folder_ / "stdout.log";
    options_.command.stderr_file = folder_ / "stderr.log";
    options_.command.grace_s = 0.2;
    return measure_overhead(options_, measure::Instruments({}), stop_,
                            [this](int done) { pairs_done_.push_back(done); });
  }

  test::TemporaryFolder folder_;
  OverheadOptions options_;
  std::atomic<bool> stop_{false};
  std::vector<int> pairs_done_;
};

TEST_F(OverheadTest, TimesPairsOfEpochsOfWhichOneIsSampled) {
  const Overhead overhead = measure("good");
  EXPECT_THAT(overhead.with_s, testing::SizeIs(4));
  EXPECT_THAT(overhead.without_s, testing::SizeIs(4));
  EXPECT_THAT(overhead.with_s, testing::Each(testing::Ge(0.04)));
  EXPECT_GT(*overhead.resident_mib, 1);
  EXPECT_TRUE(overhead.cpu_percent.has_value());
  EXPECT_THAT(pairs_done_, testing::ElementsAre(1, 2, 3, 4));
  // Not sampled in the other four epochs, however long they last on a busy machine.
  const measure::Samples samples = measure::read_samples(folder_ / "samples.csv");
  const auto sum = [](const std::vector<double>& seconds) {
    return std::accumulate(seconds.begin(), seconds.end(), 0.0);
  };
  const double most_s = sum(overhead.with_s) + 0.6 * sum(overhead.without_s);
  EXPECT_GT(samples.t_s.size(), 10U);
  EXPECT_LT(static_cast<double>(samples.t_s.size()), options_.sampling_hz * most_s);
}

TEST_F(OverheadTest, SaysWhyTheTrainingEnded) {
  try {
    measure("exits_before_ready");
    FAIL() << "nothing was thrown";
  } catch (const core::SystemError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("before its ready line"),
                                             testing::HasSubstr("no data in /nowhere")));
  }
}

TEST_F(OverheadTest, EndsTheTrainingWithThePairsSoFarWhenItIsToStop) {
  stop_ = true;
  const Overhead overhead = measure("hangs_before_ready");
  EXPECT_THAT(overhead.with_s, testing::IsEmpty());
  EXPECT_FALSE(overhead.cpu_percent);
}

}  // namespace
}  // namespace tandem::execute
