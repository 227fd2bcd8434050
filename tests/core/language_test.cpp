#include "core/language.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <regex>
#include <set>

#include "core/file.h"

namespace tandem::core {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const Texts& english() {
  return Texts::in(Language::english);
}
const Texts& chinese() {
  return Texts::in(Language::chinese);
}

/// The texts of a catalogue by their ids; those that hold `one` and `other` by both.
void collect(const Json& node, const std::string& id, std::map<std::string, std::string>& texts) {
  if (node.is_string()) {
    texts[id] = node.get<std::string>();
    return;
  }
  for (const auto& [name, member] : node.items()) {
    collect(member, id.empty() ? name : id + "." + name, texts);
  }
}

/// All texts but those of records, which are named by what they stand for.
std::map<std::string, std::string> texts_of(const Texts& texts) {
  std::map<std::string, std::string> all;
  for (const auto& [group, member] : texts.catalogue().items()) {
    if (group != "words" && group != "recorded") collect(member, group, all);
  }
  return all;
}

std::set<std::string> arguments_of(const std::string& pattern) {
  static const std::regex argument("\\{([a-z_0-9]*)\\}");
  std::set<std::string> names;
  for (std::sregex_iterator found(pattern.begin(), pattern.end(), argument), end; found != end;
       ++found) {
    names.insert((*found)[1]);
  }
  return names;
}

std::string without(const std::string& id, const std::string& ending) {
  return id.ends_with(ending) ? id.substr(0, id.size() - ending.size()) : id;
}

bool has_han(const std::string& text) {
  // U+4E00 to U+9FFF begin with these bytes in UTF-8.
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xE4 && byte <= 0xE9;
  });
}

TEST(Language, EachTextIsThereInEachLanguageWithTheSameArguments) {
  const auto en = texts_of(english());
  const auto zh = texts_of(chinese());
  ASSERT_GT(en.size(), 400U);
  for (const auto& [id, text] : en) {
    SCOPED_TRACE(id);
    // Chinese has one form for any number.
    const std::string other = without(id, ".one") == id ? id : without(id, ".one") + ".other";
    ASSERT_TRUE(zh.contains(other));
    EXPECT_EQ(arguments_of(text), arguments_of(zh.at(other)));
    EXPECT_FALSE(has_han(text)) << text;
  }
  for (const auto& [id, text] : zh) EXPECT_TRUE(en.contains(id)) << id << " is not in en.json";
}

TEST(Language, ChineseTextsAreChinese) {
  // What is the same in both languages: signs, names of the field, names in records.
  static const std::regex letters("[a-z]{4,}");
  for (const auto& [id, text] : texts_of(chinese())) {
    const std::string words = std::regex_replace(text, std::regex("\\{[a-z_0-9]*\\}"), "");
    const bool is_name = text.find(' ') == std::string::npos;
    EXPECT_TRUE(has_han(text) || is_name || !std::regex_search(words, letters))
        << id << ": " << text;
  }
}

TEST(Language, BracesOnlyHoldArguments) {
  for (const Texts* texts : {&english(), &chinese()}) {
    for (const auto& [id, text] : texts_of(*texts)) {
      const std::string rest = std::regex_replace(text, std::regex("\\{[a-z_0-9]+\\}"), "");
      EXPECT_EQ(rest.find_first_of("{}"), std::string::npos) << id << ": " << text;
    }
  }
}

TEST(Language, WhatRecordsHoldIsToldWithItsOwnArguments) {
  EXPECT_THAT(english().catalogue().at("recorded"), IsEmpty());
  EXPECT_THAT(english().catalogue().at("words"), IsEmpty());
  for (const auto& [pattern, translated] : chinese().catalogue().at("recorded").items()) {
    EXPECT_EQ(arguments_of(pattern), arguments_of(translated.get<std::string>())) << pattern;
  }
}

/// All source files with this ending, one after the other.
std::string sources(const std::string& ending) {
  std::string all;
  const std::filesystem::path folder = TANDEM_SOURCE_FOLDER "/src";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ending) all += read_file(entry.path()) + "\n";
  }
  return all;
}

