#include "execute/outcomes.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace tandem::execute {
namespace {

using record::Outcome;
using Status = Outcome::Status;

constexpr std::string_view read_log = "read the end of the training's log in the run's folder";
constexpr std::string_view go_on = "run the study again; it goes on with what is missing";
constexpr std::string_view retried =
    "tandem makes the run again, as often as the study file's `retries` allows";

constexpr std::array kinds = {
    OutcomeKind{"ok", Status::ok, false, "all trainings succeeded and the run counts", ""},
    // Of a training: the process.
    OutcomeKind{"exit_code", Status::failed, false, "the training ended with another exit code",
                read_log},
    OutcomeKind{
        "signal", Status::failed, false, "a signal ended the training",
        "read the end of the training's log in the run's folder; a KILL that nobody sent is "
        "mostly the system's, for want of memory: see dmesg"},
    OutcomeKind{"not_started", Status::failed, false, "the training's program can't be started",
                "check the workload's command"},
    OutcomeKind{"lost", Status::failed, true, "the process that watched the training was killed",
                retried},
    OutcomeKind{"out_of_memory", Status::failed, false,
                "the training asked for more memory than there is, on the GPU or on the host",
                "choose smaller batches or another partner, or state a larger memory_limit_mib if "
                "there is one"},
    // Of a training: what it said.
    OutcomeKind{"non_finite_loss", Status::failed, false, "the loss was not finite in an epoch",
                "a result in itself: these hyperparameters diverge"},
    OutcomeKind{"protocol_violation", Status::failed, false,
                "the trainer wrote what the protocol doesn't allow",
                "the trainer must write the lines of docs/protocol.md and nothing else"},
    OutcomeKind{"log_mismatch", Status::failed, false,
                "the log said something else than the workload's manifest describes",
                "try 'tandem workloads check MANIFEST --once' and correct the manifest's patterns"},
    OutcomeKind{"success_rule", Status::failed, false,
                "the training ended well but its log didn't meet the manifest's success rule",
                "read the training's logs in the run's folder, or correct the manifest's success"},
    OutcomeKind{"missing_final", Status::failed, false,
                "the trainer ended with exit code 0 and no \"final\" line",
                "the trainer must report its final metrics before it ends"},
    OutcomeKind{"missing_epochs", Status::failed, false,
                "fewer or more epochs were reported than asked for",
                "the trainer must train and report each epoch that it was asked for"},
    OutcomeKind{"missing_metric", Status::failed, false,
                "the workload's performance metric was not among the final ones",
                "the manifest's performance_metric must be one that the trainer reports"},
    OutcomeKind{"log_flood", Status::failed, false, "the training wrote more than a log may hold",
                "have the trainer write less, or raise log_limit_mib in the study file"},
    // Of a training: the time.
    OutcomeKind{"ready_timeout", Status::failed, false,
                "the trainer did not get ready to train in time",
                "see whether the trainer loads its data and writes \"ready\", or the line that its "
                "manifest's \"started\" pattern is for"},
    OutcomeKind{"no_progress", Status::failed, false,
                "an epoch lasted far longer than the ones before it: the training hangs",
                "see what the trainer waits for; state no_progress_s in the study file if its "
                "epochs differ that much"},
    OutcomeKind{"timeout", Status::failed, false, "the run was not over in time",
                "raise timeout_s in the study file if the training is only slow"},
    // Of a run that is not the experiment that was asked for.
    OutcomeKind{"partner_ended", Status::invalid, false,
                "the partner's training failed, so that this one went on alone",
                "see the partner's own outcome; 'tandem run --retry-failed' repeats the run"},
    OutcomeKind{"start_skew", Status::invalid, true, "the two trainings did not start together",
                retried},
    OutcomeKind{
        "no_overlap", Status::invalid, false,
        "the two trainings were not under way at the same time",
        "see in the logs when each begins: have the scripts speak the protocol, which starts "
        "them together, or load for as long as each other"},
    OutcomeKind{"contaminated", Status::invalid, true,
                "another program computed on the GPU during the run", retried},
    OutcomeKind{"sensor_lost", Status::invalid, true,
                "the run's energy can't be told because its meter was lost meanwhile", retried},
    OutcomeKind{"suspended", Status::invalid, true,
                "the machine slept, or Slurm suspended the job, during the run", retried},
    // Of a run that tandem itself did not make to its end.
    OutcomeKind{"interrupted", Status::interrupted, false, "tandem was asked to stop", go_on},
    OutcomeKind{"cut_off", Status::interrupted, false,
                "tandem or the machine ended before the run did", go_on},
    OutcomeKind{"disk_full", Status::interrupted, false,
                "there was no room for what the training or tandem wanted to write",
                "make room and run the study again; it goes on with what is missing"},
    // Of a run that a task of a cluster did not make to its end.
    OutcomeKind{"node_lost", Status::interrupted, false,
                "Slurm lost the node that the run was made on", go_on},
    OutcomeKind{"job_time_limit", Status::interrupted, false,
                "the time limit of the run's Slurm job was over",
                "run the study again, the limit is then doubled; or raise slurm.time_margin"},
    OutcomeKind{"job_cancelled", Status::interrupted, false, "the run's Slurm job was cancelled",
                go_on},
    OutcomeKind{"job_preempted", Status::interrupted, false,
                "another Slurm job took the node that the run was made on",
                "run the study again, with a partition or QOS that isn't preempted"},
    OutcomeKind{"system_failure", Status::interrupted, false,
                "the machine did not let tandem go on",
                "see the message; then run the study again, it goes on with what is missing"},
};

const OutcomeKind* find(std::string_view name) {
  const auto kind = std::ranges::find(kinds, name, &OutcomeKind::name);
  return kind == kinds.end() ? nullptr : &*kind;
}

Outcome outcome_with(const OutcomeKind& kind, std::string message) {
  return {kind.status, std::string(kind.name), std::move(message), std::string(kind.advice)};
}

}  // namespace

std::span<const OutcomeKind> outcome_kinds() {
  return kinds;
}

Outcome outcome_of_kind(std::string_view name, std::string message) {
  const OutcomeKind* kind = find(name);
  if (kind == nullptr) throw std::logic_error("no kind of outcome: " + std::string(name));
  return outcome_with(*kind, std::move(message));
}

Outcome outcome_said_by_trainer(const std::string& reason, std::string message) {
  // Only these: a trainer may call its trouble `interrupted`, which doesn't make it tandem's.
  for (const std::string_view known : {"non_finite_loss", "out_of_memory", "disk_full"}) {
    if (reason == known) return outcome_of_kind(known, std::move(message));
  }
  return {Status::failed, reason, std::move(message),
          "see the message and the end of the training's log"};
}

bool is_retried(const record::RunResult& result) {
  const auto by_name = [](const Outcome& outcome) {
    const OutcomeKind* kind = find(outcome.name);
    return kind != nullptr && kind->status == outcome.status && kind->is_retried;
  };
  if (result.outcome.name != "partner_ended") return by_name(result.outcome);
  return std::ranges::any_of(result.participants, [&](const record::ParticipantResult& one) {
    return by_name(one.outcome);
  });
}

}  // namespace tandem::execute
