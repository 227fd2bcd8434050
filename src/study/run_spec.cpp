#include "study/run_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "core/error.h"
#include "core/text.h"

namespace tandem::study {
namespace {

/// Letters, digits, `-`, `_` and `.` stay; anything else becomes `-`.
std::string folder_safe(const std::string& text) {
  std::string safe = text;
  std::replace_if(
      safe.begin(), safe.end(),
      [](unsigned char c) { return !(std::isalnum(c) || c == '-' || c == '_' || c == '.'); }, '-');
  return safe;
}

/// The model's name; of models that are all called `default`, the repository's.
std::string short_name(const std::string& workload) {
  const size_t slash = workload.find('/');
  const std::string model = workload.substr(slash + 1);
  return folder_safe(model == "default" ? workload.substr(0, slash) : model).substr(0, 24);
}

}  // namespace

std::string name_of(Device device) {
  return device == Device::cpu ? "cpu" : "cuda";
}
std::string name_of(Overlap overlap) {
  return overlap == Overlap::once ? "once" : "sustained";
}

std::string name_of(Sharing::Mode mode) {
  return mode == Sharing::Mode::mps ? "mps" : mode == Sharing::Mode::mig ? "mig" : "time_slicing";
}

std::string describe(const Sharing& sharing) {
  if (sharing.mode == Sharing::Mode::mig) return "the MIG slice " + sharing.mig_slice;
  if (sharing.mode == Sharing::Mode::time_slicing) return "time slicing";
  if (sharing.thread_percentages.empty()) return "MPS";
  return fmt::format("MPS with {} % and {} % of the threads", sharing.thread_percentages.at(0),
                     sharing.thread_percentages.at(1));
}

std::string RunSpec::id() const {
  std::string name;
  for (const ParticipantSpec& participant : participants) {
    if (!name.empty()) name += "+";
    name += short_name(participant.workload);
  }
  // A version-5 UUID is a SHA-1 of the text; to_json writes the members in a fixed order.
  boost::uuids::name_generator_sha1 hash(boost::uuids::ns::oid());
  const std::string digest = boost::uuids::to_string(hash(core::Json(*this).dump()));
  return fmt::format("{}-{}-r{}-{}", name, name_of(scale), repetition,
                     digest.substr(0, 8) + digest.substr(9, 4));
}

void to_json(core::Json& json, const ParticipantSpec& participant) {
  json = {{"workload", participant.workload},
          {"hyperparameters", participant.hyperparameters},
          {"seed", participant.seed}};
}

void from_json(const core::Json& json, ParticipantSpec& participant) {
  json.at("workload").get_to(participant.workload);
  json.at("hyperparameters").get_to(participant.hyperparameters);
  json.at("seed").get_to(participant.seed);
}

void to_json(core::Json& json, const Sharing& sharing) {
  json = {{"mode", name_of(sharing.mode)}};
  if (sharing.mode == Sharing::Mode::mig) json["slice"] = sharing.mig_slice;
  if (!sharing.thread_percentages.empty()) {
    json["thread_percentages"] = sharing.thread_percentages;
  }
}

void from_json(const core::Json& json, Sharing& sharing) {
  const core::Json& mode = json.at("mode");
  sharing.mode = mode == "mps"   ? Sharing::Mode::mps
                 : mode == "mig" ? Sharing::Mode::mig
                                 : Sharing::Mode::time_slicing;
  sharing.mig_slice = json.value("slice", "");
  sharing.thread_percentages = json.value("thread_percentages", std::vector<double>{});
}

void to_json(core::Json& json, const RunSpec& spec) {
  json = {{"mode", spec.concurrent() ? "concurrent" : "solo"},
          {"participants", spec.participants},
          {"scale", name_of(spec.scale)},
          {"device", name_of(spec.device)},
          {"resources",
           {{"threads", spec.resources.threads},
            {"wait_policy", spec.resources.wait_policy},
            {"cores", spec.resources.cores}}},
          {"repetition", spec.repetition},
          {"instance", spec.instance},
          {"machine_class", spec.machine_class}};
  // The overlap policy changes nothing about a solo run, which both kinds of study share.
  if (spec.concurrent()) json["overlap"] = name_of(spec.overlap);
  // Said only where they differ from what runs were before there was a choice: ids stay.
  if (!spec.gpu.empty()) json["gpu"] = spec.gpu;
  if (spec.any_cores > 0) json["any_cores"] = spec.any_cores;
  if (spec.sharing != Sharing{}) json["sharing"] = spec.sharing;
}

void from_json(const core::Json& json, RunSpec& spec) {
  json.at("participants").get_to(spec.participants);
  spec.scale = json.at("scale") == "full" ? Scale::full : Scale::quick;
  spec.device = json.at("device") == "cuda" ? Device::cuda : Device::cpu;
  spec.overlap = json.value("overlap", "once") == "sustained" ? Overlap::sustained : Overlap::once;
  const core::Json& resources = json.at("resources");
  resources.at("threads").get_to(spec.resources.threads);
  resources.at("wait_policy").get_to(spec.resources.wait_policy);
  resources.at("cores").get_to(spec.resources.cores);
  json.at("repetition").get_to(spec.repetition);
  json.at("instance").get_to(spec.instance);
  json.at("machine_class").get_to(spec.machine_class);
  spec.gpu = json.value("gpu", "");
  spec.any_cores = json.value("any_cores", 0);
  if (json.contains("sharing")) json.at("sharing").get_to(spec.sharing);
}

}  // namespace tandem::study
