#include "cli/manifest_questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <sstream>

#include "core/text.h"
#include "execute/child_process.h"
#include "study/workload.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;
using core::Json;

constexpr auto none = "none";

[[noreturn]] void refuse(const std::string& found, const std::string& expected) {
  throw core::UserError("the answer", {{"the answer", core::in_quotes(found), expected}});
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// Program and arguments of a line: parted at blanks, quotes keep them together. No shell ever
/// reads it, so that what only a shell understands is refused.
std::vector<std::string> command_of(const std::string& line) {
  constexpr std::array shell_words = {"|", "||", "&", "&&", ";", ">", ">>", "<", "2>&1"};
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  bool was_quoted = false;
  std::string word;
  const auto end_word = [&] {
    if (!in_word) return;
    if (!was_quoted && std::ranges::find(shell_words, word) != shell_words.end()) {
      refuse(word, "a program and its arguments alone: no shell reads them");
    }
    words.push_back(std::move(word));
    word.clear();
    in_word = was_quoted = false;
  };
  for (const char character : line) {
    if (quote != 0) {
      if (character == quote) {
        quote = 0;
      } else {
        word += character;
      }
    } else if (character == '"' || character == '\'') {
      quote = character;
      in_word = was_quoted = true;
    } else if (character == ' ' || character == '\t') {
      end_word();
    } else {
      word += character;
      in_word = true;
    }
  }
  if (quote != 0) refuse(line, fmt::format("a second {}", quote));
  end_word();
  if (words.empty()) refuse(line, "a program and its arguments");
  return words;
}

bool is_script(const std::string& word) {
  return word.ends_with(".py") || word.ends_with(".sh");
}

fs::path working_folder(const ManifestDraft& draft) {
  const auto folder = draft.manifest.at("working_folder").get<std::string>();
  return (draft.file.parent_path() / folder).lexically_normal();
}

/// The command's script, or its program.
std::string script_of(const ManifestDraft& draft) {
  const auto command = draft.manifest.at("command").get<std::vector<std::string>>();
  const auto script = std::ranges::find_if(command, is_script);
  return fs::path(script == command.end() ? command.front() : *script).stem();
}

/// The one script of the working folder, or the one whose name says that it trains.
std::string usual_command(const ManifestDraft& draft) {
  std::vector<std::string> scripts;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(working_folder(draft), code)) {
    if (entry.path().extension() == ".py") scripts.push_back(entry.path().filename());
  }
  for (const char* name : {"train.py", "main.py"}) {
    if (std::ranges::find(scripts, name) != scripts.end()) return fmt::format("python3 {}", name);
  }
  return "python3 " + (scripts.size() == 1 ? scripts.front() : "train.py");
}

void put_command(ManifestDraft& draft, const std::string& line) {
  const std::vector<std::string> command = command_of(line);
  const fs::path folder = working_folder(draft);
  const std::string& program = command.front();
  const bool is_path = program.find('/') != std::string::npos;
  if (!execute::find_program(is_path ? (folder / program).string() : program)) {
    refuse(program, is_path ? "a program, seen from " + folder.string() : "a program in PATH");
  }
  for (const std::string& word : command) {
    if (is_script(word) && !fs::exists(folder / word)) {
      refuse(word, "a script that is there, seen from " + folder.string());
    }
  }
  draft.manifest["command"] = command;
}

void put_working_folder(ManifestDraft& draft, const std::string& answer) {
  const fs::path folder = fs::absolute(answer);
  if (!fs::is_directory(folder)) refuse(answer, "a folder that is there");
  const fs::path base = draft.file.parent_path();
  const fs::path relative =
      fs::weakly_canonical(folder).lexically_relative(fs::weakly_canonical(base));
  draft.manifest["working_folder"] = (relative.empty() ? folder : relative).string();
}

