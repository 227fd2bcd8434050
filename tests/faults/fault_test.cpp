#include "faults/fault.h"

#include <gtest/gtest.h>

#include <set>

#include "core/file.h"

namespace tandem::test {

void PrintTo(const Found& found, std::ostream* out) {
  *out << "beside A: " << found.beside << "; A alone: " << found.a_alone
       << "; B alone: " << found.b_alone << "; exit codes: " << found.exits;
}
void PrintTo(const Fault* fault, std::ostream* out) {
  *out << fault->name;
}

namespace {

std::vector<const Fault*> quick_faults() {
  std::vector<const Fault*> quick;
  for (const Fault& fault : faults()) {
    if (!fault.slow) quick.push_back(&fault);
  }
  return quick;
}

std::string as_identifier(const testing::TestParamInfo<const Fault*>& it) {
  std::string name = std::to_string(it.index);
  bool begins_word = true;
  for (const char letter : it.param->name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(letter)) != 0;
    if (plain) name += begins_word ? static_cast<char>(std::toupper(letter)) : letter;
    begins_word = !plain;
  }
  return name;
}

class InjectedFault : public testing::TestWithParam<const Fault*> {};

TEST_P(InjectedFault, EndsInTheOutcomeOfTheTable) {
  FaultScene scene(*GetParam());
  EXPECT_EQ(scene.run(), GetParam()->expected) << GetParam()->injected;
  for (const std::string& violation : scene.violations()) ADD_FAILURE() << violation;
}

INSTANTIATE_TEST_SUITE_P(Each, InjectedFault, testing::ValuesIn(quick_faults()), as_identifier);

TEST(Faults, AreMoreThanFortyEachWithANameOfItsOwn) {
  std::set<std::pair<std::string_view, std::string_view>> names;
  for (const Fault& fault : faults()) {
    EXPECT_TRUE(names.emplace(fault.group, fault.name).second) << fault.name;
  }
  EXPECT_GT(names.size(), 40U);
}

TEST(Faults, AreInTheDocumentationAsTheCampaignFoundThem) {
  EXPECT_EQ(core::read_file(core::shipped_file("docs") / "faults.md"), faults_page({}))
      << "scripts/fault-campaign --kills 0 writes the page anew";
}

}  // namespace
}  // namespace tandem::test
