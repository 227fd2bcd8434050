#include "execute/run_execution.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "core/energy_shares.h"
#include "core/file.h"
#include "core/text.h"
#include "execute/config_file.h"
#include "execute/event_log.h"
#include "execute/memory_limit.h"
#include "execute/out_of_memory.h"
#include "execute/outcomes.h"
#include "execute/run_cgroup.h"
#include "execute/trainer_command.h"
#include "execute/training.h"
#include "measure/machine.h"

namespace tandem::execute {
namespace fs = std::filesystem;
namespace {

using core::Clock;
using core::Reading;
using core::Time;
using record::Outcome;

/// One of the run's models with all its rounds: one, or more when its partner is to be kept
/// company.
class Participant {
 public:
  Participant(std::string role, const study::ParticipantSpec& spec, const study::Workload& workload,
              Command command, EventLog& log)
      : role_(std::move(role)),
        spec_(spec),
        workload_(workload),
        command_(std::move(command)),
        log_(log) {}

  void start_round() {
    rounds_.push_back(std::make_unique<Training>(command_, epochs_asked_for(), role_,
                                                 static_cast<int>(rounds_.size()) + 1, log_,
                                                 workload_.log));
  }
  Training& first() const { return *rounds_.front(); }
  Training& current() const { return *rounds_.back(); }
  size_t rounds_started() const { return rounds_.size(); }
  const std::vector<std::unique_ptr<Training>>& rounds() const { return rounds_; }

  const std::string& role() const { return role_; }
  const study::ParticipantSpec& spec() const { return spec_; }
  const study::Workload& workload() const { return workload_; }
  /// Of one whose log doesn't, nobody can say whether it goes on.
  bool tells_epochs() const { return !workload_.log || !workload_.log->epoch.empty(); }
  int epochs_asked_for() const { return static_cast<int>(spec_.hyperparameters.at("epochs")); }
  Outcome outcome_of(const Training& training) const {
    return training.outcome(workload_.performance_metric);
  }

 private:
  std::string role_;
  const study::ParticipantSpec& spec_;
  const study::Workload& workload_;
  Command command_;
  EventLog& log_;
  std::vector<std::unique_ptr<Training>> rounds_;
};

Outcome partner_ended(const std::string& what) {
  return outcome_of_kind("partner_ended", what);
}

/// A cgroup for each participant, where that is permitted.
class Cgroups {
 public:
  Cgroups(size_t participants, std::optional<double> memory_limit_mib, EventLog& log) {
    for (size_t i = 0; i < participants; ++i) {
      RunCgroup::Made made = RunCgroup::make();
      auto* cgroup = std::get_if<std::unique_ptr<RunCgroup>>(&made);
      folders_.push_back(cgroup != nullptr ? (*cgroup)->folder() : fs::path());
      const bool limits =
          cgroup != nullptr && memory_limit_mib && (*cgroup)->limit_memory(*memory_limit_mib);
      limit_memory_ = i == 0 ? limits : limit_memory_ && limits;
      log.add(
          Clock::now(), "tandem",
          {{"type", "cgroup"},
           {"participant", i},
           {"folder", folders_.back().string()},
           {"limits_memory", limits},
           {"why_none", cgroup != nullptr ? "" : std::get<measure::MissingSource>(made).reason}});
      if (cgroup != nullptr) cgroups_.push_back(std::move(*cgroup));
    }
  }
  /// Empty paths where there are none.
  const std::vector<fs::path>& folders() const { return folders_; }
  /// Whether the kernel keeps every training to the limit.
  bool limit_memory() const { return limit_memory_; }

