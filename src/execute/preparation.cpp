#include "execute/preparation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "core/text.h"
#include "execute/gpu_occupancy.h"
#include "measure/meter.h"

namespace tandem::execute {
namespace {
namespace fs = std::filesystem;

using core::Clock;

/// Two readings of the power of a GPU that has come to rest differ by less.
constexpr double settled_within = 0.05;

}  // namespace

bool sleep_unless(const std::atomic<bool>& stop, double seconds) {
  const core::Time end = Clock::now() + core::from_seconds(seconds);
  while (!stop.load() && Clock::now() < end) {
    std::this_thread::sleep_for(
        std::min<Clock::duration>(std::chrono::milliseconds(100), end - Clock::now()));
  }
  return !stop.load();
}

Preparation::Preparation(const measure::Instruments& instruments, PreparationSettings settings,
                         std::optional<measure::PowerModel> power_model)
    : instruments_(instruments), settings_(settings), power_model_(std::move(power_model)) {}

Prepared Preparation::before(const study::RunSpec& run, const fs::path& folder,
                             const std::atomic<bool>& stop, const Waiting& waiting) {
  check_disk(folder);
  Prepared prepared;
  if (run.device == study::Device::cuda && !instruments_.gpus().empty()) {
    prepared.cautions = wait_for_free_gpu(stop, waiting);
    if (auto caution = cool_down(stop, waiting)) prepared.cautions.push_back(std::move(*caution));
  }
  if (idle_of_repetition_ != run.repetition && settings_.idle_s > 0 && !stop.load()) {
    let_power_settle(stop);
    // What a power model says needs no watching.
    core::IdlePower idle = measure::measure_idle_power(instruments_, power_model_,
                                                       has_meter() ? settings_.idle_s : 0.2, &stop);
    if (stop.load()) return prepared;
    idle_ = std::move(idle);
    idle_of_repetition_ = run.repetition;
  }
  prepared.idle = idle_;
  return prepared;
}

void Preparation::check_disk(const fs::path& folder) const {
  std::error_code code;
  const fs::space_info space = fs::space(folder, code);
  if (code) {
    throw core::SystemError(
        fmt::format("can't tell how much room there is where the results go ('{}'): {}",
                    folder.string(), code.message()));
  }
  const double free_mib = static_cast<double>(space.available) / (1024.0 * 1024.0);
  if (free_mib >= settings_.free_disk_mib) return;
  throw core::SystemError(fmt::format(
      "only {:.0f} MiB are free where the results go ('{}'), a run may need {:.0f}: make "
      "room and run the study again, it goes on with what is missing",
      free_mib, folder.string(), settings_.free_disk_mib));
}

std::vector<core::Caution> Preparation::wait_for_free_gpu(const std::atomic<bool>& stop,
                                                          const Waiting& waiting) const {
  const measure::Gpu& gpu = instruments_.gpus().front();
  const double at_most_mib = settings_.unexplained_memory_mib;
  const core::Time give_up = Clock::now() + core::from_seconds(settings_.gpu_patience_s);
  for (bool is_first_look = true;;) {
    const GpuOccupancy found = look_at(gpu, instruments_.root());
    const bool is_free = found.computing.empty() && !found.has_unexplained(at_most_mib);
    if (is_free || stop.load()) return found.cautions(at_most_mib);
    if (Clock::now() >= give_up) {
      if (found.computing.empty()) return found.cautions(at_most_mib);
      throw core::SystemError(fmt::format(
          "the GPU {} is in use by {} (processes {}), for more than {}: end them, or choose "
          "another GPU, and run the study again",
          gpu.description().uuid,
          found.computing.size() == 1 ? "another program" : "other programs",
          fmt::join(found.computing, ", "), core::format_duration(settings_.gpu_patience_s)));
    }
    if (is_first_look && waiting) {
      waiting(fmt::format("the GPU is in use by processes {}", fmt::join(found.computing, ", ")));
    }
    is_first_look = false;
    sleep_unless(stop, settings_.look_again_s);
  }
}

void Preparation::let_power_settle(const std::atomic<bool>& stop) const {
  if (instruments_.gpus().empty()) return;
  const measure::Gpu& gpu = instruments_.gpus().front();
  const core::Time give_up = Clock::now() + core::from_seconds(settings_.settle_at_most_s);
  for (core::Reading before_w = gpu.power_w(); before_w && Clock::now() < give_up;) {
    const core::Reading throttle_bits = gpu.state().throttle_bits;
    constexpr unsigned long long gpu_idle = 1;
    if (throttle_bits && (static_cast<unsigned long long>(*throttle_bits) & gpu_idle) != 0) return;
    if (!sleep_unless(stop, settings_.look_again_s)) return;
    const core::Reading now_w = gpu.power_w();
    if (now_w && std::abs(*now_w - *before_w) <= settled_within * *before_w) return;
    before_w = now_w;
  }
}

std::optional<core::Caution> Preparation::cool_down(const std::atomic<bool>& stop,
                                                    const Waiting& waiting) const {
  if (!settings_.cool_down_to_c) return std::nullopt;
  const measure::Gpu& gpu = instruments_.gpus().front();
  const core::Time give_up = Clock::now() + core::from_seconds(settings_.cool_down_at_most_s);
  for (bool is_first_look = true;; is_first_look = false) {
    const core::Reading temperature_c = gpu.state().temperature_c;
    if (!temperature_c) {
      return core::Caution{"not_cooled_down",
                           "the GPU's temperature can't be read: " + temperature_c.reason()};
    }
    if (*temperature_c <= *settings_.cool_down_to_c || stop.load()) return std::nullopt;
    if (Clock::now() >= give_up) {
      return core::Caution{
          "not_cooled_down",
          fmt::format("the GPU was still at {:.0f} °C after {}, {:.0f} °C were asked for",
                      *temperature_c, core::format_duration(settings_.cool_down_at_most_s),
                      *settings_.cool_down_to_c)};
    }
    if (is_first_look && waiting) {
      waiting(fmt::format("the GPU is to cool from {:.0f} °C to {:.0f} °C", *temperature_c,
                          *settings_.cool_down_to_c));
    }
    sleep_unless(stop, settings_.look_again_s);
  }
}

bool Preparation::has_meter() const {
  // The CPU is not idle while other devices make their runs.
  const bool has_cpu_meter = instruments_.has_rapl() && instruments_.runs_at_a_time() == 1;
  return !instruments_.gpus().empty() || has_cpu_meter;
}

}  // namespace tandem::execute
