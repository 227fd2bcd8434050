#include "record/run_descriptions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/text.h"

namespace tandem::record {
namespace {

using core::Json;

/// Members of objects in objects; deeper ones are not looked at.
constexpr int deepest = 8;
/// Of a document's members that the mapping doesn't name, for hints at misspelt ones.
constexpr size_t most_other_columns = 100;
constexpr size_t longest_other_name = 200;
constexpr auto file_column = "(file)";

/// A document is a run where it lists the run's trainings. Where it is one training and nothing
/// names the run, those of a pair are brought together as the rows of a table without such a
/// column.
bool has_names_of_runs(const TableMap& map) {
  return !map.run.empty() || !map.trainings.empty();
}

std::string in_csv(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

/// The texts of a document's members by their paths, without lists.
using Cells = std::map<std::string, std::string>;

void flatten(const Json& object, const std::string& prefix, int depth, Cells& cells) {
  for (const auto& [name, value] : object.items()) {
    const std::string path = prefix + name;
    if (value.is_object()) {
      if (depth < deepest) flatten(value, path + ".", depth + 1, cells);
    } else if (value.is_string()) {
      cells[path] = value.get<std::string>();
    } else if (value.is_number() || value.is_boolean()) {
      cells[path] = value.dump();
    } else if (value.is_null()) {
      cells[path] = "";
    }
  }
}

/// Collects the rows of all documents.
class RowCollector {
 public:
  explicit RowCollector(const TableMap& map) : map_(map), mapped_{file_column} {
    const std::vector<std::string> columns = map.columns();
    mapped_.insert(columns.begin(), columns.end());
  }

  void add(const std::string& file, const Json& document) {
    core::Diagnostics diagnostics(file);
    const size_t first_row = rows_.size();
    const core::JsonNode root(document, "$", diagnostics);
    if (root.is_object("a run description, an object")) {
      Cells of_run;
      flatten(document, "", 0, of_run);
      if (has_names_of_runs(map_)) {
        std::string& name = of_run[map_.run.empty() ? file_column : map_.run];
        if (name.empty()) name = std::filesystem::path(file).stem().string();
      }
      if (map_.trainings.empty()) {
        add_row(of_run, file);
      } else if (const auto list = root.member(map_.trainings, "a list of the run's trainings")) {
        add_trainings(*list, of_run, file);
      }
    }
    for (size_t i = first_row; i < rows_.size(); ++i) keep_what_is_mapped(rows_[i], diagnostics);
    diagnostics.throw_if_any();
  }

  DescribedRuns finish() && {
    DescribedRuns described{map_, "", std::move(places_)};
    described.map.separator = ',';
    described.map.decimal = '.';
    if (described.map.run.empty() && has_names_of_runs(map_)) described.map.run = file_column;
    const std::vector<std::string> columns = columns_of(described.map);
    const auto add_line = [&](const auto& cell_of) {
      for (size_t i = 0; i < columns.size(); ++i) {
        if (i > 0) described.table += ',';
        described.table += in_csv(cell_of(columns[i]));
      }
      described.table += '\n';
    };
    add_line([](const std::string& column) { return column; });
    for (const Cells& row : rows_) {
      add_line([&](const std::string& column) {
        const auto cell = row.find(column);
        return cell == row.end() ? std::string() : cell->second;
      });
    }
    return described;
  }

 private:
  /// Of members that the mapping doesn't name only the name stays, for hints: they may hold all
  /// that a program ever printed. A byte 0 ends a text elsewhere: no name has one.
  void keep_what_is_mapped(Cells& row, core::Diagnostics& diagnostics) const {
    std::erase_if(row, [&](const auto& entry) {
      return !mapped_.contains(entry.first) && (entry.first.size() > longest_other_name ||
                                                entry.first.find('\0') != std::string::npos);
    });
    for (auto& [path, cell] : row) {
      if (!mapped_.contains(path)) {
        cell = "";
      } else if ((path + cell).find('\0') != std::string::npos) {
        diagnostics.add("$." + core::printable(path), core::in_quotes(cell), "no byte 0");
      }
    }
  }

  void add_row(Cells cells, std::string place) {
    rows_.push_back(std::move(cells));
    places_.push_back(std::move(place));
  }

  void add_trainings(const core::JsonNode& list, const Cells& of_run, const std::string& file) {
    const std::vector<core::JsonNode> items = list.items();
    if (list.raw().is_array() && (items.empty() || items.size() > 2)) {
      list.reject("one training, or the two of a pair");
      return;
    }
    std::vector<Cells> trainings;
    for (const core::JsonNode& item : items) {
      if (!item.is_object("a training, an object")) return;
      Cells cells = of_run;
      flatten(item.raw(), "", 0, cells);
      trainings.push_back(std::move(cells));
    }
    if (trainings.size() == 2) {
      const std::string models[] = {trainings[0][map_.model], trainings[1][map_.model]};
      for (const size_t i : {0, 1}) {
        std::string& partner = trainings[i][map_.partner];
        if (partner.empty()) partner = models[1 - i];
      }
    }
    for (size_t i = 0; i < trainings.size(); ++i) {
      add_row(std::move(trainings[i]), fmt::format("{}, {}", file, items[i].path()));
    }
  }

  /// Those that the mapping names and any description has, and some of the others.
  std::vector<std::string> columns_of(const TableMap& map) const {
    std::set<std::string> there;
    for (const Cells& row : rows_) {
      for (const auto& [path, cell] : row) there.insert(path);
    }
    // A study may have no run alone, or none beside another.
    there.insert(map.partner);
    std::vector<std::string> columns;
    for (const std::string& column : map.columns()) {
      if (there.erase(column) > 0) columns.push_back(column);
    }
    size_t others = 0;
    for (const std::string& column : there) {
      if (++others > most_other_columns) break;
      columns.push_back(column);
    }
    return columns;
  }

  const TableMap& map_;
  std::set<std::string> mapped_;
  std::vector<Cells> rows_;
  std::vector<std::string> places_;
};

}  // namespace

DescribedRuns table_of_descriptions(const std::vector<std::pair<std::string, Json>>& documents,
                                    const TableMap& map) {
  RowCollector rows(map);
  for (const auto& [file, document] : documents) rows.add(file, document);
  return std::move(rows).finish();
}

DescribedRuns read_run_descriptions(const std::filesystem::path& folder, const TableMap& map) {
  std::vector<std::filesystem::path> files;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(folder, code)) {
    if (entry.path().extension() == ".json" && entry.is_regular_file()) {
      files.push_back(entry.path());
    }
  }
  if (code) {
    throw core::UserError(fmt::format("can't read the folder {}: {}",
                                      core::in_quotes(folder.string()), code.message()));
  }
  if (files.empty()) {
    throw core::UserError(folder.string(),
                          {{"*.json", "no such file", "a description of each run"}});
  }
  std::ranges::sort(files);
  std::vector<std::pair<std::string, Json>> documents;
  for (const auto& file : files) {
    documents.emplace_back(file.filename().string(), core::read_json(file));
  }
  return table_of_descriptions(documents, map);
}

}  // namespace tandem::record