 private:
  std::vector<std::unique_ptr<RunCgroup>> cgroups_;
  std::vector<fs::path> folders_;
  bool limit_memory_ = false;
};

/// What the system counted for all that it waited for.
measure::TreeUsage usage_of(const ProcessEnd& end) {
  // The three are told together, or none is.
  return {*end.cpu_time_s, *end.io_read_mib, *end.io_written_mib};
}

/// The state of one run while it lasts.
class RunExecution {
 public:
  RunExecution(const study::RunSpec& spec, const fs::path& folder,
               const study::Catalogue& catalogue, const RunSettings& settings,
               const std::atomic<bool>& stop, RunObserver& observer)
      : spec_(spec),
        settings_(settings),
        stop_(stop),
        observer_(observer),
        origin_(Clock::now()),
        clocks_at_start_(settings.clocks()),
        log_(folder / "events.jsonl", origin_),
        instruments_(settings.instruments ? settings.instruments
                                          : std::make_shared<const measure::Instruments>(
                                                measure::Instruments::Options{})),
        cgroups_(spec.participants.size(), settings.memory_limit_mib, log_),
        meter_(*instruments_, {.participants = static_cast<int>(spec.participants.size()),
                               .sampling_hz = settings.sampling_hz,
                               .origin = origin_,
                               .folder = folder,
                               .power_model = settings.power_model,
                               .cgroups = cgroups_.folders()}) {
    for (size_t i = 0; i < spec.participants.size(); ++i) {
      const study::Workload& workload = catalogue.at(spec.participants[i].workload);
      const std::string role = !spec.concurrent() ? "solo" : i == 0 ? "A" : "B";
      const fs::path config_file = config_file_path(workload, folder, role);
      Command command =
          trainer_command(spec, spec.participants[i], workload, settings.data_folder, config_file);
      write_config_file(spec, spec.participants[i], workload, settings.data_folder, config_file);
      command.stdout_file = folder / (role + (command.held ? ".log" : ".stdout.log"));
      command.stderr_file = command.held ? command.stdout_file : folder / (role + ".stderr.log");
      command.grace_s = settings.grace_s;
      if (!cgroups_.folders()[i].empty()) command.cgroup = cgroups_.folders()[i];
      if (spec.device == study::Device::cuda && !settings.cuda_visible_devices.empty()) {
        command.environment["CUDA_VISIBLE_DEVICES"] = settings.cuda_visible_devices;
      }
      command.environment.insert(settings.environment.begin(), settings.environment.end());
      if (spec.sharing.mode == study::Sharing::Mode::mps) {
        command.environment["CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"] = thread_percentage(i);
      }
      if (spec.any_cores > 0) command.cores = settings.cores;
      participants_.emplace_back(role, spec.participants[i], workload, std::move(command), log_);
      if (settings.memory_limit_mib && !cgroups_.limit_memory()) {
        memory_limits_.emplace_back(*settings.memory_limit_mib);
      }
    }
  }

  void execute() {
    if (const measure::Gpu* gpu = this->gpu()) gpu_at_start_ = gpu->state();
    meter_.start();
    observer_.loading();
    for (size_t i = 0; i < participants_.size(); ++i) start_round(i);
    while (!all_ended()) {
      wait();
      for (Participant& participant : participants_) update(participant);
      if (!go_at_) start_together();
      if (go_at_ && spec_.overlap == study::Overlap::sustained && spec_.concurrent()) sustain();
      enforce_limits();
    }
    meter_.stop();
    if (const measure::Gpu* gpu = this->gpu()) gpu_at_end_ = gpu->state();
  }

  /// The result but for the identity of the attempt.
  record::RunResult result() {
    record::RunResult result;
    result.spec = spec_;
    result.barrier = name_of(barrier());
    result.sampling = meter_.sampling();
    result.idle = settings_.idle;
    for (const Participant& participant : participants_) {
      result.participants.push_back(describe(participant));
    }
    result.outcome = overall_outcome(result.participants);
    describe_timing(result);
    describe_energy(result);
    judge(result);
    return result;
  }

 private:
  /// The one that the run uses, or would use.
  const measure::Gpu* gpu() const {
    return instruments_->gpus().empty() ? nullptr : &instruments_->gpus().front();
  }

  /// Of the GPU's threads, by the study; not what the shell that tandem was started in says.
  std::string thread_percentage(size_t participant) const {
    const std::vector<double>& percentages = spec_.sharing.thread_percentages;
    return percentages.empty() ? "100" : core::format_number(percentages.at(participant));
  }

  void start_round(size_t index) {
    participants_[index].start_round();
    const pid_t root = participants_[index].current().pid();
    meter_.watch(static_cast<int>(index), root);
    if (!memory_limits_.empty()) memory_limits_[index].watch(root);
  }

  bool all_ended() const {
    return std::all_of(
        participants_.begin(), participants_.end(),
        [](const Participant& participant) { return participant.current().has_ended(); });
  }

