#include "study/selection/pair_search.h"

#include <array>
#include <numeric>

namespace tandem::study {
namespace {

constexpr std::uint32_t leaf_size = 8;

using Coordinates = std::array<double, 4>;

Coordinates coordinates_of(const ModelTraits& model) {
  return {model.memory_mb, model.util_percent, model.log_duration, model.known ? 1.0 : 0.0};
}

/// Extents of a box along the coordinates.
Coordinates extents_of(const TraitBox& box) {
  return {box.memory_high - box.memory_low, box.util_high - box.util_low,
          box.log_duration_high - box.log_duration_low, 1};
}

}  // namespace

PairSearch::PairSearch(const PairSpace& space) : space_(&space), order_(space.models().size()) {
  std::iota(order_.begin(), order_.end(), 0U);
  build(0, static_cast<std::uint32_t>(order_.size()), nullptr);
}

TraitBox PairSearch::box_of(std::uint32_t begin, std::uint32_t end) const {
  const ModelTraits& one = space_->models()[order_[begin]];
  TraitBox box{one.memory_mb,    one.memory_mb,    one.util_percent, one.util_percent,
               one.log_duration, one.log_duration, one.known};
  for (std::uint32_t i = begin + 1; i < end; ++i) {
    const ModelTraits& model = space_->models()[order_[i]];
    box.memory_low = std::min(box.memory_low, model.memory_mb);
    box.memory_high = std::max(box.memory_high, model.memory_mb);
    box.util_low = std::min(box.util_low, model.util_percent);
    box.util_high = std::max(box.util_high, model.util_percent);
    box.log_duration_low = std::min(box.log_duration_low, model.log_duration);
    box.log_duration_high = std::max(box.log_duration_high, model.log_duration);
    box.any_known = box.any_known || model.known;
  }
  return box;
}

std::uint32_t PairSearch::build(std::uint32_t begin, std::uint32_t end, const TraitBox* whole) {
  const auto index = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({begin, end, 0, 0, box_of(begin, end)});
  const TraitBox all = whole != nullptr ? *whole : nodes_[index].box;
  if (end - begin <= leaf_size) return index;
  // Split where the group is widest, in units of the whole catalogue's width.
  const Coordinates widths = extents_of(all);
  Coordinates low = coordinates_of(space_->models()[order_[begin]]);
  Coordinates high = low;
  for (std::uint32_t i = begin; i < end; ++i) {
    const Coordinates at = coordinates_of(space_->models()[order_[i]]);
    for (size_t axis = 0; axis < at.size(); ++axis) {
      low[axis] = std::min(low[axis], at[axis]);
      high[axis] = std::max(high[axis], at[axis]);
    }
  }
  size_t widest = 0;
  double width = -1;
  for (size_t axis = 0; axis < widths.size(); ++axis) {
    const double share = widths[axis] > 0 ? (high[axis] - low[axis]) / widths[axis] : 0;
    if (share > width) {
      width = share;
      widest = axis;
    }
  }
  const std::uint32_t middle = begin + (end - begin) / 2;
  std::nth_element(order_.begin() + begin, order_.begin() + middle, order_.begin() + end,
                   [&](std::uint32_t a, std::uint32_t b) {
                     const double left = coordinates_of(space_->models()[a])[widest];
                     const double right = coordinates_of(space_->models()[b])[widest];
                     return left != right ? left < right : a < b;
                   });
  const std::uint32_t left = build(begin, middle, &all);
  const std::uint32_t right = build(middle, end, &all);
  nodes_[index].left = left;
  nodes_[index].right = right;
  return index;
}

}  // namespace tandem::study
