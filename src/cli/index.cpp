#include "record/index.h"

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "execute/study_lock.h"

namespace tandem::cli {

void add_index_command(CLI::App& app, core::ExitCode& exit_code) {
  CLI::App* command =
      app.add_subcommand("index", "Build a study's SQLite index anew from its run folders");
  command->footer(
      "Example: tandem index results/pilot\n"
      "         sqlite3 results/pilot/index.sqlite 'select workload, avg(duration_seconds) "
      "from trainings group by workload'");
  const auto options = add_study_and_json(*command);
  command->callback([options, &exit_code] {
    const OpenStudy open = open_study(options->open);
    if (!std::filesystem::exists(open.store.runs_folder())) {
      throw core::UserError("'" + open.store.folder().string() + "' has no runs yet");
    }
    const execute::StudyLock lock(open.store.folder());  // a session adds to the index
    std::vector<std::string> problems;
    const int attempts = record::Index::rebuild(open.store, problems);
    const std::string file = record::Index::file_of(open.store).string();
    if (options->as_json) {
      print_json({{"index", file}, {"attempts", attempts}, {"problems", problems}});
    } else {
      fmt::print("{}: {} attempts\n", file, attempts);
      for (const std::string& problem : problems) fmt::print("left out: {}\n", problem);
    }
    if (!problems.empty()) exit_code = core::ExitCode::system_failure;
  });
}

}  // namespace tandem::cli
