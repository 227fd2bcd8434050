#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace tandem::trainers {

/// What the residual networks share (He et al. 2015, "Deep Residual Learning for Image
/// Recognition", arXiv:1512.03385). Submodules have torchvision's names.

/// How a block's input is added where its shape is not the output's (section 3.3, options A and B).
enum class Shortcut {
  padded,    ///< Every stride-th pixel, with channels of zeros: no parameters.
  projected  ///< A 1 × 1 convolution with batch normalisation.
};

/// A module that maps N × inputs × height × width to N × outputs × height/stride × width/stride.
class ResidualBlock : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(torch::Tensor x) = 0;
};

/// Two 3 × 3 convolutions (figure 5, left). `outputs` − `inputs` must be even with
/// Shortcut::padded, whose zeros are half before and half after the input's channels.
std::shared_ptr<ResidualBlock> basic_block(std::int64_t inputs, std::int64_t outputs,
                                           std::int64_t stride, Shortcut shortcut);

/// Convolutions of 1 × 1 to `width`, 3 × 3 (with the stride, as torchvision has it) and 1 × 1 to
/// 4 · `width` outputs (figure 5, right); the shortcut is projected.
std::shared_ptr<ResidualBlock> bottleneck_block(std::int64_t inputs, std::int64_t width,
                                                std::int64_t stride);

/// Blocks one after the other, named 0, 1, …
class ResidualStage : public torch::nn::Module {
 public:
  void add(std::shared_ptr<ResidualBlock> block);
  torch::Tensor forward(torch::Tensor x);

 private:
  std::vector<std::shared_ptr<ResidualBlock>> blocks_;
};

/// Draws the weights of all convolutions anew as He et al. do (2015, "Delving Deep into
/// Rectifiers", arXiv:1502.01852): normal, with variance 2 / fan-out, as torchvision's ResNets, or
/// 2 / fan-in.
enum class Fan { in, out };
void draw_he_weights(torch::nn::Module& network, Fan fan);

/// Sets the scale of the last batch normalisation of each residual block to 0, so that a block
/// begins as its shortcut (Goyal et al. 2017, "Accurate, Large Minibatch SGD", arXiv:1706.02677,
/// section 5.1; torchvision's zero_init_residual).
void begin_as_shortcuts(torch::nn::Module& network);

/// Stores the weights of all convolutions channels-last (N × height × width × channels in memory),
/// so that convolutions of images stored so need no conversion.
void store_channels_last(torch::nn::Module& network);

}  // namespace tandem::trainers
