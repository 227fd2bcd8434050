#include "report/html_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "report/downsample.h"
#include "report/embedded.h"
#include "report/html_text.h"
#include "report/packed.h"

namespace tandem::report {
namespace {

/// Broken UTF-8 is replaced.
std::string json_text(const core::Json& document) {
  return document.dump(-1, ' ', false, core::Json::error_handler_t::replace);
}

/// Points of a learning curve that travel in the page.
constexpr size_t most_epochs = 100;
/// Digits to which they do: more than any screen shows.
constexpr int curve_digits = 6;

/// A value that needs fewer digits when it is written.
double shortened(double value) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double scale = std::pow(10, curve_digits - 1 - std::floor(std::log10(std::abs(value))));
  return std::isfinite(scale) && scale > 0 ? std::round(value * scale) / scale : value;
}

/// The learning curves make up most of a study's document: `[[epoch, value], …]`, thinned.
void thin_learning_curves(core::Json& trainings) {
  for (core::Json& training : trainings) {
    core::Json& curve = training.at("learning_curve");
    std::vector<double> values;
    for (const core::Json& point : curve) values.push_back(point[1].get<double>());
    core::Json thin = core::Json::array();
    for (const size_t index : samples_to_keep(values, most_epochs)) {
      thin.push_back({curve[index][0], shortened(values[index])});
    }
    training["epochs_recorded"] = curve.size();
    curve = std::move(thin);
  }
}

/// What the members of the analysis that hold records' own sentences are called.
constexpr std::array<std::string_view, 9> recorded_members = {"missing",
                                                              "reasons",
                                                              "message",
                                                              "advice",
                                                              "problem",
                                                              "no_interval_because",
                                                              "gpu_energy_missing",
                                                              "cpu_energy_missing",
                                                              "estimated_instead_of"};

/// Puts the records' reasons, messages and advice into the report's language, as far as it has
/// them.
void translate_recorded(core::Json& node, const core::Texts& texts, bool is_recorded = false) {
  if (node.is_string() && is_recorded) {
    node = texts.recorded(node.get_ref<const std::string&>());
  } else if (node.is_array()) {
    for (core::Json& item : node) translate_recorded(item, texts, is_recorded && item.is_string());
  } else if (node.is_object()) {
    for (auto& [name, member] : node.items()) {
      const bool recorded = std::find(recorded_members.begin(), recorded_members.end(), name) !=
                            recorded_members.end();
      translate_recorded(member, texts, recorded);
    }
  }
}

/// The part of the catalogue that the page's script reads. No text of it can end the script.
std::string page_catalogue(const core::Texts& texts) {
  core::Json catalogue;
  for (const char* group : {"list", "number", "units", "flags", "questions", "page", "words"}) {
    catalogue[group] = texts.catalogue().at(group);
  }
  std::string script;
  for (const char c : json_text(catalogue)) script += c == '<' ? "\\u003c" : std::string(1, c);
  return script;
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

std::string html_report(const analyse::StudyAnalysis& analysis, const RunTraces& traces) {
  const core::Language language = analysis.options.language;
  const core::Texts& texts = core::Texts::in(language);
  // Broken UTF-8 in the title is repaired on the way through JSON, as everywhere else on the page.
  const std::string name = core::Json::parse(json_text(analysis.study.name)).get<std::string>();
  const std::string title = escape_html(texts("page.title", fmt::arg("study", name)));
  const std::string skip = escape_html(texts("page.skip"));
  const std::string no_script =
      texts("page.no_script", fmt::arg("command", "<code>tandem report --json</code>"));
  core::Json document = analysis;
  thin_learning_curves(document.at("trainings"));
  document["traces"] = traces.document();
  if (language != core::Language::english) translate_recorded(document, texts);
  const std::string data = packed(json_text(document));
  const std::string samples = packed(traces.samples());
  const std::string catalogue = page_catalogue(texts);
  return fill_in(page_template(),
                 {{"language", language == core::Language::chinese ? "zh-CN" : "en"},
                  {"title", title},
                  {"skip", skip},
                  {"no_script", no_script},
                  {"style", page_style()},
                  {"echarts", echarts_script()},
                  {"data", data},
                  {"samples", samples},
                  {"texts", catalogue},
                  {"script", page_script()}});
}

}  // namespace tandem::report
