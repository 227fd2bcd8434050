#include "execute/memory_limit.h"

#include <algorithm>
#include <array>

namespace tandem::execute {
namespace {

constexpr double look_again_s = 0.1;
constexpr const char* here = "/";

}  // namespace

MemoryLimit::MemoryLimit(double limit_mib)
    : limit_mib_(limit_mib), tree_('a', here), memory_('a', here) {
  const auto signals = tree_.signals();
  const auto resident = std::ranges::find(signals, "memory_a_mib", &measure::Signal::name);
  resident_ = static_cast<size_t>(resident - signals.begin());
  of_tree_.resize(signals.size());
}

void MemoryLimit::watch(pid_t root_pid) {
  tree_.watch(root_pid);
  memory_.watch(root_pid);
}

std::optional<double> MemoryLimit::too_much_mib() {
  const core::Time now = core::Clock::now();
  if (now < look_at_) return std::nullopt;
  look_at_ = now + core::from_seconds(look_again_s);
  tree_.read(of_tree_);
  // Missing is NaN, and not above anything.
  if (!(of_tree_[resident_] > limit_mib_)) return std::nullopt;
  std::array<double, 1> exact{};
  memory_.read(exact);
  if (!(exact[0] > limit_mib_)) return std::nullopt;
  return exact[0];
}

}  // namespace tandem::execute
