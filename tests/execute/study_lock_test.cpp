#include "execute/study_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
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
  EXPECT_THAT(lock_holder(folder.path()).value().describe(),
              HasSubstr("process " + std::to_string(::getpid())));
}

TEST(StudyLock, IsFreeAgainWhenItsHolderIsGone) {
  const test::TemporaryFolder folder;
  { const StudyLock lock(folder.path()); }
  EXPECT_FALSE(lock_holder(folder.path()).has_value());
  EXPECT_NO_THROW(StudyLock(folder.path()));
}

TEST(StudyLock, IsHeldByWhatTheSessionStartedAndIsWaitedForWhenTheSessionIsGone) {
  const test::TemporaryFolder folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t session = ::fork();
  if (session == 0) {
    const StudyLock lock(folder.path());
    if (::fork() == 0) {  // as a launcher, which ends a second after tandem was killed
      ::write(ready[1], "x", 1);
      ::sleep(2);
      ::_exit(0);
    }
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ::kill(session, SIGKILL);
  ::waitpid(session, nullptr, 0);
  const auto holder = lock_holder(folder.path());
  ASSERT_TRUE(holder) << "the trainings have not ended";
  EXPECT_FALSE(holder->is_alive());
  EXPECT_THAT(holder->describe(), HasSubstr("it was killed"));
  EXPECT_NO_THROW(StudyLock(folder.path())) << "waits for them";
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(StudyLock, OfAFolderThatIsNotThereCanNotBeTaken) {
  EXPECT_THROW(StudyLock("/proc/no/such/folder"), core::SystemError);
  EXPECT_FALSE(lock_holder("/proc/no/such/folder").has_value());
}

}  // namespace
}  // namespace tandem::execute
