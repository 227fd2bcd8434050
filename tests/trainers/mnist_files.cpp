#include "mnist_files.h"

#include <stdlib.h>
#include <zlib.h>

#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

namespace tandem::trainers::test {
namespace {

constexpr int side = 28;

void write_part(const std::filesystem::path& folder, const std::string& stem, int samples,
                std::mt19937& random) {
  std::string images, labels;
  for (int i = 0; i < samples; ++i) {
    const int label = i % 10;
    std::string image(side * side, '\0');
    for (char& pixel : image) pixel = static_cast<char>(random() % 128);
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 4; ++x) {
        image[static_cast<std::size_t>((label / 5 * 14 + 3 + y) * side + label % 5 * 5 + 2 + x)] =
            '\xff';
      }
    }
    images += image;
    labels += static_cast<char>(label);
  }
  const auto count = static_cast<std::uint32_t>(samples);
  write_file(folder / (stem + "-images-idx3-ubyte"), idx_bytes({count, side, side}, images));
  write_file(folder / (stem + "-labels-idx1-ubyte"), idx_bytes({count}, labels));
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "tandem-train-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

void write_gzip(const std::filesystem::path& file, const std::string& bytes) {
  const gzFile stream = gzopen(file.c_str(), "wb");
  gzwrite(stream, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(stream);
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string idx_bytes(const std::vector<std::uint32_t>& sizes, const std::string& values) {
  std::string bytes{'\0', '\0', '\x08', static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes) {
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(size >> shift & 0xff);
  }
  return bytes + values;
}

void write_mnist(const std::filesystem::path& folder, int train_samples, int test_samples) {
  std::mt19937 random(7);
  write_part(folder, "train", train_samples, random);
  write_part(folder, "t10k", test_samples, random);
}

}  // namespace tandem::trainers::test
