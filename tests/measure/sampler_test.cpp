#include "measure/sampler.h"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <fstream>
#include <functional>
#include <memory>
#include <semaphore>
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
  int reads() const { return reads_; }
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
    return Sampler(std::move(sources), options(sampling_hz));
  }
  Sampler::Options options(double sampling_hz) const {
    return {.name = "host", .sampling_hz = sampling_hz, .origin = origin_, .samples_csv = csv_};
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

  ASSERT_EQ(recording.samples.t_s.size(), 2);
  EXPECT_GE(recording.samples.t_s[0], core::seconds_between(origin_, before_start));
  EXPECT_LE(recording.samples.t_s[0], core::seconds_between(origin_, after_start));
  EXPECT_GE(recording.samples.t_s[1], core::seconds_between(origin_, before_stop));
  EXPECT_THAT(*recording.samples.find("reads"), testing::ElementsAre(1, 2));
  EXPECT_EQ(recording.samples.find("writes"), nullptr);
  EXPECT_EQ(recording.sampling.name, "host");
  EXPECT_EQ(recording.sampling.problem, "");
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
  Sampler fast(std::move(sources), options(500));
  fast.start();
  source.wait_for_reads(20);
  const Recording recording = fast.stop();

  EXPECT_GE(recording.samples.t_s.size(), 21);
  EXPECT_EQ(recording.samples.find("first")->size(), recording.samples.t_s.size());
  EXPECT_EQ(*recording.samples.find("first"), *recording.samples.find("second"));
  EXPECT_TRUE(std::ranges::is_sorted(recording.samples.t_s));
  EXPECT_EQ(recording.sampling.ticks, recording.samples.t_s.size());
  EXPECT_EQ(lines_in_csv(), recording.samples.t_s.size() + 1);
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

TEST_F(SamplerTest, KeepsItsDeadlinesWithoutDrift) {
  auto source = std::make_unique<FakeSource>("reads", [](int) {
    std::this_thread::sleep_for(
        3ms);  // which a rhythm of "wait, then read" would add to each period
  });
  const FakeSource& counted = *source;
  Sampler regular = sampler(std::move(source), 100);
  regular.start();
  counted.wait_for_reads(60);
  const Recording recording = regular.stop();
  const std::vector<double>& t_s = recording.samples.t_s;
  // Of 50 deadlines, 49 periods apart, each was kept or counted as missed; a drift of 3 ms a tick
  // would add up to 150 ms.
  const double periods = (t_s[50] - t_s[1]) / 0.01;
  EXPECT_LT(periods, 49 + static_cast<double>(recording.sampling.missed_deadlines) + 2);
}

TEST_F(SamplerTest, TicksBetweenItsDeadlinesWhenAskedTo) {
  auto source = std::make_unique<FakeSource>("reads");
  const FakeSource& counted = *source;
  Sampler slow = sampler(std::move(source), 0.01);
  slow.start();
  for (int reads = 2; reads <= 3; ++reads) {
    std::this_thread::sleep_for(260ms);
    slow.tick_now();
    slow.tick_now();  // too soon after the other one
    counted.wait_for_reads(reads);
  }
  EXPECT_EQ(slow.stop().sampling.ticks, 4);
}

TEST_F(SamplerTest, KeepsARhythmThatIsLongerThanEachTimeBetweenTwoPauses) {
  auto source = std::make_unique<FakeSource>("reads");
  const FakeSource& counted = *source;
  Sampler slow = sampler(std::move(source), 5);
  slow.start();
  for (int i = 0; i < 8; ++i) {
    std::this_thread::sleep_for(60ms);
    slow.pause();
    std::this_thread::sleep_for(5ms);
    slow.resume();
  }
  EXPECT_GE(counted.reads(), 1 + 2) << "480 ms were sampled, at a period of 200 ms";
  slow.stop();
}

TEST_F(SamplerTest, ReadsNothingWhileItIsPausedAndMissesNoDeadlineByIt) {
  auto source = std::make_unique<FakeSource>("reads");
  const FakeSource& counted = *source;
  Sampler paused = sampler(std::move(source), 200);
  paused.start();
  counted.wait_for_reads(3);
  paused.pause();
  std::this_thread::sleep_for(10ms);  // one tick may be under way
  const int reads = counted.reads();
  std::this_thread::sleep_for(100ms);
  EXPECT_LE(counted.reads(), reads + 1);
  paused.resume();
  counted.wait_for_reads(reads + 4);
  const Recording recording = paused.stop();
  EXPECT_GE(recording.sampling.largest_gap_s, 0.1);
  EXPECT_LT(recording.sampling.missed_deadlines, 10) << "20 deadlines lay in the pause";
}

/// Answers the first reads and then blocks until the test lets it go.
class HangingSource final : public SignalSource {
 public:
  struct Driver {
    std::counting_semaphore<> comes_back{0};
    std::atomic<bool> hangs = false;
  };
  explicit HangingSource(std::shared_ptr<Driver> driver) : driver_(std::move(driver)) {}
  std::string name() const override { return "hanging"; }
  std::span<const Signal> signals() const override { return signals_; }
  void read(std::span<double> values) noexcept override {
    values[0] = 7;
    if (++reads_ < 3) return;
    driver_->hangs = true;
    driver_->hangs.notify_all();
    driver_->comes_back.acquire();
  }

 private:
  std::vector<Signal> signals_{{"hanging_w", "W", Behaviour::gauge, ""}};
  int reads_ = 0;
  std::shared_ptr<Driver> driver_;
};

TEST_F(SamplerTest, LeavesASourceBehindThatDoesNotAnswerAnyMoreAndKeepsWhatItHad) {
  const auto driver = std::make_shared<HangingSource::Driver>();
  Sampler::Options impatient = options(100);
  impatient.name = "gpu_0";
  impatient.patience_s = 0.05;
  std::vector<std::unique_ptr<SignalSource>> sources;
  sources.push_back(std::make_unique<HangingSource>(driver));
  Sampler hanging(std::move(sources), impatient);
  hanging.start();
  driver->hangs.wait(false);
  const Recording recording = hanging.stop();
  EXPECT_THAT(*recording.samples.find("hanging_w"), testing::ElementsAre(7, 7));
  EXPECT_THAT(
      recording.sampling.problem,
      testing::ContainsRegex("gpu_0 did not answer any more after 0\\.[0-9] s and was left"));
  driver->comes_back.release(2);  // the thread ends, and takes what it works on with it
}

TEST_F(SamplerTest, StartsWithoutASourceThatHangsFromTheBeginning) {
  const auto driver = std::make_shared<HangingSource::Driver>();
  Sampler::Options impatient = options(100);
  impatient.patience_s = 0.02;
  std::vector<std::unique_ptr<SignalSource>> sources;
  auto source = std::make_unique<HangingSource>(driver);
  std::array<double, 1> value;
  for (int i = 0; i < 2; ++i) source->read(value);
  sources.push_back(std::move(source));
  Sampler hanging(std::move(sources), impatient);
  hanging.start();
  const Recording recording = hanging.stop();
  EXPECT_TRUE(recording.samples.t_s.empty());
  EXPECT_THAT(recording.sampling.problem, testing::HasSubstr("was left behind"));
  driver->comes_back.release(2);
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
  EXPECT_TRUE(recording.samples.t_s.empty());
  EXPECT_TRUE(recording.samples.find("reads")->empty());
}

TEST_F(SamplerTest, SaysAtStopThatTheDiskWasFull) {
  std::vector<std::unique_ptr<SignalSource>> sources;
  sources.push_back(std::make_unique<FakeSource>("reads"));
  Sampler::Options to_full_disk = options(10);
  to_full_disk.samples_csv = "/dev/full";
  Sampler full(std::move(sources), to_full_disk);
  full.start();
  const Recording recording = full.stop();
  EXPECT_EQ(recording.sampling.problem,
            "'/dev/full' could not be written: No space left on device");
  EXPECT_TRUE(recording.samples.t_s.empty());
}

}  // namespace
}  // namespace tandem::measure
