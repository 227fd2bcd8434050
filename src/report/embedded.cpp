#include "report/embedded.h"

extern "C" {
extern const char tandem_page_template_begin, tandem_page_template_end;
extern const char tandem_page_style_begin, tandem_page_style_end;
extern const char tandem_page_script_begin, tandem_page_script_end;
extern const char tandem_echarts_begin, tandem_echarts_end;
}

namespace tandem::report {
namespace {

std::string_view between(const char& begin, const char& end) {
  return {&begin, static_cast<size_t>(&end - &begin)};
}

}  // namespace

std::string_view page_template() {
  return between(tandem_page_template_begin, tandem_page_template_end);
}
std::string_view page_style() {
  return between(tandem_page_style_begin, tandem_page_style_end);
}
std::string_view page_script() {
  return between(tandem_page_script_begin, tandem_page_script_end);
}
std::string_view echarts_script() {
  return between(tandem_echarts_begin, tandem_echarts_end);
}

}  // namespace tandem::report
