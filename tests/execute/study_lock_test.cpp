#include "execute/study_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/error.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

using ::testing::HasSubstr;

TEST(StudyLock, RefusesASecondHolderAndNamesTheFirst) {
  const test::TemporaryFolder folder;
  const StudyLock lock(folder.path());
  try {
    const StudyLock second(folder.path());
    FAIL() << "no error";
  } catch (const StudyIsBusy& error) {
    EXPECT_THAT(error.what(), HasSubstr("process " + std::to_string(::getpid())));
  }
  EXPECT_THAT(lock_holder(folder.path()).value(), HasSubstr(std::to_string(::getpid())));
}

TEST(StudyLock, IsFreeAgainWhenItsHolderIsGone) {
  const test::TemporaryFolder folder;
  { const StudyLock lock(folder.path()); }
  EXPECT_FALSE(lock_holder(folder.path()).has_value());
  EXPECT_NO_THROW(StudyLock(folder.path()));
}

TEST(StudyLock, OfAFolderThatIsNotThereCanNotBeTaken) {
  EXPECT_THROW(StudyLock("/proc/no/such/folder"), core::SystemError);
  EXPECT_FALSE(lock_holder("/proc/no/such/folder").has_value());
}

}  // namespace
}  // namespace tandem::execute
