#include "core/language.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>

#include "core/file.h"

namespace tandem::core {
namespace {

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

/// Each text that the sources name is in the catalogue; each of the catalogue is named by one.
TEST(Language, SourcesAndCatalogueNameTheSameTexts) {
  const std::filesystem::path source = TANDEM_SOURCE_FOLDER "/src";
  std::string all;
  std::string scripts;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source)) {
    const std::string ending = entry.path().extension();
    if (ending == ".cpp" || ending == ".js") all += read_file(entry.path());
    if (ending == ".js") scripts += read_file(entry.path());
  }
  const auto en = texts_of(english());
  const auto is_known = [&](const std::string& id) {
    const auto next = en.lower_bound(id);
    return next != en.end() && (next->first == id || next->first.starts_with(id + ".") ||
                                (id.ends_with('.') && next->first.starts_with(id)));
  };
  static const std::regex in_cpp(
      "\"((?:list|number|units|flags|findings|quality|summary|text_report)\\.[A-Za-z_0-9.]*)\"");
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
  // Ids may be put together: then their last part stands alone.
  for (const auto& [id, text] : en) {
    const std::string whole = without(without(id, ".one"), ".other");
    EXPECT_NE(all.find(whole.substr(whole.rfind('.') + 1)), std::string::npos)
        << id << " is used nowhere";
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
  EXPECT_EQ(chinese().recorded("no GPU"), "无 GPU");
  EXPECT_EQ(chinese().recorded("run x-1: failed (timeout)"), "运行 x-1：失败（超时）");
  EXPECT_EQ(chinese().recorded("a group: fewer than 7 values"), "某一组：数值少于 7 个");
  EXPECT_EQ(chinese().recorded("exit code 3; it said: no such file"),
            "退出码 3；其输出：no such file");
  EXPECT_EQ(
      chinese().recorded("powercap: not permitted to read /a/b (enable with: chmod a+r /a/b)"),
      "powercap：无权读取 /a/b（启用方法：chmod a+r /a/b）");
  EXPECT_EQ(english().recorded("run x-1: failed (timeout)"), "run x-1: failed (timeout)");
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
}

}  // namespace
}  // namespace tandem::core
