#include "measure/process_children.h"

#include <gmock/gmock.h>

namespace tandem::measure {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<pid_t> listed(std::string_view list) {
  std::vector<pid_t> children;
  append_listed_children(list, children);
  return children;
}

TEST(ListedChildren, AreTheNumbersBeforeBlanks) {
  EXPECT_THAT(listed("17 18 4194304 "), ElementsAre(17, 18, 4194304));
  EXPECT_THAT(listed(""), IsEmpty());
  std::vector<pid_t> children{5};
  append_listed_children("7 ", children);
  EXPECT_THAT(children, ElementsAre(5, 7));
}

TEST(ListedChildren, AreNoPartsOfNumbers) {
  EXPECT_THAT(listed("17 41943"), ElementsAre(17)) << "cut off";
  EXPECT_THAT(listed("99999999999999999999 7 "), ElementsAre(7)) << "too large";
  EXPECT_THAT(listed("-3 0 4x x5 +6 7 "), ElementsAre(7)) << "no process";
}

}  // namespace
}  // namespace tandem::measure
