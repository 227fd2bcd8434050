#include "networks/dropout.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <cmath>
#include <cstdint>
#include <mutex>

namespace tandem::trainers {
namespace {

constexpr std::int64_t lanes = 4;            // values that share 64 random bits
constexpr std::int64_t grain_words = 8'192;  // words that are worth a thread

std::uint64_t draw_seed() {
  auto generator = at::detail::getDefaultCPUGenerator();
  const std::lock_guard lock(generator.mutex());
  return at::check_generator<at::CPUGeneratorImpl>(generator)->random64();
}

/// The number at `place` of SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t split_mix(std::uint64_t seed, std::uint64_t place) {
  std::uint64_t z = seed + (place + 1) * 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

torch::Tensor drop_values(const torch::Tensor& x, double rate, bool training) {
  if (!training || rate <= 0) return x;
  if (!x.device().is_cpu()) return torch::dropout(x, rate, true);

  const auto least = static_cast<std::uint32_t>(std::lround(rate * 65536));
  const auto kept = static_cast<float>(65536.0 / (65536 - least));
  const std::int64_t words = (x.numel() + lanes - 1) / lanes;
  auto mask = torch::empty({words * lanes}, torch::kFloat32);
  auto* const values = mask.data_ptr<float>();
  const std::uint64_t seed = draw_seed();
  at::parallel_for(0, words, grain_words, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t word = begin; word < end; ++word) {
      const std::uint64_t bits = split_mix(seed, static_cast<std::uint64_t>(word));
      for (std::int64_t lane = 0; lane < lanes; ++lane) {
        const auto number = static_cast<std::uint32_t>(bits >> (16 * lane) & 0xffff);
        values[word * lanes + lane] = number < least ? 0.0F : kept;
      }
    }
  });
  return x * mask.narrow(0, 0, x.numel()).view(x.sizes()).to(x.scalar_type());
}

}  // namespace tandem::trainers
