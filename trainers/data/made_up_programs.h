#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/clone_pairs.h"

namespace tandem::trainers {

/// A made-up Java program and the problem that it solves.
struct MadeUpProgram {
  std::string problem;
  std::string source;
};

/// Java programs that solve a fixed set of small problems, several for each, in turn. Solutions of
/// one problem differ in names, kinds of loops, ways to write an expression or a choice, and
/// statements that do nothing for the result; problems share all of these. The first programs are
/// the same for each `count`.
std::vector<MadeUpProgram> made_up_programs(std::int64_t count);

/// Pairs drawn from made-up programs, parsed like real ones; test programs are others than training
/// programs.
ClonePairs made_up_clone_pairs(std::int64_t programs, std::int64_t train_pairs,
                               std::int64_t test_pairs);

}  // namespace tandem::trainers
