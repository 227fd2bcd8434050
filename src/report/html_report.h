#pragma once

#include <string>

#include "analyse/study_analysis.h"

namespace tandem::report {

/// The report as one HTML page that needs nothing else: no network, no other file. The analysis
/// travels in it as JSON (the document of `tandem report --json`); the page's script draws from it.
/// Texts from outside stay text: they are never parsed as HTML.
std::string html_report(const analyse::StudyAnalysis& analysis);

}  // namespace tandem::report
