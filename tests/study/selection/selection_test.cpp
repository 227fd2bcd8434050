#include "study/selection/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/error.h"
#include "made_up_catalogue.h"
#include "studies.h"

namespace tandem::study {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Names = std::set<std::string>;

/// The two ids in alphabetical order: who is A doesn't matter here.
Names unordered(const Selection& selection) {
  Names names;
  for (const SelectedPair& selected : selection.pairs) {
    const auto [one, other] = std::minmax({selected.pair.a->id(), selected.pair.b->id()});
    names.insert(one + " & " + other);
  }
  return names;
}

std::vector<std::string> listed(const Selection& selection) {
  std::vector<std::string> names;
  for (const SelectedPair& selected : selection.pairs) {
    names.push_back(selected.pair.a->id() + " & " + selected.pair.b->id());
  }
  return names;
}

SelectionOptions with(const std::string& method, std::uint64_t seed = 1) {
  SelectionOptions options;
  options.method = method;
  options.seed = seed;
  return options;
}

/// Each method, and those that have several forms in each of them.
std::vector<SelectionOptions> all_options() {
  std::vector<SelectionOptions> all;
  for (const std::string& method : selection_methods()) all.push_back(with(method));
  SelectionOptions crossed = with("stratified");
  crossed.strata = {Criterion::domain, Criterion::complementarity, Criterion::duration};
  crossed.allocation = Allocation::equal;
  all.push_back(crossed);
  SelectionOptions neyman = with("stratified");
  neyman.strata = {Criterion::utilisation, Criterion::pair_memory};
  neyman.allocation = Allocation::neyman;
  all.push_back(neyman);
  SelectionOptions medoids = with("representative");
  medoids.spread = Spread::k_medoids;
  all.push_back(medoids);
  return all;
}

bool can_be_made_up(const SelectionOptions& options) {
  return options.method != "seed";
}

TEST(Selection, GivesTheSamePairsForTheSameSeed) {
  const PairSpace space(test::catalogue());
  for (const SelectionOptions& options : all_options()) {
    const auto first = listed(select_pairs(space, options));
    EXPECT_EQ(first.size(), 12U) << options.method;
    EXPECT_EQ(listed(select_pairs(space, options)), first) << options.method;
  }
}

TEST(Selection, GivesOtherPairsForAnotherSeedWhereItDraws) {
  const PairSpace space(test::catalogue());
  for (const char* method : {"random", "stratified", "hybrid"}) {
    EXPECT_NE(listed(select_pairs(space, with(method, 1))),
              listed(select_pairs(space, with(method, 2))))
        << method;
  }
}

TEST(Selection, HasNoPairTwiceAndNoneThatDoesNotFit) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Catalogue catalogue = test::made_up_catalogue(12 + seed, seed);
    const PairSpace space(catalogue, 4500);
    for (SelectionOptions options : all_options()) {
      if (!can_be_made_up(options)) continue;
      options.seed = seed;
      const Selection selection = select_pairs(space, options);
      EXPECT_EQ(unordered(selection).size(), 12U) << options.method << " " << seed;
      for (const SelectedPair& selected : selection.pairs) {
        EXPECT_LE(selected.pair.memory_mb(), 4500) << options.method << " " << seed;
        EXPECT_LT(selected.pair.a->catalogue_position, selected.pair.b->catalogue_position);
      }
    }
  }
}

TEST(Selection, OfAPermutedCatalogueDiffersInNothingButAAndB) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Catalogue shipped_permuted = test::permuted(test::catalogue(), seed);
    const Catalogue made_up = test::made_up_catalogue(28, seed);
    const Catalogue made_up_permuted = test::permuted(made_up, seed + 100);
    for (SelectionOptions options : all_options()) {
      options.seed = seed;
      EXPECT_EQ(unordered(select_pairs(PairSpace(test::catalogue()), options)),
                unordered(select_pairs(PairSpace(shipped_permuted), options)))
          << options.method;
      if (!can_be_made_up(options)) continue;
      EXPECT_EQ(unordered(select_pairs(PairSpace(made_up, 5000), options)),
                unordered(select_pairs(PairSpace(made_up_permuted, 5000), options)))
          << options.method;
    }
  }
}

TEST(Selection, UsesNoModelMoreOftenThanAllowed) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (SelectionOptions options : all_options()) {
      if (!can_be_made_up(options)) continue;
      options.seed = seed;
      options.at_most_per_model = 2;
      std::map<std::string, int> uses;
      const Selection selection = select_pairs(PairSpace(test::catalogue()), options);
      EXPECT_EQ(unordered(selection).size(), 12U);
      for (const SelectedPair& selected : selection.pairs) {
        EXPECT_LE(++uses[selected.pair.a->id()], 2) << options.method;
        EXPECT_LE(++uses[selected.pair.b->id()], 2) << options.method;
      }
    }
  }
}

TEST(Selection, OfAllPairsTakesEachOnce) {
  for (const char* method : {"random", "stratified", "representative", "practical", "hybrid"}) {
    SelectionOptions options = with(method);
    options.count = 120;
    EXPECT_EQ(unordered(select_pairs(PairSpace(test::catalogue()), options)).size(), 120U)
        << method;
  }
}

