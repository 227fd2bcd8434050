#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "execute/session.h"

namespace tandem::cli {

/// Tells several observers what it is told.
class Observers : public execute::SessionObserver {
 public:
  Observers(std::initializer_list<execute::SessionObserver*> all) : all_(all) {}

  void session_begins(size_t planned, size_t already_done,
                      const std::vector<const study::PlannedRun*>& to_do,
                      const std::vector<std::string>& devices) override {
    for (auto* one : all_) one->session_begins(planned, already_done, to_do, devices);
  }
  void run_begins(size_t device, const study::PlannedRun& run, size_t place, int attempt) override {
    for (auto* one : all_) one->run_begins(device, run, place, attempt);
  }
  void device_given_up(size_t device, const std::string& why) override {
    for (auto* one : all_) one->device_given_up(device, why);
  }
  void warning(const std::string& text) override {
    for (auto* one : all_) one->warning(text);
  }
  void run_ends(size_t device, const record::RunResult& result, double took_s,
                bool again) override {
    for (auto* one : all_) one->run_ends(device, result, took_s, again);
  }
  void waiting(size_t device, const std::string& what) override {
    for (auto* one : all_) one->waiting(device, what);
  }
  void loading(size_t device) override {
    for (auto* one : all_) one->loading(device);
  }
  void started(size_t device) override {
    for (auto* one : all_) one->started(device);
  }
  void epoch_done(size_t device, size_t index, int epoch, int epochs) override {
    for (auto* one : all_) one->epoch_done(device, index, epoch, epochs);
  }

 private:
  std::vector<execute::SessionObserver*> all_;
};

}  // namespace tandem::cli
