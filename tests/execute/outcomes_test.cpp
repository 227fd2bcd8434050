#include "execute/outcomes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

#include "core/file.h"
#include "core/language.h"
#include "execute/out_of_memory.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

using record::Outcome;
using testing::HasSubstr;

TEST(Outcomes, HaveEachANameOfItsOwnAndWhatAPersonCanDo) {
  std::set<std::string_view> names;
  for (const OutcomeKind& kind : outcome_kinds()) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    EXPECT_FALSE(kind.meaning.empty()) << kind.name;
    EXPECT_EQ(kind.advice.empty(), kind.status == Outcome::Status::ok) << kind.name;
  }
}

TEST(Outcomes, AreListedInTheDocumentation) {
  const std::string page = core::read_file(core::shipped_file("docs") / "outcomes.md");
  for (const OutcomeKind& kind : outcome_kinds()) {
    EXPECT_THAT(page, HasSubstr(fmt::format(
                          "| `{}` | {} | {} | {} | {} |", kind.name, record::name_of(kind.status),
                          kind.is_retried ? "yes" : "no", kind.meaning, kind.advice)));
  }
}

TEST(Outcomes, HaveANameAndAnAdviceInChinese) {
  const core::Texts& chinese = core::Texts::in(core::Language::chinese);
  for (const OutcomeKind& kind : outcome_kinds()) {
    const std::string name(kind.name);
    EXPECT_NE(chinese.word(name), name);
    if (!kind.advice.empty()) {
      EXPECT_NE(chinese.recorded(kind.advice), kind.advice);
    }
  }
  const std::string advice = outcome_said_by_trainer("its own", "").advice;
  EXPECT_NE(chinese.recorded(advice), advice);
}

TEST(Outcomes, OfATrainersOwnReasonAreNeverTandems) {
  const Outcome outcome = outcome_said_by_trainer("interrupted", "by itself");
  EXPECT_EQ(outcome.status, Outcome::Status::failed);
  EXPECT_EQ(outcome.name, "interrupted");
  EXPECT_EQ(outcome_said_by_trainer("non_finite_loss", "").name, "non_finite_loss");
}

TEST(Outcomes, OfAPairWhosePartnerEndedAreRetriedForThePartnersReason) {
  record::RunResult result;
  result.participants.resize(2);
  result.outcome = outcome_of_kind("partner_ended", "");
  result.participants[0].outcome = outcome_of_kind("partner_ended", "");
  result.participants[1].outcome = outcome_of_kind("non_finite_loss", "");
  EXPECT_FALSE(is_retried(result));
  result.participants[1].outcome = outcome_of_kind("lost", "");
  EXPECT_TRUE(is_retried(result));
}

TEST(OutOfMemory, IsToldFromTheLastLineThatSaysSo) {
  EXPECT_EQ(out_of_memory_line("epoch 1\nRuntimeError: CUDA out of memory. Tried to\nbye\n"),
            "RuntimeError: CUDA out of memory. Tried to");
  EXPECT_EQ(out_of_memory_line("terminate called after throwing 'std::bad_alloc'"),
            "terminate called after throwing 'std::bad_alloc'");
  EXPECT_EQ(out_of_memory_line("loss 0.3\n"), std::nullopt);
  EXPECT_EQ(disk_full_line("a\nwrite: No space left on device\n"),
            "write: No space left on device");
}

TEST(OutOfMemory, IsCountedByTheKernel) {
  const test::TemporaryFolder folder;
  folder.write("memory.events", "low 0\nhigh 0\nmax 12\noom 1\noom_kill 3\n");
  EXPECT_EQ(oom_kills(folder / "memory.events"), 3U);
  folder.write("empty", "");
  EXPECT_EQ(oom_kills(folder / "empty"), std::nullopt);
  EXPECT_EQ(oom_kills(folder / "nowhere"), std::nullopt);
}

}  // namespace
}  // namespace tandem::execute
