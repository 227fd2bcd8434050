#include "execute/session_state.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "core/file.h"
#include "core/text.h"

namespace tandem::execute {
namespace fs = std::filesystem;
namespace {

fs::path state_file(const fs::path& folder) {
  return folder / "session.json";
}

}  // namespace

core::Json to_document(const SessionState& state) {
  core::Json document = {{"process", state.process},
                         {"started_at", state.started_at},
                         {"updated_at", state.updated_at},
                         {"planned", state.planned},
                         {"already_done", state.already_done},
                         {"to_do", state.to_do},
                         {"ok", state.ok},
                         {"failed", state.failed},
                         {"left_s", state.left_s},
                         {"last_run", state.last_run},
                         {"runs", core::Json::array()}};
  for (const RunInFlight& run : state.runs) {
    document["runs"].push_back({{"device", run.device},
                                {"run_id", run.run_id},
                                {"attempt", run.attempt},
                                {"place", run.place},
                                {"begun_at", run.begun_at},
                                {"activity", run.activity},
                                {"expected_s", run.expected_s},
                                {"epochs_done", run.epochs_done},
                                {"epochs", run.epochs}});
  }
  return document;
}

std::optional<SessionState> read_session_state(const fs::path& folder) {
  std::error_code code;
  if (!fs::exists(state_file(folder), code)) return std::nullopt;
  try {
    const core::Json document = core::Json::parse(core::read_file(state_file(folder)));
    SessionState state;
    document.at("process").get_to(state.process);
    document.at("started_at").get_to(state.started_at);
    document.at("updated_at").get_to(state.updated_at);
    document.at("planned").get_to(state.planned);
    document.at("already_done").get_to(state.already_done);
    document.at("to_do").get_to(state.to_do);
    document.at("ok").get_to(state.ok);
    document.at("failed").get_to(state.failed);
    document.at("left_s").get_to(state.left_s);
    document.at("last_run").get_to(state.last_run);
    for (const core::Json& in_flight : document.at("runs")) {
      RunInFlight run;
      in_flight.at("device").get_to(run.device);
      in_flight.at("run_id").get_to(run.run_id);
      in_flight.at("attempt").get_to(run.attempt);
      in_flight.at("place").get_to(run.place);
      in_flight.at("begun_at").get_to(run.begun_at);
      in_flight.at("activity").get_to(run.activity);
      in_flight.at("expected_s").get_to(run.expected_s);
      in_flight.at("epochs_done").get_to(run.epochs_done);
      in_flight.at("epochs").get_to(run.epochs);
      state.runs.push_back(std::move(run));
    }
    return state;
  } catch (const std::exception&) {
    return std::nullopt;  // of another version, or touched by somebody: there is no more to see
  }
}

std::string epochs_label(const RunInFlight& run) {
  const auto one = [&](size_t index) {
    return fmt::format("{}/{}", run.epochs_done[index], run.epochs[index]);
  };
  if (run.epochs[0] == 0 && run.epochs[1] == 0) return "";
  if (run.epochs[1] == 0) return "epoch " + one(0);
  return fmt::format("epochs A {} B {}", run.epochs[0] == 0 ? "0" : one(0), one(1));
}

void SessionStateWriter::session_begins(size_t planned, size_t already_done,
                                        const std::vector<const study::PlannedRun*>& to_do,
                                        const std::vector<std::string>& devices) {
  state_ = {};
  state_.process = ::getpid();
  state_.started_at = core::wall_clock_label();
  state_.planned = planned;
  state_.already_done = already_done;
  state_.to_do = to_do.size();
  devices_ = devices;
  time_left_ = study::TimeLeft(devices.size());
  for (const study::PlannedRun* run : to_do) time_left_.add(*run);
  write();
}

void SessionStateWriter::run_begins(size_t device, const study::PlannedRun& run, size_t place,
                                    int attempt) {
  in_flight_[device] = {&run,
                        {devices_.at(device),
                         run.id,
                         attempt,
                         place,
                         core::wall_clock_label(),
                         "preparing",
                         run.expected_s,
                         {},
                         {}}};
  write();
}

void SessionStateWriter::run_ends(size_t device, const record::RunResult& result, double took_s,
                                  bool again) {
  if (again) {
    ++state_.to_do;
  } else {
    time_left_.run_done(*in_flight_.at(device).run, took_s);
    ++(result.outcome.ok() ? state_.ok : state_.failed);
  }
  state_.last_run = fmt::format("{}: {}", result.run_id, result.outcome.name);
  in_flight_.erase(device);
  write();
}

void SessionStateWriter::device_given_up(size_t device, const std::string&) {
  in_flight_.erase(device);
  write();
}

void SessionStateWriter::waiting(size_t device, const std::string& what) {
  say(device, "waiting: " + what);
}
void SessionStateWriter::loading(size_t device) {
  say(device, "loading");
}
void SessionStateWriter::started(size_t device) {
  say(device, "training");
}

void SessionStateWriter::epoch_done(size_t device, size_t index, int epoch, int epochs) {
  RunInFlight& run = in_flight_.at(device).shown;
  run.epochs_done.at(index) = epoch;
  run.epochs.at(index) = epochs;
  constexpr double once_in_s = 1;
  if (core::seconds_between(written_, core::Clock::now()) > once_in_s) write();
}

void SessionStateWriter::say(size_t device, const std::string& activity) {
  in_flight_.at(device).shown.activity = activity;
  write();
}

void SessionStateWriter::write() {
  state_.updated_at = core::wall_clock_label();
  state_.left_s = time_left_.seconds();
  state_.runs.clear();
  for (const auto& [device, in_flight] : in_flight_) state_.runs.push_back(in_flight.shown);
  written_ = core::Clock::now();
  // Renamed, so that no reader sees half of it, and not forced to the disk: after a loss of power
  // there is no session any more.
  const fs::path temporary = state_file(folder_).string() + ".new";
  std::ofstream file(temporary);
  file << to_document(state_).dump(2) << "\n";
  file.close();
  std::error_code ignored;
  if (file) fs::rename(temporary, state_file(folder_), ignored);
}

}  // namespace tandem::execute
