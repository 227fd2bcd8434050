#include "measure/samples_csv.h"

#include <gmock/gmock.h>

#include <array>

#include "core/error.h"
#include "core/file.h"
#include "temporary_folder.h"

namespace tandem::measure {
namespace {

const std::vector<Signal> two_signals{{"power_w", "W", Behaviour::gauge, ""},
                                      {"energy_j", "J", Behaviour::counter, ""}};

TEST(SamplesCsv, WritesNamesAndLeavesMissingCellsEmpty) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "samples.csv";
  SamplesCsv csv(path, two_signals);
  csv.append(0, std::array{1.5, 10.0});
  csv.append(0.1, std::array{missing_sample, 1e-7});
  csv.append(0.2, std::array{0.1, missing_sample});
  csv.finish();
  EXPECT_EQ(core::read_file(path), "t_s,power_w,energy_j\n0,1.5,10\n0.1,,1e-07\n0.2,0.1,\n");
}

TEST(SamplesCsv, WritesNumbersThatReadBackEqual) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "samples.csv";
  constexpr double awkward = 0.1 + 0.2;
  SamplesCsv csv(path, two_signals);
  csv.append(1.0 / 3, std::array{awkward, 262143.32885});
  csv.finish();
  const std::string text = core::read_file(path);
  EXPECT_EQ(std::stod(text.substr(text.find('\n') + 1)), 1.0 / 3);
  EXPECT_EQ(std::stod(text.substr(text.find(',', text.find('\n')) + 1)), awkward);
}

TEST(SamplesCsv, LeavesItsSamplesWhenTheRunIsKilled) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "samples.csv";
  SamplesCsv csv(path, two_signals);
  csv.append(100.0, std::array{1.0, 1.0});
  csv.append(100.1, std::array{2.0, 2.0});
  csv.append(100.9, std::array{3.0, 3.0});
  EXPECT_THAT(core::read_file(path), testing::EndsWith("100.9,3,3\n")) << "before finish()";
}

TEST(SamplesCsv, RemembersThatTheDiskWasFull) {
  SamplesCsv csv("/dev/full", two_signals);
  csv.append(0, std::array{1.0, 1.0});
  csv.append(1, std::array{1.0, 1.0});
  try {
    csv.finish();
    FAIL() << "nothing was thrown";
  } catch (const core::SystemError& error) {
    EXPECT_STREQ(error.what(), "can't write '/dev/full': No space left on device");
  }
}

TEST(SamplesCsv, NamesTheFileThatCannotBeMade) {
  try {
    SamplesCsv csv("/no/such/folder/samples.csv", two_signals);
    FAIL() << "nothing was thrown";
  } catch (const core::SystemError& error) {
    EXPECT_STREQ(error.what(),
                 "can't make '/no/such/folder/samples.csv': No such file or directory");
  }
}

}  // namespace
}  // namespace tandem::measure