TEST(PracticalSelection, TakesTheSixThatTheStudyCallsPractical) {
  SelectionOptions options = with("practical");
  options.count = 6;
  Names expected;
  for (size_t i = 0; i < 6; ++i) {
    const auto [one, other] = std::minmax({seed_pairs()[i].first, seed_pairs()[i].second});
    expected.insert(one + " & " + other);
  }
  EXPECT_EQ(unordered(select_pairs(PairSpace(test::catalogue()), options)), expected);
}

TEST(SeedSelection, HasTheTwelvePairsInTheirOrderAndSaysThatMnistIsInEight) {
  const Selection selection = select_pairs(PairSpace(test::catalogue()), with("seed"));
  ASSERT_EQ(selection.pairs.size(), 12U);
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(selection.pairs[i].pair.a->id(), seed_pairs()[i].first) << i;
    EXPECT_EQ(selection.pairs[i].pair.b->id(), seed_pairs()[i].second) << i;
  }
  EXPECT_THAT(selection.statements,
              ::testing::Contains(HasSubstr("examples/mnist is in 8 of 12 pairs")));
}

TEST(HybridSelection, IsSixPracticalAndSixStratifiedPairsWithoutDuplicates) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Selection selection = select_pairs(PairSpace(test::catalogue()), with("hybrid", seed));
    EXPECT_EQ(unordered(selection).size(), 12U);
    for (size_t i = 0; i < 12; ++i) {
      EXPECT_EQ(selection.pairs[i].reason.find("stratum") != std::string::npos, i >= 6)
          << selection.pairs[i].reason;
    }
  }
}

TEST(RandomSelection, DrawsEachPairEquallyOften) {
  // 120 pairs, each in 12 of 120 selections: 2,000 selections give each 200 ± 13.4 (binomial).
  std::map<std::string, int> counts;
  const PairSpace space(test::catalogue());
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    for (const std::string& name : unordered(select_pairs(space, with("random", seed)))) {
      ++counts[name];
    }
  }
  EXPECT_EQ(counts.size(), 120U);
  double chi_squared = 0;
  for (const auto& [name, count] : counts) chi_squared += (count - 200) * (count - 200) / 180.0;
  // 119 degrees of freedom (a little less spread, for the counts of a selection hang together): the
  // 0.1 % quantile is 77, the 99.9 % quantile 173.
  EXPECT_LT(chi_squared, 173);
  EXPECT_GT(chi_squared, 77);
}

TEST(StratifiedSelection, RepresentsEveryStratumThatItCan) {
  const PairSpace space(test::catalogue());
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const Allocation allocation :
         {Allocation::proportional, Allocation::equal, Allocation::neyman}) {
      for (const Criterion criterion : all_criteria()) {
        SelectionOptions options = with("stratified", seed);
        options.strata = {criterion};
        options.allocation = allocation;
        const Selection selection = select_pairs(space, options);
        const bool enough = selection.strata.size() <= 12;
        std::uint64_t taken = 0;
        for (const StratumShare& stratum : selection.strata) {
          EXPECT_EQ(stratum.taken, stratum.quota) << stratum.name;
          EXPECT_GE(stratum.taken, enough ? 1U : 0U) << stratum.name;
          taken += stratum.taken;
        }
        EXPECT_EQ(taken, 12U);
      }
    }
  }
}

TEST(StratifiedSelection, SaysWhichStrataItDoesNotRepresent) {
  SelectionOptions options = with("stratified");
  options.count = 4;
  EXPECT_THAT(
      select_pairs(PairSpace(test::catalogue()), options).statements.front(),
      HasSubstr("2 of 5 strata are represented; not: low+high; medium+medium; medium+high"));
}

TEST(StratifiedSelection, FillsUpWhereTheLimitPerModelEmptiesAStratumAndSaysSo) {
  // densenet121 is the only high one: with one use a model, only one of the strata with `high` can
  // be served.
  SelectionOptions options = with("stratified");
  options.count = 8;
  options.at_most_per_model = 1;
  const Selection selection = select_pairs(PairSpace(test::catalogue()), options);
  EXPECT_EQ(unordered(selection).size(), 8U);
  EXPECT_THAT(selection.statements,
              ::testing::Contains(HasSubstr("in where a stratum had no pair")));
}

TEST(RepresentativeSelection, BeginsWithTheNamedCornerCases) {
  const Selection selection = select_pairs(PairSpace(test::catalogue()), with("representative"));
  const auto ids = [&](size_t place) {
    return selection.pairs[place].pair.a->model + "+" + selection.pairs[place].pair.b->model;
  };
  EXPECT_THAT(selection.pairs[0].reason, HasSubstr("most complementary"));
  EXPECT_EQ(ids(0), "mnist+default");  // 12 % and MRT-OAST's 92.9 %
  EXPECT_EQ(selection.pairs[0].pair.b->repo, "MRT-OAST");
  EXPECT_THAT(selection.pairs[1].reason, HasSubstr("most competing"));
  EXPECT_EQ(ids(1), "densenet121+default");
  EXPECT_THAT(selection.pairs[2].reason, HasSubstr("largest difference in memory"));
  EXPECT_EQ(selection.pairs[2].pair.b->model, "densenet121");
  EXPECT_EQ(selection.pairs[2].pair.a->catalogue.memory_mb, 450);
  EXPECT_THAT(selection.pairs[3].reason, HasSubstr("smallest difference in memory"));
  EXPECT_EQ(selection.pairs[3].pair.a->catalogue.memory_mb,
            selection.pairs[3].pair.b->catalogue.memory_mb);
}