/// Each member's default is what stands there.
std::string text_at(const ManifestDraft& draft, const char* pointer) {
  const Json::json_pointer place(pointer);
  if (!draft.manifest.contains(place)) return none;
  const Json& value = draft.manifest.at(place);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::function<std::string(const ManifestDraft&)> as_it_stands(const char* pointer) {
  return [pointer](const ManifestDraft& draft) { return text_at(draft, pointer); };
}

std::function<std::string(const ManifestDraft&)> always(const char* text) {
  return [text](const ManifestDraft&) { return text; };
}

std::function<void(ManifestDraft&, const std::string&)> put_text(const char* pointer) {
  return [pointer](ManifestDraft& draft, const std::string& answer) {
    draft.manifest[Json::json_pointer(pointer)] = answer;
  };
}

/// Nothing for `none`.
std::function<void(ManifestDraft&, const std::string&)> put_if_any(const char* pointer) {
  return [pointer](ManifestDraft& draft, const std::string& answer) {
    if (answer != none) draft.manifest[Json::json_pointer(pointer)] = answer;
  };
}

Json number_of(const std::string& word) {
  Json number = Json::parse(word, nullptr, false);
  if (!number.is_number()) refuse(word, "a number such as 4 or 0.05");
  return number;
}

std::function<void(ManifestDraft&, const std::string&)> put_number(const char* pointer) {
  return [pointer](ManifestDraft& draft, const std::string& answer) {
    draft.manifest[Json::json_pointer(pointer)] = number_of(answer);
  };
}

/// `--lr 0.05`, with bounds `--lr 0.05 1e-6 10`.
Json hyperparameter_of(const std::vector<std::string>& words, const std::string& answer,
                       const std::string& expected) {
  if (words.size() != 2 && words.size() != 4) refuse(answer, expected);
  Json entry = Json::object();
  const std::string& way = words[0];
  if (way.starts_with('$')) {
    entry["variable"] = way.substr(1);
  } else {
    entry["flag"] = way;
  }
  const Json value = number_of(words[1]);
  entry["type"] = value.is_number_integer() ? "integer" : "real";
  entry["default"] = value;
  if (words.size() == 4) {
    entry["least"] = number_of(words[2]);
    entry["most"] = number_of(words[3]);
  }
  return entry;
}

void put_epochs(ManifestDraft& draft, const std::string& answer) {
  Json entry =
      hyperparameter_of(words_of(answer), answer,
                        "how it is told, and the usual number: \"--epochs 4\", with bounds "
                        "\"--epochs 4 1 100\"");
  if (!entry.contains("least")) {
    entry["least"] = 1;
    entry["most"] = 1'000'000;
  }
  draft.manifest["hyperparameters"]["epochs"] = entry;
}

void put_hyperparameter(ManifestDraft& draft, const std::string& answer) {
  if (answer == none) return;
  constexpr auto expected =
      "its name, how it is told, its default: \"learning_rate --lr 0.05\", with bounds "
      "\"learning_rate --lr 0.05 1e-6 10\"";
  std::vector<std::string> words = words_of(answer);
  if (words.empty()) refuse(answer, expected);
  const std::string name = words.front();
  words.erase(words.begin());
  Json& all = draft.manifest["hyperparameters"];
  if (all.contains(name)) refuse(name, "a hyperparameter that wasn't named yet");
  all[name] = hyperparameter_of(words, answer, expected);
}

bool is_lower_better(std::string name) {
  for (char& letter : name) {
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return std::ranges::any_of(
      std::array{"loss", "error", "perplexity", "ppl", "mae", "mse", "wer"},
      [&](const char* part) { return name.find(part) != std::string::npos; });
}

void put_direction(ManifestDraft& draft, const std::string& answer) {
  const bool is_short = answer == "higher" || answer == "lower";
  draft.manifest["performance_metric"]["direction"] = is_short ? answer + "_is_better" : answer;
}

void put_protocol(ManifestDraft& draft, const std::string& answer) {
  if (answer != "yes" && answer != "no") refuse(answer, "yes or no");
  draft.speaks_protocol = answer == "yes";
}

/// Of a usual log: "Epoch 3: loss 0.41, accuracy 0.87".
std::string usual_epoch_pattern(const ManifestDraft& draft) {
  if (draft.manifest.contains("/log/final"_json_pointer)) return none;
  const std::string metric = text_at(draft, "/performance_metric/name");
  // No other number than the one that follows the name, and that whole: what goes on behind it with
  // a letter, a slash or more digits ("12k", "180/300", "1,234") is better not understood at all.
  constexpr auto number =
      R"([-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?|[-+]?(?:nan|inf(?:inity)?))";
  constexpr auto behind = R"((?:[^\w.,/]|[.,](?:\D|$)|$))";
  return fmt::format(R"((?i)epoch\D*(?P<epoch>\d+).*\b{0}[^\w+-]*?(?P<{0}>{1}){2})", metric, number,
                     behind);
}

void put_epoch_pattern(ManifestDraft& draft, const std::string& answer) {
  Json& log = draft.manifest["log"];
  if (log.is_null()) log = Json::object();
  if (answer != none) log["epoch"] = answer;
}

void put_devices(ManifestDraft& draft, const std::string& answer) {
  std::string apart = answer;
  std::ranges::replace(apart, ',', ' ');
  draft.manifest["devices"] = words_of(apart);
}

std::string usual_devices(const ManifestDraft& draft) {
  return fmt::format("{}",
                     fmt::join(draft.manifest.at("devices").get<std::vector<std::string>>(), ","));
}

/// After the shipped ones, and after those of the folder that can be read.
int next_position(const fs::path& folder) {
  int last = 1000;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    if (entry.path().extension() != ".json") continue;
    try {
      last = std::max(last, study::read_workload(entry.path()).catalogue_position);
    } catch (const core::UserError&) {
      // Its mistakes are told where it is used.
    }
  }
  return std::min(last + 1, 1'000'000);
}

}  // namespace