  /// Sleeps until a training has something to say, but looks up often enough to notice the stop
  /// flag and the time limits.
  void wait() {
    std::vector<pollfd> waiting;
    for (const Participant& participant : participants_) {
      Training& training = participant.current();
      if (training.has_ended()) continue;
      waiting.push_back({training.end_fd(), POLLIN, 0});
      if (training.events_fd() >= 0) waiting.push_back({training.events_fd(), POLLIN, 0});
    }
    constexpr int longest_ms = 100;
    const bool more = std::ranges::any_of(participants_, [](const Participant& participant) {
      return participant.current().has_more();
    });
    ::poll(waiting.data(), waiting.size(), more ? 0 : longest_ms);
  }

  /// 0 = A or the solo training, 1 = B.
  static size_t index_of(const Participant& participant) { return participant.role() == "B"; }

  void update(Participant& participant) {
    Training& training = participant.current();
    if (training.has_ended()) return;
    const size_t before = training.epochs_done();
    const bool had_begun = training.go_at().has_value();
    training.update();
    if (!had_begun && training.go_at()) meter_.mark();
    for (size_t epoch = before + 1; epoch <= training.epochs_done(); ++epoch) {
      observer_.epoch_done(index_of(participant), static_cast<int>(epoch),
                           participant.epochs_asked_for());
      if (static_cast<int>(epoch) == participant.epochs_asked_for()) meter_.mark();
    }
    if (training.epochs_done() > static_cast<size_t>(participant.epochs_asked_for())) {
      // It may go on for ever, and each of its lines is kept.
      training.end_because(outcome_of_kind(
          "missing_epochs", fmt::format("{} epochs reported and no end, {} asked for",
                                        training.epochs_done(), participant.epochs_asked_for())));
    }
    if (training.has_ended() && training.epochs_done() == 0) meter_.mark();
    if (training.has_ended() && training.end()->cpu_time_s) {
      meter_.ended(static_cast<int>(index_of(participant)), usage_of(*training.end()));
    }
    if (training.has_ended() && !failure_ && !called_off_ &&
        !participant.outcome_of(training).ok()) {
      end_after_failure_of(participant);
    }
  }

  /// A run one of whose trainings failed is over: what its partner does alone is another
  /// experiment.
  void end_after_failure_of(const Participant& participant) {
    const Outcome outcome = participant.outcome_of(participant.current());
    const std::string when = go_at_ ? fmt::format("{:.1f} s after the start",
                                                  core::seconds_between(*go_at_, Clock::now()))
                                    : "before the start";
    failure_ = fmt::format("partner {} ({}) ended {}: {}: {}", participant.role(),
                           participant.spec().workload, when, outcome.name, outcome.message);
    for (const Participant& other : participants_) {
      if (&other != &participant) other.current().end_because(partner_ended(*failure_));
    }
  }

  /// Trainings that begin by themselves load for a time that nothing tells beforehand. They are let
  /// go when all others are ready; the others get the signal when the first of them is training.
  void start_together() {
    std::vector<Training*> by_signal;
    std::vector<Training*> by_themselves;
    for (const Participant& participant : participants_) {
      Training& training = participant.current();
      (training.barrier() == Barrier::pattern ? by_themselves : by_signal).push_back(&training);
    }
    for (const Training* training : by_signal) {
      if (!training->is_ready() || training->has_ended()) return;
    }
    std::optional<Time> begun_at;
    for (Training* training : by_themselves) {
      if (training->is_ready()) training->go(Clock::now());
      const std::optional<Time> begun = training->go_at();
      if (begun) begun_at = std::min(begun_at.value_or(*begun), *begun);
    }
    if (!by_themselves.empty() && !begun_at) return;
    const Time now = Clock::now();
    go_at_ = begun_at.value_or(now);
    for (Training* training : by_signal) training->go(now);
    meter_.mark();
    observer_.started();
  }

