#include "study/predecessor_configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::study {
namespace {

using core::Json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;

/// A repository that takes the hyperparameters.
ConvertedConfiguration converted_with(const Json& hyperparameters) {
  return convert_configuration(
      {{"models",
        {{"repo",
          {{"path", "repo"},
           {"train_script", "train.py"},
           {"supported_hyperparams", hyperparameters},
           {"performance_metrics", {{"log_patterns", {{"accuracy", "acc (\\S+)"}}}}}}}}}},
      "/home/me/models_config.json");
}

Json whole_number(const char* flag) {
  return {{"flag", flag}, {"type", "int"}, {"default", 3}};
}

TEST(PredecessorConfiguration, TakesTheEpochsFromTheHyperparameterOfThatName) {
  const ConvertedConfiguration converted =
      converted_with({{"epochs", whole_number("--epochs")}, {"max_iter", whole_number("--iter")}});
  ASSERT_EQ(converted.manifests.size(), 1U);
  const Json& hyperparameters = converted.manifests[0].document.at("hyperparameters");
  EXPECT_EQ(hyperparameters.at("epochs").at("flag"), "--epochs");
  EXPECT_EQ(hyperparameters.size(), 1U);
  EXPECT_THAT(converted.not_carried,
              Contains(AllOf(Field(&ConvertedConfiguration::Note::place, HasSubstr("max_iter")),
                             Field(&ConvertedConfiguration::Note::text,
                                   HasSubstr("by another hyperparameter already")))));
}

TEST(PredecessorConfiguration, TakesAnotherNameOfTheEpochsWhereThatOneIsOfNoUse) {
  const ConvertedConfiguration converted = converted_with(
      {{"epochs", {{"type", "int"}, {"default", 3}}}, {"max_iter", whole_number("--iter")}});
  ASSERT_EQ(converted.manifests.size(), 1U);
  EXPECT_EQ(converted.manifests[0].document.at("hyperparameters").at("epochs").at("flag"),
            "--iter");
  EXPECT_THAT(converted.to_look_at,
              Contains(Field(&ConvertedConfiguration::Note::place, HasSubstr("max_iter"))));
}

}  // namespace
}  // namespace tandem::study
