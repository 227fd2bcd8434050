#include "record/table_study.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "core/error.h"
#include "study/pair.h"

namespace tandem::record {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto with_run = R"({
  "name": "Elsewhere",
  "columns": {
    "model": "model", "partner": "beside", "run": "run", "repetition": "rep", "order": "place",
    "outcome": {"column": "status", "ok": ["ok"]},
    "hyperparameters": {"learning_rate": "lr"},
    "energy": {"column": "J", "unit": "J", "of": "training", "measured_by": "wall meter"},
    "duration": {"column": "s", "unit": "s"},
    "performance": "accuracy"
  },
  "models": {
    "small": {"defaults": {"learning_rate": 0.1},
              "metric": {"name": "accuracy", "direction": "higher_is_better"}},
    "large": {"defaults": {"learning_rate": 0.01}, "memory_mb": 2000, "gpu_util_percent": 80,
              "metric": {"name": "accuracy", "direction": "higher_is_better"}}
  }
})";
constexpr auto header = "model,beside,run,rep,place,status,lr,J,s,accuracy\n";
/// One repetition: large's learning rate moves.
constexpr auto one_repetition =
    "small,,s,1,1,ok,0.1,100,10,0.9\n"
    "large,,l,1,2,ok,0.01,300,20,0.8\n"
    "large,,m,1,3,ok,0.05,310,21,0.7\n"
    "small,large,c,1,5,ok,0.1,90,12,0.91\n"
    "large,small,c,1,5,ok,0.01,280,25,0.79\n"
    "small,large,d,1,4,ok,0.1,95,13,0.9\n"
    "large,small,d,1,4,ok,0.05,285,26,0.71\n";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

struct Made {
  RunTable table;
  TableStudy study;

  const RunResult* result(const std::string& id) const {
    const auto found = std::ranges::find(study.results, id, &RunResult::run_id);
    return found == study.results.end() ? nullptr : &*found;
  }
  std::vector<std::string> planned() const {
    std::vector<std::string> ids;
    for (const study::PlannedRun& run : study.plan.runs) ids.push_back(run.id);
    return ids;
  }
  std::vector<std::string> problems() const {
    std::vector<std::string> texts;
    for (const TableProblem& problem : table.problems) {
      texts.push_back("row " + std::to_string(problem.row) + ": " + problem.found + "; " +
                      problem.expected);
    }
    return texts;
  }
};

Made made_of(const std::string& rows, const std::string& map = with_run,
             const std::string& first_row = header) {
  std::istringstream in(first_row + rows);
  RunTable table = read_run_table(in, "runs.csv",
                                  parse_table_map(core::parse_json(map, "map.json"), "map.json"));
  TableStudy study = study_of(table);
  return {std::move(table), std::move(study)};
}

TEST(TableStudy, HasTheMovedModelAsBAndNamesLevelsByTheirRatio) {
  const Made made = made_of(one_repetition);
  EXPECT_THAT(made.problems(), IsEmpty());
  ASSERT_EQ(made.study.study.pairs.size(), 1u);
  EXPECT_EQ(made.study.study.pairs[0].a, "table/small");
  EXPECT_EQ(made.study.study.pairs[0].b, "table/large");
  const std::vector<study::Setting> settings =
      study::settings_of(made.study.study, made.study.study.pairs[0], made.study.catalogue);
  ASSERT_EQ(settings.size(), 2u);
  EXPECT_EQ(settings[1].name, "learning_rate_x5");
  EXPECT_DOUBLE_EQ(settings[1].value, 0.05);
}

TEST(TableStudy, PutsTheRowsOfARunTogetherInTheOrderOfTheSession) {
  const Made made = made_of(one_repetition);
  EXPECT_THAT(made.planned(), ElementsAre("row 2", "row 3", "row 4", "rows 7+8", "rows 5+6"));
  const RunResult* together = made.result("rows 7+8");
  ASSERT_NE(together, nullptr);
  ASSERT_EQ(together->participants.size(), 2u);
  EXPECT_EQ(together->participants[0].spec.workload, "table/small");
  EXPECT_EQ(*together->participants[1].duration_seconds, 26);
  EXPECT_EQ(*together->makespan_seconds, 26);
  EXPECT_EQ(*together->total_energy_joules.joules, 380);
  EXPECT_EQ(together->total_energy_joules.source, core::EnergySource::imported);
  EXPECT_EQ(together->total_energy_joules.model, "wall meter");
  EXPECT_EQ(together->overlap_fraction.reason(), "not in the table");
}

