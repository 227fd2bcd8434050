// Writes a report from made-up results, for the browser test and for looking at the page:
// make_example_report FILE [pairs] [repetitions] [none]; with `none`, no run was made.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "analyse/study_analysis.h"
#include "made_up_study.h"
#include "report/html_report.h"
#include "report/terminal_summary.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: make_example_report FILE [pairs] [repetitions] [none]\n";
    return 2;
  }
  using namespace tandem;
  const size_t pairs = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 12;
  const int repetitions = argc > 3 ? std::atoi(argv[3]) : 2;
  const study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study = test::made_up_study(pairs, repetitions);
  study.name = "The seed’s pairs, simulated data <b>not</b> measured";
  const study::Plan plan = study::make_plan(study, catalogue, "made-up");
  std::vector<record::RunResult> results = test::made_up_results(
      plan, catalogue, {.slowdown_a = 1.25, .slowdown_b = 1.15, .noise = 0.04, .metered = false});
  if (results.size() > 12) {
    test::make_fail(results[3], "non_finite_loss", "the loss became infinite in epoch 3 of 10");
    test::make_fail(results[7], "exit_code",
                    "exit code 3: <script>alert(\"data\")</script> missing");
    results.erase(results.begin() + 11);
  }
  if (argc > 4) results.clear();
  const analyse::StudyAnalysis analysis = analyse::analyse_study(study, plan, catalogue, results);
  std::ofstream(argv[1], std::ios::binary) << report::html_report(analysis);
  std::cout << report::terminal_summary(analysis);
}
