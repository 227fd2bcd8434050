#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analyse/detectable_effects.h"
#include "analyse/forecast.h"
#include "cli/open_study.h"
#include "report/gantt.h"
#include "report/plan_page.h"
#include "study/schedule.h"

namespace tandem::cli {

/// What a study will cost and what it can show, as far as that is known before it has run.
struct PlanOutlook {
  analyse::Forecast forecast;
  study::Schedule schedule;  ///< by the forecast, in the plan's order of runs
  /// No schedule of the forecast on these devices is shorter, of a study that keeps nothing
  /// together.
  double bound_s = 0;
  double any_s = 0;  ///< where each run may be made on any device
  report::Gantt gantt;
  /// The other way to count solo runs: its distinct runs and seconds by the catalogue.
  size_t other_runs = 0;
  double other_s = 0;
  std::string spread_source;  ///< of whose runs; empty when there are none
  std::vector<analyse::PilotSpread> spreads;
  std::vector<analyse::Detectable> detectable;
};

/// Where a forecast gets its figures, besides the study's own runs and the manifests.
struct OutlookSources {
  std::filesystem::path pilot;      ///< the folder of another study that has been run, or empty
  std::filesystem::path catalogue;  ///< a machine's own catalogue, or empty
};

/// Throws core::UserError for a pilot that is no study's folder, and for a catalogue of another
/// scale or device than the study's.
PlanOutlook outlook_of(const OpenStudy& open, const OutlookSources& sources);

/// Sentences on time and energy, the error of the earlier forecast with them.
std::vector<std::string> forecast_sentences(const OpenStudy& open, const PlanOutlook& outlook);

/// The table of what n differences can detect, its columns' meaning in the note.
report::PlanTable detectable_table(const PlanOutlook& outlook);

/// The page that a person checks.
report::PlanPage plan_page_of(const OpenStudy& open, const PlanOutlook& outlook);

core::Json to_document(const OpenStudy& open, const PlanOutlook& outlook);

}  // namespace tandem::cli
