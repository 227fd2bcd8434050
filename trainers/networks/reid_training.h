#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "data/person_images.h"
#include "networks/reid_network.h"
#include "workload.h"

namespace tandem::trainers {

/// How images go into a network.
struct ReidInput {
  std::int64_t height = 0, width = 0;
  /// In training an image is cropped at random out of itself with so many black pixels around; and
  /// mirrored or not.
  std::int64_t crop_padding = 0;
  bool channels_last = false;  ///< Order in memory: N × height × width × 3 and all that follows.
};

/// A number at full and at quick scale.
struct ByScale {
  double full = 0, quick = 0;
};

/// What tells one re-identification workload from another.
struct ReidRecipe {
  std::string name;
  std::string summary;
  std::function<std::shared_ptr<ReidNetwork>(std::int64_t identities, double dropout)> network;
  ReidInput full, quick;
  PersonDataSize quick_data;
  ByScale epochs, learning_rate, batch_size;
  ByScale dropout{.full = 0.5, .quick = 0.1};  ///< Few steps can't wait for what is dropped.
};

/// Training for person re-identification as layumi/Person_reID_baseline_pytorch does it: SGD with
/// Nesterov momentum 0.9 and weight decay on the sum of the classifiers' cross entropies, the trunk
/// at a tenth of the learning rate, every rate divided by ten after two thirds of the epochs.
/// Judged by rank1 and mAP on features that are averaged over an image and its mirror image. The
/// original starts from weights trained on ImageNet; here all training begins with random ones.
WorkloadKind reid_kind(ReidRecipe recipe);

}  // namespace tandem::trainers
