#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/java_tree.h"

namespace tandem::trainers {

inline constexpr const char* clone_pairs_source =
    "pairs of Java programs in the layout of UnbSky/MRT-OAST: a folder of sources "
    "(googlejam4_src or bigclonebenchdata_src, PROBLEM/FILE.java) and pair files "
    "(GCJ_train11.csv, GCJ_test.csv); without pair files, pairs are drawn from the problems";

/// Two programs, by their place in ClonePairs::programs, and whether they do the same.
struct ProgramPair {
  std::size_t first = 0;
  std::size_t second = 0;
  bool clones = false;

  bool operator==(const ProgramPair&) const = default;
};

struct ClonePairs {
  std::vector<TreeSequences> programs;
  std::vector<ProgramPair> train;
  std::vector<ProgramPair> test;
  bool synthetic = false;
};

/// Half clones, half not, drawn from programs whose problem is known: `problems[i]` belongs to
/// program `places[i]`. The same call draws the same pairs. Needs two problems, one of them with
/// two programs.
std::vector<ProgramPair> draw_pairs(const std::vector<std::size_t>& places,
                                    const std::vector<std::string>& problems, std::int64_t count,
                                    std::uint64_t seed);

/// Reads program pairs as clone_pairs_source says. The pair files are the two CSV files whose names
/// contain `train` and `test`; a line below the header holds problem and file of the first and of
/// the second program, and 1 for clones, 0 or -1 for others. Without pair files every fifth program
/// of a problem tests, and the limits' numbers of pairs are drawn. Throws TrainingError (bad_data)
/// with file and line.
ClonePairs load_clone_pairs(const std::filesystem::path& folder, std::int64_t train_limit,
                            std::int64_t test_limit);

}  // namespace tandem::trainers
