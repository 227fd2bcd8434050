#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tandem::trainers {

inline constexpr const char* text_source =
    "a text in words, in the layout of WikiText-2: train.txt, valid.txt and test.txt, words "
    "separated by blanks (the Jargon File in this layout: scripts/fetch-text)";

/// A text in words, each word as its place in the vocabulary.
struct TextCorpus {
  /// The words that a model knows; among them `<eos>`, which ends each line, and `<unk>`, which
  /// stands for every word that it doesn't know.
  std::vector<std::string> vocabulary;
  std::vector<std::int64_t> train;
  std::vector<std::int64_t> valid;
  std::vector<std::int64_t> test;
  bool synthetic = false;
};

/// How much of a text is used, counted in words.
struct TextLimits {
  std::int64_t train = 0;
  std::int64_t held_out = 0;    ///< of each of the other two texts
  std::int64_t vocabulary = 0;  ///< the most frequent words of the training text
};

/// The size of WikiText-2 (Merity et al. 2016, "Pointer Sentinel Mixture Models", table 1), an
/// `<eos>` counted for each line.
inline constexpr TextLimits wikitext2{2'088'628, 245'569, 33'278};

/// Reads the three texts of a folder and keeps the beginning of each. The vocabulary is that of the
/// whole training text; a word that is not in it is `<unk>`. Throws TrainingError
/// (bad_data) that names the file, what was found and what was expected.
TextCorpus read_text(const std::filesystem::path& folder, const TextLimits& limits);

/// A text by a made-up grammar, the same at each call: `limits` words of it, so many words known.
TextCorpus make_up_text(const TextLimits& limits);

}  // namespace tandem::trainers
