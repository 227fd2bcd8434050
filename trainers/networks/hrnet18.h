#pragma once

#include <cstdint>
#include <memory>

#include "networks/reid_network.h"

namespace tandem::trainers {

/// HRNet-W18 for classification (Wang et al. 2019, "Deep High-Resolution Representation Learning
/// for Visual Recognition", arXiv:1908.07919, section 3 and appendix on ImageNet) up to its last
/// 1×1 convolution, without the classifier: 2048 channels at 1/32 of the image's size (of which
/// both sides must be multiples), 19,250,004 parameters. That is the published network (21,299,004
/// parameters, log of HRNet/HRNet-Image-Classification; timm's hrnet_w18) without its classifier of
/// 1000 classes (2,049,000).
std::shared_ptr<FeatureTrunk> make_hrnet18_trunk();

/// HRNet-W18 with the head of re-identification: 20,685,379 parameters for the 751 identities of
/// Market-1501.
std::shared_ptr<ReidNetwork> make_hrnet18(std::int64_t identities, double dropout);

}  // namespace tandem::trainers
