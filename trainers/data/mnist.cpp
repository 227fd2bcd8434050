#include "data/mnist.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <string>

#include "data/idx.h"
#include "errors.h"

namespace tandem::trainers {
namespace {

constexpr std::int64_t side = 28;  // pixels
constexpr int classes = 10;
constexpr double pixel_mean = 0.1307, pixel_deviation = 0.3081;  // of MNIST's training images

std::filesystem::path find_file(const std::filesystem::path& folder, const std::string& stem,
                                const std::string& kind) {
  const auto plain = folder / (stem + "-" + kind);
  const auto dotted = folder / (stem + "." + kind);
  for (const auto& file : {plain, dotted}) {
    for (const char* const ending : {"", ".gz"}) {
      const std::filesystem::path candidate = file.string() + ending;
      std::error_code ignored;
      if (std::filesystem::is_regular_file(candidate, ignored)) return candidate;
    }
  }
  throw TrainingError(ExitCode::bad_data,
                      fmt::format("{}: found no such file, expected MNIST there ({}, plain or .gz)",
                                  plain.string(), plain.filename().string()));
}

LabelledImages load(const std::filesystem::path& folder, const std::string& stem,
                    std::int64_t limit) {
  const auto image_file = find_file(folder, stem + "-images", "idx3-ubyte");
  const auto label_file = find_file(folder, stem + "-labels", "idx1-ubyte");
  IdxArray images = read_idx(image_file, 3);
  IdxArray labels = read_idx(label_file, 1);
  const auto fail = [](const std::filesystem::path& file, const std::string& what) {
    throw TrainingError(ExitCode::bad_data, fmt::format("{}: {}", file.string(), what));
  };
  const std::int64_t available = images.sizes[0];
  if (available == 0) fail(image_file, "found 0 images, expected at least 1");
  if (images.sizes[1] != side || images.sizes[2] != side) {
    fail(image_file, fmt::format("found images of {} × {} pixels, expected 28 × 28",
                                 images.sizes[1], images.sizes[2]));
  }
  if (labels.sizes[0] != available) {
    fail(label_file, fmt::format("found {} labels, expected {}, one for each image",
                                 labels.sizes[0], available));
  }
  const auto bad = std::ranges::find_if(labels.values, [](int label) { return label >= classes; });
  if (bad != labels.values.end()) {
    fail(label_file, fmt::format("found label {} at position {}, expected 0 to 9", *bad,
                                 bad - labels.values.begin()));
  }

  const std::int64_t count = std::min(limit, available);
  const auto pixels = torch::from_blob(images.values.data(), {count, 1, side, side}, torch::kUInt8);
  return {pixels.to(torch::kFloat32).div_(255).sub_(pixel_mean).div_(pixel_deviation),
          torch::from_blob(labels.values.data(), {count}, torch::kUInt8).to(torch::kInt64)};
}

}  // namespace

ImageDataSet load_mnist(const std::filesystem::path& folder, std::int64_t train_limit,
                        std::int64_t test_limit) {
  return {load(folder, "train", train_limit), load(folder, "t10k", test_limit)};
}

}  // namespace tandem::trainers
