#include "report/result_dictionary.h"

#include <fmt/format.h>

#include <array>

#include "analyse/training_metrics.h"

namespace tandem::report {
namespace {

constexpr auto members = std::to_array<DescribedMember>({
    {"result_version", "whole number", "of this form"},
    {"run_id", "text", "identity of the run, also its folder's name"},
    {"attempt", "whole number", "from 1"},
    {"outcome", "object", "how the run ended"},
    {"outcome.status", "text", "ok, failed, invalid or interrupted"},
    {"outcome.name", "text", "by its name in docs/outcomes.md"},
    {"outcome.message", "text", "what was seen"},
    {"outcome.advice", "text", "what a person can do about it"},
    {"started_at", "text", "wall clock at the start, a label"},
    {"ended_at", "text", "wall clock at the end, a label"},
    {"device", "text", "of several devices of a study, the one that made the run"},
    {"makespan_seconds", "s", "start signal to the end of the last training"},
    {"start_skew_seconds", "s", "between the starts of a pair's trainings"},
    {"overlap_fraction", "1", "share of B's time during which A was training"},
    {"barrier", "text", "where the trainings began: protocol, process_start, pattern, elsewhere"},
    {"gpu_energy_total_joules", "object", "energy of the GPU (as every energy: joules, source)"},
    {"cpu_energy_total_joules", "object", "energy of the CPU"},
    {"total_energy_joules", "object", "their sum"},
    {"*.joules", "J", "of an energy"},
    {"*.energy_source", "text", "how it was measured, or estimated; imported: measured elsewhere"},
    {"*.model", "text", "name of the power model, the parts of a sum, the meter of an import"},
    {"*.instead_of", "text", "of an estimate: why the meter can't be read"},
    {"dram_energy_joules", "J", "within the CPU's energy"},
    {"gpu_energy_cross_check_joules", "object", "the GPU's power integrated; never added"},
    {"idle", "object", "what the machine drew with no training on it"},
    {"idle.duration_s", "s", "how long it was watched"},
    {"idle.cpu_power_watts", "W", "of the CPU"},
    {"idle.cpu_energy_source", "text", "how that was measured"},
    {"idle.cpu_model", "text", "of an estimate"},
    {"idle.gpu_power_watts", "W", "of the GPU"},
    {"gpu_energy_above_idle_joules", "J", "without what the GPU draws idle"},
    {"cpu_energy_above_idle_joules", "J", "without what the CPU draws idle"},
    {"phases", "list", "head, overlap and tail of a pair"},
    {"phases[].name", "text", "head, overlap or tail"},
    {"phases[].begin_s", "s", "since the start signal"},
    {"phases[].end_s", "s", "since the start signal"},
    {"phases[].gpu_energy_joules", "object", "energy of the GPU in it"},
    {"phases[].cpu_energy_joules", "object", "energy of the CPU in it"},
    {"gpu_util_avg_percent", "%", "time-weighted mean"},
    {"gpu_power_avg_watts", "W", "time-weighted mean"},
    {"gpu_memory_peak", "MiB", "largest that was seen"},
    {"participants", "list", "the training, or A and B of a pair"},
    {"participants[].workload", "text", "what was trained"},
    {"participants[].hyperparameters", "object", "name to value"},
    {"participants[].seed", "whole number", "of the training"},
    {"participants[].training_success", "true or false",
     "exit code 0, all epochs, finite loss, metric reported"},
    {"participants[].outcome", "object", "how the training ended, as that of the run"},
    {"participants[].epochs_done", "whole number", "epochs that ended"},
    {"participants[].barrier", "text", "where it began: protocol, process_start or pattern"},
    {"participants[].start_s", "s", "when it said that it started, since the start signal"},
    {"participants[].duration_seconds", "s", "start signal to the end of the last epoch"},
    {"participants[].performance_metric", "text", "what performance holds"},
    {"participants[].higher_is_better", "true or false", "direction of that metric"},
    {"participants[].performance", "1", "the metric's final value"},
    {"participants[].metrics", "object", "all final metrics, name to value"},
    {"participants[].cpu_time_seconds", "s", "of its process tree"},
    {"participants[].memory_peak_mib", "MiB", "resident, of its process tree"},
    {"participants[].memory_pss_peak_mib", "MiB", "the same, shared pages counted once"},
    {"participants[].io_read_mib", "MiB", "read from storage"},
    {"participants[].io_written_mib", "MiB", "written to storage"},
    {"participants[].gpu_memory_peak_mib", "MiB", "as the driver counts its processes"},
    {"participants[].gpu_sm_util_avg_percent", "%", "by its processes"},
    {"participants[].tensor_memory_peak_mib", "MiB", "as the trainer counted it"},
    {"participants[].gpu_energy_share_joules", "J", "its part of the GPU's energy, by the model"},
    {"participants[].cpu_energy_share_joules", "J", "its part of the CPU's energy, by the model"},
    {"participants[].energy_share_model", "text", "how the pair's energy was divided"},
    {"participants[].rounds", "whole number", "trainings done to the end"},
    {"participants[].data", "text", "real or synthetic; empty when not stated"},
    {"participants[].described", "object", "the trainer's own description"},
    {"participants[].epochs", "list", "each epoch that ended"},
    {"participants[].epochs[].epoch", "whole number", "from 1"},
    {"participants[].epochs[].end_s", "s", "since the start signal"},
    {"participants[].epochs[].train_loss", "1", "mean of the epoch"},
    {"participants[].epochs[].metrics", "object", "of the evaluation, name to value"},
    {"participants[].epochs[].train_seconds", "s", "spent on training"},
    {"participants[].epochs[].eval_seconds", "s", "spent on the evaluation"},
    {"gpu", "object", "the GPU, nothing without one"},
    {"gpu.device", "object", "its identity"},
    {"gpu.device.uuid", "text", "GPU-…"},
    {"gpu.device.pci_bus_id", "text", "PCI address"},
    {"gpu.device.name", "text", "its product name"},
    {"gpu.device.driver_version", "text", "of the driver"},
    {"gpu.device.sharing", "text", "time_slicing, mps, mig or exclusive_process"},
    {"gpu.device.power_limit_w", "W", "that was set"},
    {"gpu.device.memory_mib", "MiB", "all of it"},
    {"gpu.device.energy_counter_period_s", "s", "how often its energy counter changes"},
    {"gpu.at_start", "object", "its state at the start"},
    {"gpu.at_end", "object", "its state at the end, with the same members"},
    {"gpu.at_start.temperature_c", "°C", "of the chip"},
    {"gpu.at_start.sm_clock_mhz", "MHz", "of the multiprocessors"},
    {"gpu.at_start.memory_clock_mhz", "MHz", "of the memory"},
    {"gpu.at_start.memory_used_mib", "MiB", "by all processes"},
    {"gpu.at_start.throttle_bits", "whole number", "the driver's number for the reasons"},
    {"gpu.at_start.throttle_reasons", "list", "why its clocks are held down"},
    {"gpu.temperature_peak_c", "°C", "largest that was seen"},
    {"sampling", "list", "how well each sampler kept its rhythm"},
    {"sampling[].name", "text", "what it reads"},
    {"sampling[].period_s", "s", "that it should keep"},
    {"sampling[].ticks", "whole number", "samples taken"},
    {"sampling[].missed_deadlines", "whole number", "samples that were skipped"},
    {"sampling[].largest_gap_s", "s", "between two samples"},
    {"sampling[].problem", "text", "a driver that stopped answering"},
    {"cautions", "list", "what makes the figures doubtful"},
    {"cautions[].name", "text", "such as contaminated"},
    {"cautions[].message", "text", "what was seen"},
    {"machine", "object", "that made the run"},
    {"machine.cpu_model", "text", "the CPU's product name"},
    {"machine.logical_cpus", "whole number", "CPUs that the kernel sees"},
    {"machine.memory_mib", "MiB", "of the host"},
    {"machine.kernel", "text", "its version"},
    {"machine.hostname", "text", "of the machine"},
    {"machine.hypervisor", "text", "empty on bare metal"},
    {"machine.gpu", "text", "empty without one"},
    {"spec", "object", "all that defines the run; its hash is in run_id"},
    {"spec.mode", "text", "solo or concurrent"},
    {"spec.participants", "list", "workload, hyperparameters and seed of each training"},
    {"spec.scale", "text", "full or quick; exported of an imported run: not stated"},
    {"spec.device", "text", "cpu or cuda; exported of an imported run: not stated"},
    {"spec.resources", "object", "threads, wait_policy and cores of each training"},
    {"spec.repetition", "whole number", "of the study, from 1"},
    {"spec.instance", "text", "tells copies of one run apart; of an imported run its rows"},
    {"spec.machine_class", "text", "the kind of machine"},
    {"spec.overlap", "text", "of a pair: once or sustained"},
    {"spec.gpu", "text", "of several GPUs, the one that a block is bound to"},
    {"spec.any_cores", "whole number", "of core sets of which any will do, their size"},
    {"spec.sharing", "object", "how a GPU is shared, where not by time slicing"},
    {"imported", "object", "only of a run that tandem import read"},
    {"imported.source", "text", "file and rows"},
    {"imported.name", "text", "of the run in its source"},
    {"imported.simulated", "true or false", "nobody measured it"},
    {"imported.measured_by", "text", "the source's meter, in its words"},
    {"imported.stated_energy_joules", "J", "the source's own figure"},
    {"imported.stated_training_energy_joules", "list",
     "J of each training, where the source has energies of trainings"},
    {"imported.energy_difference_percent", "%", "(energy from the trace − stated) / stated"},
    {"imported.trace", "text", "file with its power"},
    {"imported.signals", "list", "what each column of the trace said of the run"},
    {"imported.signals[].name", "text", "gpu_power, cpu_power, gpu_utilisation or gpu_memory"},
    {"imported.signals[].samples", "whole number", "within the run"},
    {"imported.signals[].seen_s", "s", "time that the samples cover"},
    {"imported.signals[].held_s", "s", "at the edges, at the first or last value"},
    {"imported.signals[].missing_s", "s", "in gaps too long to be bridged"},
    {"imported.signals[].largest_gap_s", "s", "without a sample"},
    {"imported.signals[].seen_joules", "J", "of a power: over the time that was seen"},
});

struct StoredThing {
  const char* where;
  const char* name;
  const char* meaning;
};
constexpr auto mlflow_things = std::to_array<StoredThing>({
    {"params", "HYPERPARAMETER", "its value; of a pair's run `a.NAME` and `b.NAME`"},
    {"params", "seed", "of the training; not of an imported run, whose source states none"},
    {"metrics", "METRIC", "each metric below, one line with step 0 at the run's end"},
    {"metrics", "train_loss and the workload's metrics", "a line an epoch, its number as the step"},
    {"metrics", "metric.train_loss", "a workload's metric that is called so"},
    {"metrics", "final.NAME", "a final metric other than the performance"},
    {"metrics", "makespan_seconds", "of the run"},
    {"tags", "mlflow.runName", "the run's id; of a pair's trainings with ` a` or ` b`"},
    {"tags", "mlflow.parentRunId", "of a pair's training: the pair's run"},
    {"tags", "tandem.run_id, tandem.attempt", "the run and the attempt that counts"},
    {"tags", "tandem.mode, tandem.role", "solo or concurrent; solo, a or b"},
    {"tags", "tandem.workload, tandem.partner, tandem.workload_a, tandem.workload_b",
     "what was trained, and beside what"},
    {"tags", "tandem.repetition, tandem.scale, tandem.machine", "as in runs.csv"},
    {"tags", "tandem.status, tandem.outcome, tandem.message", "how it ended"},
    {"tags", "tandem.training_success, tandem.performance_metric, tandem.higher_is_better",
     "as in trainings.csv"},
    {"tags", "tandem.data", "real, synthetic or not stated"},
    {"tags", "tandem.energy_source, tandem.energy_model", "how the energy was measured"},
    {"tags", "tandem.missing.METRIC", "why a metric has no value"},
    {"tags", "tandem.caution.NAME", "what makes the figures doubtful"},
    {"tags", "tandem.imported_from, tandem.simulated", "of an imported run"},
    {"tags", "tandem.name.KIND.NAME", "the name before characters were replaced"},
    {"tags", "tandem.start_time", "only where the start isn't known, for which MLflow has a 0"},
    {"artifacts", "result.json", "the whole result, as above"},
});

}  // namespace

std::span<const DescribedMember> result_dictionary() {
  return members;
}

core::Json result_dictionary_document() {
  core::Json list = core::Json::array();
  for (const DescribedMember& member : members) {
    list.push_back({{"member", member.path}, {"unit", member.unit}, {"meaning", member.meaning}});
  }
  return list;
}

std::string result_dictionary_markdown() {
  std::string text =
      "\n## results.json\nOf `tandem export --format json`: a list of every attempt's "
      "`result.json`. A number that is missing is\n`{\"missing\": REASON}`. `[]` stands for each "
      "item of a list, `*` for each energy. `analysis.json` beside it is what\n`tandem report "
      "--json` prints.\n\n| member | unit | meaning |\n|---|---|---|\n";
  for (const DescribedMember& member : members) {
    text += fmt::format("| `{}` | {} | {} |\n", member.path, member.unit, member.meaning);
  }
  text +=
      "\n## mlruns\nOf `tandem export --format mlflow` ([export.md](export.md)).\n\n"
      "| where | name | meaning |\n|---|---|---|\n";
  for (const StoredThing& thing : mlflow_things) {
    text += fmt::format("| {} | {} | {} |\n", thing.where, thing.name, thing.meaning);
  }
  text += "\nMETRIC is one of";
  for (const analyse::MetricColumn& metric : analyse::metric_columns()) {
    text += fmt::format("{} `{}`", metric.name == analyse::metric_columns().front().name ? "" : ",",
                        metric.name);
  }
  return text +
         ", with their units as in trainings.csv; of a pair's run also "
         "`start_skew_seconds`.\n";
}

}  // namespace tandem::report
