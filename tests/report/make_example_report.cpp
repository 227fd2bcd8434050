// Writes a report from made-up results, for the browser test and for looking at the page:
// make_example_report FILE [pairs] [repetitions] [none|gpu|partly|hostile|literal] [points]
// [language]; with
// `none`, no run was made; with `gpu`, a made-up GPU and its meter were there; with `partly`, the
// CPU beside it has no meter; with `hostile`, names are such as break careless pages; with
// `literal`, as `gpu` and each pair has its own solo runs. `points`: samples of each made-up trace.
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "analyse/study_analysis.h"
#include "made_up_study.h"
#include "made_up_traces.h"
#include "report/html_report.h"
#include "report/terminal_summary.h"

namespace {

/// Cautions of each kind, and a sampler that was held up.
void doubt(std::vector<tandem::record::RunResult>& results) {
  results.at(0).cautions = {
      {"throttled", "the GPU's clocks were held down in 12 % of 300 samples: sw_power_cap"},
      {"energy_sources_disagree", "200.0 J by the GPU's counter, 260.0 J by its power integrated"}};
  results.at(1).cautions = {{"sampling_gap", "gpu_0 was not sampled for 2.4 s"},
                            {"missed_deadlines", "gpu_0 skipped 140 of 1000 samples"},
                            {"contaminated", "1 process(es) of other programs on the GPU"},
                            {"contamination_unknown", "the list of processes could not be read"},
                            {"sensor_lost", "the driver stopped answering after 30 s"},
                            {"not_cooled_down", "52 °C after 300 s of waiting for 40 °C"},
                            {"processes_escaped", "the cgroup used 9.0 s of CPU time, 5.0 s seen"},
                            {"whole_board", "the GPU is in MIG mode <b>here</b>"}};
  tandem::core::SamplingSummary& sampling = results.at(1).sampling.at(0);
  sampling.largest_gap_s = 2.4;
  sampling.missed_deadlines = 140;
}

/// One run after the other, from a made-up morning on, half a minute between them.
void spread_in_time(std::vector<tandem::record::RunResult>& results) {
  std::time_t start = 1'762'850'000;
  for (tandem::record::RunResult& result : results) {
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000Z", std::gmtime(&start));
    result.started_at = text;
    start += std::lround(*result.makespan_seconds) + 30;
  }
}

/// Names that want to be a script, an element, an attribute, a formula, a line, or very long.
void make_hostile(tandem::analyse::StudyAnalysis& analysis) {
  const std::string names[] = {"</script><script>globalThis.broken = 1</script>",
                               "\"><img src=x onerror=\"globalThis.broken = 1\">",
                               "=HYPERLINK(\"http://example.org\",\"x\")",
                               "two\nlines\tand\x01 a control",
                               "\u202Eright to left \u05D0\u05D1",
                               std::string(10'240, 'n')};
  analysis.study.name = names[0];
  for (size_t i = 0; i < analysis.pairs.size(); ++i) {
    analysis.pairs[i].title = names[i % std::size(names)];
  }
  for (tandem::analyse::SensitivityTest& test : analysis.sensitivity_tests) {
    test.hyperparameter = names[2];
  }
  for (size_t i = 0; i < analysis.runs.size(); ++i) {
    analysis.runs[i].what = analysis.runs[i].device = names[i % std::size(names)];
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: make_example_report FILE [pairs] [repetitions] "
                 "[none|gpu|partly|hostile|literal] [points] [en|zh]\n";
    return 2;
  }
  using namespace tandem;
  const size_t pairs = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 12;
  const int repetitions = argc > 3 ? std::atoi(argv[3]) : 2;
  const study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study = test::made_up_study(pairs, repetitions);
  study.name = "The seed’s pairs, simulated data <b>not</b> measured";
  const std::string kind = argc > 4 ? argv[4] : "";
  const bool on_gpu = kind == "gpu" || kind == "partly" || kind == "literal";
  if (kind == "literal") study.solo_runs = study::SoloRuns::literal;
  const size_t points = argc > 5 ? std::strtoul(argv[5], nullptr, 10) : 0;
  if (on_gpu) study.device = study::Device::cuda;
  const study::Plan plan = study::make_plan(study, catalogue, "made-up");
  std::vector<record::RunResult> results = test::made_up_results(
      plan, catalogue, {.slowdown_a = 1.25, .slowdown_b = 1.15, .noise = 0.04, .metered = on_gpu});
  spread_in_time(results);
  if (results.size() > 12) {
    test::make_fail(results[3], "non_finite_loss", "the loss became infinite in epoch 3 of 10");
    test::make_fail(results[7], "exit_code",
                    "exit code 3: <script>alert(\"data\")</script> missing");
    results.erase(results.begin() + 11);
  }
  if (kind == "gpu") doubt(results);
  if (kind == "partly") {
    for (record::RunResult& result : results) {
      result.cpu_energy_total_joules.source = core::EnergySource::estimated;
      result.total_energy_joules.model = "gpu nvml_counter + cpu estimated";
    }
  }
  if (kind == "none") results.clear();
  analyse::AnalysisOptions options;
  options.language = core::language_of(argc > 6 ? argv[6] : "en").value();
  analyse::StudyAnalysis analysis =
      analyse::analyse_study(study, plan, catalogue, results, options);
  if (kind == "hostile") make_hostile(analysis);
  report::RunTraces traces(results.size());
  for (size_t i = 0; i < results.size() && points > 0; ++i) {
    traces.add(results[i], test::made_up_traces(results[i], points, i));
  }
  std::ofstream(argv[1], std::ios::binary) << report::html_report(analysis, traces);
  std::cout << report::terminal_summary(analysis);
}
