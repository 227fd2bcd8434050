#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "core/error.h"
#include "execute/session.h"
#include "record/index.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

using record::Outcome;
using record::RunResult;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// What the devices of a session have done, told by all of their threads.
class Journal {
 public:
  void begin(const std::string& device, const std::string& run) {
    const std::lock_guard guard(mutex_);
    EXPECT_TRUE(busy_.insert(device).second) << device << " makes two runs at once";
    runs_[device].push_back(run);
    most_at_once_ = std::max(most_at_once_, busy_.size());
    changed_.notify_all();
  }
  void end(const std::string& device) {
    const std::lock_guard guard(mutex_);
    busy_.erase(device);
  }
  /// Waits until so many runs have begun, not longer than a loaded machine may need.
  void wait_for_begun(size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(
        changed_.wait_for(lock, std::chrono::seconds(60), [&] { return begun() >= count; }));
  }
  std::vector<std::string> of(const std::string& device) { return runs_[device]; }
  size_t begun() const {
    size_t sum = 0;
    for (const auto& [device, runs] : runs_) sum += runs.size();
    return sum;
  }
  size_t most_at_once() const { return most_at_once_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> busy_;
  std::map<std::string, std::vector<std::string>> runs_;
  size_t most_at_once_ = 0;
};

/// Makes runs without processes; `during` may hold them up, and says how each ends.
class FakeDevice : public RunExecutor {
 public:
  FakeDevice(std::string name, Journal& journal) : name_(std::move(name)), journal_(journal) {}
  RunResult execute(const study::PlannedRun& run, int attempt, const std::filesystem::path&,
                    const std::atomic<bool>&, RunObserver& observer) override {
    journal_.begin(name_, run.id);
    RunResult result;
    result.run_id = run.id;
    result.attempt = attempt;
    result.spec = run.spec;
    result.device = name_;
    observer.loading();
    observer.started();
    for (int epoch = 1; epoch <= 3; ++epoch) observer.epoch_done(0, epoch, 3);
    try {
      if (during) result.outcome = during(run.id);
    } catch (...) {
      journal_.end(name_);
      throw;
    }
    journal_.end(name_);
    return result;
  }

  std::function<Outcome(const std::string& run)> during;

 private:
  std::string name_;
  Journal& journal_;
};

/// Notes what it is told. It has no lock: the thread sanitizer sees two that tell it at once.
class Listener : public SessionObserver {
 public:
  void session_begins(size_t, size_t, const std::vector<const study::PlannedRun*>&,
                      const std::vector<std::string>& devices) override {
    names = devices;
  }
  void run_begins(size_t device, const study::PlannedRun& run, size_t place, int) override {
    EXPECT_TRUE(in_flight.emplace(device, run.id).second);
    places.insert(place);
  }
  void epoch_done(size_t device, size_t, int, int) override { ++epochs[in_flight.at(device)]; }
  void run_ends(size_t device, const RunResult& result, double, bool) override {
    EXPECT_EQ(in_flight.at(device), result.run_id);
    in_flight.erase(device);
  }
  void device_given_up(size_t device, const std::string& why) override {
    in_flight.erase(device);
    given_up[device] = why;
  }

  std::vector<std::string> names;
  std::map<size_t, std::string> in_flight;
  std::set<size_t> places;
  std::map<std::string, int> epochs;
  std::map<size_t, std::string> given_up;
};

class SeveralDevicesTest : public ::testing::Test {
 protected:
  void plan(const std::string& id, double expected_s, std::optional<size_t> device = std::nullopt,
            int repetition = 1) {
    study::PlannedRun run{{}, id, expected_s, device};
    run.spec.repetition = repetition;
    plan_.runs.push_back(run);
  }
  SessionSummary run(const SessionOptions& options = {}) {
    return run_session(plan_, store_, {{"left", &left_}, {"right", &right_}}, options, stop_,
                       listener_);
  }

