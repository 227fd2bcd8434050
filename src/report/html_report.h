#pragma once

#include <string>

#include "analyse/study_analysis.h"
#include "report/run_traces.h"

namespace tandem::report {

/// The report as one HTML page that needs nothing else: no network, no other file. The analysis
/// travels in it, packed, as JSON (the document of `tandem report --json`, in which long learning
/// curves are thinned as in samples_to_keep), beside the traces of its runs; the page's script
/// draws from it. Texts from outside stay text: they are never parsed as HTML. The language is
/// the analysis's; what records hold in English is put into it where the catalogue knows it.
std::string html_report(const analyse::StudyAnalysis& analysis,
                        const RunTraces& traces = RunTraces());

}  // namespace tandem::report
