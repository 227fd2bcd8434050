#include "networks/reid_metrics.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

namespace tandem::trainers::test {
namespace {

struct Image {
  std::int64_t person, camera;
  double angle;
};

ReidFeatures features(const std::vector<Image>& images, torch::Dtype precision = torch::kFloat32) {
  std::vector<std::int64_t> persons, cameras;
  std::vector<double> values;
  for (const Image& image : images) {
    persons.push_back(image.person);
    cameras.push_back(image.camera);
    values.push_back(std::cos(image.angle));
    values.push_back(std::sin(image.angle));
  }
  return {torch::tensor(values, torch::kFloat64).view({-1, 2}).to(precision),
          torch::tensor(persons, torch::kInt64), torch::tensor(cameras, torch::kInt64)};
}

/// The protocol step by step for each query, as its definition reads.
Metrics by_brute_force(const std::vector<Image>& query, const std::vector<Image>& gallery) {
  double first_right = 0, areas = 0;
  for (const Image& asked : query) {
    std::vector<Image> compared;
    for (const Image& image : gallery) {
      const bool ignored =
          image.person == -1 || (image.person == asked.person && image.camera == asked.camera);
      if (!ignored) compared.push_back(image);
    }
    std::ranges::stable_sort(
        compared, {}, [&](const Image& image) { return -std::cos(image.angle - asked.angle); });
    double right = 0, recall = 0, precision = 1, area = 0;
    const auto all = static_cast<double>(std::ranges::count_if(
        compared, [&](const Image& image) { return image.person == asked.person; }));
    for (std::size_t rank = 1; rank <= compared.size() && all > 0; ++rank) {
      const bool hit = compared[rank - 1].person == asked.person;
      if (hit && rank == 1) ++first_right;
      right += hit ? 1 : 0;
      const double new_recall = right / all, new_precision = right / static_cast<double>(rank);
      area += (new_recall - recall) * (precision + new_precision) / 2;
      recall = new_recall;
      precision = new_precision;
    }
    areas += area;
  }
  const auto queries = static_cast<double>(query.size());
  return {{"rank1", first_right / queries}, {"mAP", areas / queries}};
}

void expect_near(const Metrics& found, const Metrics& expected, double tolerance) {
  EXPECT_NEAR(found.at("rank1"), expected.at("rank1"), tolerance);
  EXPECT_NEAR(found.at("mAP"), expected.at("mAP"), tolerance);
}

TEST(ReidMetrics, AreOneWhenOthersComeAfterAllOfThePersonsImages) {
  expect_near(rank_gallery(features({{1, 1, 0}}), features({{2, 1, 1}, {1, 2, .1}, {1, 3, .2}})),
              {{"rank1", 1}, {"mAP", 1}}, 0);
}

TEST(ReidMetrics, AreTheMeanOverQueriesOfWhatEachFinds) {
  // Right at ranks 1 and 3: areas (1 + 1) / 2 and (1/2 + 2/3) / 2 at half the recall each. Right at
  // rank 2: (0 + 1/2) / 2.
  const auto gallery = features({{1, 2, .1}, {2, 2, .2}, {1, 3, .3}, {3, 1, 2.2}, {4, 2, 2.3}});
  expect_near(rank_gallery(features({{1, 1, 0}, {4, 1, 2.1}}), gallery),
              {{"rank1", .5}, {"mAP", ((1 + (1. / 2 + 2. / 3) / 2) / 2 + 1. / 4) / 2}}, 1e-12);
}

TEST(ReidMetrics, IgnoreJunkAndTheQuerysOwnCamera) {
  expect_near(rank_gallery(features({{1, 1, 0}}),
                           features({{-1, 2, 0}, {1, 1, .01}, {1, 2, .1}, {2, 1, .2}})),
              {{"rank1", 1}, {"mAP", 1}}, 0);
}

TEST(ReidMetrics, CountDistractorsAsWrong) {
  expect_near(rank_gallery(features({{1, 1, 0}}), features({{0, 1, .01}, {1, 2, .1}})),
              {{"rank1", 0}, {"mAP", .25}}, 1e-12);
}

TEST(ReidMetrics, CountAQueryWithoutAnAnswerAsFailed) {
  expect_near(rank_gallery(features({{1, 1, 0}, {2, 1, 1}}), features({{1, 2, .1}, {2, 1, 1}})),
              {{"rank1", .5}, {"mAP", .5}}, 0);
}

TEST(ReidMetrics, AreThoseOfScikitLearn) {
  // From oracles/reid_metrics.py: scikit-learn 1.2.1.
  std::vector<Image> query, gallery;
  const auto angle = [](int number, double step, double shift) {
    return 2 * std::numbers::pi * std::fmod(number * step + shift, 1);
  };
  for (int i = 0; i < 25; ++i) query.push_back({1 + i % 7, 1 + i % 3, angle(i, 0.3819660, 0.1)});
  for (int j = 0; j < 120; ++j) {
    gallery.push_back({j % 9 - 1, 1 + j * j % 5, angle(j, 0.6180340, 0.3)});
  }
  expect_near(rank_gallery(features(query, torch::kFloat64), features(gallery, torch::kFloat64)),
              {{"rank1", 0.16}, {"mAP", 0.11624334570293308}}, 1e-12);
}

TEST(ReidMetrics, AreThoseOfTheDefinitionForAnyData) {
  std::mt19937 random(3);
  const auto images = [&](int count, int persons, bool with_others) {
    std::vector<Image> result;
    for (int i = 0; i < count; ++i) {
      const auto person = static_cast<std::int64_t>(random() % persons) + (with_others ? -1 : 1);
      result.push_back({person, static_cast<std::int64_t>(random() % 4),
                        static_cast<double>(random() % 100000) * 6e-5});
    }
    return result;
  };
  for (int round = 0; round < 20; ++round) {
    SCOPED_TRACE(round);
    // More queries than are compared at once in some rounds; persons that nobody saw in others.
    const auto query = images(round % 5 == 0 ? 300 : 12, 1 + round, false);
    const auto gallery = images(40 + round, 3 + round, true);
    expect_near(rank_gallery(features(query, torch::kFloat64), features(gallery, torch::kFloat64)),
                by_brute_force(query, gallery), 1e-12);
  }
}

}  // namespace
}  // namespace tandem::trainers::test
