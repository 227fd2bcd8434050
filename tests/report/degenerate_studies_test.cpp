// Whatever a study's results are, its analysis is honest: no crash, no NaN, no empty sentence.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <random>

#include "made_up_study.h"
#include "report/csv_tables.h"
#include "report/terminal_summary.h"

namespace tandem::report {
namespace {

using core::Reading;

struct MadeStudy {
  study::Study study;
  study::Plan plan;
  std::vector<record::RunResult> results;
  analyse::AnalysisOptions options;
};

const study::Catalogue& catalogue() {
  static const study::Catalogue shipped = study::Catalogue::shipped();
  return shipped;
}

MadeStudy whole_study(size_t pairs, int repetitions) {
  MadeStudy made;
  made.study = test::made_up_study(pairs, repetitions);
  made.plan = study::make_plan(made.study, catalogue(), "made-up");
  made.results = test::made_up_results(made.plan, catalogue(), {.noise = 0.02});
  return made;
}

/// A word of its own: `info` and `finance` are none of these.
bool has_word(const std::string& text, const std::string& word) {
  for (size_t place = text.find(word); place != std::string::npos;
       place = text.find(word, place + 1)) {
    const auto is_letter = [&](size_t at) {
      return at < text.size() && std::isalpha(static_cast<unsigned char>(text[at])) != 0;
    };
    if ((place == 0 || !is_letter(place - 1)) && !is_letter(place + word.size())) return true;
  }
  return false;
}

void expect_clean(const std::string& text) {
  for (const char* word : {"nan", "NaN", "inf", "Inf", "infinity"}) {
    EXPECT_FALSE(has_word(text, word)) << word << " in " << text.substr(0, 2000);
  }
}

void expect_honest_sentence(const std::string& text) {
  ASSERT_FALSE(text.empty());
  expect_clean(text);
  EXPECT_TRUE(text.ends_with('.') || text.ends_with(']') || text.ends_with("。") ||
              text.ends_with("］"))
      << text;
  // A default-made reading would say this: something was forgotten.
  for (const char* hole : {"()", "(, ", ": ,", "  ", "not recorded", "{}", "with  "}) {
    EXPECT_EQ(text.find(hole), std::string::npos) << hole << " in " << text;
  }
  for (const char* hole : {"（）", "（，", "：，", "：。", "。。"}) {
    EXPECT_EQ(text.find(hole), std::string::npos) << hole << " in " << text;
  }
}

bool has_flag(const std::string& sentence, core::Language language, const std::string& name) {
  const core::Texts& texts = core::Texts::in(language);
  return sentence.ends_with(texts("findings.flag", fmt::arg("flag", texts("flags." + name))));
}

/// The same findings in Chinese, of the same verdicts.
void expect_honest_in_chinese(const MadeStudy& made, const std::vector<analyse::Finding>& english) {
  analyse::AnalysisOptions options = made.options;
  options.language = core::Language::chinese;
  const std::vector<analyse::Finding> chinese =
      analyse::analyse_study(made.study, made.plan, catalogue(), made.results, options).findings;
  ASSERT_EQ(chinese.size(), english.size());
  for (size_t i = 0; i < chinese.size(); ++i) {
    EXPECT_EQ(chinese[i].topic, english[i].topic);
    EXPECT_EQ(chinese[i].verdict, english[i].verdict);
    expect_honest_sentence(chinese[i].text);
    for (const char* name : {"energy_estimated", "energy_partly_estimated", "data_synthetic",
                             "data_partly_synthetic"}) {
      EXPECT_EQ(has_flag(english[i].text, core::Language::english, name),
                has_flag(chinese[i].text, core::Language::chinese, name))
          << name << ": " << english[i].text << " / " << chinese[i].text;
    }
  }
}

/// No number of the document is infinite or none: as text those would be null. No reading was left
/// as it was made.
void expect_filled_in(const core::Json& json, const std::string& place) {
  if (json.is_number_float()) {
    EXPECT_TRUE(std::isfinite(json.get<double>())) << place;
  } else if (json.is_string()) {
    EXPECT_NE(json.get<std::string>(), "not recorded") << place;
  } else if (json.is_structured()) {
    for (const auto& [name, item] : json.items()) expect_filled_in(item, place + "/" + name);
  }
}

void expect_honest(const MadeStudy& made) {
  const analyse::StudyAnalysis analysis =
      analyse::analyse_study(made.study, made.plan, catalogue(), made.results, made.options);
  ASSERT_FALSE(analysis.findings.empty());
  for (const analyse::Finding& finding : analysis.findings) {
    EXPECT_FALSE(finding.topic.empty());
    expect_honest_sentence(finding.text);
  }
  expect_honest_in_chinese(made, analysis.findings);
  const core::Json document = analysis;
  expect_filled_in(document, "");
  for (const CsvTable& table : csv_tables(analysis)) expect_clean(table.content);
  expect_clean(terminal_summary(analysis));
  for (const analyse::OverallEffect& effect : analysis.overall) {
    const auto& interval = effect.summary.interval_percent;
    if (interval && effect.summary.percent) {
      const double rounding = 1e-9 * (1 + std::abs(*effect.summary.percent));
      EXPECT_LE(interval->low, *effect.summary.percent + rounding);
      EXPECT_GE(interval->high, *effect.summary.percent - rounding);
    }
    if (effect.adjusted_p) {
      EXPECT_GE(*effect.adjusted_p, *effect.t_test.p_value);
      EXPECT_LE(*effect.adjusted_p, 1);
    }
  }
}

TEST(DegenerateStudies, OfOnePairOneRunOrNoneAreHonest) {
  MadeStudy pair = whole_study(1, 1);
  expect_honest(pair);
  pair.results.resize(1);
  expect_honest(pair);
  pair.results.clear();
  expect_honest(pair);
}

TEST(DegenerateStudies, WhoseRunsAllFailedAreHonest) {
  MadeStudy failed = whole_study(2, 2);
  for (record::RunResult& run : failed.results) test::make_fail(run, "out_of_memory", "");
  expect_honest(failed);
}

TEST(DegenerateStudies, WhosePartnersAllFailedSayWhyNothingIsCompared) {
  MadeStudy alone = whole_study(2, 3);
  for (record::RunResult& run : alone.results) {
    if (run.participants.size() == 2) test::make_fail(run, "partner_ended", "A ended at 2 s");
  }
  expect_honest(alone);
  const analyse::StudyAnalysis analysis =
      analyse::analyse_study(alone.study, alone.plan, catalogue(), alone.results);
  EXPECT_THAT(analysis.overall[0].summary.percent.reason(), testing::HasSubstr("partner_ended"));
}

TEST(DegenerateStudies, WithoutOneMetricAreHonest) {
  using Change = void (*)(record::RunResult&);
  const Change changes[] = {
      [](record::RunResult& run) {
        run.total_energy_joules = {Reading::missing("no meter"), core::EnergySource::none, ""};
        run.gpu_energy_total_joules = run.cpu_energy_total_joules = run.total_energy_joules;
      },
      [](record::RunResult& run) { run.makespan_seconds = Reading::missing("clock lost"); },
      [](record::RunResult& run) {
        for (auto& training : run.participants) {
          training.performance = Reading::missing("no metric");
        }
      },
      [](record::RunResult& run) {
        for (auto& training : run.participants) {
          training.duration_seconds = Reading::missing("no end");
        }
      }};
  for (const Change& change : changes) {
    MadeStudy without = whole_study(2, 2);
    for (record::RunResult& run : without.results) change(run);
    expect_honest(without);
  }
}

TEST(DegenerateStudies, WithConstantZeroOrNegativePerformanceAreHonest) {
  for (const double performance : {0.5, 0.0, -0.3}) {
    SCOPED_TRACE(performance);
    MadeStudy constant = whole_study(3, 2);
    for (record::RunResult& run : constant.results) {
      for (auto& training : run.participants) training.performance = performance;
    }
    expect_honest(constant);
  }
}

TEST(DegenerateStudies, WithUnequalRepetitionsAreHonest) {
  MadeStudy unequal = whole_study(3, 3);
  std::erase_if(unequal.results, [](const record::RunResult& run) {
    return run.spec.repetition > 1 && run.spec.participants.back().workload != "MRT-OAST/default";
  });
  expect_honest(unequal);
}

/// Results that no sane study has, from a seed.
class Breaker {
 public:
  explicit Breaker(std::uint64_t seed) : random_(seed) {}

