#include "execute/conformance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/file.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Programs that would go on for ever, were they not ended.
class ConformanceTest : public ::testing::Test {
 protected:
  Conformance check(const std::string& script, const ConformanceLimits& limits) {
    Command command;
    command.arguments = {"/bin/sh", "-c", script};
    command.stdout_file = folder_ / "stdout.log";
    command.stderr_file = folder_ / "stderr.log";
    command.grace_s = 0.3;
    return check_conformance(command, limits, stop_, [this](const SaidLine&) {
      ++lines_;
      stop_ = stops_at_a_line_;
    });
  }

  test::TemporaryFolder folder_;
  std::atomic<bool> stop_{false};
  bool stops_at_a_line_ = false;
  size_t lines_ = 0;
};

TEST_F(ConformanceTest, EndsAProgramAfterTooManyMistakes) {
  const Conformance conformance = check("yes nonsense >&\"$TANDEM_EVENTS\"", {.complaints = 3});
  EXPECT_THAT(conformance.complaints, ElementsAre(HasSubstr("line 1"), HasSubstr("line 2"),
                                                  HasSubstr("line 3"), "ended after 3 mistakes"));
  EXPECT_EQ(lines_, 3U);
  EXPECT_FALSE(conformance.end);
}

TEST_F(ConformanceTest, EndsAProgramThatSaysTooMuchEvenInOneLine) {
  const Conformance conformance =
      check("cat /dev/zero >&\"$TANDEM_EVENTS\"", {.said_bytes = 1 << 20});
  EXPECT_EQ(conformance.complaints.back(), "it said more than 1 MiB, without \"ready\"");
}

TEST_F(ConformanceTest, EndsAProgramThatFloodsItsLog) {
  const Conformance conformance = check("yes | head -c 2M >&2; sleep 300", {.log_bytes = 1 << 20});
  EXPECT_THAT(conformance.complaints,
              ElementsAre("one of its logs has more than 1 MiB, without \"ready\""));
}

TEST_F(ConformanceTest, KeepsTheLogsOfTheCalledOffProgramApart) {
  Command command;
  command.arguments = {"/bin/sh", "-c", "echo said >&2; exit 5"};
  command.stdout_file = folder_.write("stdout.log", "");
  command.stderr_file = folder_.write("stderr.log", "of the first pass\n");
  EXPECT_EQ(check_called_off(command, {}, stop_), std::nullopt);
  EXPECT_EQ(core::read_file(folder_ / "stderr.log"), "of the first pass\n");
  EXPECT_EQ(core::read_file(folder_ / "called_off.stderr.log"), "said\n");
}

TEST_F(ConformanceTest, SaysThatItWasInterruptedAndBlamesNobodyForThat) {
  stops_at_a_line_ = true;
  const Conformance conformance =
      check("echo '{\"type\":\"ready\",\"protocol\":1}' >&\"$TANDEM_EVENTS\"; sleep 300", {});
  EXPECT_THAT(conformance.complaints,
              ElementsAre("interrupted before it had ended, after \"ready\""));
}

}  // namespace
}  // namespace tandem::execute
