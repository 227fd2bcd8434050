#include "data/pairs.h"

#include <torch/torch.h>

#include "expect_error.h"
#include "networks/batches.h"

namespace tandem::trainers::test {
namespace {

torch::Tensor labels() {
  return torch::tensor({2, 0, 1, 0, 2, 2, 0, 1, 2, 2, 2}, torch::kInt64);
}

TEST(Pairs, TakeEachSampleOnceAsTheFirst) {
  auto generator = seeded_generator(1);
  const Pairs pairs = PairSampler(labels(), 3).draw(generator);
  EXPECT_EQ(pairs.size(), 11);
  EXPECT_TRUE(std::get<0>(pairs.first.sort()).equal(torch::arange(11)));
}

TEST(Pairs, AreHalfOfOneLabelAndHalfOfTwo) {
  auto generator = seeded_generator(1);
  const PairSampler sampler(labels(), 3);
  for (int repetition = 0; repetition < 50; ++repetition) {
    const Pairs pairs = sampler.draw(generator);
    const auto equal =
        labels().index_select(0, pairs.first) == labels().index_select(0, pairs.second);
    EXPECT_TRUE(equal.to(torch::kFloat32).equal(pairs.same));
    EXPECT_EQ(pairs.same.sum().item<float>(), 6);
    EXPECT_FALSE(pairs.first.eq(pairs.second).any().item<bool>());
  }
}

TEST(Pairs, ReachEverySecondSample) {
  auto generator = seeded_generator(1);
  const PairSampler sampler(labels(), 3);
  auto seen = torch::eye(11, torch::kBool);  // no sample goes with itself
  for (int repetition = 0; repetition < 400; ++repetition) {
    const Pairs pairs = sampler.draw(generator);
    seen.index_put_({pairs.first, pairs.second}, true);
  }
  EXPECT_TRUE(seen.all().item<bool>());
}

TEST(Pairs, AreTheSameForTheSameStreamAndOthersLaterOn) {
  auto generator = seeded_generator(4), again = seeded_generator(4);
  const PairSampler sampler(labels(), 3);
  const Pairs pairs = sampler.draw(generator), same = sampler.draw(again);
  EXPECT_TRUE(pairs.first.equal(same.first));
  EXPECT_TRUE(pairs.second.equal(same.second));
  EXPECT_FALSE(pairs.second.equal(sampler.draw(generator).second));
}

TEST(Pairs, CannotBeMadeOfOneLabelOrOfASingleSample) {
  expect_error(ExitCode::bad_data,
               {"found 1 image with label 2 among 5, expected at least 2 of each label"}, [] {
                 PairSampler(torch::tensor({0, 1, 2, 1, 0}, torch::kInt64), 3);
               });
  expect_error(ExitCode::bad_data, {"found 3 images with one label, expected at least two labels"},
               [] {
                 PairSampler(torch::tensor({1, 1, 1}, torch::kInt64), 3);
               });
}

}  // namespace
}  // namespace tandem::trainers::test
