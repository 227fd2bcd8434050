#include "measure/samples_file.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>

#include "core/error.h"
#include "core/file.h"
#include "temporary_folder.h"

namespace tandem::measure {
namespace {

using testing::ElementsAre;

const std::vector<Signal> two_signals{{"power_w", "W", Behaviour::gauge, ""},
                                      {"energy_j", "J", Behaviour::counter, ""}};

TEST(SamplesWriter, WritesNamesAndLeavesMissingCellsEmpty) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "samples.csv";
  SamplesWriter writer(path, two_signals);
  writer.append(0, std::array{1.5, 10.0});
  writer.append(0.1, std::array{missing_sample, 1e-7});
  writer.append(0.2, std::array{0.1, missing_sample});
  EXPECT_EQ(core::read_file(path), "t_s,power_w,energy_j\n0,1.5,10\n0.1,,1e-07\n0.2,0.1,\n");
  EXPECT_EQ(writer.error(), 0);
}

TEST(SamplesWriter, HandsEachSampleToTheSystemAtOnce) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "samples.csv";
  SamplesWriter writer(path, two_signals);
  EXPECT_EQ(core::read_file(path), "t_s,power_w,energy_j\n");
  writer.append(100.0, std::array{1.0, 1.0});
  EXPECT_THAT(core::read_file(path), testing::EndsWith("\n100,1,1\n")) << "a kill loses nothing";
}

TEST(SamplesWriter, HasRoomForTheLongestNumbers) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "samples.csv";
  constexpr double longest = -2.2250738585072014e-308;
  SamplesWriter writer(path, two_signals);
  writer.append(longest, std::array{longest, longest});
  EXPECT_THAT(read_samples(path).values, ElementsAre(ElementsAre(longest), ElementsAre(longest)));
}

TEST(SamplesWriter, RemembersThatTheDiskWasFull) {
  SamplesWriter writer("/dev/full", two_signals);
  writer.append(0, std::array{1.0, 1.0});
  EXPECT_EQ(writer.error(), ENOSPC);
}

TEST(SamplesWriter, NamesTheFileThatCannotBeMade) {
  try {
    SamplesWriter("/nowhere/samples.csv", two_signals);
    FAIL() << "nothing was thrown";
  } catch (const core::SystemError& error) {
    EXPECT_STREQ(error.what(), "can't make '/nowhere/samples.csv': No such file or directory");
  }
}

TEST(Samples, ReadBackEqualToTheLastBit) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "samples.csv";
  constexpr double awkward = 0.1 + 0.2;
  SamplesWriter writer(path, two_signals);
  writer.append(1.0 / 3, std::array{awkward, 262143.32885});
  writer.append(2.0 / 3, std::array{missing_sample, 1e300});
  const Samples samples = read_samples(path);
  EXPECT_THAT(samples.names, ElementsAre("power_w", "energy_j"));
  EXPECT_THAT(samples.t_s, ElementsAre(1.0 / 3, 2.0 / 3));
  EXPECT_THAT(*samples.find("energy_j"), ElementsAre(262143.32885, 1e300));
  EXPECT_EQ(samples.find("power_w")->front(), awkward);
  EXPECT_TRUE(std::isnan(samples.find("power_w")->back()));
  EXPECT_EQ(samples.find("voltage_v"), nullptr);
}

TEST(Samples, LeaveOutALineThatTheKilledWriterDidNotEnd) {
  const Samples samples = parse_samples("t_s,a\n0,1\n0.1,12", "f");
  EXPECT_THAT(samples.t_s, ElementsAre(0));
  EXPECT_THAT(samples.values, ElementsAre(ElementsAre(1)));
}

struct Broken {
  const char* text;
  const char* complaint;
};

class BrokenSamples : public testing::TestWithParam<Broken> {};

TEST_P(BrokenSamples, NameTheLineWhatStandsThereAndWhatShould) {
  try {
    parse_samples(GetParam().text, "samples.csv");
    FAIL() << "nothing was thrown";
  } catch (const core::SystemError& error) {
    EXPECT_STREQ(error.what(), GetParam().complaint);
  }
}

INSTANTIATE_TEST_SUITE_P(
    AllOf, BrokenSamples,
    testing::Values(
        Broken{"", "'samples.csv', line 1: not a file of samples, expected the column t_s first"},
        Broken{"time,a\n0,1\n",
               "'samples.csv', line 1: not a file of samples, expected the column t_s first"},
        Broken{"t_s,energy_",
               "'samples.csv', line 1: no end of the line, expected the names of all "
               "signals"},
        Broken{"t_s,a,\n0,1,\n",
               "'samples.csv', line 1: a column without a name, expected the name of a signal"},
        Broken{"t_s,\n0,\n",
               "'samples.csv', line 1: a column without a name, expected the name of a signal"},
        Broken{"t_s,a\n0,1\n0.1\n",
               "'samples.csv', line 3: 1 cells, expected 2 as in the first line"},
        Broken{"t_s,a\n0,1,2\n", "'samples.csv', line 2: 3 cells, expected 2 as in the first line"},
        Broken{"t_s,a\n,1\n", "'samples.csv', line 2: \"\", expected seconds"},
        Broken{"t_s,a\n0,1W\n",
               "'samples.csv', line 2: \"1W\", expected a number or an empty cell"},
        Broken{"t_s,a\n0,nan\n",
               "'samples.csv', line 2: \"nan\", expected a number or an empty cell"},
        Broken{"t_s,a\n1,1\n0.5,1\n",
               "'samples.csv', line 3: 0.5 s after 1 s, expected times in their order"}));

}  // namespace
}  // namespace tandem::measure
