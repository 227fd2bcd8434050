#include "measure/sampler.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <thread>
#include <utility>

#include "core/error.h"
#include "temporary_folder.h"

namespace tandem::measure {
namespace {

using namespace std::chrono_literals;

/// Counts its reads and does something at each.
class FakeSource final : public SignalSource {
 public:
  explicit FakeSource(
      std::string signal_name, std::function<void(int)> at_read = [](int) {})
      : signals_{{std::move(signal_name), "1", Behaviour::counter, "number of reads"}},
        at_read_(std::move(at_read)) {}
  std::string name() const override { return "fake"; }
  std::span<const Signal> signals() const override { return signals_; }
  void read(std::span<double> values) noexcept override {
    values[0] = ++reads_;
    at_read_(reads_);
    reads_.notify_all();
  }
  void wait_for_reads(int count) const {
    for (int seen = reads_; seen < count; seen = reads_) reads_.wait(seen);
  }

 private:
  std::vector<Signal> signals_;
  std::function<void(int)> at_read_;
  std::atomic<int> reads_ = 0;
};

class SamplerTest : public testing::Test {
 protected:
  Sampler sampler(std::unique_ptr<SignalSource> source, double sampling_hz) const {
    std::vector<std::unique_ptr<SignalSource>> sources;
    sources.push_back(std::move(source));
    return Sampler(std::move(sources), sampling_hz, origin_, csv_);
  }
  size_t lines_in_csv() const {
    std::ifstream file(csv_);
    size_t lines = 0;
    for (std::string line; std::getline(file, line);) ++lines;
    return lines;
  }

  const core::Time origin_ = core::Clock::now();
  test::TemporaryFolder folder_;
  const std::filesystem::path csv_ = folder_.path() / "samples.csv";
};

TEST_F(SamplerTest, ReadsAtStartAndAtStopHoweverShortTheRun) {
  Sampler slow = sampler(std::make_unique<FakeSource>("reads"), 0.01);
  const core::Time before_start = core::Clock::now();
  slow.start();
  const core::Time after_start = core::Clock::now();
  const core::Time before_stop = core::Clock::now();
  const Recording recording = slow.stop();

  ASSERT_EQ(recording.t_s.size(), 2);
  EXPECT_GE(recording.t_s[0], core::seconds_between(origin_, before_start));
  EXPECT_LE(recording.t_s[0], core::seconds_between(origin_, after_start));
  EXPECT_GE(recording.t_s[1], core::seconds_between(origin_, before_stop));
  EXPECT_THAT(*recording.find("reads"), testing::ElementsAre(1, 2));
  EXPECT_EQ(recording.find("writes"), nullptr);
  EXPECT_EQ(recording.sampling.period_s, 100);
  EXPECT_EQ(recording.sampling.ticks, 2);
  EXPECT_EQ(recording.sampling.missed_deadlines, 0);
}

TEST_F(SamplerTest, KeepsAllSourcesOnOneTimeBaseAndWritesEveryTick) {
  std::vector<std::unique_ptr<SignalSource>> sources;
  auto first = std::make_unique<FakeSource>("first");
  const FakeSource& source = *first;
  sources.push_back(std::move(first));
  sources.push_back(std::make_unique<FakeSource>("second"));
  Sampler fast(std::move(sources), 500, origin_, csv_);
  fast.start();
  source.wait_for_reads(20);
  const Recording recording = fast.stop();

  EXPECT_GE(recording.t_s.size(), 21);
  EXPECT_EQ(recording.find("first")->size(), recording.t_s.size());
  EXPECT_EQ(*recording.find("first"), *recording.find("second"));
  EXPECT_TRUE(std::ranges::is_sorted(recording.t_s));
  EXPECT_EQ(recording.sampling.ticks, recording.t_s.size());
  EXPECT_EQ(lines_in_csv(), recording.t_s.size() + 1);
}

TEST_F(SamplerTest, CountsTheDeadlinesThatASlowSourceMissesAndDoesNotCatchUp) {
  auto slow = std::make_unique<FakeSource>("reads", [](int reads) {
    if (reads == 3) std::this_thread::sleep_for(210ms);
  });
  const FakeSource& source = *slow;
  Sampler late = sampler(std::move(slow), 50);
  const core::Time begin = core::Clock::now();
  late.start();
  source.wait_for_reads(6);
  const Recording recording = late.stop();
  const double elapsed_s = core::seconds_between(begin, core::Clock::now());

  EXPECT_GE(recording.sampling.missed_deadlines, 9);
  EXPECT_GE(recording.sampling.largest_gap_s, 0.21);
  // Each deadline that has passed was either kept or missed; start and stop have none.
  const long kept = recording.sampling.ticks - 2;
  EXPECT_LE(static_cast<double>(kept + recording.sampling.missed_deadlines), elapsed_s / 0.02);
}

TEST_F(SamplerTest, StopsAtOnce) {
  double fastest_s = 1e9;
  for (int i = 0; i < 3; ++i) {  // the best of three, for the machine may be busy
    Sampler slow = sampler(std::make_unique<FakeSource>("reads"), 0.01);
    slow.start();
    const core::Time begin = core::Clock::now();
    slow.stop();
    fastest_s = std::min(fastest_s, core::seconds_between(begin, core::Clock::now()));
  }
  EXPECT_LT(fastest_s, 0.2);
}

TEST_F(SamplerTest, EndsItsThreadWhenItIsNeverStopped) {
  Sampler abandoned = sampler(std::make_unique<FakeSource>("reads"), 100);
  abandoned.start();
}

TEST_F(SamplerTest, GivesNothingWhenItWasNeverStarted) {
  const Recording recording = sampler(std::make_unique<FakeSource>("reads"), 10).stop();
  EXPECT_TRUE(recording.t_s.empty());
  EXPECT_TRUE(recording.find("reads")->empty());
}

TEST_F(SamplerTest, ReportsAtStopThatTheDiskWasFull) {
  std::vector<std::unique_ptr<SignalSource>> sources;
  sources.push_back(std::make_unique<FakeSource>("reads"));
  Sampler full(std::move(sources), 10, origin_, "/dev/full");
  full.start();
  try {
    full.stop();
    FAIL() << "nothing was thrown";
  } catch (const core::SystemError& error) {
    EXPECT_STREQ(error.what(), "can't write '/dev/full': No space left on device");
  }
}

}  // namespace
}  // namespace tandem::measure