  /// Keeps B company: A starts again whenever a round is done, until B has ended; the round that A
  /// is in then is discarded, but for its first one, without which A would have no result.
  void sustain() {
    if (failure_ || called_off_) return;
    Participant& a = participants_[0];
    const Participant& b = participants_[1];
    Training& round = a.current();
    const bool b_is_training = !b.current().has_ended() && !b.current().said_final();
    if (a.rounds_started() > 1 && !b_is_training && !round.has_ended()) {
      round.end_because({Outcome::Status::ok, "discarded", "B had ended", ""});
    } else if (round.has_ended() && b_is_training) {
      start_round(0);
    } else if (round.is_ready() && !round.go_at() && !round.has_ended()) {
      round.go(Clock::now());
    }
  }

  void enforce_limits() {
    // What has come to its end, well or badly, keeps the outcome that it has.
    if (failure_ || all_ended()) return;
    if (stop_.load()) {
      end_all(outcome_of_kind("interrupted", "tandem was asked to stop"));
    }
    const double since_start_s = core::seconds_between(go_at_.value_or(origin_), Clock::now());
    const bool all_begun = std::ranges::all_of(participants_, [](const Participant& participant) {
      return participant.first().go_at() || participant.first().has_ended();
    });
    const double since_origin_s = core::seconds_between(origin_, Clock::now());
    if (!all_begun && since_origin_s > settings_.ready_timeout_s) {
      end_all(outcome_of_kind(
          "ready_timeout",
          fmt::format("not ready within {}", core::format_duration(settings_.ready_timeout_s))));
    }
    if (go_at_ && since_start_s > settings_.timeout_s) {
      end_all(outcome_of_kind("timeout", fmt::format("not ended within {} of the start",
                                                     core::format_duration(settings_.timeout_s))));
    }
    for (const Participant& participant : participants_) enforce_limits_of(participant);
    for (size_t i = 0; i < memory_limits_.size(); ++i) {
      Training& training = participants_[i].current();
      if (training.has_ended()) continue;
      if (const auto held_mib = memory_limits_[i].too_much_mib()) {
        training.end_because(
            outcome_of_kind("out_of_memory",
                            fmt::format("its processes held {:.0f} MiB, memory_limit_mib is {:.0f}",
                                        *held_mib, memory_limits_[i].limit_mib())));
      }
    }
  }

  static constexpr double no_skew_s = 0.1;
  static constexpr double least_no_progress_s = 60;
  static constexpr double no_progress_epochs = 20;

  void enforce_limits_of(const Participant& participant) {
    Training& training = participant.current();
    if (training.has_ended()) return;
    if (const double log_mib = training.largest_log_mib(); log_mib > settings_.log_limit_mib) {
      training.end_because(outcome_of_kind(
          "log_flood", fmt::format("one of its logs has {:.0f} MiB, the limit is {:.0f}", log_mib,
                                   settings_.log_limit_mib)));
    }
    if (!training.go_at() || !participant.tells_epochs()) return;
    const double still_s = core::seconds_between(training.last_progress_at(), Clock::now());
    const double longest_s = training.longest_epoch_s();
    const bool has_limit = settings_.no_progress_s || longest_s > 0;
    const double limit_s = settings_.no_progress_s.value_or(
        std::max(least_no_progress_s, no_progress_epochs * longest_s));
    if (!has_limit || still_s <= limit_s) return;
    const std::string since = training.said_final()         ? "its final line"
                              : training.epochs_done() == 0 ? "the start"
                                                            : "its last epoch";
    training.end_because(outcome_of_kind(
        "no_progress",
        fmt::format("nothing for {} since {}; the longest epoch before took {}",
                    core::format_duration(still_s), since, core::format_duration(longest_s))));
  }

  void end_all(const Outcome& why) {
    if (!called_off_) called_off_ = why;
    for (const Participant& participant : participants_) participant.current().end_because(why);
  }

  /// Seconds on the recording's time base.
  double at(Time time) const { return core::seconds_between(origin_, time); }

  record::ParticipantResult describe(const Participant& participant) {
    record::ParticipantResult result;
    const Training& training = participant.first();
    result.spec = participant.spec();
    result.performance_metric = participant.workload().performance_metric;
    result.higher_is_better = participant.workload().higher_is_better;
    result.outcome = participant.outcome_of(training);
    result.training_success = result.outcome.ok();
    training.describe_in(result, go_at_.value_or(origin_));
    result.barrier = name_of(training.barrier());
    result.rounds =
        static_cast<int>(std::count_if(participant.rounds().begin(), participant.rounds().end(),
                                       [](const auto& round) { return round->said_final(); }));
    if (const auto metric = result.metrics.find(result.performance_metric);
        metric != result.metrics.end() && result.training_success) {
      result.performance = metric->second;
    } else {
      result.performance = Reading::missing("the training did not succeed");
    }
    describe_use(participant, result);
    return result;
  }

