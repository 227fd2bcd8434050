#include "analyse/kind_interaction.h"

#include <gmock/gmock.h>

#include "core/json.h"

namespace tandem::analyse {
namespace {

using core::Json;
using testing::HasSubstr;

/// As if B answered to nothing alone, and with `change` beside A.
void add_change(size_t pair, const std::string& hyperparameter, double change,
                std::vector<Sensitivity>& sensitivities) {
  for (const Response response : {Response::performance, Response::energy, Response::duration}) {
    for (const bool concurrent : {false, true}) {
      Sensitivity entry;
      entry.pair = pair;
      entry.hyperparameter = hyperparameter;
      entry.setting = hyperparameter + "_max";
      entry.response = response;
      entry.concurrent = concurrent;
      entry.log_factor = 1;
      entry.percent_form = entry.log_form = concurrent ? change : 0.0;
      sensitivities.push_back(entry);
    }
  }
}

std::vector<GroupedPair> pairs_of(const std::vector<std::string>& types) {
  std::vector<GroupedPair> pairs;
  for (const std::string& type : types) pairs.push_back({type, "neutral", nullptr});
  return pairs;
}

const KindInteraction& term_of(const std::vector<KindInteraction>& interactions,
                               const std::string& term) {
  return *std::ranges::find_if(interactions, [&](const KindInteraction& interaction) {
    return interaction.by == "type" && interaction.term == term &&
           interaction.response == Response::energy;
  });
}

TEST(KindInteractions, AgreeWithStatsmodelsOnASplitPlotBalancedOrNot) {
  const Json oracle = core::read_json(TANDEM_TEST_FOLDER "/statistics/oracles/split_plot.json");
  const auto pairs = pairs_of(oracle.at("types").get<std::vector<std::string>>());
  for (const auto& [name, made_up] : oracle.at("cases").items()) {
    SCOPED_TRACE(name);
    std::vector<Sensitivity> sensitivities;
    for (const char* hyperparameter : {"learning_rate", "epochs"}) {
      for (const Json& entry : made_up.at("changes").at(hyperparameter)) {
        add_change(entry.at(0), hyperparameter, entry.at(1), sensitivities);
      }
    }
    const std::vector<KindInteraction> interactions =
        kind_interactions(pairs, in_both_modes(sensitivities));
    EXPECT_EQ(interactions.size(), 27u);  // responses, kinds, terms
    for (const auto& [term, expected] : made_up.at("answers").items()) {
      SCOPED_TRACE(term);
      const KindInteraction& ours = term_of(interactions, term);
      EXPECT_EQ(ours.pairs, 9u);
      ASSERT_TRUE(ours.anova.p_value) << ours.anova.p_value.reason();
      const auto near = [&](double value, const char* key) {
        EXPECT_NEAR(value, expected.at(key).get<double>(), 1e-9 * std::abs(value)) << key;
      };
      near(*ours.anova.statistic, "f");
      near(*ours.anova.degrees_of_freedom, "df");
      near(*ours.anova.error_degrees_of_freedom, "error_df");
      near(*ours.omega_squared.value, "omega_squared");
      EXPECT_NEAR(*ours.anova.p_value, expected.at("p").get<double>(), 1e-7);
      EXPECT_GE(*ours.adjusted_p, *ours.anova.p_value);
    }
  }
}

TEST(KindInteractions, SayWhyNothingIsTestedWhereThereIsNothingToCross) {
  const auto reason = [](const std::vector<std::string>& types,
                         const std::vector<std::string>& hyperparameters, const char* term) {
    std::vector<Sensitivity> sensitivities;
    for (size_t pair = 0; pair < types.size(); ++pair) {
      for (const std::string& name : hyperparameters) {
        add_change(pair, name, 0.1 * static_cast<double>(pair * name.size() % 7), sensitivities);
      }
    }
    const auto interactions = kind_interactions(pairs_of(types), in_both_modes(sensitivities));
    const KindInteraction& found = term_of(interactions, term);
    EXPECT_FALSE(found.adjusted_p);
    EXPECT_FALSE(found.omega_squared.value);
    return found.anova.p_value.reason();
  };
  constexpr auto crossed = "type × hyperparameter";
  const std::vector<std::string> both = {"learning_rate", "epochs"};
  const std::vector<std::string> types = {"low+low", "low+low", "low+high", "low+high"};
  EXPECT_THAT(reason(types, {"epochs"}, crossed), HasSubstr("one hyperparameter"));
  EXPECT_THAT(reason({"low+low", "low+low", "low+low"}, both, crossed),
              HasSubstr("all pairs are of one kind"));
  EXPECT_THAT(reason({"low+low", "low+low", "low+low"}, both, "type"),
              HasSubstr("fewer than two groups"));
  EXPECT_THAT(reason({"low+low"}, both, crossed), HasSubstr("one kind"));
  EXPECT_THAT(reason({"low+low"}, both, "hyperparameter"),
              HasSubstr("as many parameters as observations"));
  EXPECT_TRUE(kind_interactions(pairs_of(types), {}).empty());
}

TEST(KindInteractions, OfSensitivitiesThatAreAllMissingHaveAReason) {
  std::vector<Sensitivity> sensitivities;
  for (const char* name : {"learning_rate", "epochs"}) add_change(0, name, 0, sensitivities);
  for (Sensitivity& entry : sensitivities) {
    entry.log_form = core::Reading::missing("the run failed");
  }
  for (const KindInteraction& interaction :
       kind_interactions(pairs_of({"low+low"}), in_both_modes(sensitivities))) {
    EXPECT_EQ(interaction.pairs, 0u);
    EXPECT_FALSE(interaction.anova.p_value);
    EXPECT_NE(interaction.anova.p_value.reason(), "");
    EXPECT_NE(interaction.anova.p_value.reason(), "not recorded");
  }
}

}  // namespace
}  // namespace tandem::analyse