TEST(TableStudy, HasBothRolesWhereBothModelsMoved) {
  const Made made = made_of(std::string(one_repetition) +
                            "small,large,e,1,6,ok,0.2,95,13,0.9\n"
                            "large,small,e,1,6,ok,0.01,285,26,0.71\n");
  ASSERT_EQ(made.study.study.pairs.size(), 2u);
  EXPECT_EQ(made.study.study.pairs[1].b, "table/small");
  // The baseline answers in both roles; small was never trained alone at this level.
  const auto uses = std::ranges::count_if(made.study.plan.cells, [&](const study::Cell& cell) {
    return made.study.plan.runs[cell.run].id == "rows 5+6";
  });
  EXPECT_EQ(uses, 2);
  EXPECT_THAT(made.planned(), testing::Contains("small, learning_rate_x2, repetition 1"));
  EXPECT_THAT(made.problems(), IsEmpty());
}

TEST(TableStudy, PlansWhatTheTableLacks) {
  const Made made = made_of(std::string(one_repetition) + "large,,x,2,9,ok,0.05,300,20,0.8\n");
  EXPECT_EQ(made.study.study.repetitions, 2);
  EXPECT_EQ(made.study.plan.cells.size(), 10u);
  EXPECT_EQ(made.study.results.size(), 6u);
  EXPECT_THAT(made.planned(), testing::Contains("small + large, default, repetition 2"));
}

TEST(TableStudy, CountsNeitherOfTwoRowsForOneCell) {
  const Made made = made_of(std::string(one_repetition) + "small,,s2,1,9,ok,0.1,1,1,0.1\n");
  EXPECT_THAT(made.problems(),
              ElementsAre("row 2: a run that is twice in the table; one row for it",
                          "row 9: the same run as row 2; another repetition, or one of them alone: "
                          "neither counts"));
  EXPECT_EQ(made.result("row 2"), nullptr);
  EXPECT_EQ(made.table.rows_left_out, 2u);
}

TEST(TableStudy, RefusesRowsOfARunThatDontFitTogether) {
  EXPECT_THAT(made_of(replaced(one_repetition, "large,small,d,1,", "large,small,d,2,")).problems(),
              ElementsAre(HasSubstr("rows 7 and 8 of one run; each other's models"),
                          HasSubstr("rows 7 and 8 of one run; each other's models")));
  EXPECT_THAT(
      made_of(replaced(one_repetition, "small,large,d,1,4,ok,0.1", "small,large,d,1,4,ok,0.3"))
          .problems(),
      testing::Contains(HasSubstr("hyperparameters of both models changed")));
  EXPECT_THAT(made_of(std::string(one_repetition) + "large,small,c,1,5,ok,0.01,1,1,0\n").problems(),
              testing::Contains(HasSubstr("3 rows of one run; the two trainings of a run")));
}

TEST(TableStudy, FailsARunWhoseOutcomeIsNoneThatCounts) {
  const Made made = made_of(replaced(one_repetition, "d,1,4,ok,0.05", "d,1,4,oom,0.05"));
  const RunResult* failed = made.result("rows 7+8");
  ASSERT_NE(failed, nullptr);
  EXPECT_FALSE(failed->outcome.ok());
  EXPECT_EQ(failed->outcome.message, "the outcome in row 8 is none of those that count");
  EXPECT_TRUE(failed->participants[0].outcome.ok());
}

TEST(TableStudy, MakesARunAgainWithNothingOfTheOneBefore) {
  std::istringstream in(header + std::string(one_repetition) +
                        "large,,x,2,7,failed,0.05,,,\n"
                        "large,,y,3,8,ok,0.05,305,22,0.72\n");
  RunTable table = read_run_table(
      in, "runs.csv", parse_table_map(core::parse_json(with_run, "map.json"), "map.json"));
  const TableStudy made = study_of(table);
  const StudyInTable found = study_in(table);
  ASSERT_EQ(found.runs->size(), made.plan.runs.size());
  // Forwards and backwards: the failed run comes before and after those of its experiment.
  for (const bool backwards : {false, true}) {
    for (size_t i = 0; i < found.runs->size(); ++i) {
      const size_t run = backwards ? found.runs->size() - 1 - i : i;
      EXPECT_EQ(found.runs->id(run), made.plan.runs[run].id);
      EXPECT_EQ(found.runs->spec(run), made.plan.runs[run].spec);
      const auto same = std::ranges::find(made.results, made.plan.runs[run].id, &RunResult::run_id);
      const RunResult* const result = found.runs->deciding(run);
      ASSERT_EQ(result != nullptr, same != made.results.end());
      EXPECT_EQ(found.runs->attempts(run), result == nullptr ? 0u : 1u);
      if (result == nullptr) continue;
      EXPECT_EQ(to_document(*result), to_document(*same));
    }
  }
}

