#include <gtest/gtest.h>
#include <torch/torch.h>

#include "memory.h"
#include "networks/batches.h"

namespace tandem::trainers::test {
namespace {

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