  /// What the training's processes used while it lasted.
  void describe_use(const Participant& participant, record::ParticipantResult& result) const {
    if (!result.training_success) {
      result.duration_seconds = result.cpu_time_seconds = result.memory_peak_mib =
          result.memory_pss_peak_mib = result.io_read_mib = result.io_written_mib =
              result.gpu_memory_peak_mib = result.gpu_sm_util_avg_percent =
                  Reading::missing("the training did not succeed");
      return;
    }
    const int index = static_cast<int>(index_of(participant));
    const measure::Window window = window_of(participant);
    result.duration_seconds = window.duration_s();
    result.cpu_time_seconds = meter_.cpu_time_s(index, window);
    result.memory_peak_mib = meter_.memory_peak_mib(index, window);
    result.memory_pss_peak_mib = meter_.memory_pss_peak_mib(index, window);
    result.io_read_mib = meter_.io_read_mib(index, window);
    result.io_written_mib = meter_.io_written_mib(index, window);
    result.gpu_memory_peak_mib = meter_.gpu_memory_peak_mib_of(index, window);
    result.gpu_sm_util_avg_percent = gpu_sm_util_avg_percent_of(index, window);
  }

  /// Of MPS's clients an H100's driver (580) lists who they are and what memory they hold, no more.
  Reading gpu_sm_util_avg_percent_of(int index, measure::Window window) const {
    const Reading percent = meter_.gpu_sm_util_avg_percent_of(index, window);
    if (percent || spec_.sharing.mode != study::Sharing::Mode::mps) return percent;
    return Reading::missing(percent.reason() +
                            "; drivers may tell no utilisation by single clients of MPS");
  }

  /// When a participant that succeeded was training; of its first round.
  measure::Window window_of(const Participant& participant) const {
    return {at(*participant.first().go_at()), at(*participant.first().trained_until())};
  }

  /// The least of what the trainings' starts were: one that isn't held makes a pair begin apart.
  Barrier barrier() const {
    Barrier least = Barrier::protocol;
    for (const Participant& participant : participants_) {
      const Barrier other = participant.first().barrier();
      least = least == Barrier::pattern || other == Barrier::protocol ? least : other;
    }
    return least;
  }

  Outcome overall_outcome(const std::vector<record::ParticipantResult>& participants) const {
    if (called_off_) return *called_off_;
    for (const record::ParticipantResult& participant : participants) {
      if (participant.outcome.ok() || participant.outcome.name == "partner_ended") continue;
      if (spec_.concurrent() && go_at_ && failure_) return partner_ended(*failure_);
      return participant.outcome;
    }
    return failure_ ? partner_ended(*failure_) : Outcome{};
  }

  /// When A was training, as windows on the recording's time base; its last round counts to B's
  /// end.
  std::vector<measure::Window> training_windows_of_a(double b_end_s) const {
    std::vector<measure::Window> windows;
    for (const auto& round : participants_[0].rounds()) {
      if (!round->go_at()) continue;
      const auto trained_until = round->trained_until();
      const double end_s = round->said_final() && trained_until ? at(*trained_until) : b_end_s;
      windows.push_back({at(*round->go_at()), end_s});
    }
    return windows;
  }

  void describe_timing(record::RunResult& result) const {
    const Reading missing = Reading::missing("the run is not ok: " + result.outcome.name);
    const Reading solo = Reading::missing("a solo run");
    result.makespan_seconds = missing;
    result.start_skew_seconds = spec_.concurrent() ? missing : solo;
    result.overlap_fraction = result.start_skew_seconds;
    if (!result.outcome.ok()) return;
    double makespan_s = 0;
    for (const Participant& participant : participants_) {
      makespan_s = std::max(makespan_s, window_of(participant).end_s - at(*go_at_));
    }
    result.makespan_seconds = makespan_s;
    if (!spec_.concurrent()) return;
    result.start_skew_seconds =
        core::both(result.participants[0].start_s, result.participants[1].start_s,
                   [](double a, double b) { return std::abs(a - b); });
    const measure::Window b = window_of(participants_[1]);
    double shared_s = 0;
    for (const measure::Window& a : training_windows_of_a(b.end_s)) {
      shared_s += std::max(0.0, std::min(a.end_s, b.end_s) - std::max(a.begin_s, b.begin_s));
    }
    result.overlap_fraction = b.duration_s() > 0
                                  ? Reading(shared_s / b.duration_s())
                                  : Reading::missing("B trained for no time that can be told");
  }

