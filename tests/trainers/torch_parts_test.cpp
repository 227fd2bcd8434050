#include <gtest/gtest.h>
#include <torch/torch.h>

#include "adadelta.h"
#include "memory.h"
#include "networks/batches.h"

namespace tandem::trainers::test {
namespace {

TEST(Adadelta, FollowsPythonsAdadelta) {
  // From oracles/adadelta.py: torch.optim.Adadelta, torch 1.13.0a0, float64.
  const std::vector<std::vector<double>> expected{
      {0.49841887522429579, -1.2484188612098932, 1.9984188620483256},
      {0.49680155226005807, -1.2467985936531092, 1.9967978647722047},
      {0.49565444696952599, -1.2456465737566058, 1.995644621528476},
      {0.49449587341789808, -1.2444807805204798, 1.9944770273035777},
      {0.49367889617023103, -1.2436570027528309, 1.993651549709426},
      {0.49285638134496079, -1.242826397884381, 1.9928189197247399},
  };
  auto parameter = torch::tensor({0.5, -1.25, 2.0}, torch::kFloat64).requires_grad_();
  const auto weights = torch::tensor({1.0, -3.0, 0.25}, torch::kFloat64);
  Adadelta optimizer({parameter}, 0.5);
  auto& options = optimizer.param_groups().front().options();
  for (std::size_t step = 0; step < expected.size(); ++step) {
    SCOPED_TRACE(step);
    if (step > 0 && step % 2 == 0) options.set_lr(options.get_lr() * 0.7);
    optimizer.zero_grad();
    (weights * parameter.pow(3)).sum().backward();
    optimizer.step();
    for (std::int64_t i = 0; i < 3; ++i) {
      EXPECT_DOUBLE_EQ(parameter[i].item<double>(), expected[step][static_cast<std::size_t>(i)]);
    }
  }
}

/// Parameters after some steps by gradients of many sizes and signs.
torch::Tensor after_steps(torch::Tensor parameter) {
  parameter.requires_grad_();
  Adadelta optimizer({parameter}, 0.5);
  const auto weights = torch::linspace(-2, 3, parameter.numel()).view(parameter.sizes());
  for (int step = 0; step < 3; ++step) {
    optimizer.zero_grad();
    (weights * parameter.pow(3)).sum().backward();
    optimizer.step();
  }
  return parameter.detach();
}

TEST(Adadelta, MovesALargeParameterAsItsFormulaSays) {
  // Larger than what one piece of the update takes, and not a multiple of it.
  const auto start = torch::linspace(-1, 1, 320 * 25 * 25 + 75).slice(0, 75).view({32, 10, 25, 25});
  const auto found = after_steps(start.clone());
  auto expected = start.clone(), square_gradient = torch::zeros_like(start),
       square_update = torch::zeros_like(start);
  const auto weights = torch::linspace(-2, 3, start.numel()).view(start.sizes());
  for (int step = 0; step < 3; ++step) {
    const auto gradient = 3 * weights * expected.square();
    square_gradient = 0.9 * square_gradient + 0.1 * gradient.square();
    const auto update = (square_update + 1e-6).sqrt() / (square_gradient + 1e-6).sqrt() * gradient;
    square_update = 0.9 * square_update + 0.1 * update.square();
    expected = expected - 0.5 * update;
  }
  EXPECT_TRUE(found.allclose(expected, 1e-5, 1e-6));
  EXPECT_FALSE(found.allclose(start, 1e-5, 1e-6));
  const auto channels_last =
      after_steps(start.contiguous(torch::MemoryFormat::ChannelsLast).clone());
  EXPECT_TRUE(channels_last.is_contiguous(torch::MemoryFormat::ChannelsLast));
  EXPECT_TRUE(channels_last.allclose(expected, 1e-5, 1e-6));
}

TEST(Adadelta, LeavesParametersWithoutGradientAlone) {
  auto parameter = torch::ones({3}, torch::requires_grad());
  Adadelta({parameter}, 1.0).step();
  EXPECT_TRUE(parameter.equal(torch::ones({3})));
}

TEST(TensorMemory, PeakRisesWithTensorsAndStaysWhenTheyGo) {
  reset_tensor_memory_peak();
  const double before = tensor_memory_peak_mib();
  { const auto tensor = torch::zeros({256, 1024}); }  // 1 MiB
  EXPECT_NEAR(tensor_memory_peak_mib() - before, 1.0, 0.01);
  reset_tensor_memory_peak();
  EXPECT_NEAR(tensor_memory_peak_mib(), before, 0.01);
}

TEST(ShuffledBatches, HoldEverySampleOnceInAnOrderOfTheSeed) {
  auto generator = seeded_generator(3), same = seeded_generator(3);
  const auto batches = shuffled_batches(10, 4, generator, torch::kCPU);
  ASSERT_EQ(batches.size(), 3u);
  EXPECT_EQ(batches[2].size(0), 2);
  const auto order = torch::cat(batches);
  EXPECT_TRUE(std::get<0>(order.sort()).equal(torch::arange(10)));
  EXPECT_TRUE(order.equal(torch::cat(shuffled_batches(10, 4, same, torch::kCPU))));
  EXPECT_FALSE(order.equal(torch::cat(shuffled_batches(10, 4, generator, torch::kCPU))));
}

TEST(ShuffledBatches, DropALastBatchOfOne) {
  auto generator = seeded_generator(3);
  EXPECT_EQ(shuffled_batches(9, 4, generator, torch::kCPU).size(), 2u);
  EXPECT_EQ(shuffled_batches(1, 4, generator, torch::kCPU).size(), 1u);
}

}  // namespace
}  // namespace tandem::trainers::test

int main(int argc, char** argv) {
  tandem::trainers::install_counting_allocator();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
