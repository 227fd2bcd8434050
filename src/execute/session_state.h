#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/json.h"
#include "execute/session.h"
#include "study/time_left.h"

namespace tandem::execute {

/// A run that a session makes now.
struct RunInFlight {
  std::string device;  ///< empty where the study has one
  std::string run_id;
  int attempt = 1;
  size_t place = 0;  ///< among the runs of the session, from 1
  std::string begun_at;
  std::string activity;  ///< `preparing`, `loading`, `training`, or what is waited for
  double expected_s = 0;
  std::array<int, 2> epochs_done{};  ///< of A or the solo training, and of B
  std::array<int, 2> epochs{};       ///< 0 before the first is done
};

/// How far a session is: the content of `session.json` in the study's folder, for other shells.
struct SessionState {
  pid_t process = 0;
  std::string started_at;
  std::string updated_at;
  size_t planned = 0;
  size_t already_done = 0;
  size_t to_do = 0;
  size_t ok = 0;
  size_t failed = 0;
  double left_s = 0;
  std::string last_run;           ///< the last one that ended, and how
  std::vector<RunInFlight> runs;  ///< at most one for each device
};

core::Json to_document(const SessionState& state);
/// What the session of a folder wrote last; nothing where none did, or nothing that can be read.
std::optional<SessionState> read_session_state(const std::filesystem::path& folder);

/// `epoch 3/10`, `epochs A 3/10 B 1/8`; empty before the first one.
std::string epochs_label(const RunInFlight& run);

/// Keeps `session.json` up to date, at most about once a second for epochs. It is for looking only:
/// that it can't be written costs the study nothing.
class SessionStateWriter : public SessionObserver {
 public:
  explicit SessionStateWriter(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void session_begins(size_t planned, size_t already_done,
                      const std::vector<const study::PlannedRun*>& to_do,
                      const std::vector<std::string>& devices) override;
  void run_begins(size_t device, const study::PlannedRun& run, size_t place, int attempt) override;
  void device_given_up(size_t device, const std::string& why) override;
  void run_ends(size_t device, const record::RunResult& result, double took_s, bool again) override;
  void waiting(size_t device, const std::string& what) override;
  void loading(size_t device) override;
  void started(size_t device) override;
  void epoch_done(size_t device, size_t index, int epoch, int epochs) override;

 private:
  struct InFlight {
    const study::PlannedRun* run;
    RunInFlight shown;
  };

  void say(size_t device, const std::string& activity);
  void write();

  std::filesystem::path folder_;
  SessionState state_;  ///< but for the runs in flight
  std::vector<std::string> devices_;
  std::map<size_t, InFlight> in_flight_;  ///< by device
  study::TimeLeft time_left_;
  core::Time written_;
};

}  // namespace tandem::execute
