// Many kills of tandem at random instants (see kill_campaign.h) with a table of figures, then every
// fault of the table (see fault.h), from which it writes docs/faults.md; 1 when a check failed.
// scripts/fault-campaign builds and calls it.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "core/clock.h"
#include "core/file.h"
#include "core/text.h"
#include "faults/fault.h"
#include "faults/kill_campaign.h"
#include "report/text_table.h"

namespace tandem::test {
namespace {

/// A line that is written over on a terminal, and every 25 kills a line elsewhere.
void show_progress(const KillFigures& figures, int kills, core::Time begin) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  if (!terminal && figures.kills % 25 != 0) return;
  const double took_s = core::seconds_between(begin, core::Clock::now());
  const std::string left = core::format_duration(took_s / figures.kills * (kills - figures.kills));
  fmt::print("{}{}/{} kills, {} studies, {} checks failed, {} left{}", terminal ? "\r" : "",
             figures.kills, kills, figures.studies, figures.violations.size(), left,
             terminal ? "\033[K" : "\n");
  if (terminal && figures.kills == kills) fmt::print("\n");
  std::fflush(stdout);
}

std::string table_of(const KillFigures& figures, double took_s) {
  report::TextTable table({"figure", "", "goal"},
                          {report::Align::left, report::Align::right, report::Align::right});
  const auto row = [&table](const std::string& what, int figure, const char* goal = "") {
    table.add_row({what, std::to_string(figure), goal});
  };
  row("kills", figures.kills);
  row("  that cut an attempt off", figures.kills_in_a_run);
  row("  before the session had begun a run", figures.kills_at_start);
  row("  within a transaction of the index", figures.kills_in_a_transaction);
  row("studies brought to their end", figures.studies);
  row("  their runs", figures.runs);
  row("  their attempts", figures.attempts);
  row("  of these cut off, without a result", figures.cut_without_result);
  row("  of these cut off, with a result that says so", figures.cut_with_result);
  row("comparisons of a result with itself before a kill", figures.results_checked);
  row("  results lost", figures.results_lost, "0");
  row("  results changed", figures.results_changed, "0");
  row("runs with two results that are ok", figures.runs_doubled, "0");
  row("runs without any", figures.runs_missing, "0");
  row("processes alive after the grace time", figures.orphans, "0");
  row("sessions that were refused or failed", figures.refused, "0");
  row("folders that can't be opened after a kill", figures.unopened, "0");
  row("indexes unequal to one built anew", figures.indexes_unequal, "0");
  row("all checks that failed", static_cast<int>(figures.violations.size()), "0");
  for (const auto& [name, count] : figures.temporary_files) {
    row("temporary files left of " + name, count);
  }
  row("cgroups left by killed sessions", figures.cgroups);
  table.add_row({"longest until the last process was gone",
                 fmt::format("{:.3f} s", figures.longest_end_s), ""});
  table.add_row({"duration", core::format_duration(took_s), ""});
  return table.render();
}

bool kill_campaign(const KillCampaign::Options& options) {
  KillCampaign campaign(options);
  const core::Time begin = core::Clock::now();
  const KillFigures figures =
      campaign.run([&](const KillFigures& so_far) { show_progress(so_far, options.kills, begin); });
  for (const Violation& violation : figures.violations) {
    fmt::print("kill {}: {}\n", violation.kill, violation.what);
  }
  fmt::print("\nseed {}\n{}", options.seed,
             table_of(figures, core::seconds_between(begin, core::Clock::now())));
  return figures.violations.empty();
}

std::string text_of(const Found& found) {
  return fmt::format("{} | {} | {} | {}", found.beside, found.a_alone, found.b_alone, found.exits);
}

/// Every fault whose name holds `only`; the page is written when that is all of them.
bool fault_campaign(const std::string& only, const std::string& page) {
  std::vector<Found> found;
  size_t bad = 0;
  const core::Time begin = core::Clock::now();
  for (const Fault& fault : faults()) {
    if (fault.name.find(only) == std::string_view::npos) continue;
    const core::Time fault_begin = core::Clock::now();
    FaultScene scene(fault);
    found.push_back(scene.run());
    const bool good = found.back() == fault.expected && scene.violations().empty();
    bad += good ? 0 : 1;
    fmt::print("{:4} {} / {}  {:.1f} s{}\n", good ? "ok" : "BAD", fault.group, fault.name,
               core::seconds_between(fault_begin, core::Clock::now()),
               scene.filesystem().empty() ? "" : "  (" + scene.filesystem() + ")");
    if (!(found.back() == fault.expected)) {
      fmt::print("     expected {}\n     found    {}\n", text_of(fault.expected),
                 text_of(found.back()));
    }
    for (const std::string& violation : scene.violations()) fmt::print("     {}\n", violation);
    std::fflush(stdout);
  }
  fmt::print("{} faults, {} not as expected, {}\n", found.size(), bad,
             core::format_duration(core::seconds_between(begin, core::Clock::now())));
  if (found.size() == faults().size()) core::write_file_atomically(page, faults_page(found));
  return bad == 0 && !found.empty();
}

}  // namespace
}  // namespace tandem::test

int main(int argc, char** argv) {
  tandem::test::KillCampaign::Options options;
  CLI::App app(
      "Kills tandem at random instants, disturbs it in many ways, and checks what is left");
  std::string only;
  std::string page = "docs/faults.md";
  app.add_option("--kills", options.kills, "How many; 0: none")->check(CLI::NonNegativeNumber);
  app.add_option("--seed", options.seed, "Of the instants");
  app.add_option("--only", only, "Faults whose name holds this; the page is not written then");
  app.add_option("--page", page, "Where the page of all faults goes")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    const bool kept = options.kills == 0 || tandem::test::kill_campaign(options);
    return tandem::test::fault_campaign(only, page) && kept ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
