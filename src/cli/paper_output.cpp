#include "cli/paper_output.h"

#include <fmt/format.h>
#include <poll.h>

#include <optional>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "execute/child_process.h"
#include "report/paper_figures.h"
#include "report/paper_text.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;

/// Runs the scripts of the folder in it, without a shell and without the user's own settings.
void run_gnuplot(const fs::path& program, const std::vector<report::PaperFigure>& figures,
                 const fs::path& folder) {
  execute::Command command;
  command.arguments = {program, "--default-settings", "-e",
                       "cd " + report::gnuplot_bytes(folder.string())};
  for (const report::PaperFigure& figure : figures) {
    command.arguments.push_back((folder / (figure.name + ".gp")).string());
  }
  command.stdout_file = folder / "gnuplot.out";
  command.stderr_file = folder / "gnuplot.err";
  execute::ChildProcess process(command);
  std::optional<execute::ProcessEnd> end;
  while (!(end = process.poll_end())) {
    pollfd waiting{process.end_fd(), POLLIN, 0};
    ::poll(&waiting, 1, -1);
  }
  const bool ended_well = end->kind == execute::ProcessEnd::Kind::exited && end->number == 0;
  if (ended_well) return;
  throw core::SystemError(fmt::format("gnuplot could not draw the figures ({}): {}",
                                      end->describe(),
                                      core::printable(core::read_file(command.stderr_file), 1000)));
}

}  // namespace

std::vector<std::string> write_paper(const analyse::StudyAnalysis& analysis,
                                     const fs::path& folder) {
  const std::optional<fs::path> gnuplot = execute::find_program("gnuplot");
  if (!gnuplot) {
    throw core::UserError(
        "tandem report --figures",
        {{"PATH", "no program gnuplot", "gnuplot 5.4 or later: sudo apt install gnuplot-nox"}});
  }
  const std::vector<report::PaperFigure> figures = report::paper_figures(analysis);
  if (figures.empty()) {
    throw core::UserError("tandem report --figures",
                          {{"STUDY", "no run that counts", "a study with at least one ok run"}});
  }
  std::vector<report::PaperFile> files =
      report::paper_files(figures, report::paper_tables(analysis));
  const core::TemporaryFolder drawing("tandem-figures");
  for (const report::PaperFile& file : files) {
    core::write_file_atomically(drawing.path() / file.name, file.content);
  }
  run_gnuplot(*gnuplot, figures, drawing.path());
  for (const report::PaperFigure& figure : figures) {
    for (const std::string& name : report::drawn_files(figure)) {
      files.push_back({name, core::read_file(drawing.path() / name)});
    }
  }
  core::make_folders(folder);
  std::vector<std::string> names;
  for (const report::PaperFile& file : files) {
    core::write_file_atomically(folder / file.name, file.content);
    names.push_back(file.name);
  }
  return names;
}

}  // namespace tandem::cli
