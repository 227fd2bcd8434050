#include "study/study_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"

namespace tandem::study {
namespace {

using core::JsonNode;

bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 100 && name[0] != '.' && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '_' || c == '-' || c == '.';
         });
}

/// Reads one study file; every method adds what is wrong to the diagnostics and goes on.
class StudyReader {
 public:
  StudyReader(const JsonNode& root, const Catalogue& catalogue)
      : root_(root), catalogue_(catalogue) {}

  Study read() {
    study_.mutated = original_levels();
    if (!root_.is_object("a study, an object with experiment_name and model_pairs")) return study_;
    root_.allow_only({"experiment_name",
                      "concurrent_mode",
                      "model_pairs",
                      "description",
                      "scale",
                      "device",
                      "solo_runs",
                      "overlap",
                      "order",
                      "order_seed",
                      "repetitions",
                      "seed",
                      "mutate",
                      "mutate_models",
                      "resources",
                      "sampling_hz",
                      "cool_down_s",
                      "timeout_s",
                      "ready_timeout_s",
                      "no_progress_s",
                      "start_skew_at_most_s",
                      "log_limit_mib",
                      "memory_limit_mib",
                      "wait_for_gpu_at_most_s",
                      "accept_contaminated",
                      "retries",
                      "equivalence_bound_percent",
                      "cpu_power_model",
                      "data_folder",
                      "gpu",
                      "cool_down_to_c",
                      "cool_down_at_most_s",
                      "idle_s",
                      "devices",
                      "device_affinity",
                      "sharing",
                      "slurm"});
    read_name();
    read_design();
    read_resources();
    read_sharing();
    read_devices();
    read_measurement();
    read_limits();
    if (const auto slurm = root_.find("slurm")) study_.slurm = read_slurm_settings(*slurm);
    read_mutations();
    read_pairs();
    return study_;
  }

 private:
  void read_name() {
    if (const auto name = root_.member("experiment_name", "the study's name")) {
      study_.name = name->string();
      if (name->raw().is_string() && !study_.name.empty() && !is_plain_name(study_.name)) {
        name->reject("letters, digits, '_', '-' and '.', at most 100, for it names a folder");
      }
    }
    if (const auto mode = root_.find("concurrent_mode"); mode && !mode->boolean()) {
      if (mode->raw().is_boolean()) mode->reject("true: a study always has concurrent runs");
    }
    if (const auto description = root_.find("description")) description->string();
  }

  void read_design() {
    if (const auto scale = root_.find("scale")) {
      study_.scale = scale->choice({"full", "quick"}) == 0 ? Scale::full : Scale::quick;
    }
    if (const auto device = root_.find("device")) {
      study_.device = device->choice({"cpu", "cuda"}) == 0 ? Device::cpu : Device::cuda;
    }
    if (const auto solo = root_.find("solo_runs")) {
      study_.solo_runs =
          solo->choice({"shared", "literal"}) == 0 ? SoloRuns::shared : SoloRuns::literal;
    }
    if (const auto overlap = root_.find("overlap")) {
      study_.overlap =
          overlap->choice({"once", "sustained"}) == 0 ? Overlap::once : Overlap::sustained;
    }
    if (const auto order = root_.find("order")) {
      study_.order = order->choice({"randomised", "as_listed"}) == 0 ? RunOrder::randomised
                                                                     : RunOrder::as_listed;
    }
    if (const auto seed = root_.find("order_seed")) {
      study_.order_seed = static_cast<std::uint64_t>(seed->integer(0, 1LL << 52));
    }
    if (const auto repetitions = root_.find("repetitions")) {
      study_.repetitions = static_cast<int>(repetitions->integer(1, 1000));
    }
    if (const auto seed = root_.find("seed")) study_.seed = seed->integer(0, 1LL << 52);
  }

  void read_resources() {
    const auto resources = root_.find("resources");
    if (!resources || !resources->is_object("an object with threads, wait_policy, cores")) return;
    resources->allow_only({"threads", "wait_policy", "cores"});
    if (const auto threads = resources->find("threads")) {
      study_.resources.threads = static_cast<int>(threads->integer(1, 1024));
    }
    if (const auto policy = resources->find("wait_policy")) {
      study_.resources.wait_policy =
          policy->choice({"passive", "active"}) == 0 ? "passive" : "active";
    }
    if (const auto cores = resources->find("cores")) study_.resources.cores = read_cores(*cores);
  }

