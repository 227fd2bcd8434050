#include <fmt/format.h>

#include <memory>
#include <set>

#include "cli/commands.h"
#include "cli/new_file.h"
#include "cli/options.h"
#include "core/file.h"
#include "core/text.h"
#include "study/predecessor_configuration.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;
using core::Json;
using study::ConvertedConfiguration;

struct Options {
  fs::path file;
  fs::path out;
  bool as_json = false;
};

/// Nothing is overwritten, and nothing is written if something would be.
void check_places(const ConvertedConfiguration& converted, const fs::path& out) {
  std::vector<core::Problem> problems;
  std::set<std::string> names;
  for (const ConvertedConfiguration::Manifest& manifest : converted.manifests) {
    if (is_taken(out / manifest.file_name)) {
      problems.push_back({(out / manifest.file_name).string(), "a file", "a free place"});
    } else if (!names.insert(manifest.file_name).second) {
      problems.push_back({manifest.file_name, "twice", "models whose names differ as files too"});
    }
  }
  if (!problems.empty()) {
    throw core::UserError("tandem workloads import-configuration", std::move(problems));
  }
}

Json document_of(const std::vector<ConvertedConfiguration::Note>& notes) {
  Json list = Json::array();
  for (const auto& note : notes) list.push_back({{"place", note.place}, {"text", note.text}});
  return list;
}

void print_notes(const char* title, const std::vector<ConvertedConfiguration::Note>& notes) {
  if (!notes.empty()) fmt::print("\n{}\n", title);
  for (const auto& note : notes)
    print_wrapped(core::printable(note.place + ": " + note.text, 1000));
}

core::ExitCode import_configuration(const Options& options) {
  const ConvertedConfiguration converted =
      study::convert_configuration(core::read_json(options.file), options.file);
  check_places(converted, options.out);
  core::make_folders(options.out);
  Json written = Json::array();
  for (const ConvertedConfiguration::Manifest& manifest : converted.manifests) {
    const fs::path file = options.out / manifest.file_name;
    write_new_file(file,
                   manifest.document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n",
                   "tandem workloads import-configuration");
    written.push_back(file.string());
  }
  if (options.as_json) {
    print_json({{"manifests", written},
                {"not_carried", document_of(converted.not_carried)},
                {"to_look_at", document_of(converted.to_look_at)}});
    return core::ExitCode::success;
  }
  fmt::print("{} manifests written\n", written.size());
  for (const Json& file : written) fmt::print("  {}\n", core::printable(file.get<std::string>()));
  print_notes("Not carried over:", converted.not_carried);
  print_notes("To look at:", converted.to_look_at);
  if (!written.empty()) {
    fmt::print("\nNext: tandem workloads check {} --once\n",
               core::printable(written.front().get<std::string>()));
  }
  return core::ExitCode::success;
}

}  // namespace

void add_import_configuration_command(CLI::App& workloads, core::ExitCode& exit_code) {
  CLI::App* command = workloads.add_subcommand(
      "import-configuration", "Convert a configuration of tandem's predecessor to manifests");
  command->footer(
      "Example: tandem workloads import-configuration models_config.json --out my-workloads\n"
      "Writes a manifest for each model, overwrites none, and lists what could not be carried over "
      "and what a person must look at.");
  const auto options = std::make_shared<Options>();
  command->add_option("FILE", options->file, "The file with {\"models\": {…}}")->required();
  command->add_option("--out", options->out, "Folder for the manifests")->required();
  add_json_flag(*command, options->as_json);
  command->callback([options, &exit_code] { exit_code = import_configuration(*options); });
}

}  // namespace tandem::cli
