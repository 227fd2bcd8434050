#include "training_loop.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <tuple>
#include <utility>

#include "errors.h"
#include "memory.h"

namespace tandem::trainers {
namespace {

/// Runs `work` and returns its result with its duration in seconds.
template <typename Work>
auto timed(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  auto result = work();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return std::pair(std::move(result), elapsed.count());
}

/// A line of the run's log, written at once because the log is a file that people follow.
void log(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

std::string to_text(const Metrics& metrics) {
  std::string text;
  for (const auto& [name, value] : metrics) text += fmt::format(", {} {:.4f}", name, value);
  return text;
}

}  // namespace

void run_training(Workload& workload, std::int64_t epochs, nlohmann::json description,
                  EventStream& events) {
  // The rehearsal changes weights, optimiser and random streams; the second initialize() takes all
  // of that back, so a warmed-up training gives the same losses as one that was not.
  workload.initialize();
  workload.warm_up();
  workload.initialize();

  const DataDescription data = workload.data();
  description.update({{"type", "ready"},
                      {"protocol", 1},
                      {"data", data.synthetic ? "synthetic" : "real"},
                      {"parameters", workload.parameters()},
                      {"train_samples", data.train_samples},
                      {"test_samples", data.test_samples}});
  log(fmt::format("ready: {} parameters, {} training and {} test samples ({})",
                  workload.parameters(), data.train_samples, data.test_samples,
                  data.synthetic ? "synthetic" : "real"));
  events.send(description);
  events.wait_for_go();
  events.send({{"type", "started"}});

  Metrics metrics;
  if (epochs == 0) metrics = workload.evaluate();
  for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
    reset_tensor_memory_peak();
    const auto [train_loss, train_seconds] = timed([&] { return workload.train_epoch(); });
    if (!std::isfinite(train_loss)) {
      throw TrainingError(ExitCode::non_finite_loss,
                          fmt::format("the training loss of epoch {} is {}", epoch, train_loss));
    }
    double eval_seconds = 0;
    std::tie(metrics, eval_seconds) = timed([&] { return workload.evaluate(); });
    events.send({{"type", "epoch"},
                 {"epoch", epoch},
                 {"train_loss", train_loss},
                 {"metrics", metrics},
                 {"train_seconds", train_seconds},
                 {"eval_seconds", eval_seconds},
                 {"tensor_memory_peak_mib", tensor_memory_peak_mib()}});
    log(fmt::format("epoch {}/{}: train loss {:.6f}{}, {:.2f} s + {:.2f} s", epoch, epochs,
                    train_loss, to_text(metrics), train_seconds, eval_seconds));
  }
  events.send({{"type", "final"}, {"epochs", epochs}, {"metrics", metrics}});
  log(fmt::format("final: {} epochs{}", epochs, to_text(metrics)));
}

}  // namespace tandem::trainers
