#include "data/pixels.h"

#include <torch/torch.h>

namespace tandem::trainers {

torch::Tensor random_shifts(std::int64_t samples, std::int64_t padding,
                            torch::Generator& generator) {
  return torch::cat({torch::randint(-padding, padding + 1, {samples, 2}, generator, torch::kInt64),
                     torch::randint(0, 2, {samples, 1}, generator, torch::kInt64)},
                    1);
}

torch::Tensor crop_and_flip(const torch::Tensor& pixels, const torch::Tensor& indices,
                            const torch::Tensor& shifts) {
  const auto batch = indices.size(0);
  const auto height = pixels.size(1), width = pixels.size(2), channels = pixels.size(3);
  const auto x = torch::arange(width, indices.options());
  const auto mirrored = shifts.select(1, 2).unsqueeze(1).to(torch::kBool);
  const auto rows =
      torch::arange(height, indices.options()) + shifts.narrow(1, 0, 1);  // B × height
  const auto columns =
      torch::where(mirrored, width - 1 - x, x) + shifts.narrow(1, 1, 1);  // B × width
  const auto inside = ((rows >= 0) & (rows < height)).unsqueeze(2) &
                      ((columns >= 0) & (columns < width)).unsqueeze(1);
  const auto first_pixel = (indices.unsqueeze(1) * height + rows.clamp(0, height - 1)) * width;
  const auto places = first_pixel.unsqueeze(2) + columns.clamp(0, width - 1).unsqueeze(1);
  return pixels.view({-1, channels})
      .index_select(0, places.flatten())
      .view({batch, height, width, channels})
      .mul_(inside.unsqueeze(3));
}

torch::Tensor halve(const torch::Tensor& pixels) {
  const auto planes = pixels.permute({0, 3, 1, 2}).to(torch::kFloat32);
  return torch::avg_pool2d(planes, 2).round_().permute({0, 2, 3, 1}).to(torch::kUInt8).contiguous();
}

}  // namespace tandem::trainers