std::string message_for(const PairSpace& space, const SelectionOptions& options) {
  try {
    select_pairs(space, options);
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "selected without an error";
}

TEST(SelectionMistake, SaysWhatToChange) {
  const PairSpace space(test::catalogue());
  EXPECT_THAT(message_for(space, with("stratfied")), HasSubstr("perhaps stratified"));
  SelectionOptions none = with("random");
  none.count = 0;
  EXPECT_THAT(message_for(space, none), HasSubstr("at least one pair"));
  SelectionOptions many = with("random");
  many.count = 121;
  EXPECT_THAT(message_for(space, many), AllOf(HasSubstr("121"), HasSubstr("at most 120")));
  EXPECT_THAT(message_for(PairSpace(test::catalogue(), 500), with("random")),
              AllOf(HasSubstr("the smallest needs 900 MB"), HasSubstr("--memory-limit-mb")));
  SelectionOptions crowded = with("random");
  crowded.at_most_per_model = 1;
  EXPECT_THAT(message_for(space, crowded),
              AllOf(HasSubstr("at least 2 for 12 pairs"), HasSubstr("--count")));
  SelectionOptions few = with("d-optimal");
  few.count = 4;
  EXPECT_THAT(message_for(space, few), HasSubstr("one pair for each effect"));
  SelectionOptions twice = with("stratified");
  twice.strata = {Criterion::domain, Criterion::domain};
  EXPECT_THAT(message_for(space, twice), HasSubstr("domain twice"));
}

TEST(SelectionMistake, InTheSeedsPairsNamesThePairAndTheLimit) {
  SelectionOptions limited = with("seed");
  limited.at_most_per_model = 3;
  EXPECT_THAT(message_for(PairSpace(test::catalogue()), limited),
              AllOf(HasSubstr("mnist eight times"), HasSubstr("--at-most-per-model")));
  EXPECT_THAT(message_for(PairSpace(test::catalogue(), 5000), with("seed")),
              AllOf(HasSubstr("pair 3"), HasSubstr("5250 MB")));
  EXPECT_THAT(message_for(PairSpace(test::catalogue(), 9000),
                          [] {
                            SelectionOptions options = with("seed");
                            options.count = 13;
                            return options;
                          }()),
              HasSubstr("at most 12"));
  const Catalogue made_up = test::made_up_catalogue(20);
  EXPECT_THAT(message_for(PairSpace(made_up), with("seed")),
              HasSubstr("the workload examples/mnist"));
}

TEST(SelectionMistake, OfALimitThatOnlyTheMemoryMakesImpossibleIsNotCalledAnythingElse) {
  // Two small models and many large ones: every feasible pair needs a small one.
  std::vector<Workload> workloads = test::made_up_catalogue(10).workloads();
  for (size_t i = 0; i < workloads.size(); ++i) {
    workloads[i].catalogue.memory_mb = i < 2 ? 1000 : 6000;
  }
  const Catalogue catalogue(workloads);
  SelectionOptions options = with("random");
  options.count = 6;
  options.at_most_per_model = 2;
  EXPECT_THAT(message_for(PairSpace(catalogue, 9000), options),
              AllOf(HasSubstr("found no 6 pairs"), HasSubstr("a higher limit or a lower --count")));
}

TEST(PairSpace, OfAnEmptyCatalogueIsRefused) {
  try {
    PairSpace(Catalogue(std::vector<Workload>{}));
    FAIL() << "made without an error";
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the catalogue is empty"));
  }
}

TEST(PairSpace, HoldsThePairsThatAListWould) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Catalogue catalogue = test::made_up_catalogue(2 + 3 * seed, seed);
    const PairSpace space(catalogue, 3000);
    Names listed;
    for (const WorkloadPair& pair : feasible_pairs(catalogue, 3000)) {
      listed.insert(pair.a->id() + " & " + pair.b->id());
    }
    EXPECT_EQ(space.size(), listed.size());
    Names held;
    std::uint64_t rank = 0;
    space.for_each([&](std::uint32_t first, std::uint32_t second) {
      const PairIndex index{first, second};
      EXPECT_EQ(space.at(rank++), index);
      const WorkloadPair pair = space.pair(index);
      held.insert(pair.a->id() + " & " + pair.b->id());
      EXPECT_EQ(space.index_of(pair.a->id(), pair.b->id()), index);
    });
    EXPECT_EQ(held, listed);
  }
}

}  // namespace
}  // namespace tandem::study
