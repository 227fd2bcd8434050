#include "study/hyperparameter.h"

#include <gtest/gtest.h>

namespace tandem::study {
namespace {

double value(const std::string& text, double default_value) {
  return LevelExpression::parse(text).value().evaluate(default_value);
}

TEST(LevelExpression, EvaluatesAgainstTheDefault) {
  EXPECT_DOUBLE_EQ(value("default", 10), 10);
  EXPECT_DOUBLE_EQ(value("default*0.2", 10), 2);
  EXPECT_DOUBLE_EQ(value("default × 1.5", 10), 15);
  EXPECT_DOUBLE_EQ(value("default / 4", 10), 2.5);
  EXPECT_DOUBLE_EQ(value("default+2", 10), 12);
  EXPECT_DOUBLE_EQ(value("default - 2", 10), 8);
  EXPECT_DOUBLE_EQ(value("0.003", 10), 0.003);
  EXPECT_DOUBLE_EQ(value("1e-4", 10), 1e-4);
}

TEST(LevelExpression, RefusesEverythingElse) {
  for (const char* text : {"", "defaults*2", "default**2", "default*", "default/0", "default*x",
                           "default*1e999", "nan", "inf", "2*default", "default*2;", "0x10"}) {
    EXPECT_FALSE(LevelExpression::parse(text).has_value()) << text;
  }
}

TEST(HyperparameterSpec, RoundsWholeNumbersHalvesUp) {
  HyperparameterSpec epochs{"epochs", "--epochs", true, 5, 1, 100};
  EXPECT_EQ(epochs.value_of(*LevelExpression::parse("default*0.5")), 3);
  EXPECT_EQ(epochs.value_of(*LevelExpression::parse("default*1.5")), 8);
}

TEST(HyperparameterSpec, KeepsBinaryDustOutOfRealValues) {
  HyperparameterSpec rate{"learning_rate", "--learning-rate", false, 0.05, 0, 1};
  EXPECT_EQ(rate.value_of(*LevelExpression::parse("default*0.2")), 0.01);
}

}  // namespace
}  // namespace tandem::study