/// What stands in quotes in the sources, and the names behind a dot, a brace or a comma.
std::set<std::string> named_by(const std::string& all) {
  std::set<std::string> named;
  for (size_t at = 0; at < all.size(); ++at) {
    const char c = all[at];
    if (c == '"' || c == '\'') {
      const size_t end = all.find_first_of(std::string("\n") + c, at + 1);
      if (end != std::string::npos && all[end] == c) named.insert(all.substr(at + 1, end - at - 1));
    } else if (c == '.' || c == '{' || c == ',') {
      const size_t begin = at + (c == ',' ? 2 : 1);
      size_t end = begin;
      while (end < all.size() &&
             (std::isalnum(static_cast<unsigned char>(all[end])) != 0 || all[end] == '_')) {
        ++end;
      }
      if (end > begin) named.insert(all.substr(begin, end - begin));
    }
  }
  return named;
}

/// Whether the sources name the text, or its group and its last part.
bool is_used(const std::string& id, const std::set<std::string>& named) {
  const std::string group = id.substr(0, id.rfind('.'));
  const std::string parent = group.substr(group.rfind('.') + 1);
  const bool names_group = named.contains(group + ".") || named.contains(parent);
  return named.contains(id) || (names_group && named.contains(id.substr(id.rfind('.') + 1)));
}

/// Each text that the sources name is in the catalogue; each of the catalogue is named by one.
TEST(Language, SourcesAndCatalogueNameTheSameTexts) {
  const std::string scripts = sources(".js");
  const std::string all = sources(".cpp") + scripts;
  const auto en = texts_of(english());
  const auto is_known = [&](const std::string& id) {
    const auto next = en.lower_bound(id);
    return next != en.end() && (next->first == id || next->first.starts_with(id + ".") ||
                                (id.ends_with('.') && next->first.starts_with(id)));
  };
  static const std::regex in_cpp(
      "\"((?:list|number|units|flags|findings|quality|questions|summary|text_report)\\.[A-Za-z_0-9."
      "]*)\"");
  for (std::sregex_iterator found(all.begin(), all.end(), in_cpp), end; found != end; ++found) {
    EXPECT_TRUE(is_known((*found)[1])) << (*found)[1];
  }
  static const std::regex in_js("\\b(texts|catalogue)((?:\\.[a-z_A-Z0-9]+)+)");
  for (std::sregex_iterator found(scripts.begin(), scripts.end(), in_js), end; found != end;
       ++found) {
    const std::string path = (*found)[2].str().substr(1);
    if ((*found)[1] == "catalogue" && path.starts_with("words")) continue;
    const std::string id = (*found)[1] == "texts" ? "page." + path : path;
    EXPECT_TRUE(is_known(id)) << id;
  }
  // The page's columns are named by their ids.
  static const std::regex column("(?:text|word|truth|count)Column\\('([a-z_0-9]+)'");
  for (std::sregex_iterator found(scripts.begin(), scripts.end(), column), end; found != end;
       ++found) {
    EXPECT_TRUE(en.contains("page.columns." + (*found)[1].str())) << (*found)[1];
  }
  const std::set<std::string> named = named_by(all);
  for (const auto& [id, text] : en) {
    const std::string whole = without(without(id, ".one"), ".other");
    EXPECT_TRUE(is_used(whole, named)) << id << " is used nowhere";
  }
}

/// What is told of a name that a record or the analysis holds: its texts are those of these names.
TEST(Language, TextsOfNamesAreThoseOfTheNamesThatThereAre) {
  const std::map<std::string, std::set<std::string>> groups = {
      {"units",
       {"block", "experiment", "marked_run", "pair", "repetition", "run", "test", "value"}},
      {"questions", {"H0", "RQ1", "RQ2", "RQ3", "RQ4"}},
      {"findings.subjects",
       {"concurrent_overhead_a", "concurrent_overhead_b", "energy_saving", "interference_a",
        "interference_b", "makespan_overhead", "performance_change_a", "performance_change_b"}},
      {"findings.exploratory.subjects",
       {"covariates", "kind_interactions", "kinds", "partner", "relations", "sensitivity_kinds",
        "within_pairs"}},
      {"quality.meanings",
       {"any_device", "contaminated", "contamination_unknown", "cpu_shared",
        "energy_sources_disagree", "epochs_at_once", "imported_duration_differs",
        "imported_energy_differs", "missed_deadlines", "no_common_start", "node_shared",
        "not_cooled_down", "processes_escaped", "sampling_gap", "sensor_lost", "sharing_differs",
        "throttled", "wall_clock_moved", "whole_board"}},
      {"page.verdicts",
       {"difference", "difference within the bound", "equivalent", "no evidence", "no test",
        "no value"}},
  };
  const auto en = texts_of(english());
  const std::string all = sources(".cpp") + sources(".js");
  for (const auto& [group, names] : groups) {
    std::set<std::string> told;
    for (const auto& [id, text] : en) {
      if (!id.starts_with(group + ".")) continue;
      const std::string name = id.substr(group.size() + 1);
      told.insert(without(without(name, ".one"), ".other"));
    }
    EXPECT_EQ(told, names) << group;
    for (const std::string& name : names) {
      EXPECT_NE(all.find("\"" + name + "\""), std::string::npos)
          << name << " of " << group << " is named by no source";
    }
  }
}

