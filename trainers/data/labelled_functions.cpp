#include "data/labelled_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>

#include "data/delimited_text.h"
#include "data/text_file.h"
#include "errors.h"

namespace tandem::trainers {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_data_bytes = std::size_t{1} << 31;
constexpr std::size_t test_every = 10;  // share of the test split where the data have none

[[noreturn]] void fail(const std::string& place, const std::string& what) {
  throw TrainingError(ExitCode::bad_data, fmt::format("{}: {}", place, what));
}

bool is_file(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored);
}

LabelledFunction read_devign_entry(const nlohmann::json& entry, const std::string& place) {
  if (!entry.is_object() || !entry.contains("func") || !entry["func"].is_string()) {
    fail(place, "found no object with a text 'func', expected func and target");
  }
  if (!entry.contains("target")) fail(place, "found no 'target', expected 0 or 1");
  const nlohmann::json& target = entry["target"];
  if (target != 0 && target != 1 && !target.is_boolean()) {
    fail(place, fmt::format("found target {:.40}, expected 0 or 1", target.dump()));
  }
  return {entry["func"].get<std::string>(), target == 1 || target == true};
}

/// The places that an index file lists, each below `count`.
std::vector<std::size_t> read_index(const fs::path& file, std::size_t count) {
  const std::string text = read_text_file(file, max_data_bytes);
  std::vector<std::size_t> places;
  std::size_t line_number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    ++line_number;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty()) continue;
    std::size_t place = 0;
    const char* const last = line.data() + line.size();
    const auto [rest, error] = std::from_chars(line.data(), last, place);
    if (error != std::errc() || rest != last || place >= count) {
      fail(
          fmt::format("{}, line {}", file.string(), line_number),
          fmt::format("found '{:.40}', expected a place in the list of {} functions", line, count));
    }
    places.push_back(place);
  }
  return places;
}

LabelledFunctions load_devign(const fs::path& file, std::size_t train_limit,
                              std::size_t test_limit) {
  const std::string text = read_text_file(file, max_data_bytes);
  nlohmann::json list;
  try {
    list = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    fail(file.string(),
         fmt::format("found no JSON at byte {}, expected a list of functions", error.byte));
  }
  if (!list.is_array()) {
    fail(file.string(),
         fmt::format("found a JSON {}, expected a list of functions", list.type_name()));
  }

  const fs::path train_index = file.parent_path() / "train.txt";
  const fs::path test_index = file.parent_path() / "test.txt";
  std::vector<std::size_t> train, test;
  if (is_file(train_index) || is_file(test_index)) {
    train = read_index(train_index, list.size());
    test = read_index(test_index, list.size());
  } else {
    for (std::size_t i = 0; i < list.size(); ++i) {
      (i % test_every == test_every - 1 ? test : train).push_back(i);
    }
  }
  const auto take = [&](std::vector<std::size_t>& places, std::size_t limit) {
    std::vector<LabelledFunction> functions;
    for (const std::size_t place : places) {
      if (functions.size() == limit) break;
      functions.push_back(
          read_devign_entry(list[place], fmt::format("{}, entry {}", file.string(), place)));
    }
    return functions;
  };
  return {take(train, train_limit), take(test, test_limit)};
}

std::vector<LabelledFunction> load_d2a(const fs::path& file, std::size_t limit) {
  DelimitedText table(file, ',', "a split of D2A");
  const std::size_t code = table.column("code"), label = table.column("label");
  std::vector<LabelledFunction> functions;
  while (functions.size() < limit && table.next()) {
    const std::string& found = table.field(label);
    if (found != "0" && found != "1") {
      table.fail(fmt::format("found label '{:.40}', expected 0 or 1", found));
    }
    functions.push_back({table.field(code), found == "1"});
  }
  return functions;
}

LabelledFunctions load(const fs::path& folder, std::size_t train_limit, std::size_t test_limit) {
  for (const char* const name : {"function.json", "Devign.json"}) {
    if (is_file(folder / name)) return load_devign(folder / name, train_limit, test_limit);
  }
  for (const fs::path& place : {folder, folder / "function"}) {
    if (is_file(place / "d2a_lbv1_function_train.csv")) {
      return {load_d2a(place / "d2a_lbv1_function_train.csv", train_limit),
              load_d2a(place / "d2a_lbv1_function_dev.csv", test_limit)};
    }
  }
  fail(folder.string(),
       "found neither function.json, Devign.json nor d2a_lbv1_function_train.csv, expected Devign "
       "or D2A there");
}

/// A split with one class alone has no F1 and no balanced weights.
void check(const std::vector<LabelledFunction>& functions, const fs::path& folder,
           const char* split) {
  const auto vulnerable = std::ranges::count(functions, true, &LabelledFunction::vulnerable);
  if (vulnerable == 0 || vulnerable == std::ssize(functions)) {
    fail(folder.string(),
         fmt::format("found {} vulnerable functions among {} in the {} split, expected some of "
                     "both kinds",
                     vulnerable, functions.size(), split));
  }
}

}  // namespace

LabelledFunctions load_labelled_functions(const fs::path& folder, std::int64_t train_limit,
                                          std::int64_t test_limit) {
  LabelledFunctions functions =
      load(folder, static_cast<std::size_t>(train_limit), static_cast<std::size_t>(test_limit));
  check(functions.train, folder, "training");
  check(functions.test, folder, "test");
  return functions;
}

}  // namespace tandem::trainers