  void break_study(MadeStudy& made) {
    rarity_ = 1 + random_() % 15;
    const double constant = oddity();
    const std::uint64_t kind = random_() % 6;
    for (record::RunResult& run : made.results) {
      if (one_in(rarity_)) test::make_fail(run, "timeout", "no progress");
      if (one_in(rarity_)) run.cautions = {{"contaminated", "another process"}};
      if (one_in(rarity_)) run.total_energy_joules.joules = oddity();
      if (one_in(rarity_)) run.total_energy_joules.joules = Reading::missing("no meter");
      if (one_in(2 * rarity_)) run.total_energy_joules.source = core::EnergySource::estimated;
      if (one_in(rarity_)) run.makespan_seconds = oddity();
      if (one_in(rarity_)) run.gpu.reset();
      if (run.gpu && one_in(rarity_)) run.gpu->at_start.temperature_c = oddity();
      if (one_in(rarity_)) run.started_at = std::to_string(random_());
      if (one_in(4 * rarity_)) run.participants.clear();
      for (record::ParticipantResult& training : run.participants) break_training(training);
      if (kind > 2) continue;
      for (record::ParticipantResult& training : run.participants) {
        if (kind == 0) training.performance = constant;
        if (kind == 1) training.duration_seconds = constant;
        if (kind == 2)
          training.gpu_energy_share_joules = training.cpu_energy_share_joules = constant;
      }
    }
    std::erase_if(made.results, [&](const auto&) { return one_in(2 * rarity_); });
    if (one_in(2)) made.options.weights = {oddity(), 1, oddity()};
    if (one_in(2)) {
      made.options.jobs = {{"examples/mnist", 1 + random_() % 40},
                           {"MRT-OAST/default", 1 + random_() % 3}};
    }
    made.study.equivalence_bound_percent = one_in(2) ? 0.1 : 50;
  }

