#include "report/plan_page.h"

#include <fmt/format.h>

#include "core/json.h"
#include "core/text.h"
#include "report/html_text.h"

namespace tandem::report {
namespace {

constexpr const char* style = R"(
:root { color-scheme: light dark; --text: #1c1e21; --paper: #fff; --faint: #5f6670; --line: #d5d9df;
  --pair: #b3541e; --solo: #2f6f9f; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e7e9ec; --paper: #16181b; --faint: #a2a9b3; --line: #3a3f46;
    --pair: #e08b4f; --solo: #6fb1e0; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--paper);
  max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; }
dt { color: var(--faint); } dd { margin: 0; font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 500; }
.note { color: var(--faint); max-width: 46rem; }
.gantt { width: 100%; height: calc(28px * var(--rows)); display: block;
  border: 1px solid var(--line); }
.gantt .pair { fill: var(--pair); } .gantt .solo { fill: var(--solo); }
.gantt rect { stroke: var(--paper); stroke-width: .5; }
.key span { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; }
@media (max-width: 32rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .5rem; } }
@media print { body { max-width: none; } }
)";

/// Broken UTF-8 is repaired on the way through JSON, as on the report's page.
std::string safe(const std::string& text) {
  const core::Json json = text;
  return escape_html(
      core::Json::parse(json.dump(-1, ' ', false, core::Json::error_handler_t::replace))
          .get<std::string>());
}

std::string table(const PlanTable& from) {
  std::string html =
      fmt::format("<h2>{}</h2><div class=\"scroll\"><table><thead><tr>", safe(from.title));
  for (const std::string& header : from.headers) {
    html += "<th scope=\"col\">" + safe(header) + "</th>";
  }
  html += "</tr></thead><tbody>";
  for (const auto& row : from.rows) {
    html += "<tr>";
    for (const std::string& cell : row) html += "<td>" + safe(cell) + "</td>";
    html += "</tr>";
  }
  html += "</tbody></table></div>";
  if (!from.note.empty()) html += "<p class=\"note\">" + safe(from.note) + "</p>";
  return html + "\n";
}

}  // namespace

std::string plan_page(const PlanPage& page) {
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<title>{0}</title><style>{1}</style></head>\n<body><main><h1>{0}</h1>\n<dl>",
      safe(page.title), style);
  for (const auto& [name, value] : page.facts) {
    html += fmt::format("<dt>{}</dt><dd>{}</dd>", safe(name), safe(value));
  }
  html += "</dl>\n";
  for (const std::string& note : page.notes) html += "<p class=\"note\">" + safe(note) + "</p>";
  html += fmt::format(
      "<h2>Over time</h2><div style=\"--rows: {}\">{}</div>"
      "<p class=\"key\">0 to {}: <span style=\"background: var(--pair)\"></span>pairs"
      "<span style=\"background: var(--solo)\"></span>trainings alone; rows, from the top: "
      "{}</p>\n",
      page.gantt.rows.size(), gantt_svg(page.gantt), core::format_duration(page.gantt.end_s),
      safe(fmt::format("{}", fmt::join(page.gantt.rows, ", "))));
  for (const PlanTable& one : page.tables) html += table(one);
  return html + "</main></body></html>\n";
}

}  // namespace tandem::report