  static std::vector<int> read_cores(const JsonNode& cores) {
    std::vector<int> set;
    for (const JsonNode& core : cores.items()) {
      const int number = static_cast<int>(core.integer(0, 1023));
      if (std::find(set.begin(), set.end(), number) != set.end()) {
        core.reject("each core once");
      }
      set.push_back(number);
    }
    return set;
  }

  static constexpr const char* sharing_choices =
      R"("time_slicing", "mps", {"mps": {"thread_percentages": [60, 40]}} or {"mig": "MIG-…"})";

  void read_sharing() {
    const auto sharing = root_.find("sharing");
    if (!sharing) return;
    if (sharing->raw() == "mps") {
      study_.sharing.mode = Sharing::Mode::mps;
    } else if (sharing->raw().is_object() && sharing->raw().size() == 1) {
      sharing->allow_only({"mps", "mig"});
      if (const auto mps = sharing->find("mps")) read_mps(*mps);
      if (const auto mig = sharing->find("mig")) read_mig(*mig);
    } else if (sharing->raw() != "time_slicing") {
      sharing->reject(sharing_choices);
    }
    const bool shares = study_.sharing.mode != Sharing::Mode::time_slicing;
    if (shares && study_.device == Device::cpu) {
      sharing->reject("nothing here with \"device\": \"cpu\": MPS and MIG share a GPU");
    }
  }

  void read_mps(const JsonNode& mps) {
    study_.sharing.mode = Sharing::Mode::mps;
    if (!mps.is_object("an object with thread_percentages")) return;
    mps.allow_only({"thread_percentages"});
    const auto percentages =
        mps.member("thread_percentages", "the percentages of A and of B, such as [60, 40]");
    if (!percentages) return;
    for (const JsonNode& percentage : percentages->items()) {
      study_.sharing.thread_percentages.push_back(percentage.number(1, 100));
    }
    if (percentages->raw().is_array() && percentages->raw().size() != 2) {
      percentages->reject("two percentages, of A and of B");
    }
  }

  void read_mig(const JsonNode& mig) {
    study_.sharing.mode = Sharing::Mode::mig;
    study_.sharing.mig_slice = mig.string();
    if (mig.raw().is_string() && !study_.sharing.mig_slice.starts_with("MIG-")) {
      mig.reject("the UUID of a MIG slice, MIG-… ('nvidia-smi -L' lists them)");
    }
  }

  void read_devices() {
    const auto gpu = root_.find("gpu");
    if (gpu) study_.gpu = gpu->string();
    if (const auto affinity = root_.find("device_affinity")) {
      study_.device_affinity =
          affinity->choice({"block", "any"}) == 0 ? DeviceAffinity::block : DeviceAffinity::any;
    }
    const auto devices = root_.find("devices");
    if (study_.sharing.mode == Sharing::Mode::mig && (gpu || devices)) {
      (gpu ? gpu : devices)->reject("nothing here, for $.sharing.mig says where to train");
    } else if (gpu && devices) {
      gpu->reject("one of gpu and devices");
    }
    // The slice was a choice of the GPU before it was a way to share one.
    if (study_.sharing.mode == Sharing::Mode::time_slicing && study_.gpu.starts_with("MIG-")) {
      study_.sharing = {Sharing::Mode::mig, study_.gpu, {}};
      study_.gpu.clear();
    }
    if (!devices) return;
    const std::vector<JsonNode> items = devices->items();
    if (devices->raw().is_array() && items.empty()) devices->reject("at least one device");
    for (const JsonNode& item : items) read_device(item);
    if (!study_.resources.cores.empty() && any_device_has_cores()) {
      devices->reject("devices without cores, or no cores in $.resources");
    }
    if (study_.device_affinity == DeviceAffinity::any) check_equal_core_sets(items);
    if (study_.devices.size() != 1) return;
    study_.gpu = study_.devices[0].gpu;
    if (any_device_has_cores()) study_.resources.cores = study_.devices[0].cores;
    study_.devices.clear();
  }

