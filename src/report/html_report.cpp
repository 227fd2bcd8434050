#include "report/html_report.h"

#include <map>
#include <stdexcept>
#include <string_view>

#include "report/embedded.h"
#include "report/html_text.h"

namespace tandem::report {
namespace {

/// JSON that can stand in a script element: with no `<` in it nothing can end the element.
std::string script_json(const core::Json& document) {
  const std::string text = document.dump(-1, ' ', false, core::Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  }
  return safe;
}

/// Replaces each `{{name}}` of the template; what is put in is not searched again.
std::string fill_in(std::string_view page, const std::map<std::string, std::string_view>& parts) {
  std::string filled;
  for (;;) {
    const size_t begin = page.find("{{");
    filled += page.substr(0, begin);
    if (begin == std::string_view::npos) return filled;
    const size_t end = page.find("}}", begin);
    if (end == std::string_view::npos) throw std::logic_error("page.html: {{ without }}");
    filled += parts.at(std::string(page.substr(begin + 2, end - begin - 2)));
    page.remove_prefix(end + 2);
  }
}

}  // namespace

std::string html_report(const analyse::StudyAnalysis& analysis) {
  // Broken UTF-8 in the title is repaired on the way through JSON, as everywhere else on the page.
  const std::string name = core::Json::parse(script_json(analysis.study.name)).get<std::string>();
  const std::string title = escape_html(name);
  const std::string data = script_json(analysis);
  return fill_in(page_template(), {{"title", title},
                                   {"style", page_style()},
                                   {"echarts", echarts_script()},
                                   {"data", data},
                                   {"script", page_script()}});
}

}  // namespace tandem::report
