#pragma once

#include <string_view>

// The parts of the report page, put into the program by embedded.S.
namespace tandem::report {

std::string_view page_template();
std::string_view page_style();
std::string_view page_script();
/// Apache ECharts with its licence notices.
std::string_view echarts_script();

}  // namespace tandem::report
