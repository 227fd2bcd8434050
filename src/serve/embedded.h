#pragma once

#include <string_view>

// The files of the live page, put into the program by embedded.S.
namespace tandem::serve {

std::string_view live_page();
std::string_view live_style();
/// uPlot with its licence notice, what the report's page has in common with this one, and its own.
std::string_view live_script();

}  // namespace tandem::serve