  void read_device(const JsonNode& item) {
    const bool on_gpu = study_.device == Device::cuda;
    const char* expected =
        on_gpu ? "an object such as {\"gpu\": \"GPU-…\"}" : "an object such as {\"cores\": [0, 1]}";
    if (!item.is_object(expected)) return;
    item.allow_only({"gpu", "cores"});
    StudyDevice device;
    const auto gpu =
        on_gpu ? item.member("gpu", "the UUID or PCI address of a GPU") : item.find("gpu");
    if (gpu) device.gpu = gpu->string();
    if (gpu && !on_gpu) gpu->reject("no GPU here, for $.device is \"cpu\"");
    if (on_gpu && device.gpu.starts_with("MIG-")) {
      gpu->reject(
          "a whole GPU: energy exists for the whole board only, so that runs on two of "
          "its slices couldn't be told apart; $.sharing takes one slice");
    }
    const auto cores = on_gpu ? item.find("cores") : item.member("cores", "a list of cores");
    if (cores) device.cores = read_cores(*cores);
    if (cores && cores->raw().is_array() && device.cores.empty()) {
      cores->reject("at least one core");
    }
    for (size_t i = 0; i < study_.devices.size(); ++i) {
      check_apart(study_.devices[i], fmt::format("$.devices[{}]", i), device, item);
    }
    study_.devices.push_back(device);
  }

  static void check_apart(const StudyDevice& other, const std::string& place,
                          const StudyDevice& device, const JsonNode& item) {
    if (!device.gpu.empty() && device.gpu == other.gpu) {
      item.diagnostics().add(item.path() + ".gpu", core::in_quotes(device.gpu),
                             "each GPU once; " + place + " has it");
      return;
    }
    for (const int core : device.cores) {
      if (std::ranges::find(other.cores, core) == other.cores.end()) continue;
      item.diagnostics().add(item.path() + ".cores", fmt::format("core {}", core),
                             "cores that no other device has; " + place + " has it too");
      return;
    }
  }

  bool any_device_has_cores() const {
    return std::ranges::any_of(study_.devices,
                               [](const StudyDevice& device) { return !device.cores.empty(); });
  }

  /// Where any device will do, a run is the same on all of them.
  void check_equal_core_sets(const std::vector<JsonNode>& items) {
    for (size_t i = 1; i < study_.devices.size() && i < items.size(); ++i) {
      const size_t expected = study_.devices[0].cores.size();
      const size_t found = study_.devices[i].cores.size();
      if (found == expected) continue;
      items[i].diagnostics().add(
          items[i].path() + ".cores", fmt::format("{} cores", found),
          fmt::format("{} cores, as the first device has, for $.device_affinity is \"any\"",
                      expected));
    }
  }

