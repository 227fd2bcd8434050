#include "data/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <unordered_map>

#include "errors.h"

namespace tandem::trainers {
namespace {

constexpr std::string_view line_end = "<eos>";
constexpr std::string_view unknown_word = "<unk>";
// No language has such words, binary files do.
constexpr std::size_t longest_word_bytes = 1000;
constexpr std::string_view blanks = " \t\r\v\f";

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw TrainingError(ExitCode::bad_data, fmt::format("{}: {}", file.string(), what));
}

/// Adds the words of a line and its end to `words`.
void split(const std::filesystem::path& file, const std::string& line, std::int64_t number,
           std::vector<std::string>& words) {
  if (line.find('\0') != std::string::npos) {
    fail(file, fmt::format("line {}: found a zero byte, expected a text", number));
  }
  for (std::size_t begin = 0; (begin = line.find_first_not_of(blanks, begin)) != line.npos;) {
    const std::size_t end = std::min(line.find_first_of(blanks, begin), line.size());
    if (end - begin > longest_word_bytes) {
      fail(file, fmt::format("line {}: found a word of {} bytes, expected at most {}", number,
                             end - begin, longest_word_bytes));
    }
    words.push_back(line.substr(begin, end - begin));
    begin = end;
  }
  words.emplace_back(line_end);
}

/// The words of a text.
std::vector<std::string> read_words(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) fail(file, "found a folder, expected a text");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    fail(file, fmt::format("cannot be opened: {}; expected {}", std::strerror(errno), text_source));
  }
  std::vector<std::string> words;
  std::string line;
  for (std::int64_t number = 1; std::getline(stream, line); ++number) {
    split(file, line, number, words);
  }
  if (stream.bad()) fail(file, fmt::format("cannot be read: {}", std::strerror(errno)));
  if (std::ranges::all_of(words, [](const auto& word) { return word == line_end; })) {
    fail(file, "found no words, expected a text");
  }
  return words;
}

/// The most frequent words, and the two that stand for others; the most frequent first, and of
/// equally frequent ones the first to occur.
std::vector<std::string> most_frequent(const std::vector<std::string>& words, std::int64_t limit) {
  std::unordered_map<std::string_view, std::size_t> places;
  std::vector<std::pair<std::string_view, std::int64_t>> counts{{line_end, 0}, {unknown_word, 0}};
  for (const auto& [word, count] : counts) places.emplace(word, places.size());
  for (const std::string& word : words) {
    const auto [entry, is_new] = places.emplace(word, counts.size());
    if (is_new) counts.emplace_back(word, 0);
    ++counts[entry->second].second;
  }
  // The two stay in front whatever their number, so that a short vocabulary has them as well.
  std::stable_sort(counts.begin() + 2, counts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (std::ssize(counts) > limit) counts.resize(static_cast<std::size_t>(limit));
  std::vector<std::string> vocabulary;
  for (const auto& [word, count] : counts) vocabulary.emplace_back(word);
  return vocabulary;
}

}  // namespace

TextCorpus read_text(const std::filesystem::path& folder, const TextLimits& limits) {
  const auto train = read_words(folder / "train.txt");
  const auto valid = read_words(folder / "valid.txt");
  const auto test = read_words(folder / "test.txt");

  TextCorpus corpus;
  corpus.vocabulary = most_frequent(train, limits.vocabulary);
  std::unordered_map<std::string_view, std::int64_t> places;
  for (const std::string& word : corpus.vocabulary) places.emplace(word, std::ssize(places));
  const auto encode = [&](const std::vector<std::string>& words, std::int64_t limit) {
    std::vector<std::int64_t> codes;
    for (const std::string& word : words) {
      if (std::ssize(codes) == limit) break;
      const auto place = places.find(word);
      codes.push_back(place != places.end() ? place->second : places.at(unknown_word));
    }
    return codes;
  };
  corpus.train = encode(train, limits.train);
  corpus.valid = encode(valid, limits.held_out);
  corpus.test = encode(test, limits.held_out);
  return corpus;
}

}  // namespace tandem::trainers
