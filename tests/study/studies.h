#pragma once

#include <string>

#include "study/study_file.h"

namespace tandem::test {

/// The workloads that came with tandem, read once.
inline const study::Catalogue& catalogue() {
  static const study::Catalogue shipped = study::Catalogue::shipped();
  return shipped;
}

/// A study from its text.
inline study::Study study_from(const std::string& text) {
  return study::parse_study(core::parse_json(text, "study.json"), "study.json", catalogue());
}

/// `{"repo": …, "model": …, "hp": "default"}`.
inline std::string model(const std::string& id) {
  const size_t slash = id.find('/');
  return R"({"repo": ")" + id.substr(0, slash) + R"(", "model": ")" + id.substr(slash + 1) +
         R"(", "hp": "default"})";
}

inline std::string pair(const std::string& a, const std::string& b) {
  return R"({"model_a": )" + model(a) + R"(, "model_b": )" + model(b) + "}";
}

/// A study of one pair with further members, such as `"repetitions": 2`.
inline std::string study_text(const std::string& further_members = "",
                              const std::string& pairs = pair("examples/mnist",
                                                              "examples/mnist_rnn")) {
  return R"({"experiment_name": "test", "model_pairs": [)" + pairs + "]" +
         (further_members.empty() ? "" : ", " + further_members) + "}";
}

}  // namespace tandem::test
