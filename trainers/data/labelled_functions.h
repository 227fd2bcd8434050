#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tandem::trainers {

inline constexpr const char* labelled_functions_source =
    "C functions labelled vulnerable or not: Devign (function.json or Devign.json, with train.txt "
    "and test.txt if there; from CodeXGLUE's defect detection) or D2A's leaderboard data "
    "(d2a_lbv1_function_train.csv and d2a_lbv1_function_dev.csv)";

/// A C function and whether it is vulnerable.
struct LabelledFunction {
  std::string code;
  bool vulnerable = false;
};

struct LabelledFunctions {
  std::vector<LabelledFunction> train;
  std::vector<LabelledFunction> test;
  bool synthetic = false;
};

/// Reads functions as they are published:
/// - Devign: a JSON list of objects with `func` and `target` (0 or 1). Which of them train and
/// which
///   test is said by train.txt and test.txt, one place in the list a line; without these files
///   every tenth function tests.
/// - D2A: CSV files with the columns `code` and `label`. The split called dev tests, because the
/// one
///   called test has no labels. They may lie in a folder `function`, as in the archive.
/// At most `train_limit` and `test_limit` are taken, from the beginning. Throws TrainingError
/// (bad_data) with file and place.
LabelledFunctions load_labelled_functions(const std::filesystem::path& folder,
                                          std::int64_t train_limit, std::int64_t test_limit);

}  // namespace tandem::trainers