fs::path place_of_manifest(const fs::path& file) {
  const fs::path whole = fs::absolute(file);
  std::error_code code;
  const fs::path folder = fs::weakly_canonical(whole.parent_path(), code);
  return code ? whole : folder / whole.filename();
}

ManifestDraft begin_manifest(const fs::path& file) {
  ManifestDraft draft;
  draft.file = place_of_manifest(file);
  draft.manifest = {
      {"manifest_version", 1},
      {"repo", "own"},
      {"model", "model"},
      {"title", "a model of one's own"},
      {"domain", "other"},
      {"architecture", "other"},
      {"catalogue",
       {{"position", next_position(draft.file.parent_path())},
        {"memory_mb", 0},
        {"gpu_util_percent", 0},
        {"duration_s", 60}}},
      {"command", {"true"}},
      {"working_folder", "."},
      {"devices", {"cpu", "cuda"}},
      {"hyperparameters",
       {{"epochs",
         {{"flag", "--epochs"}, {"type", "integer"}, {"default", 4}, {"least", 1}, {"most", 1}}}}},
      {"performance_metric", {{"name", "accuracy"}, {"direction", "higher_is_better"}}}};
  draft.manifest["hyperparameters"]["epochs"]["most"] = 1'000'000;
  return draft;
}

const std::vector<ManifestQuestion>& manifest_questions() {
  static const std::vector<ManifestQuestion> questions = {
      {.flag = "working-folder",
       .text = "The folder in which the command is started",
       .help = "Folder in which the command is started",
       .usual = always("."),
       .put = put_working_folder},
      {.flag = "command",
       .text = "The command that trains; {seed}, {device}, {data}, {threads} are replaced",
       .help = "Program and arguments that train, in one text",
       .usual = usual_command,
       .put = put_command},
      {.flag = "repo",
       .text = "The repository's name",
       .help = "The repository's name",
       .usual =
           [](const ManifestDraft& draft) {
             const std::string name = fs::weakly_canonical(working_folder(draft)).filename();
             return name.empty() ? text_at(draft, "/repo") : name;
           },
       .put = put_text("/repo")},
      {.flag = "model",
       .text = "The model's name",
       .help = "The model's name",
       .usual = script_of,
       .put = put_text("/model")},
      {.flag = "title",
       .text = "",
       .help = "What it is, in a few words",
       .usual =
           [](const ManifestDraft& draft) {
             return text_at(draft, "/model") + " of " + text_at(draft, "/repo");
           },
       .put = put_text("/title")},
      {.flag = "domain",
       .text = "",
       .help = "vision, code, nlp or another",
       .usual = as_it_stands("/domain"),
       .put = put_text("/domain")},
      {.flag = "architecture",
       .text = "",
       .help = "cnn, rnn, transformer, mlp or another",
       .usual = as_it_stands("/architecture"),
       .put = put_text("/architecture")},
      {.flag = "epochs",
       .text = "How it is told its epochs (a flag, or $VARIABLE), and how many by default",
       .help = "How it is told its epochs, and how many: \"--epochs 4\", \"$EPOCHS 4\"",
       .usual = always("--epochs 4"),
       .put = put_epochs},
      {.flag = "hyperparameter",
       .text = "Another hyperparameter, such as \"learning_rate --lr 0.05\"",
       .help = "\"NAME FLAG-OR-$VARIABLE DEFAULT [LEAST MOST]\", any number of times",
       .usual = always(none),
       .put = put_hyperparameter,
       .repeats = true},
      {.flag = "metric",
       .text = "The metric by which a training is judged",
       .help = "The metric by which a training is judged",
       .usual = as_it_stands("/performance_metric/name"),
       .put = put_text("/performance_metric/name")},
      {.flag = "direction",
       .text = "Which is better, higher or lower?",
       .help = "higher or lower is better",
       .usual =
           [](const ManifestDraft& draft) {
             return is_lower_better(text_at(draft, "/performance_metric/name")) ? "lower"
                                                                                : "higher";
           },
       .put = put_direction},
      {.flag = "unit",
       .text = "",
       .help = "The metric's unit",
       .usual = always(none),
       .put = put_if_any("/performance_metric/unit")},
      {.flag = "protocol",
       .text = "Does it speak tandem's protocol (python/tandem.py)? yes or no",
       .help = "yes: it speaks tandem's protocol; no: its log is read",
       .usual = always("no"),
       .put = put_protocol},
      {.flag = "final-pattern",
       .text = "Pattern (RE2) of a last line that tells the metric, (?P<METRIC>...)",
       .help = "Pattern of a line that tells the whole training's metric",
       .usual = always(none),
       .put = put_if_any("/log/final"),
       .of_logs = true},
      {.flag = "epoch-pattern",
       .text = "Pattern of the line that ends an epoch: groups epoch, train_loss, METRIC",
       .help = "Pattern of the line that ends an epoch",
       .usual = usual_epoch_pattern,
       .put = put_epoch_pattern,
       .of_logs = true},
      {.flag = "started-pattern",
       .text = "Pattern of the line where training begins, after all loading",
       .help = "Pattern of the line where the training begins",
       .usual = always(none),
       .put = put_if_any("/log/started"),
       .of_logs = true},
      {.flag = "devices",
       .text = "Where it can train",
       .help = "cpu, cuda or cpu,cuda",
       .usual = usual_devices,
       .put = put_devices},
      {.flag = "memory-mb",
       .text = "GPU memory that one training needs, in MB",
       .help = "GPU memory that one training needs",
       .usual = as_it_stands("/catalogue/memory_mb"),
       .put = put_number("/catalogue/memory_mb")},
      {.flag = "duration-s",
       .text = "Seconds that one training takes alone, roughly",
       .help = "Seconds that one training takes alone",
       .usual = as_it_stands("/catalogue/duration_s"),
       .put = put_number("/catalogue/duration_s")}};
  return questions;
}

void answer(ManifestDraft& draft, const ManifestQuestion& question, const std::string& text) {
  ManifestDraft changed = draft;
  question.put(changed, text);
  try {
    static_cast<void>(changed.manifest.dump());
  } catch (const Json::type_error&) {
    refuse(text, "UTF-8");
  }
  study::parse_workload(changed.manifest, changed.file);
  draft = std::move(changed);
}

}  // namespace tandem::cli
