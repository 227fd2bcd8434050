#include "study/study_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <tuple>

namespace tandem::study {
namespace {

using core::Json;
using core::Problem;

/// A cell's place in the design, whatever its numbers. A study may list a pair more than once, with
/// other hyperparameters: `occurrence` tells these apart.
struct Place {
  std::string a;
  std::string b;
  int occurrence;
  std::string setting;
  bool concurrent;
  bool of_a;
  int repetition;
  auto operator<=>(const Place&) const = default;
};

std::map<Place, const PlannedRun*> places_of(const PlannedStudy& planned) {
  std::vector<int> occurrences;
  std::map<std::pair<std::string, std::string>, int> seen;
  for (const StudyPair& pair : planned.study.pairs) {
    occurrences.push_back(seen[{pair.a, pair.b}]++);
  }
  std::map<Place, const PlannedRun*> places;
  for (const Cell& cell : planned.plan.cells) {
    const StudyPair& pair = planned.study.pairs[cell.pair];
    places[{pair.a, pair.b, occurrences[cell.pair], cell.experiment.setting,
            cell.experiment.concurrent, cell.experiment.of_a, cell.repetition}] =
        &planned.plan.runs[cell.run];
  }
  return places;
}

/// `/participants/1/seed` as `$.participants[1].seed`, with the participant's workload.
std::string readable(const std::string& pointer, const RunSpec& spec) {
  std::string path = "$";
  std::string of;
  size_t begin = 1;
  while (begin <= pointer.size()) {
    const size_t end = std::min(pointer.find('/', begin), pointer.size());
    const std::string token = pointer.substr(begin, end - begin);
    const bool is_index = !token.empty() && std::ranges::all_of(token, [](unsigned char letter) {
      return std::isdigit(letter) != 0;
    });
    path += is_index ? "[" + token + "]" : "." + token;
    if (is_index && pointer.starts_with("/participants/") && of.empty()) {
      const size_t index = std::stoul(token);
      if (index < spec.participants.size()) of = " of " + spec.participants[index].workload;
    }
    begin = end + 1;
  }
  return path + of;
}

class Differences {
 public:
  void add(const RunSpec& before, const RunSpec& now) {
    const Json old_members = Json(before).flatten();
    const Json new_members = Json(now).flatten();
    std::set<std::string> pointers;
    for (const Json* members : {&old_members, &new_members}) {
      for (const auto& [pointer, value] : members->items()) pointers.insert(pointer);
    }
    const auto value_at = [](const Json& members, const std::string& pointer) {
      const auto member = members.find(pointer);
      return member == members.end() ? std::string("nothing") : core::shown(*member);
    };
    for (const std::string& pointer : pointers) {
      const std::string old_value = value_at(old_members, pointer);
      const std::string new_value = value_at(new_members, pointer);
      if (old_value == new_value) continue;
      ++runs_with_[{readable(pointer, now), new_value, old_value}];
    }
  }
  std::vector<Problem> problems() const {
    std::vector<Problem> all;
    for (const auto& [difference, runs] : runs_with_) {
      const auto& [place, now, before] = difference;
      all.push_back({place, now,
                     fmt::format("{}, as {} of the study's folder {}", before,
                                 runs == 1 ? "a run" : std::to_string(runs) + " runs",
                                 runs == 1 ? "has it" : "have it")});
    }
    return all;
  }

 private:
  std::map<std::tuple<std::string, std::string, std::string>, int> runs_with_;
};

std::string described(const std::optional<core::PowerModel>& model) {
  if (!model) return "the default";
  return fmt::format("{} ({} W idle, {} W a busy core)", model->name, model->idle_w,
                     model->busy_core_w);
}

/// What besides its command decides how a workload trains and what is heard of it.
std::string how_told(const Workload& workload) {
  const auto text_of = [](const std::optional<LogPattern>& pattern) {
    return pattern ? Json(pattern->text()) : Json();
  };
  const auto texts_of = [](const std::vector<LogPattern>& patterns) {
    Json texts = Json::array();
    for (const LogPattern& pattern : patterns) texts.push_back(pattern.text());
    return texts;
  };
  Json told = {{"working_folder", workload.working_folder.string()},
               {"environment", workload.environment}};
  if (const auto& file = workload.config_file) {
    told["config_file"] = {file->name, static_cast<int>(file->format), file->content};
  }
  for (const ManifestHyperparameter& entry : workload.hyperparameters) {
    told["hyperparameters"][entry.name] = {entry.flag, entry.variable, entry.config_key};
  }
  if (const auto& log = workload.log) {
    told["log"] = {{"started", text_of(log->started)},
                   {"epoch", texts_of(log->epoch)},
                   {"first_epoch", log->first_epoch},
                   {"final", texts_of(log->final)}};
    told["success"] = {log->success.exit_codes, text_of(log->success.must_appear),
                       text_of(log->success.must_not_appear)};
  }
  return told.dump();
}

const Workload* find(const Catalogue& catalogue, const std::string& id) {
  const auto& all = catalogue.workloads();
  const auto workload =
      std::ranges::find_if(all, [&](const Workload& one) { return one.id() == id; });
  return workload == all.end() ? nullptr : &*workload;
}

}  // namespace

std::vector<Problem> incompatible_changes(const PlannedStudy& before, const PlannedStudy& now) {
  std::vector<Problem> problems;
  const auto compare = [&](const char* place, const std::string& old_value,
                           const std::string& new_value) {
    if (old_value == new_value) return;
    problems.push_back({place, new_value, old_value + ", as in the study's folder"});
  };
  compare("$.cpu_power_model", described(before.study.cpu_power_model),
          described(now.study.cpu_power_model));
  const auto gpu_of = [](const Study& study) {
    return study.gpu.empty() ? std::string("the first") : study.gpu;
  };
  compare("$.gpu", gpu_of(before.study), gpu_of(now.study));

  std::set<std::string> shared;
  const auto old_places = places_of(before);
  Differences differences;
  for (const auto& [place, run] : places_of(now)) {
    const auto old_place = old_places.find(place);
    if (old_place == old_places.end()) continue;
    shared.insert({place.a, place.b});
    if (old_place->second->id != run->id) differences.add(old_place->second->spec, run->spec);
  }
  for (const std::string& id : shared) {
    const Workload* old_workload = find(before.catalogue, id);
    const Workload* new_workload = find(now.catalogue, id);
    if (old_workload == nullptr || new_workload == nullptr) continue;
    compare(("$.command of " + id).c_str(), Json(old_workload->command).dump(),
            Json(new_workload->command).dump());
    compare(("the manifest of " + id).c_str(), how_told(*old_workload), how_told(*new_workload));
    compare(("$.performance_metric of " + id).c_str(), old_workload->performance_metric,
            new_workload->performance_metric);
  }
  for (Problem& problem : differences.problems()) problems.push_back(std::move(problem));
  return problems;
}

}  // namespace tandem::study
