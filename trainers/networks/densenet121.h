#pragma once

#include <cstdint>
#include <memory>

#include "networks/reid_network.h"

namespace tandem::trainers {

/// DenseNet-121 (Huang et al. 2017, "Densely Connected Convolutional Networks", table 1) up to its
/// last normalisation, without the classifier: 1024 channels at 1/32 of the image's size,
/// 6,953,856 parameters. That is torchvision's densenet121 (7,978,856) without its classifier of
/// 1000 classes (1,025,000); the names of parameters are its as well.
std::shared_ptr<FeatureTrunk> make_densenet121_trunk();

/// DenseNet-121 with the head of re-identification: 7,864,943 parameters for the 751 identities of
/// Market-1501.
std::shared_ptr<ReidNetwork> make_densenet121(std::int64_t identities, double dropout);

}  // namespace tandem::trainers
