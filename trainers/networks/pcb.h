#pragma once

#include <cstdint>
#include <memory>

#include "networks/reid_network.h"

namespace tandem::trainers {

/// ResNet-50 (He et al. 2015, "Deep Residual Learning for Image Recognition", table 1) without its
/// classifier, the last stage with stride 1 as PCB has it: 2048 channels at 1/16 of the image's
/// size, 23,508,032 parameters. That is torchvision's resnet50 (25,557,032) without its classifier
/// of 1000 classes (2,049,000); the names of parameters are its as well.
std::shared_ptr<FeatureTrunk> make_pcb_trunk();

/// The part-based convolutional baseline: 27,816,410 parameters for the 751 identities of
/// Market-1501.
std::shared_ptr<ReidNetwork> make_pcb(std::int64_t identities, double dropout);

}  // namespace tandem::trainers
