#include "data/terms.h"

#include <libstemmer.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <unordered_set>

namespace tandem::trainers {
namespace {

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return is_lower(c) || is_upper(c);
}

/// Words that say nothing of what a text is about, and Java's own.
bool is_stop_word(const std::string& word) {
  static const std::unordered_set<std::string> words{
      "about", "above", "after", "again", "against", "all", "also", "am", "an", "and", "any", "are",
      "as", "at", "be", "because", "been", "before", "being", "below", "between", "both", "but",
      "by", "can", "cannot", "could", "did", "do", "does", "doing", "don", "down", "during", "each",
      "few", "for", "from", "further", "had", "has", "have", "having", "he", "her", "here", "hers",
      "him", "his", "how", "if", "in", "into", "is", "it", "its", "itself", "just", "may", "me",
      "might", "more", "most", "must", "my", "no", "nor", "not", "now", "of", "off", "on", "once",
      "only", "or", "other", "our", "out", "over", "own", "same", "shall", "she", "should", "so",
      "some", "such", "than", "that", "the", "their", "them", "then", "there", "these", "they",
      "this", "those", "through", "to", "too", "under", "until", "up", "us", "very", "was", "we",
      "were", "what", "when", "where", "which", "while", "who", "whom", "why", "will", "with",
      "would", "you", "your",
      // Java
      "abstract", "assert", "boolean", "break", "byte", "case", "catch", "char", "class", "const",
      "continue", "default", "double", "else", "enum", "extends", "false", "final", "finally",
      "float", "goto", "implements", "import", "instanceof", "int", "interface", "long", "native",
      "new", "null", "package", "private", "protected", "public", "return", "short", "static",
      "strictfp", "super", "switch", "synchronized", "throw", "throws", "transient", "true", "try",
      "void", "volatile"};
  return words.contains(word);
}

}  // namespace

std::int64_t TermCounts::total() const {
  std::int64_t total = 0;
  for (const Entry& entry : entries) total += entry.count;
  return total;
}

void TermCounts::add(const TermCounts& other) {
  std::vector<Entry> sum;
  sum.reserve(entries.size() + other.entries.size());
  auto a = entries.begin();
  for (const Entry& entry : other.entries) {
    while (a != entries.end() && a->term < entry.term) sum.push_back(*a++);
    sum.push_back(entry);
    if (a != entries.end() && a->term == entry.term) sum.back().count += (a++)->count;
  }
  sum.insert(sum.end(), a, entries.end());
  entries = std::move(sum);
}

std::vector<std::string_view> split_camel_case(std::string_view name) {
  std::vector<std::string_view> parts;
  std::size_t i = 0;
  while (i < name.size()) {
    if (!is_letter(name[i])) {
      ++i;
      continue;
    }
    const std::size_t begin = i++;
    if (is_upper(name[begin]) && i < name.size() && is_upper(name[i])) {
      // An abbreviation lasts until the capital that begins the next word.
      while (i < name.size() && is_upper(name[i]) &&
             !(i + 1 < name.size() && is_lower(name[i + 1]))) {
        ++i;
      }
    } else {
      while (i < name.size() && is_lower(name[i])) ++i;
    }
    parts.push_back(name.substr(begin, i - begin));
  }
  return parts;
}

TermReader::TermReader() : stemmer_(sb_stemmer_new("porter", "UTF_8"), &sb_stemmer_delete) {
  // The algorithm is in every libstemmer, so only memory can be missing.
  if (!stemmer_) throw std::bad_alloc();
}

void TermReader::add(std::string_view word, std::vector<std::int32_t>& terms) {
  if (word.size() < 2) return;
  std::string small(word);
  for (char& c : small) {
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  const auto [entry, is_new] = words_.emplace(std::move(small), -1);
  if (is_new && !is_stop_word(entry->first)) {
    const sb_symbol* const stem =
        sb_stemmer_stem(stemmer_.get(), reinterpret_cast<const sb_symbol*>(entry->first.data()),
                        static_cast<int>(entry->first.size()));
    if (stem == nullptr) throw std::bad_alloc();
    const std::string text(reinterpret_cast<const char*>(stem),
                           static_cast<std::size_t>(sb_stemmer_length(stemmer_.get())));
    entry->second = stems_.emplace(text, static_cast<std::int32_t>(stems_.size())).first->second;
  }
  if (entry->second >= 0) terms.push_back(entry->second);
}

TermCounts TermReader::read(std::string_view text) {
  std::vector<std::int32_t> terms;
  const auto belongs = [](char c) { return is_letter(c) || is_digit(c); };
  for (std::size_t i = 0; i < text.size();) {
    if (!belongs(text[i])) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < text.size() && belongs(text[i])) ++i;
    const std::string_view name = text.substr(begin, i - begin);
    const auto parts = split_camel_case(name);
    for (const std::string_view part : parts) add(part, terms);
    if (parts.size() > 1) add(name, terms);
  }
  std::ranges::sort(terms);
  TermCounts counts;
  for (const std::int32_t term : terms) {
    if (counts.entries.empty() || counts.entries.back().term != term) {
      counts.entries.push_back({term, 0});
    }
    ++counts.entries.back().count;
  }
  return counts;
}

TermWeights::TermWeights(const std::vector<TermCounts>& texts) {
  std::vector<std::int64_t> texts_with;
  for (const TermCounts& text : texts) {
    for (const auto& entry : text.entries) {
      const auto term = static_cast<std::size_t>(entry.term);
      if (term >= texts_with.size()) texts_with.resize(term + 1);
      ++texts_with[term];
    }
  }
  for (const std::int64_t count : texts_with) {
    idf_.push_back(
        count == 0 ? 0 : std::log(static_cast<double>(texts.size()) / static_cast<double>(count)));
  }
}

TermVector TermWeights::vector(const TermCounts& text) const {
  TermVector vector;
  double squares = 0;
  for (const auto& entry : text.entries) {
    const auto term = static_cast<std::size_t>(entry.term);
    if (term >= idf_.size() || idf_[term] == 0) continue;
    const double weight = (1 + std::log(entry.count)) * idf_[term];
    vector.coordinates.push_back({entry.term, weight});
    squares += weight * weight;
  }
  vector.length = std::sqrt(squares);
  return vector;
}

double cosine(const TermVector& a, const TermVector& b) {
  double product = 0;
  auto other = b.coordinates.begin();
  for (const auto& [term, weight] : a.coordinates) {
    while (other != b.coordinates.end() && other->term < term) ++other;
    if (other == b.coordinates.end()) break;
    if (other->term == term) product += weight * other->weight;
  }
  return product > 0 ? product / (a.length * b.length) : 0;
}

}  // namespace tandem::trainers
