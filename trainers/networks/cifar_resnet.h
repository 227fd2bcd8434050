#pragma once

#include <cstdint>
#include <memory>

#include "networks/image_classifier.h"

namespace tandem::trainers {

/// The ResNet for CIFAR-10 of He et al. 2015 (arXiv:1512.03385), section 4.2, with
/// 6 · `blocks_per_stage` + 2 layers: a 3 × 3 convolution to 16 channels, three stages of basic
/// blocks with 16, 32 and 64 channels and padded shortcuts (option A), the mean over all pixels, a
/// linear layer. It takes N × 3 × height × width, of any size from 4 × 4.
std::shared_ptr<ImageNetwork> cifar_resnet(std::int64_t blocks_per_stage);

}  // namespace tandem::trainers