 private:
  bool one_in(std::uint64_t count) { return random_() % count == 0; }
  double oddity() {
    static constexpr double values[] = {0,    -1,    -0.5,  1e-300, 1e300, 1e-12,
                                        1e12, 1e150, 1e160, 0.5,    1,     -1e300};
    return values[random_() % std::size(values)];
  }
  void break_training(record::ParticipantResult& training) {
    if (one_in(rarity_)) training.performance = oddity();
    if (one_in(rarity_)) training.performance = Reading::missing("no metric");
    if (one_in(rarity_)) training.performance = std::numeric_limits<double>::quiet_NaN();
    if (one_in(rarity_)) training.higher_is_better = !training.higher_is_better;
    if (one_in(rarity_)) training.duration_seconds = oddity();
    if (one_in(rarity_)) training.gpu_energy_share_joules = oddity();
    if (one_in(rarity_)) training.epochs_done = 0;
    if (one_in(rarity_)) training.epochs.clear();
    if (one_in(2 * rarity_)) training.rounds = 3;
  }

  std::mt19937_64 random_;
  std::uint64_t rarity_ = 1;
};

/// With one hyperparameter and two epochs a training: what is analysed is small, so that many are.
MadeStudy small_study(size_t pairs, int repetitions) {
  MadeStudy made;
  made.study = test::made_up_study(pairs, repetitions);
  made.study.mutated.resize(1);
  made.plan = study::make_plan(made.study, catalogue(), "made-up");
  made.results = test::made_up_results(made.plan, catalogue(), {.noise = 0.02});
  for (record::RunResult& run : made.results) {
    for (record::ParticipantResult& training : run.participants) training.epochs.resize(2);
  }
  return made;
}

TEST(DegenerateStudies, BrokenAtRandomAreHonest) {
  const MadeStudy wholes[] = {small_study(1, 1), small_study(2, 1), small_study(1, 2),
                              small_study(3, 1), small_study(1, 3), small_study(2, 2)};
  for (std::uint64_t seed = 0; seed < 240; ++seed) {
    SCOPED_TRACE(seed);
    MadeStudy made = wholes[seed % std::size(wholes)];
    Breaker(seed).break_study(made);
    expect_honest(made);
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace tandem::report