  void describe_energy(record::RunResult& result) {
    if (gpu() != nullptr) {
      result.gpu = {instruments_->description(0), gpu_at_start_, gpu_at_end_,
                    Reading::missing("the run is not ok")};
    }
    if (!result.outcome.ok()) return describe_no_energy(result);
    const measure::Window window{at(*go_at_), at(*go_at_) + *result.makespan_seconds};
    const measure::GpuEnergy gpu_energy = meter_.gpu_energy(window);
    result.gpu_energy_total_joules = gpu_energy.total;
    result.gpu_energy_cross_check_joules = gpu_energy.cross_check;
    result.cpu_energy_total_joules = meter_.cpu_energy(window);
    result.dram_energy_joules = meter_.dram_energy_j(window);
    result.total_energy_joules =
        total(result.gpu_energy_total_joules, result.cpu_energy_total_joules);
    result.gpu_energy_above_idle_joules =
        above_idle(gpu_energy.total.joules, settings_.idle.gpu_w, window);
    result.cpu_energy_above_idle_joules =
        above_idle(result.cpu_energy_total_joules.joules, settings_.idle.cpu_w, window);
    result.gpu_util_avg_percent = meter_.gpu_util_avg_percent(window);
    result.gpu_power_avg_watts = meter_.gpu_power_avg_watts(window);
    result.gpu_memory_peak_mib = meter_.gpu_memory_peak_mib(window);
    if (result.gpu) result.gpu->temperature_peak_c = meter_.gpu_temperature_peak_c(window);
    result.cautions = meter_.cautions(window, spec_.device == study::Device::cuda);
    describe_phases(result, window);
    share_energy(result, window);
  }

  /// What makes a run whose trainings all succeeded another experiment than the one asked for.
  void judge(record::RunResult& result) const {
    if (!result.outcome.ok()) return;
    const core::Clocks clocks = settings_.clocks();
    const double moved_s = core::wall_clock_moved_s(clocks_at_start_, clocks);
    // NTP corrects a clock by up to 0.5 ms in a second (adjtimex(2)).
    const double usual_s = 1 + 0.001 * (clocks.monotonic_s - clocks_at_start_.monotonic_s);
    if (std::abs(moved_s) > usual_s) {
      result.cautions.push_back(
          {"wall_clock_moved",
           fmt::format("the wall clock was moved by {:+.1f} s: started_at and ended_at are right "
                       "only by it; no duration is touched",
                       moved_s)});
    }
    if (barrier() == Barrier::pattern && result.start_skew_seconds.value_or(0) > no_skew_s) {
      result.cautions.push_back(
          {"no_common_start",
           fmt::format("the trainings began {:.2f} s apart: one begins when its log says so, and "
                       "tandem can't hold it there",
                       *result.start_skew_seconds)});
    }
    for (const Participant& participant : participants_) {
      if (!participant.workload().log || !participant.first().epochs_came_at_once()) continue;
      result.cautions.push_back(
          {"epochs_at_once",
           fmt::format("all epochs of {} ({}) came in the same moment: the program seems to keep "
                       "its output back until it ends (Python is told not to), and their times "
                       "are not the training's",
                       participant.role(), participant.spec().workload)});
    }
    constexpr double sleep_noticed_s = 0.5;
    const double slept_s = core::slept_s(clocks_at_start_, clocks);
    if (slept_s > sleep_noticed_s) {
      result.outcome = outcome_of_kind(
          "suspended", fmt::format("the machine slept for {}", core::format_duration(slept_s)));
    } else if (result.start_skew_seconds && barrier() != Barrier::pattern &&
               *result.start_skew_seconds > settings_.start_skew_at_most_s) {
      result.outcome = outcome_of_kind(
          "start_skew", fmt::format("the trainings started {:.2f} s apart, the limit is {:.2f} s",
                                    *result.start_skew_seconds, settings_.start_skew_at_most_s));
    } else if (spec_.concurrent() && result.overlap_fraction.value_or(0) <= 0) {
      result.outcome = outcome_of_kind("no_overlap", never_together());
    } else if (const std::string others = computing_meanwhile(result); !others.empty()) {
      result.outcome = outcome_of_kind("contaminated", others);
    } else if (const std::string meter = lost_meter(result); !meter.empty()) {
      result.outcome = outcome_of_kind(disk_full_line(meter) ? "disk_full" : "sensor_lost", meter);
    }
  }

