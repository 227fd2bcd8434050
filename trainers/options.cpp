#include "options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <iostream>
#include <map>
#include <sstream>

#include "errors.h"
#include "manifest.h"
#include "workload.h"

namespace tandem::trainers {
namespace {

constexpr NumberRange seed_range{.whole = true, .maximum = 9007199254740992.0};  // 2^53
constexpr NumberRange threads_range{.whole = true, .minimum = 1, .maximum = 1024};

std::string describe(const NumberRange& range) {
  std::string text = range.whole ? "a whole number" : "a number";
  if (std::isinf(range.maximum)) {
    return text +
           fmt::format(" {} {}", range.minimum_excluded ? "above" : "of at least", range.minimum);
  }
  return text + fmt::format(" {} {} to {}", range.minimum_excluded ? "above" : "from",
                            range.minimum, range.maximum);
}

[[noreturn]] void reject(const std::string& flag, const std::string& found,
                         const std::string& expected) {
  throw TrainingError(ExitCode::bad_flag,
                      fmt::format("{}: found '{}', expected {}", flag, found, expected));
}

// Columns of a terminal, and where CLI11 begins what it says about a flag.
constexpr std::size_t terminal_width = 80, help_column = 30;

/// Puts line breaks for blanks so that no line is longer than `width`, as far as words allow.
std::string wrapped(const std::string& text, std::size_t width) {
  std::istringstream words(text);
  std::string lines, word;
  std::size_t length = 0;
  while (words >> word) {
    if (length > 0 && length + 1 + word.size() > width) {
      lines += '\n';
      length = 0;
    } else if (length > 0) {
      lines += ' ';
      ++length;
    }
    lines += word;
    length += word.size();
  }
  return lines;
}

/// What the help says about a flag.
std::string help(const std::string& text) {
  return wrapped(text, terminal_width - help_column);
}

nlohmann::json as_json(double value, const NumberRange& range) {
  if (range.whole) return static_cast<std::int64_t>(value);
  return value;
}

/// The text of every flag of one workload. CLI11 only sorts the words; the values are read later by
/// parse_number, so that all messages have one form.
struct FlagTexts {
  std::string scale = "full", device = "cpu", data;
  std::optional<std::string> seed, threads;
  bool untrained = false;
  std::map<std::string, std::optional<std::string>> hyperparameters;
};

void add_flags(CLI::App& app, const WorkloadKind& kind, FlagTexts& texts) {
  app.add_option("--scale", texts.scale,
                 help("full: as published; quick: a few seconds on two cores"))
      ->type_name("full|quick")
      ->capture_default_str();
  app.add_option("--device", texts.device, "where to train")
      ->type_name("cpu|cuda")
      ->capture_default_str();
  app.add_option(
         "--data", texts.data,
         help(kind.makes_up_data ? "folder with the data set, or 'synthetic' to make up data"
                                 : "folder with the data set"))
      ->type_name(kind.makes_up_data ? "DIR|synthetic" : "DIR")
      ->required();
  app.add_option("--seed", texts.seed, "seed of all random numbers [1]")->type_name("N");
  app.add_option("--threads", texts.threads, "CPU threads [libtorch's choice]")->type_name("N");
  app.add_flag("--untrained", texts.untrained,
               help("train no epoch: report the metrics of the network as it begins"));
  for (const Hyperparameter& parameter : kind.hyperparameters) {
    app.add_option(
           flag_of(parameter.name), texts.hyperparameters[parameter.name],
           help(fmt::format("{}, {} [{}; quick: {}]", parameter.help, describe(parameter.range),
                            parameter.full_default, parameter.quick_default)))
        ->type_name(parameter.range.whole ? "N" : "X");
  }
  app.footer(fmt::format("{}\n\nExample:\n  tandem-train {} --scale quick --data data/{} --seed 1",
                         wrapped("Data: " + kind.data_source, terminal_width), kind.name,
                         kind.data_folder));
}

Settings read(const WorkloadKind& kind, const FlagTexts& texts) {
  Settings settings;
  if (texts.scale == "quick") {
    settings.scale = Scale::quick;
  } else if (texts.scale != "full") {
    reject("--scale", texts.scale, "full or quick");
  }
  if (texts.device != "cpu" && texts.device != "cuda") {
    reject("--device", texts.device, "cpu or cuda");
  }
  settings.device = texts.device;
  if (texts.data.empty() || (texts.data == "synthetic" && !kind.makes_up_data)) {
    reject("--data", texts.data, "a folder with " + kind.data_source);
  }
  if (texts.data != "synthetic") settings.data = texts.data;
  if (texts.seed) {
    settings.seed = static_cast<std::uint64_t>(parse_number("--seed", *texts.seed, seed_range));
  }
  if (texts.threads) {
    settings.threads = static_cast<int>(parse_number("--threads", *texts.threads, threads_range));
  }
  settings.untrained = texts.untrained;
  for (const Hyperparameter& parameter : kind.hyperparameters) {
    const std::optional<std::string>& text = texts.hyperparameters.at(parameter.name);
    const double value = text ? parse_number(flag_of(parameter.name), *text, parameter.range)
                              : settings.by_scale(parameter.full_default, parameter.quick_default);
    settings.hyperparameters[parameter.name] = as_json(value, parameter.range);
  }
  return settings;
}

}  // namespace

double parse_number(const std::string& flag, const std::string& text, const NumberRange& range) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const bool in_range = range.minimum_excluded ? value > range.minimum : value >= range.minimum;
  const bool is_read = error == std::errc() && rest == end && std::isfinite(value);
  if (!is_read || !in_range || value > range.maximum ||
      (range.whole && value != std::floor(value))) {
    reject(flag, text, describe(range));
  }
  return value;
}