TEST(Language, AnUnknownIdIsAMistakeOfTheProgram) {
  EXPECT_THROW(english()("findings.nowhere"), std::out_of_range);
}

TEST(Language, CountsOneAndMany) {
  EXPECT_EQ(english().count(1, "run"), "1 run");
  EXPECT_EQ(english().count(3, "run"), "3 runs");
  EXPECT_EQ(chinese().count(1, "run"), "1 次运行");
  EXPECT_EQ(chinese().count(3, "run"), "3 次运行");
}

TEST(Language, TellsWhatRecordsHold) {
  EXPECT_EQ(chinese().word("complementary"), "互补型");
  EXPECT_EQ(chinese().word("a name of someone's"), "a name of someone's");
  EXPECT_EQ(chinese().word("estimated (linear 20 W)"), "估算 (linear 20 W)");
  EXPECT_EQ(chinese().word("TOST (paired t)"), "TOST（配对 t）");
  EXPECT_EQ(chinese().word("a name (low)"), "a name (low)");
  EXPECT_EQ(chinese().recorded("no GPU"), "无 GPU");
  EXPECT_EQ(chinese().recorded("run x-1: failed (timeout)"), "运行 x-1：失败（超时）");
  EXPECT_EQ(chinese().recorded("a group: fewer than 7 values"), "某一组：数值少于 7 个");
  EXPECT_EQ(chinese().recorded("exit code 3; it said: no such file"),
            "退出码 3；其输出：no such file");
  EXPECT_EQ(
      chinese().recorded("powercap: not permitted to read /a/b (enable with: chmod a+r /a/b)"),
      "powercap：无权读取 /a/b（启用方法：chmod a+r /a/b）");
  EXPECT_EQ(chinese().recorded("the energies come from different sources: estimated (x) and none"),
            "能耗来源不同：估算 (x) 与 无");
  EXPECT_EQ(english().recorded("run x-1: failed (timeout)"), "run x-1: failed (timeout)");
}

TEST(Language, WhatOthersWroteIsNeverTranslated) {
  EXPECT_EQ(chinese().recorded("exit code 1; it said: timeout"), "退出码 1；其输出：timeout");
  EXPECT_EQ(chinese().recorded("exit code 1; it said: no GPU"), "退出码 1；其输出：no GPU");
  EXPECT_EQ(chinese().recorded("no finite energy among the final metrics"),
            "最终指标中没有有限的 energy");
  EXPECT_EQ(chinese().recorded("run low: failed (exit_code)"), "运行 low：失败（退出码异常）");
  EXPECT_EQ(chinese().recorded("partner a (performance) ended 2 s after the start: exit_code: exit "
                               "code 1; it said: timeout"),
            "并发伙伴 A（performance）在开始 2 s 后结束：退出码异常：退出码 1；其输出：timeout");
  EXPECT_EQ(chinese().recorded("timeout"), "timeout") << "a trainer's whole message";
}

TEST(Language, AReasonAfterANameIsToldIfItIsKnown) {
  EXPECT_EQ(chinese().recorded("gpu_0_power_w: not a finite number"), "gpu_0_power_w：不是有限数");
  EXPECT_EQ(chinese().recorded("ValueError: a shape of its own"), "ValueError: a shape of its own");
  EXPECT_EQ(chinese().recorded("perf: no energy-pkg in /sys"), "perf：/sys 中没有 energy-pkg")
      << "the pattern that says most itself comes first";
}