  std::string never_together() const {
    const measure::Window a = window_of(participants_[0]);
    const measure::Window b = window_of(participants_[1]);
    const double zero_s = at(*go_at_);
    return fmt::format("A trained from {:.2f} s to {:.2f} s, B from {:.2f} s to {:.2f} s",
                       a.begin_s - zero_s, a.end_s - zero_s, b.begin_s - zero_s, b.end_s - zero_s);
  }

  /// Empty when no other program computed on the run's GPU, or that is accepted or not told.
  std::string computing_meanwhile(const record::RunResult& result) const {
    if (spec_.device != study::Device::cuda || gpu() == nullptr) return "";
    if (settings_.accept_contaminated) return "";
    const measure::Window window{at(*go_at_), at(*go_at_) + *result.makespan_seconds};
    const Reading others = meter_.gpu_foreign_computing(window);
    if (!others || *others == 0) return "";
    return fmt::format("{:.0f} process(es) of other programs computed on the GPU", *others);
  }

  /// What was lost meanwhile, without which the run has no energy; empty when it has one, or when
  /// there was never a meter.
  std::string lost_meter(const record::RunResult& result) const {
    if (result.total_energy_joules.joules) return "";
    const auto lost = std::ranges::find(result.cautions, "sensor_lost", &core::Caution::name);
    if (lost != result.cautions.end()) return lost->message;
    if (spec_.device != study::Device::cuda || gpu() == nullptr) return "";
    return gpu()->silence(gpu_at_end_);
  }

  static void describe_no_energy(record::RunResult& result) {
    const Reading missing = Reading::missing("the run is not ok: " + result.outcome.name);
    result.gpu_energy_total_joules.joules = result.cpu_energy_total_joules.joules =
        result.total_energy_joules.joules = result.gpu_energy_cross_check_joules.joules =
            result.dram_energy_joules = result.gpu_energy_above_idle_joules =
                result.cpu_energy_above_idle_joules = result.gpu_util_avg_percent =
                    result.gpu_power_avg_watts = result.gpu_memory_peak_mib = missing;
    for (record::ParticipantResult& participant : result.participants) {
      participant.gpu_energy_share_joules = missing;
      participant.cpu_energy_share_joules = missing;
    }
  }

  static Reading above_idle(const Reading& energy_j, const Reading& idle_w,
                            measure::Window window) {
    return core::both(energy_j, idle_w, [&](double joules, double watts) {
      return joules - watts * window.duration_s();
    });
  }

  /// One alone, both, one alone: from the start signal to the later start, to the earlier end, to
  /// the end.
  void describe_phases(record::RunResult& result, measure::Window window) const {
    if (!spec_.concurrent()) return;
    double both_from_s = window.begin_s;
    double both_until_s = window.end_s;
    for (const Participant& participant : participants_) {
      const auto started_at = participant.first().started_at();
      if (started_at) both_from_s = std::max(both_from_s, at(*started_at));
      // Of A kept up beside B, the last round ends with B.
      const bool repeated = participant.rounds_started() > 1;
      const double end_s = repeated ? window.end_s : window_of(participant).end_s;
      both_until_s = std::min(both_until_s, end_s);
    }
    both_until_s = std::max(both_from_s, both_until_s);
    const auto add = [&](const char* name, double begin_s, double end_s) {
      const measure::Window phase{begin_s, end_s};
      if (phase.duration_s() <= 0) return;
      result.phases.push_back({name, begin_s - window.begin_s, end_s - window.begin_s,
                               meter_.gpu_energy(phase).total, meter_.cpu_energy(phase)});
    };
    add("head", window.begin_s, both_from_s);
    add("overlap", both_from_s, both_until_s);
    add("tail", both_until_s, window.end_s);
  }