TEST(TableStudy, SaysWhichRowLacksAFigure) {
  const Made made = made_of(replaced(one_repetition, "0.01,280,25,0.79", "0.01,,25,0.79"));
  const RunResult* run = made.result("rows 5+6");
  ASSERT_NE(run, nullptr);
  EXPECT_EQ(run->participants[1].cpu_energy_share_joules.reason(),
            "row 6 of the table has no energy");
  EXPECT_EQ(run->total_energy_joules.joules.reason(), "row 6 of the table has no energy");
}

TEST(TableStudy, TakesTheEnergyOfARunAsThatOfBoth) {
  const std::string rows = replaced(one_repetition, "5,ok,0.1,90,", "5,ok,0.1,280,");
  const Made made = made_of(rows, replaced(with_run, "\"training\"", "\"run\""));
  const RunResult* run = made.result("rows 5+6");
  ASSERT_NE(run, nullptr);
  EXPECT_EQ(*run->total_energy_joules.joules, 280);
  EXPECT_EQ(run->participants[1].cpu_energy_share_joules.reason(),
            "the table has the energy of the run, not of each training");
  // Of two energies of one run neither is taken.
  EXPECT_THAT(made.problems(),
              ElementsAre("row 8: 285 J; the 95 J of row 7, for both have the energy of their "
                          "run"));
  EXPECT_EQ(made.result("rows 7+8")->total_energy_joules.joules.reason(),
            "rows 7 and 8 of the run state different energies of it");
}

TEST(TableStudy, ListsRowsThatNoRunOfTheStudyTakes) {
  const std::string map = replaced(
      with_run, "\"models\": {",
      "\"models\": {\"other\": {\"defaults\": {\"learning_rate\": 1}, \"metric\": {\"name\": "
      "\"accuracy\", \"direction\": \"higher_is_better\"}},");
  const Made made = made_of(std::string(one_repetition) +
                                "small,,t,1,8,ok,0.2,100,10,0.9\n"
                                "other,,o,1,9,ok,1,100,10,0.9\n",
                            map);
  EXPECT_THAT(made.problems(),
              ElementsAre("row 9: a training alone at another setting than the default; the "
                          "default: in its pairs it is the other model that is changed",
                          "row 10: a training alone of a model that is in no pair; a row of the "
                          "model beside another"));
  EXPECT_EQ(made.table.rows_left_out, 2u);
}

TEST(TableStudy, WithoutARunColumnKnowsOfAPairOnlyWhatItsRowsSay) {
  const std::string map = replaced(replaced(with_run, "\"run\": \"run\", ", ""), "\"columns\"",
                                   "\"ignored\": [\"run\"], \"columns\"");
  const Made made = made_of(one_repetition, map);
  EXPECT_THAT(made.problems(),
              ElementsAre("row 5: no row of its partner in this run; one that says what the "
                          "partner was set to, in the same run by the mapping's column run",
                          "row 7: no row of its partner in this run; one that says what the "
                          "partner was set to, in the same run by the mapping's column run"));
  const RunResult* run = made.result("row 8");
  ASSERT_NE(run, nullptr);
  EXPECT_EQ(run->participants[0].duration_seconds.reason(),
            "the table has no row for this training of the run");
  EXPECT_EQ(*run->participants[1].duration_seconds, 26);
}

TEST(TableStudy, LeavesFiguresOfTheCatalogueOpen) {
  const Made made = made_of(one_repetition);
  const study::WorkloadPair pair{&made.study.catalogue.at("table/small"),
                                 &made.study.catalogue.at("table/large")};
  EXPECT_EQ(pair.type(), "not stated");
  EXPECT_EQ(study::name_of(study::complementarity_of(pair)), "not stated");
  EXPECT_EQ(made.study.catalogue.at("table/large").catalogue.memory_mb, 2000);
}

TEST(TableStudy, RefusesATableInWhichNothingRanTogether) {
  try {
    made_of("small,,s,1,1,ok,0.1,100,10,0.9\n");
    FAIL();
  } catch (const core::UserError& error) {
    EXPECT_EQ(error.problems().at(0).place, "column \"beside\"");
    EXPECT_THAT(error.problems().at(0).found, HasSubstr("no row of a training beside another"));
  }
}

}  // namespace
}  // namespace tandem::record
