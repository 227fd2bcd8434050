#include "record/run_result.h"

#include <array>

#include "core/error.h"
#include "core/text.h"

namespace tandem::record {
namespace {

using core::Json;

constexpr int result_version = 2;
constexpr std::array<std::string_view, 4> status_names = {"ok", "failed", "invalid", "interrupted"};

Outcome::Status status_of(const std::string& name) {
  for (size_t i = 0; i < status_names.size(); ++i) {
    if (status_names.at(i) == name) return static_cast<Outcome::Status>(i);
  }
  throw core::SystemError("no outcome has the status " + core::in_quotes(name));
}

Json to_document(const Outcome& outcome) {
  return {{"status", name_of(outcome.status)},
          {"name", outcome.name},
          {"message", outcome.message},
          {"advice", outcome.advice}};
}

Outcome outcome_from(const Json& json) {
  return {status_of(json.at("status").get<std::string>()), json.at("name").get<std::string>(),
          json.at("message").get<std::string>(), json.at("advice").get<std::string>()};
}

Json to_document(const EpochRecord& epoch) {
  return {{"epoch", epoch.epoch},
          {"end_s", epoch.end_s},
          {"train_loss", epoch.train_loss},
          {"metrics", epoch.metrics},
          {"train_seconds", epoch.train_seconds},
          {"eval_seconds", epoch.eval_seconds}};
}

EpochRecord epoch_from(const Json& json) {
  EpochRecord epoch;
  json.at("epoch").get_to(epoch.epoch);
  json.at("end_s").get_to(epoch.end_s);
  json.at("train_loss").get_to(epoch.train_loss);
  json.at("metrics").get_to(epoch.metrics);
  json.at("train_seconds").get_to(epoch.train_seconds);
  json.at("eval_seconds").get_to(epoch.eval_seconds);
  return epoch;
}

PhaseRecord phase_from(const Json& json) {
  return {json.at("name").get<std::string>(), json.at("begin_s").get<double>(),
          json.at("end_s").get<double>(), json.at("gpu_energy_joules").get<core::Energy>(),
          json.at("cpu_energy_joules").get<core::Energy>()};
}

GpuRecord gpu_from(const Json& json) {
  return {json.at("device").get<core::GpuDescription>(), json.at("at_start").get<core::GpuState>(),
          json.at("at_end").get<core::GpuState>(),
          json.at("temperature_peak_c").get<core::Reading>()};
}

TracedSignal signal_from(const Json& json) {
  return {json.at("name").get<std::string>(),
          json.at("samples").get<long>(),
          json.at("seen_s").get<double>(),
          json.at("held_s").get<double>(),
          json.at("missing_s").get<double>(),
          json.at("largest_gap_s").get<double>(),
          json.at("seen_joules").get<core::Reading>()};
}

ImportRecord import_from(const Json& json) {
  ImportRecord imported;
  json.at("source").get_to(imported.source);
  json.at("name").get_to(imported.name);
  json.at("simulated").get_to(imported.simulated);
  json.at("measured_by").get_to(imported.measured_by);
  json.at("stated_energy_joules").get_to(imported.stated_energy_joules);
  if (const auto each = json.find("stated_training_energy_joules"); each != json.end()) {
    each->get_to(imported.stated_training_energy_joules);
  }
  json.at("energy_difference_percent").get_to(imported.energy_difference_percent);
  json.at("trace").get_to(imported.trace);
  for (const Json& signal : json.at("signals")) imported.signals.push_back(signal_from(signal));
  return imported;
}

Json to_document(const TracedSignal& signal) {
  return {{"name", signal.name},
          {"samples", signal.samples},
          {"seen_s", signal.seen_s},
          {"held_s", signal.held_s},
          {"missing_s", signal.missing_s},
          {"largest_gap_s", signal.largest_gap_s},
          {"seen_joules", signal.seen_joules}};
}

Json to_document(const ParticipantResult& participant);

template <typename Part>
Json list_of(const std::vector<Part>& parts) {
  Json list = Json::array();
  for (const Part& part : parts) list.push_back(to_document(part));
  return list;
}

Json to_document(const ParticipantResult& participant) {
  return {{"workload", participant.spec.workload},
          {"hyperparameters", participant.spec.hyperparameters},
          {"seed", participant.spec.seed},
          {"training_success", participant.training_success},
          {"outcome", to_document(participant.outcome)},
          {"epochs_done", participant.epochs_done},
          {"barrier", participant.barrier},
          {"start_s", participant.start_s},
          {"duration_seconds", participant.duration_seconds},
          {"performance_metric", participant.performance_metric},
          {"higher_is_better", participant.higher_is_better},
          {"performance", participant.performance},
          {"metrics", participant.metrics},
          {"cpu_time_seconds", participant.cpu_time_seconds},
          {"memory_peak_mib", participant.memory_peak_mib},
          {"memory_pss_peak_mib", participant.memory_pss_peak_mib},
          {"io_read_mib", participant.io_read_mib},
          {"io_written_mib", participant.io_written_mib},
          {"gpu_memory_peak_mib", participant.gpu_memory_peak_mib},
          {"gpu_sm_util_avg_percent", participant.gpu_sm_util_avg_percent},
          {"tensor_memory_peak_mib", participant.tensor_memory_peak_mib},
          {"gpu_energy_share_joules", participant.gpu_energy_share_joules},
          {"cpu_energy_share_joules", participant.cpu_energy_share_joules},
          {"energy_share_model", participant.energy_share_model},
          {"rounds", participant.rounds},
          {"data", participant.data},
          {"described", participant.described},
          {"epochs", list_of(participant.epochs)}};
}

ParticipantResult participant_from(const Json& json) {
  ParticipantResult participant;
  json.get_to(participant.spec);
  json.at("training_success").get_to(participant.training_success);
  participant.outcome = outcome_from(json.at("outcome"));
  json.at("epochs_done").get_to(participant.epochs_done);
  participant.barrier = json.value("barrier", "protocol");
  json.at("start_s").get_to(participant.start_s);
  json.at("duration_seconds").get_to(participant.duration_seconds);
  json.at("performance_metric").get_to(participant.performance_metric);
  json.at("higher_is_better").get_to(participant.higher_is_better);
  json.at("performance").get_to(participant.performance);
  json.at("metrics").get_to(participant.metrics);
  json.at("cpu_time_seconds").get_to(participant.cpu_time_seconds);
  json.at("memory_peak_mib").get_to(participant.memory_peak_mib);
  json.at("memory_pss_peak_mib").get_to(participant.memory_pss_peak_mib);
  json.at("io_read_mib").get_to(participant.io_read_mib);
  json.at("io_written_mib").get_to(participant.io_written_mib);
  json.at("gpu_memory_peak_mib").get_to(participant.gpu_memory_peak_mib);
  json.at("gpu_sm_util_avg_percent").get_to(participant.gpu_sm_util_avg_percent);
  json.at("tensor_memory_peak_mib").get_to(participant.tensor_memory_peak_mib);
  json.at("gpu_energy_share_joules").get_to(participant.gpu_energy_share_joules);
  json.at("cpu_energy_share_joules").get_to(participant.cpu_energy_share_joules);
  json.at("energy_share_model").get_to(participant.energy_share_model);
  json.at("rounds").get_to(participant.rounds);
  json.at("data").get_to(participant.data);
  participant.described = json.at("described");
  for (const Json& epoch : json.at("epochs")) participant.epochs.push_back(epoch_from(epoch));
  return participant;
}

}  // namespace

std::string name_of(Outcome::Status status) {
  return std::string(status_names.at(static_cast<size_t>(status)));
}

Json to_document(const PhaseRecord& phase) {
  return {{"name", phase.name},
          {"begin_s", phase.begin_s},
          {"end_s", phase.end_s},
          {"gpu_energy_joules", phase.gpu_energy_joules},
          {"cpu_energy_joules", phase.cpu_energy_joules}};
}

Json to_document(const GpuRecord& gpu) {
  return {{"device", gpu.device},
          {"at_start", gpu.at_start},
          {"at_end", gpu.at_end},
          {"temperature_peak_c", gpu.temperature_peak_c}};
}

Json to_document(const ImportRecord& imported) {
  return {{"source", imported.source},
          {"name", imported.name},
          {"simulated", imported.simulated},
          {"measured_by", imported.measured_by},
          {"stated_energy_joules", imported.stated_energy_joules},
          {"stated_training_energy_joules", imported.stated_training_energy_joules},
          {"energy_difference_percent", imported.energy_difference_percent},
          {"trace", imported.trace},
          {"signals", list_of(imported.signals)}};
}

Json to_document(const RunResult& result) {
  Json json = {{"result_version", result_version},
               {"run_id", result.run_id},
               {"attempt", result.attempt},
               {"outcome", to_document(result.outcome)},
               {"started_at", result.started_at},
               {"ended_at", result.ended_at},
               {"device", result.device},
               {"makespan_seconds", result.makespan_seconds},
               {"start_skew_seconds", result.start_skew_seconds},
               {"overlap_fraction", result.overlap_fraction},
               {"barrier", result.barrier},
               {"gpu_energy_total_joules", result.gpu_energy_total_joules},
               {"cpu_energy_total_joules", result.cpu_energy_total_joules},
               {"total_energy_joules", result.total_energy_joules},
               {"dram_energy_joules", result.dram_energy_joules},
               {"gpu_energy_cross_check_joules", result.gpu_energy_cross_check_joules},
               {"idle", result.idle},
               {"gpu_energy_above_idle_joules", result.gpu_energy_above_idle_joules},
               {"cpu_energy_above_idle_joules", result.cpu_energy_above_idle_joules},
               {"phases", list_of(result.phases)},
               {"gpu_util_avg_percent", result.gpu_util_avg_percent},
               {"gpu_power_avg_watts", result.gpu_power_avg_watts},
               {"gpu_memory_peak", result.gpu_memory_peak_mib},
               {"participants", list_of(result.participants)},
               {"gpu", result.gpu ? to_document(*result.gpu) : Json()},
               {"sampling", result.sampling},
               {"cautions", result.cautions},
               {"machine", result.machine},
               {"spec", result.spec}};
  // Only there where it is so: results of runs that tandem made stay as they were.
  if (result.imported) json["imported"] = to_document(*result.imported);
  return json;
}

RunResult from_document(const Json& json) {
  try {
    if (json.at("result_version") != result_version) {
      throw core::SystemError("result_version is " + json.at("result_version").dump() +
                              ", this tandem reads " + std::to_string(result_version));
    }
    RunResult result;
    json.at("run_id").get_to(result.run_id);
    json.at("attempt").get_to(result.attempt);
    result.outcome = outcome_from(json.at("outcome"));
    json.at("started_at").get_to(result.started_at);
    json.at("ended_at").get_to(result.ended_at);
    result.device = json.value("device", "");
    json.at("makespan_seconds").get_to(result.makespan_seconds);
    json.at("start_skew_seconds").get_to(result.start_skew_seconds);
    json.at("overlap_fraction").get_to(result.overlap_fraction);
    json.at("barrier").get_to(result.barrier);
    json.at("gpu_energy_total_joules").get_to(result.gpu_energy_total_joules);
    json.at("cpu_energy_total_joules").get_to(result.cpu_energy_total_joules);
    json.at("total_energy_joules").get_to(result.total_energy_joules);
    json.at("dram_energy_joules").get_to(result.dram_energy_joules);
    json.at("gpu_energy_cross_check_joules").get_to(result.gpu_energy_cross_check_joules);
    json.at("idle").get_to(result.idle);
    json.at("gpu_energy_above_idle_joules").get_to(result.gpu_energy_above_idle_joules);
    json.at("cpu_energy_above_idle_joules").get_to(result.cpu_energy_above_idle_joules);
    for (const Json& phase : json.at("phases")) result.phases.push_back(phase_from(phase));
    json.at("gpu_util_avg_percent").get_to(result.gpu_util_avg_percent);
    json.at("gpu_power_avg_watts").get_to(result.gpu_power_avg_watts);
    json.at("gpu_memory_peak").get_to(result.gpu_memory_peak_mib);
    for (const Json& participant : json.at("participants")) {
      result.participants.push_back(participant_from(participant));
    }
    if (!json.at("gpu").is_null()) result.gpu = gpu_from(json.at("gpu"));
    json.at("sampling").get_to(result.sampling);
    json.at("cautions").get_to(result.cautions);
    json.at("machine").get_to(result.machine);
    json.at("spec").get_to(result.spec);
    if (json.contains("imported")) result.imported = import_from(json.at("imported"));
    return result;
  } catch (const Json::exception& error) {
    throw core::SystemError(std::string("not a result of tandem: ") + error.what());
  }
}

}  // namespace tandem::record
