#pragma once

#include <string>
#include <vector>

#include "report/gantt.h"

namespace tandem::report {

struct PlanTable {
  std::string title;
  std::vector<std::string> headers;
  std::vector<std::vector<std::string>> rows;
  std::string note;  ///< what its figures mean, below it
};

/// What a person checks before spending forty hours.
struct PlanPage {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;  ///< name and value, most important first
  std::vector<std::string> notes;                          ///< sentences below the facts
  Gantt gantt;
  std::vector<PlanTable> tables;
};

/// One HTML page that needs nothing else: no script, no network; light and dark as the reader's
/// device asks, on a phone and in print. Texts from outside stay text.
std::string plan_page(const PlanPage& page);

}  // namespace tandem::report