TEST(Language, TellsWhatProcessesAndDriversDid) {
  EXPECT_EQ(chinese().recorded("signal 9 (Killed)"), "信号 9 (Killed)");
  EXPECT_EQ(chinese().recorded("signal 9 (Killed); it said: bye"), "信号 9 (Killed)；其输出：bye");
  EXPECT_EQ(chinese().recorded("could not be started: No such file or directory"),
            "无法启动：No such file or directory");
  EXPECT_EQ(chinese().recorded("lost: its launcher ended without a word"),
            "丢失：其启动进程未作任何说明即结束");
  EXPECT_EQ(chinese().recorded("the driver did not answer within 5 s"),
            "驱动程序在 5 s 内没有响应");
  EXPECT_EQ(chinese().recorded("the NVIDIA driver did not answer within 30 s"),
            "NVIDIA 驱动程序在 30 s 内没有响应");
  EXPECT_EQ(chinese().recorded("the NVIDIA driver is there, but has no device"),
            "有 NVIDIA 驱动程序，但没有设备");
  EXPECT_EQ(chinese().recorded("0.5 s are too short: the energy counter changes every 1 s or more "
                               "seldom (not measured), and a window needs 10 of these"),
            "0.5 s 过短：能耗计数器每 1 s 或更久才更新一次（未测量），而窗口需要 10 次更新");
  EXPECT_EQ(chinese().recorded("perf: perf_event_open of energy-pkg on CPU 0: Permission denied, "
                               "although kernel.perf_event_paranoid is -1"),
            "perf：在 CPU 0 上对 energy-pkg 执行 perf_event_open：Permission denied，尽管 "
            "kernel.perf_event_paranoid 为 -1");
  EXPECT_THAT(chinese().recorded("the driver lists 2 process(es) whose numbers this system doesn't "
                                 "know (a container?): ours can't be told from others"),
              testing::StartsWith("驱动程序列出了 2 个"));
  EXPECT_EQ(chinese().word("exclusive_process"), "独占进程");
  EXPECT_EQ(chinese().word("gpu sm_utilisation + cpu cpu_time"),
            "GPU 按 SM 利用率，CPU 按 CPU 时间");
}

TEST(Language, LooksIntoReasonsOnlySoFar) {
  std::string nested;
  for (int i = 0; i < 4; ++i) nested += "perf: ";
  EXPECT_EQ(chinese().recorded(nested + "no GPU"), "perf：perf：perf：perf：无 GPU");
  for (int i = 0; i < 300; ++i) nested += "perf: ";
  EXPECT_EQ(chinese().recorded("perf: " + std::string(1800, 'x')),
            "perf：" + std::string(1800, 'x'));
  EXPECT_EQ(chinese().recorded("perf: " + std::string(3000, 'x')),
            "perf: " + std::string(3000, 'x'));
  EXPECT_THAT(chinese().recorded(nested + "no GPU"), testing::EndsWith("perf: perf: no GPU"));
}

TEST(Language, ACatalogueMadeOtherwiseIsAMistakeOfTheProgram) {
  EXPECT_NO_THROW(
      Texts(R"({"a": {"b": "c"}, "words": {"x": "y"}, "recorded": {"no {z}": "{z}"}})"));
  const auto problem = [](const char* catalogue) -> std::string {
    try {
      Texts texts(catalogue);
    } catch (const std::logic_error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(problem(R"({"a": )"), HasSubstr("parse error"));
  EXPECT_THAT(problem("[]"), HasSubstr("no JSON object"));
  EXPECT_THAT(problem(R"({"a": {"b": 3}, "words": {}, "recorded": {}})"), HasSubstr("a.b"));
  EXPECT_THAT(problem(R"({"recorded": {}})"), HasSubstr("words"));
  EXPECT_THAT(problem(R"({"words": {}})"), HasSubstr("recorded"));
  EXPECT_THAT(problem(R"({"words": {"x": 1}, "recorded": {}})"), HasSubstr("words"));
  EXPECT_THAT(problem(R"({"words": {}, "recorded": {"a {b": "c"}})"), HasSubstr("a {b"));
  EXPECT_THAT(problem(R"({"words": {}, "recorded": {"a b}": "c"}})"), HasSubstr("a b}"));
}

TEST(Language, WhatNoCatalogueKnowsStaysAsItWasRecorded) {
  for (const char* text :
       {"", "{}", "{n", "}", "run : ()", "a trainer said: {0} <b>", "\xff\xc3"}) {
    EXPECT_EQ(chinese().recorded(text), text);
  }
}

TEST(Language, IsNamedByItsCode) {
  EXPECT_EQ(language_of("en"), Language::english);
  EXPECT_EQ(language_of("zh"), Language::chinese);
  EXPECT_EQ(language_of("fr"), std::nullopt);
  for (const Language language : {Language::english, Language::chinese}) {
    EXPECT_EQ(language_of(code_of(language)), language);
  }
}

}  // namespace
}  // namespace tandem::core