  /// The GPU takes no part in a run on the CPU; the run's energy is the CPU's then.
  core::Energy total(const core::Energy& gpu, const core::Energy& cpu) const {
    if (spec_.device == study::Device::cpu) return cpu;
    const auto named = [](const core::Energy& energy) {
      const std::string source = core::name_of(energy.source);
      return energy.model.empty() ? source : source + " (" + energy.model + ")";
    };
    return {core::both(gpu.joules, cpu.joules, [](double x, double y) { return x + y; }),
            core::EnergySource::mixed, "gpu " + named(gpu) + " + cpu " + named(cpu),
            cpu.instead_of};
  }

  void share_energy(record::RunResult& result, measure::Window window) {
    if (!spec_.concurrent()) {
      record::ParticipantResult& solo = result.participants[0];
      solo.gpu_energy_share_joules = result.gpu_energy_total_joules.joules;
      solo.cpu_energy_share_joules = result.cpu_energy_total_joules.joules;
      solo.energy_share_model = "whole";
      return;
    }
    record::ParticipantResult& a = result.participants[0];
    record::ParticipantResult& b = result.participants[1];
    const core::Shares cpu =
        core::shares_in_proportion("cpu_time", result.cpu_energy_total_joules.joules,
                                   meter_.cpu_time_s(0, window), meter_.cpu_time_s(1, window));
    a.cpu_energy_share_joules = cpu.a;
    b.cpu_energy_share_joules = cpu.b;
    const core::Shares gpu = core::shares_in_proportion(
        "sm_utilisation", result.gpu_energy_total_joules.joules,
        gpu_sm_util_avg_percent_of(0, window), gpu_sm_util_avg_percent_of(1, window));
    a.gpu_energy_share_joules = gpu.a;
    b.gpu_energy_share_joules = gpu.b;
    const bool on_gpu = spec_.device == study::Device::cuda;
    a.energy_share_model = b.energy_share_model =
        on_gpu ? "gpu " + gpu.model + " + cpu " + cpu.model : cpu.model;
  }

  const study::RunSpec& spec_;
  const RunSettings& settings_;
  const std::atomic<bool>& stop_;
  RunObserver& observer_;
  Time origin_;
  core::Clocks clocks_at_start_;
  EventLog log_;
  std::shared_ptr<const measure::Instruments> instruments_;
  Cgroups cgroups_;  ///< outlives the meter, which reads them, and the trainings in them
  measure::Meter meter_;
  core::GpuState gpu_at_start_;
  core::GpuState gpu_at_end_;
  std::vector<Participant> participants_;
  std::deque<MemoryLimit> memory_limits_;  ///< of each participant, where no cgroup keeps it
  std::optional<Time> go_at_;
  std::optional<std::string> failure_;  ///< of the first training that failed, for its partner
  std::optional<Outcome> called_off_;   ///< why the whole run was ended: a time limit, a stop
};

}  // namespace

record::RunResult execute_run(const study::RunSpec& spec, int attempt, const fs::path& folder,
                              const study::Catalogue& catalogue, const RunSettings& settings,
                              const std::atomic<bool>& stop, RunObserver& observer) {
  const core::Machine machine =
      settings.instruments ? settings.instruments->machine() : measure::describe_machine();
  const std::string started_at = core::wall_clock_label();
  core::write_file_atomically(folder / "run.json",
                              core::Json{{"run_id", spec.id()},
                                         {"attempt", attempt},
                                         {"started_at", started_at},
                                         {"device", settings.device},
                                         {"spec", spec},
                                         {"data_folder", settings.data_folder.string()},
                                         {"sampling_hz", settings.sampling_hz},
                                         {"timeout_s", settings.timeout_s},
                                         {"machine", machine}}
                                      .dump(2) +
                                  "\n");
  RunExecution execution(spec, folder, catalogue, settings, stop, observer);
  execution.execute();
  record::RunResult result = execution.result();
  result.run_id = spec.id();
  result.attempt = attempt;
  result.started_at = started_at;
  result.ended_at = core::wall_clock_label();
  result.machine = machine;
  result.device = settings.device;
  return result;
}

}  // namespace tandem::execute
