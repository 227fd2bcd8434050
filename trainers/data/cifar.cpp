#include "data/cifar.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "data/pixels.h"
#include "errors.h"
#include "networks/batches.h"

namespace tandem::trainers {
namespace {

constexpr std::int64_t side = 32;  // pixels
constexpr std::int64_t channels = 3;
constexpr int classes = 10;
constexpr std::int64_t record_bytes = 1 + channels * side * side;
constexpr std::int64_t records_at_most = 10'000;  // in each file, as published

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw TrainingError(ExitCode::bad_data, fmt::format("{}: {}", file.string(), what));
}

/// The number of records in a file, by its size.
std::int64_t count_records(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    fail(file, "found no such file, expected CIFAR-10's binary version there");
  }
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(file, error));
  if (error) fail(file, "cannot be read: " + error.message());
  if (bytes == 0 || bytes % record_bytes != 0 || bytes > records_at_most * record_bytes) {
    fail(file, fmt::format("found {} bytes, expected 1 to {} records of {} bytes", bytes,
                           records_at_most, record_bytes));
  }
  return bytes / record_bytes;
}

/// The first `limit` records of some files.
LabelledImages load(const std::vector<std::filesystem::path>& files, std::int64_t limit) {
  std::vector<std::uint8_t> bytes;
  for (const auto& file : files) {
    const std::int64_t in_file = count_records(file);
    const auto filled = static_cast<std::int64_t>(bytes.size());
    const std::int64_t wanted = std::min(in_file, limit - filled / record_bytes);
    bytes.resize(static_cast<std::size_t>(filled + wanted * record_bytes));
    std::ifstream stream(file, std::ios::binary);
    stream.read(reinterpret_cast<char*>(bytes.data() + filled), wanted * record_bytes);
    if (!stream) fail(file, fmt::format("cannot be read: {}", std::strerror(errno)));
    for (std::int64_t record = 0; record < wanted; ++record) {
      const int label = bytes[static_cast<std::size_t>(filled + record * record_bytes)];
      if (label >= classes) {
        fail(file, fmt::format("found label {} in record {}, expected 0 to 9", label, record));
      }
    }
  }
  const auto count = static_cast<std::int64_t>(bytes.size()) / record_bytes;
  const auto records = torch::from_blob(bytes.data(), {count, record_bytes}, torch::kUInt8);
  return {
      records.slice(1, 1).view({count, channels, side, side}).permute({0, 2, 3, 1}).contiguous(),
      records.select(1, 0).to(torch::kInt64)};
}

// Of the made-up images.
constexpr std::int64_t patterns_per_class = 2;
constexpr std::int64_t largest_shift = 4;                                      // pixels
constexpr double pattern_contrast = 50, background_contrast = 28, noise = 18;  // of 255

/// Smooth random colours, mean 0 and standard deviation about 1: count × 32 × 32 × 3.
torch::Tensor soft_colours(std::int64_t count, std::int64_t grain, torch::Generator& generator) {
  const auto coarse =
      torch::randn({count, channels, grain, grain}, generator, torch::dtype(torch::kFloat32));
  return torch::upsample_bicubic2d(coarse, {side, side}, /*align_corners=*/true)
      .permute({0, 2, 3, 1});
}

torch::Tensor as_bytes(const torch::Tensor& values) {
  return values.clamp(0, 255).round().to(torch::kUInt8).contiguous();
}

LabelledImages make_up(std::int64_t count, const torch::Tensor& patterns,
                       torch::Generator& generator) {
  constexpr std::int64_t chunk = 1000;  // images at a time, for the memory
  const auto labels = torch::arange(count).remainder(classes);
  std::vector<torch::Tensor> images;
  for (std::int64_t first = 0; first < count; first += chunk) {
    const auto part = labels.slice(0, first, first + chunk);
    const auto samples = part.size(0);
    const auto pattern = part * patterns_per_class +
                         torch::randint(patterns_per_class, {samples}, generator, torch::kInt64);
    const auto shown =
        crop_and_flip(patterns, pattern, random_shifts(samples, largest_shift, generator));
    images.push_back(as_bytes(
        shown.to(torch::kFloat32) + background_contrast * soft_colours(samples, 4, generator) +
        noise * torch::randn({samples, side, side, channels}, generator, torch::kFloat32)));
  }
  return {torch::cat(images), labels};
}

}  // namespace

ImageDataSet load_cifar10(const std::filesystem::path& folder, std::int64_t train_limit,
                          std::int64_t test_limit) {
  // As the published archive unpacks.
  const auto unpacked = folder / "cifar-10-batches-bin";
  std::error_code ignored;
  const auto& place = std::filesystem::is_directory(unpacked, ignored) ? unpacked : folder;
  std::vector<std::filesystem::path> batches;
  for (int batch = 1; batch <= 5; ++batch) {
    batches.push_back(place / fmt::format("data_batch_{}.bin", batch));
  }
  return {load(batches, train_limit), load({place / "test_batch.bin"}, test_limit)};
}

ImageDataSet make_up_cifar10(std::int64_t train_samples, std::int64_t test_samples) {
  auto generator = seeded_generator(10);  // not the training's seed: all trainings learn the same
  const auto patterns =
      as_bytes(128 + pattern_contrast * soft_colours(classes * patterns_per_class, 7, generator));
  auto train = make_up(train_samples, patterns, generator);
  auto test = make_up(test_samples, patterns, generator);
  return {std::move(train), std::move(test), /*synthetic=*/true};
}

}  // namespace tandem::trainers
