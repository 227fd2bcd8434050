#pragma once

#include <initializer_list>
#include <vector>

#include "execute/session.h"

namespace tandem::cli {

/// Tells several observers what it is told.
class Observers : public execute::SessionObserver {
 public:
  Observers(std::initializer_list<execute::SessionObserver*> all) : all_(all) {}

  void session_begins(size_t planned, size_t already_done,
                      const std::vector<const study::PlannedRun*>& to_do) override {
    for (auto* one : all_) one->session_begins(planned, already_done, to_do);
  }
  void run_begins(const study::PlannedRun& run, size_t place, int attempt) override {
    for (auto* one : all_) one->run_begins(run, place, attempt);
  }
  void warning(const std::string& text) override {
    for (auto* one : all_) one->warning(text);
  }
  void run_ends(const record::RunResult& result, double took_s, bool again) override {
    for (auto* one : all_) one->run_ends(result, took_s, again);
  }
  void waiting(const std::string& what) override {
    for (auto* one : all_) one->waiting(what);
  }
  void loading() override {
    for (auto* one : all_) one->loading();
  }
  void started() override {
    for (auto* one : all_) one->started();
  }
  void epoch_done(size_t index, int epoch, int epochs) override {
    for (auto* one : all_) one->epoch_done(index, epoch, epochs);
  }

 private:
  std::vector<execute::SessionObserver*> all_;
};

}  // namespace tandem::cli
