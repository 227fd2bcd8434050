#pragma once

#include <memory>

#include "networks/image_classifier.h"

namespace tandem::trainers {

/// The convolutional network of pytorch/examples, mnist: 1,199,882 parameters. It takes
/// N × 1 × 28 × 28; `dropout1` acts after the convolutions, `dropout2` after the first linear
/// layer.
std::shared_ptr<ImageNetwork> mnist_network(double dropout1, double dropout2);

/// The recurrent network of pytorch/examples, mnist_rnn: an LSTM reads an image (N × 1 × 28 × 28)
/// row by row and its last output is classified. 26,602 parameters. `dropout1` acts after the LSTM,
/// `dropout2` after the first linear layer.
std::shared_ptr<ImageNetwork> mnist_rnn_network(double dropout1, double dropout2);

}  // namespace tandem::trainers
