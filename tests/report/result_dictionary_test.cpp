#include "report/result_dictionary.h"

#include <gmock/gmock.h>

#include <set>

#include "record/results.h"

namespace tandem::report {
namespace {

using core::Json;

/// Members whose names are the study's own, not ours; what stands in them is not described.
const std::set<std::string> open_members = {"participants[].hyperparameters",
                                            "participants[].metrics",
                                            "participants[].described",
                                            "participants[].epochs[].metrics",
                                            "participants[].outcome",
                                            "spec.participants",
                                            "spec.resources",
                                            "spec.sharing",
                                            "gpu.at_end"};

bool is_energy(const Json& value) {
  return value.is_object() && value.contains("energy_source") && value.contains("joules");
}
bool is_missing(const Json& value) {
  return value.is_object() && value.size() == 1 && value.contains("missing");
}

void collect(const Json& value, const std::string& path, std::set<std::string>& paths) {
  if (open_members.contains(path) || is_missing(value)) return;
  if (is_energy(value)) {
    for (const auto& [name, member] : value.items()) paths.insert("*." + name);
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.items()) {
      const std::string inner = path.empty() ? name : path + "." + name;
      paths.insert(inner);
      collect(member, inner, paths);
    }
  } else if (value.is_array()) {
    for (const Json& item : value) collect(item, path + "[]", paths);
  }
}

TEST(ResultDictionary, DescribesEveryMemberOfAResultAndNoOther) {
  record::RunResult result = test::concurrent_result();
  result.imported = test::import_record();
  result.cpu_energy_total_joules.instead_of = "no permission";
  result.spec.gpu = "GPU-1";
  result.spec.any_cores = 2;
  result.spec.sharing.mode = study::Sharing::Mode::mps;
  std::set<std::string> paths;
  collect(record::to_document(result), "", paths);
  std::set<std::string> described;
  for (const DescribedMember& member : result_dictionary()) {
    EXPECT_TRUE(described.insert(member.path).second) << member.path << " stands twice";
  }
  EXPECT_EQ(described, paths);
}

}  // namespace
}  // namespace tandem::report