  test::TemporaryFolder folder_;
  record::RunStore store_{folder_.path()};
  study::Plan plan_;
  Journal journal_;
  FakeDevice left_{"left", journal_};
  FakeDevice right_{"right", journal_};
  StopRequest stop_;
  Listener listener_;
};

TEST_F(SeveralDevicesTest, MakeTheRunsThatAreBoundToThemInThePlansOrderAndAtTheSameTime) {
  for (const char* id : {"a", "b", "c"}) plan(id, 1, 0);
  for (const char* id : {"d", "e"}) plan(id, 9, 1);
  const auto wait_for_the_other = [this](const std::string&) {
    journal_.wait_for_begun(2);
    return Outcome{};
  };
  left_.during = right_.during = wait_for_the_other;
  EXPECT_EQ(run().ok, 5U);
  EXPECT_THAT(journal_.of("left"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(journal_.of("right"), ElementsAre("d", "e"));
  EXPECT_EQ(journal_.most_at_once(), 2U);
  EXPECT_THAT(listener_.names, ElementsAre("left", "right"));
  EXPECT_THAT(listener_.places, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(listener_.epochs["e"], 3);
  EXPECT_EQ(record::Index(record::Index::file_of(store_)).size(), 5);
  EXPECT_EQ(store_.read_deciding("d")->device, "right");
  EXPECT_EQ(run().already_done, 5U);
}

TEST_F(SeveralDevicesTest, TakeTheLongestOfTheRunsThatAnyOfThemMayMakeOnceEach) {
  plan("later", 100, {}, 2);
  for (const auto& [id, expected_s] : {std::pair("short", 1.0), {"long", 9.0}, {"middle", 5.0}}) {
    plan(id, expected_s);
  }
  // The right one holds on to its first run until the left one has made all others.
  right_.during = [this](const std::string&) {
    journal_.wait_for_begun(4);
    return Outcome{};
  };
  left_.during = [this](const std::string&) {
    journal_.wait_for_begun(2);
    return Outcome{};
  };
  EXPECT_EQ(run().ok, 4U);
  ASSERT_THAT(journal_.of("right"), SizeIs(1));
  std::vector<std::string> order = journal_.of("left");
  const std::string first = journal_.of("right")[0];
  EXPECT_TRUE(first == "long" || first == "middle") << first;
  EXPECT_THAT(order, ElementsAre(first == "long" ? "middle" : "long", "short", "later"));
}

TEST_F(SeveralDevicesTest, EndAfterTheirRunsInFlightWhenAskedTo) {
  for (const char* id : {"a", "b", "c", "d", "e"}) plan(id, 1);
  const auto stop = [this](const std::string&) {
    journal_.wait_for_begun(2);
    stop_.after_run = true;
    return Outcome{};
  };
  left_.during = right_.during = stop;
  const SessionSummary summary = run();
  EXPECT_TRUE(summary.interrupted);
  EXPECT_EQ(summary.ok, 2U);
  EXPECT_EQ(journal_.begun(), 2U);
}

TEST_F(SeveralDevicesTest, GoOnWithoutOneThatCanNotGoOn) {
  for (const char* id : {"a", "b"}) plan(id, 1, 0);
  for (const char* id : {"c", "d"}) plan(id, 1, 1);
  left_.during = [](const std::string&) -> Outcome {
    throw core::SystemError("the GPU GPU-1 is in use by another program");
  };
  try {
    run();
    FAIL() << "nobody was told";
  } catch (const core::SystemError& error) {
    EXPECT_THAT(error.what(), HasSubstr("GPU-1 is in use"));
  }
  EXPECT_THAT(journal_.of("left"), ElementsAre("a"));
  EXPECT_THAT(journal_.of("right"), ElementsAre("c", "d"));
  ASSERT_THAT(listener_.given_up, SizeIs(1));
  EXPECT_THAT(listener_.given_up[0], HasSubstr("GPU-1 is in use"));
  const std::vector<RunResult> attempts = store_.read_run("a");
  ASSERT_THAT(attempts, SizeIs(1));
  EXPECT_EQ(attempts[0].outcome.name, "system_failure");
  EXPECT_EQ(attempts[0].device, "left");
  left_.during = nullptr;
  EXPECT_EQ(run().ok, 2U);
  EXPECT_THAT(store_.unfinished_attempts(), IsEmpty());
}

TEST_F(SeveralDevicesTest, MakeARunAgainThatTheMachineSpoilt) {
  plan("a", 1, 0);
  plan("b", 1, 1);
  right_.during = [](const std::string&) {
    return Outcome{Outcome::Status::invalid, "suspended", "", ""};
  };
  const SessionSummary summary = run({.retries = 1});
  EXPECT_EQ(summary.ok, 1U);
  EXPECT_EQ(summary.made_again, 1U);
  EXPECT_EQ(summary.failed, 1U);
  EXPECT_THAT(journal_.of("right"), ElementsAre("b", "b"));
}

TEST_F(SeveralDevicesTest, CallWhatAKillCutOffOnEachOfThemByItsNameAndDevice) {
  plan("a", 1, 0);
  plan("b", 1, 1);
  for (const char* id : {"a", "b"}) store_.begin_attempt(id);
  folder_.write("runs/b/1/run.json", R"({"device":"right"})");
  EXPECT_EQ(run().ok, 2U);
  EXPECT_EQ(store_.read_run("b").at(0).outcome.name, "cut_off");
  EXPECT_EQ(store_.read_run("b").at(0).device, "right");
  EXPECT_THAT(journal_.of("right"), ElementsAre("b"));
}

}  // namespace
}  // namespace tandem::execute