std::optional<Command> parse_command_line(const std::vector<WorkloadKind>& kinds, int argc,
                                          const char* const* argv) {
  CLI::App app("Trains one model and reports its progress to tandem.", "tandem-train");
  app.require_subcommand(0, 1);
  app.footer("Example:\n  tandem-train mnist --scale quick --data data/mnist --seed 1");
  bool list = false;
  app.add_flag("--list", list, "print the workloads and their hyperparameters as JSON");
  std::string described;
  CLI::App* const describe_command =
      app.add_subcommand("describe", "print a workload's manifest, as far as the program knows it");
  describe_command->add_option("NAME", described, "the workload")->required();
  describe_command->footer("Example:\n  tandem-train describe mnist");

  std::map<std::string, FlagTexts> texts;
  for (const WorkloadKind& kind : kinds) {
    add_flags(*app.add_subcommand(kind.name, kind.summary), kind, texts[kind.name]);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {
    app.exit(request);  // prints the help
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw TrainingError(ExitCode::bad_flag,
                        std::string(error.what()) + " (tandem-train --help lists the flags)");
  }
  if (list) {
    std::cout << describe_kinds(kinds).dump(2) << '\n';
    return std::nullopt;
  }
  if (*describe_command) {
    const auto kind = std::ranges::find(kinds, described, &WorkloadKind::name);
    if (kind == kinds.end()) {
      reject("describe", described, "a workload that tandem-train --help lists");
    }
    std::cout << manifest_of(*kind).dump(2) << '\n';
    return std::nullopt;
  }
  for (const WorkloadKind& kind : kinds) {
    if (app.got_subcommand(kind.name)) return Command{&kind, read(kind, texts[kind.name])};
  }
  throw TrainingError(ExitCode::bad_flag,
                      "no workload is named (tandem-train --help lists the workloads)");
}

nlohmann::json describe_kinds(const std::vector<WorkloadKind>& kinds) {
  auto result = nlohmann::json::array();
  for (const WorkloadKind& kind : kinds) {
    auto parameters = nlohmann::json::array();
    for (const Hyperparameter& parameter : kind.hyperparameters) {
      const NumberRange& range = parameter.range;
      parameters.push_back(
          {{"name", parameter.name},
           {"flag", flag_of(parameter.name)},
           {"type", range.whole ? "integer" : "real"},
           {"full_default", as_json(parameter.full_default, range)},
           {"quick_default", as_json(parameter.quick_default, range)},
           {"minimum", as_json(range.minimum, range)},
           {"minimum_excluded", range.minimum_excluded},
           {"maximum",
            std::isinf(range.maximum) ? nlohmann::json(nullptr) : as_json(range.maximum, range)}});
    }
    result.push_back({{"name", kind.name},
                      {"summary", kind.summary},
                      {"metric", kind.metric},
                      {"higher_is_better", kind.higher_is_better},
                      {"data", kind.data_folder},
                      {"data_source", kind.data_source},
                      {"makes_up_data", kind.makes_up_data},
                      {"hyperparameters", std::move(parameters)}});
  }
  return result;
}

std::string to_string(Scale scale) {
  return scale == Scale::full ? "full" : "quick";
}

}  // namespace tandem::trainers