  void read_measurement() {
    if (const auto rate = root_.find("sampling_hz")) study_.sampling_hz = rate->number(0.1, 100);
    if (const auto pause = root_.find("cool_down_s")) study_.cool_down_s = pause->number(0, 3600);
    if (const auto target = root_.find("cool_down_to_c")) {
      study_.cool_down_to_c = target->number(20, 110);
    }
    if (const auto limit = root_.find("cool_down_at_most_s")) {
      study_.cool_down_at_most_s = limit->number(0, 36'000);
    }
    if (const auto idle = root_.find("idle_s")) study_.idle_s = idle->number(0, 3600);
    if (const auto bound = root_.find("equivalence_bound_percent")) {
      study_.equivalence_bound_percent = bound->number(0.1, 50);
    }
    if (const auto folder = root_.find("data_folder")) study_.data_folder = folder->string();
    if (const auto model = root_.find("cpu_power_model")) {
      study_.cpu_power_model = core::read_power_model(*model);
    }
  }

  void read_limits() {
    if (const auto limit = root_.find("timeout_s")) study_.timeout_s = limit->number(1, 1e7);
    if (const auto limit = root_.find("ready_timeout_s")) {
      study_.ready_timeout_s = limit->number(1, 1e7);
    }
    if (const auto limit = root_.find("no_progress_s")) {
      study_.no_progress_s = limit->number(1, 1e7);
    }
    if (const auto limit = root_.find("start_skew_at_most_s")) {
      study_.start_skew_at_most_s = limit->number(0.001, 3600);
    }
    if (const auto limit = root_.find("log_limit_mib")) {
      study_.log_limit_mib = limit->number(1, 1e6);
    }
    if (const auto limit = root_.find("memory_limit_mib")) {
      study_.memory_limit_mib = limit->number(16, 1e9);
    }
    if (const auto limit = root_.find("wait_for_gpu_at_most_s")) {
      study_.wait_for_gpu_at_most_s = limit->number(0, 1e7);
    }
    if (const auto accept = root_.find("accept_contaminated")) {
      study_.accept_contaminated = accept->boolean();
    }
    if (const auto retries = root_.find("retries")) {
      study_.retries = static_cast<int>(retries->integer(0, 100));
    }
  }

  void read_mutations() {
    if (const auto models = root_.find("mutate_models")) {
      study_.mutate_both = models->choice({"b", "both"}) == 1;
    }
    const auto mutate = root_.find("mutate");
    if (!mutate) return;
    if (!mutate->is_object("an object: hyperparameter to its levels")) return;
    study_.mutated.clear();
    for (const auto& [name, levels] : mutate->members()) {
      MutatedHyperparameter mutated{name, {}};
      if (!levels.is_object("an object: a level's name to its value")) continue;
      for (const auto& [level_name, value] : levels.members()) {
        if (!is_plain_name(level_name) || level_name == "default") {
          value.reject("under a plain name of the level, such as min");
        }
        if (const auto expression = read_level(value)) {
          mutated.levels.push_back({level_name, *expression});
        }
      }
      if (levels.raw().empty()) levels.reject("at least one level");
      study_.mutated.push_back(mutated);
    }
  }

  std::optional<LevelExpression> read_level(const JsonNode& value) {
    if (value.raw().is_number()) return LevelExpression(value.number(-1e300, 1e300));
    std::optional<LevelExpression> expression;
    if (value.raw().is_string()) {
      expression = LevelExpression::parse(value.raw().get<std::string>());
    }
    if (!expression) value.reject("a number or an expression such as \"default*0.2\"");
    return expression;
  }

  void read_pairs() {
    const auto pairs = root_.member("model_pairs", "a list of pairs, each {model_a, model_b}");
    if (!pairs) return;
    const std::vector<JsonNode> items = pairs->items();
    if (pairs->raw().is_array() && items.empty()) pairs->reject("at least one pair");
    std::vector<StudyPair> swapped;
    for (const JsonNode& item : items) {
      if (!item.is_object("an object with model_a and model_b")) continue;
      item.allow_only({"model_a", "model_b"});
      StudyPair pair;
      const Workload* a = read_model(item, "model_a", pair.base_a);
      const Workload* b = read_model(item, "model_b", pair.base_b);
      if (a == nullptr || b == nullptr) continue;
      pair.a = a->id();
      pair.b = b->id();
      check_levels(item, *b, "model_b", pair.base_b);
      check_repeated(item, pair);
      study_.pairs.push_back(pair);
      if (!study_.mutate_both || (pair.a == pair.b && pair.base_a == pair.base_b)) continue;
      check_levels(item, *a, "model_a", pair.base_a);
      swapped.push_back({pair.b, pair.a, pair.base_b, pair.base_a});
    }
    for (const StudyPair& pair : swapped) {
      if (place_of(pair) == study_.pairs.size()) study_.pairs.push_back(pair);
    }
  }

  /// Index of an equal pair, the number of pairs when there is none.
  size_t place_of(const StudyPair& pair) const {
    const auto equal = [&](const StudyPair& other) {
      return other.a == pair.a && other.b == pair.b && other.base_a == pair.base_a &&
             other.base_b == pair.base_b;
    };
    return static_cast<size_t>(std::ranges::find_if(study_.pairs, equal) - study_.pairs.begin());
  }

  const Workload* read_model(const JsonNode& pair, const std::string& name, Hyperparameters& base) {
    const auto node = pair.member(name, "an object with repo, model, hp");
    if (!node || !node->is_object("an object with repo, model, hp")) return nullptr;
    node->allow_only({"repo", "model", "hp"});
    const auto repo = node->member("repo", "the repository's name");
    const auto model = node->member("model", "the model's name");
    if (!repo || !model) return nullptr;
    const std::string repo_name = repo->string();
    const std::string model_name = model->string();
    if (repo_name.empty() || model_name.empty()) return nullptr;
    const Workload* workload = catalogue_.find(repo_name, model_name);
    if (workload == nullptr) {
      node->diagnostics().add(node->path(), core::in_quotes(repo_name + "/" + model_name),
                              "a workload of the catalogue" + suggestion(repo_name, model_name));
      return nullptr;
    }
    base = workload->defaults(study_.scale);
    if (const auto hp = node->find("hp")) read_overrides(*hp, *workload, base);
    return workload;
  }

  std::string suggestion(const std::string& repo, const std::string& model) const {
    std::vector<std::string> names;
    for (const Workload& workload : catalogue_.workloads()) {
      const bool same_repo = catalogue_.find(repo, workload.model) == &workload;
      if (same_repo) names.push_back(workload.id());
    }
    if (names.empty()) names = core::nearest_names(repo + "/" + model, catalogue_.ids());
    if (names.empty()) names = core::nearest_names(model, catalogue_.ids());
    return names.empty() ? " ('tandem workloads' lists them)"
                         : ", perhaps " + core::list_of_choices(names);
  }

  void read_overrides(const JsonNode& hp, const Workload& workload, Hyperparameters& base) {
    if (hp.raw() == "default") return;
    if (!hp.is_object("\"default\" or an object: hyperparameter to value")) return;
    for (const auto& [name, value] : hp.members()) {
      const auto spec = workload.find_hyperparameter(name, study_.scale);
      if (!spec) {
        value.diagnostics().add(value.path(), "an unknown hyperparameter of " + workload.id(),
                                known_hyperparameters(workload));
        continue;
      }
      base[name] = spec->whole_number ? static_cast<double>(value.integer(
                                            static_cast<std::int64_t>(std::max(spec->least, -1e15)),
                                            static_cast<std::int64_t>(std::min(spec->most, 1e15))))
                                      : value.number(spec->least, spec->most);
    }
  }

  static std::string known_hyperparameters(const Workload& workload) {
    std::vector<std::string> names;
    for (const ManifestHyperparameter& entry : workload.hyperparameters) {
      names.push_back(entry.name);
    }
    return core::list_of_choices(names);
  }

  /// Each level must be a value that B takes, and another one than the default and the other
  /// levels.
  void check_levels(const JsonNode& pair, const Workload& b, const std::string& role,
                    const Hyperparameters& base) {
    for (const MutatedHyperparameter& mutated : study_.mutated) {
      auto spec = b.find_hyperparameter(mutated.name, study_.scale);
      const std::string place = "$.mutate." + core::printable(mutated.name);
      if (!spec) {
        pair.diagnostics().add(
            place, "no hyperparameter of " + b.id() + ", " + role + " of " + pair.path(),
            known_hyperparameters(b));
        continue;
      }
      spec->default_value = base.at(mutated.name);
      std::set<double> seen = {spec->default_value};
      for (const Level& level : mutated.levels) {
        const double value = spec->value_of(level.expression);
        const std::string found = fmt::format("{} = {} for {}", level.expression.text(),
                                              core::format_number(value), b.id());
        if (value < spec->least || value > spec->most) {
          pair.diagnostics().add(place + "." + level.name, found,
                                 fmt::format("a value from {} to {}", spec->least, spec->most));
        } else if (!seen.insert(value).second) {
          pair.diagnostics().add(place + "." + level.name, found,
                                 "a value that differs from the default and the other levels");
        }
      }
    }
  }

  void check_repeated(const JsonNode& item, const StudyPair& pair) {
    if (place_of(pair) < study_.pairs.size()) {
      item.diagnostics().add(item.path(), fmt::format("{} with {} again", pair.a, pair.b),
                             "each pair once; for more runs of it say repetitions");
    }
  }

  const JsonNode& root_;
  const Catalogue& catalogue_;
  Study study_;
};

}  // namespace

std::vector<MutatedHyperparameter> original_levels() {
  const auto level = [](const char* name, const char* expression) {
    return Level{name, *LevelExpression::parse(expression)};
  };
  return {{"learning_rate", {level("min", "default*0.2"), level("max", "default*5")}},
          {"epochs", {level("min", "default*0.5"), level("max", "default*1.5")}}};
}

std::string name_of(DeviceAffinity affinity) {
  return affinity == DeviceAffinity::block ? "block" : "any";
}

std::string StudyDevice::name() const {
  const std::string list = fmt::format("cores {}", fmt::join(cores, ","));
  if (gpu.empty()) return list;
  return cores.empty() ? gpu : gpu + " with " + list;
}

Study parse_study(const core::Json& document, const std::filesystem::path& file,
                  const Catalogue& catalogue) {
  core::Diagnostics diagnostics(file.string());
  const JsonNode root(document, "$", diagnostics);
  Study study = StudyReader(root, catalogue).read();
  study.file = file;
  diagnostics.throw_if_any();
  return study;
}

Study read_study(const std::filesystem::path& file, const Catalogue& catalogue) {
  return parse_study(core::read_json(file), file, catalogue);
}

}  // namespace tandem::study
