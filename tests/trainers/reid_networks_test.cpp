#include <gtest/gtest.h>
#include <torch/torch.h>

#include <vector>

#include "networks/batches.h"
#include "networks/densenet121.h"
#include "networks/hrnet18.h"
#include "networks/pcb.h"

namespace tandem::trainers::test {
namespace {

std::int64_t count(const std::vector<torch::Tensor>& parameters) {
  std::int64_t sum = 0;
  for (const auto& parameter : parameters) sum += parameter.numel();
  return sum;
}

TEST(ReidNetworks, HaveTheirPublishedNumberOfParameters) {
  // torchvision's densenet121 and resnet50, and HRNet-W18 of its authors, without their classifiers
  // of 1000 classes.
  EXPECT_EQ(count_parameters(*make_densenet121_trunk()), 7'978'856 - 1025 * 1000);
  EXPECT_EQ(count_parameters(*make_hrnet18_trunk()), 21'299'004 - 2049 * 1000);
  EXPECT_EQ(count_parameters(*make_pcb_trunk()), 25'557'032 - 2049 * 1000);
  // With heads for the 751 identities of Market-1501: linear layer, normalisation, classifier.
  const auto head = [](std::int64_t inputs, std::int64_t units) {
    return (inputs + 1) * units + 2 * units + (units + 1) * 751;
  };
  EXPECT_EQ(count_parameters(*make_densenet121(751, 0.5)), 6'953'856 + head(1024, 512));
  EXPECT_EQ(count_parameters(*make_hrnet18(751, 0.5)), 19'250'004 + head(2048, 512));
  EXPECT_EQ(count_parameters(*make_pcb(751, 0.5)), 23'508'032 + 6 * head(2048, 256));
}

TEST(ReidNetworks, TrainEachParameterInTheTrunkOrTheHead) {
  for (const auto& network : {make_densenet121(9, 0), make_hrnet18(9, 0), make_pcb(9, 0)}) {
    EXPECT_EQ(count(network->trunk_parameters()) + count(network->head_parameters()),
              count_parameters(*network));
  }
}

TEST(ReidNetworks, GiveScoresAndFeaturesOfEachPart) {
  const auto pcb = make_pcb(9, 0.5);
  const auto images = torch::rand({2, 3, 96, 32});
  const auto scores = pcb->classify(images);
  ASSERT_EQ(scores.size(), 6U);
  EXPECT_EQ(scores[5].sizes(), (torch::IntArrayRef{2, 9}));
  EXPECT_EQ(pcb->features(images).sizes(), (torch::IntArrayRef{2, 6, 256}));
  const auto densenet = make_densenet121(9, 0.5);
  EXPECT_EQ(densenet->classify(images).size(), 1U);
  EXPECT_EQ(densenet->features(images).sizes(), (torch::IntArrayRef{2, 1, 512}));
}

TEST(ReidNetworks, OfResidualBlocksBeginAsTheirShortcuts) {
  // With nothing from inside the blocks, what is there doesn't matter.
  for (const auto& trunk : {make_pcb_trunk(), make_hrnet18_trunk()}) {
    trunk->eval();
    const torch::NoGradGuard no_gradient;
    const auto images = torch::rand({1, 3, 64, 32});
    const auto before = trunk->forward(images);
    int inside = 0;
    for (const auto& item : trunk->named_parameters()) {
      if (item.key().find(".bn1.") == std::string::npos) continue;
      item.value().add_(1);
      ++inside;
    }
    EXPECT_GT(inside, 30);
    EXPECT_TRUE(trunk->forward(images).equal(before));
  }
}

}  // namespace
}  // namespace tandem::trainers::test
