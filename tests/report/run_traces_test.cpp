#include "report/run_traces.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "report/downsample.h"
#include "report/packed.h"
#include "unpacked.h"

namespace tandem::report {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Ge;
using testing::Le;
using testing::SizeIs;

std::vector<std::uint16_t> numbers_of(const std::string& bytes) {
  std::vector<std::uint16_t> numbers;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    numbers.push_back(static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[i]) |
                                                 static_cast<unsigned char>(bytes[i + 1]) << 8U));
  }
  return numbers;
}

TEST(SamplesToKeepTest, KeepsAllOfAShortCurve) {
  EXPECT_THAT(samples_to_keep(std::vector<double>{3, 1, 2}, 10), ElementsAre(0, 1, 2));
  EXPECT_THAT(samples_to_keep({}, 10), ElementsAre());
}

TEST(SamplesToKeepTest, KeepsTheSmallestAndLargestOfEachStretchAndTheEnds) {
  std::vector<double> values(1000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i * 7919 % 1009);
  const std::vector<size_t> kept = samples_to_keep(values, 42);
  EXPECT_THAT(kept, AllOf(SizeIs(Le(42U)), Contains(0U), Contains(999U)));
  EXPECT_TRUE(std::ranges::is_sorted(kept));
  for (size_t stretch = 0; stretch < 20; ++stretch) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(stretch * 50);
    EXPECT_THAT(kept, Contains(std::min_element(begin, begin + 50) - values.begin()));
    EXPECT_THAT(kept, Contains(std::max_element(begin, begin + 50) - values.begin()));
  }
}

TEST(SamplesToKeepTest, KeepsAGapAndDoesNotTakeItForAValue) {
  std::vector<double> values(1000, 5.0);
  values[500] = NAN;
  values[700] = 9;
  EXPECT_THAT(samples_to_keep(values, 40), AllOf(SizeIs(Le(40U)), Contains(500U), Contains(700U)));
  const std::vector<double> none(1000, NAN);
  EXPECT_THAT(samples_to_keep(none, 40), AllOf(SizeIs(Ge(2U)), SizeIs(Le(40U))));
}

TEST(RunTracesTest, WritesTimesAsDifferencesAndValuesOverTheirRange) {
  RunTraces traces;
  traces.add({}, {{"gpu_power", "", "W", {0, 5, 10}, {100, NAN, 300}}});
  const core::Json& series = traces.document().at(0).at("series").at(0);
  EXPECT_EQ(series.at("low"), 100);
  EXPECT_EQ(series.at("high"), 300);
  EXPECT_EQ(series.at("kept"), 3);
  EXPECT_EQ(series.at("at"), 0);
  EXPECT_THAT(numbers_of(traces.samples()), ElementsAre(0, 32768, 32767, 0, 65535, 65534));
}

TEST(RunTracesTest, GivesEachRunItsShareOfTheRoom) {
  const std::vector<double> time = [] {
    std::vector<double> t_s(50'000);
    for (size_t i = 0; i < t_s.size(); ++i) t_s[i] = static_cast<double>(i) * 0.1;
    return t_s;
  }();
  const Trace trace{"gpu_power", "", "W", time, time};
  const auto kept = [&](size_t runs) {
    RunTraces traces(runs);
    traces.add({}, {trace});
    return traces.document().at(0).at("series").at(0).at("kept").get<size_t>();
  };
  EXPECT_EQ(kept(1), 50'000U);
  EXPECT_THAT(kept(132), AllOf(Ge(1900U), Le(2000U)));
  EXPECT_THAT(kept(10'000), AllOf(Ge(100U), Le(200U)));
}

TEST(RunTracesTest, LeavesOutWhatHasNoSamples) {
  RunTraces traces;
  traces.add({}, {{"gpu_power", "", "W", {}, {}}});
  traces.add({}, {{"gpu_power", "", "W", {0, 1}, {NAN, NAN}}});
  EXPECT_EQ(traces.document(), core::Json::array());
}

TEST(RunTracesTest, MarksEveryFewthOfVeryManyEpochs) {
  record::RunResult run;
  run.participants.resize(1);
  for (int epoch = 1; epoch <= 1000; ++epoch) {
    record::EpochRecord record;
    record.epoch = epoch;
    record.end_s = epoch;
    run.participants[0].epochs.push_back(record);
  }
  RunTraces traces;
  traces.add(run, {{"gpu_power", "", "W", {0, 1000}, {1, 2}}});
  const core::Json& epochs = traces.document().at(0).at("epochs").at(0);
  EXPECT_EQ(epochs.at("every"), 9);
  EXPECT_EQ(epochs.at("ends_s").at(0), 9);
  EXPECT_EQ(epochs.at("ends_s").size(), 111U);
}

TEST(PackedTest, IsUndoneByInflating) {
  for (const std::string& text : {std::string(), std::string("a"), std::string("ab\0c", 4),
                                  std::string(100'000, '<') + "</script>"}) {
    const std::string made = packed(text);
    EXPECT_EQ(made.find('<'), std::string::npos);
    EXPECT_EQ(test::unpacked(made), text);
  }
}

}  // namespace
}  // namespace tandem::report
