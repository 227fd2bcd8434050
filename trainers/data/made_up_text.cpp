#include <cmath>
#include <random>

#include "data/text.h"

namespace tandem::trainers {
namespace {

constexpr std::uint64_t text_seed = 20'251'111;
constexpr std::int64_t topics = 12;

/// A probabilistic grammar: sentences such as "the small cat often sees a mouse in the garden". A
/// few sentences in turn have one topic, which chooses their nouns; an adjective prefers some
/// nouns, a noun some verbs, a verb the topic of its object; and words are as unequally frequent as
/// those of a language. So there is something to be learned from the word before, from the sentence
/// and from the sentences before, and the rest is chance.
class Grammar {
 public:
  explicit Grammar(std::int64_t words) {
    const std::int64_t rest = words - std::ssize(vocabulary_);
    determiners_ = add("the", std::max<std::int64_t>(2, rest / 100));
    prepositions_ = add("in", std::max<std::int64_t>(2, rest / 50));
    adverbs_ = add("often", std::max<std::int64_t>(2, rest / 20));
    adjectives_ = add("small", std::max<std::int64_t>(2, rest / 5));
    verbs_ = add("sees", std::max<std::int64_t>(2, rest / 4));
    nouns_ = add("cat", std::max<std::int64_t>(topics, words - std::ssize(vocabulary_)));
  }

  const std::vector<std::string>& vocabulary() const { return vocabulary_; }

  /// `count` words, sentence after sentence.
  std::vector<std::int64_t> text(std::int64_t count, std::uint64_t seed) {
    random_.seed(seed);
    words_.clear();
    words_.reserve(static_cast<std::size_t>(count) + 64);
    while (std::ssize(words_) < count) {
      if (is_one_in(5)) topic_ = below(topics);
      sentence();
    }
    words_.resize(static_cast<std::size_t>(count));
    return words_;
  }

 private:
  /// Consecutive places of the vocabulary.
  struct WordClass {
    std::int64_t first = 0;
    std::int64_t size = 0;
  };

  WordClass add(const std::string& name, std::int64_t size) {
    const WordClass added{std::ssize(vocabulary_), size};
    for (std::int64_t i = 0; i < size; ++i) vocabulary_.push_back(name + std::to_string(i));
    return added;
  }

  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(bound));
  }
  bool is_one_in(std::int64_t chances) { return below(chances) == 0; }

  /// A number below `bound`, n about half as often as n / 2 (Zipf's law).
  std::int64_t zipf(std::int64_t bound) {
    const double share = static_cast<double>(random_() >> 11) * 0x1p-53;
    const double place = std::exp(share * std::log(static_cast<double>(bound) + 1)) - 1;
    return std::min(static_cast<std::int64_t>(place), bound - 1);
  }

  void say(const WordClass& words, std::int64_t which) {
    words_.push_back(words.first + which % words.size);
  }

  /// One of the few words of a class that go with another one.
  std::int64_t companion(std::int64_t of, const WordClass& words) {
    constexpr std::int64_t companions = 8, spread = 7919;  // a prime, so that they lie apart
    return (of * spread + zipf(companions) * 31) % words.size;
  }

  /// Returns the noun.
  std::int64_t noun_phrase(std::int64_t topic) {
    say(determiners_, zipf(determiners_.size));
    const std::int64_t nouns_of_topic = nouns_.size / topics;
    std::int64_t noun = zipf(nouns_of_topic);
    if (is_one_in(2)) {
      const std::int64_t adjective = zipf(adjectives_.size);
      say(adjectives_, adjective);
      noun = companion(adjective, {0, nouns_of_topic});
    }
    noun = noun * topics + topic;
    say(nouns_, noun);
    return noun;
  }

  void sentence() {
    const std::int64_t subject = noun_phrase(topic_);
    if (is_one_in(3)) say(adverbs_, zipf(adverbs_.size));
    const std::int64_t verb = companion(subject, verbs_);
    say(verbs_, verb);
    noun_phrase((topic_ + verb) % topics);
    while (is_one_in(3)) {
      const std::int64_t preposition = zipf(prepositions_.size);
      say(prepositions_, preposition);
      noun_phrase((topic_ + preposition) % topics);
    }
    words_.push_back(0);  // <eos>
  }

  std::vector<std::string> vocabulary_{"<eos>", "<unk>"};
  WordClass determiners_, prepositions_, adverbs_, adjectives_, verbs_, nouns_;
  std::mt19937_64 random_;
  std::int64_t topic_ = 0;
  std::vector<std::int64_t> words_;
};

}  // namespace

TextCorpus make_up_text(const TextLimits& limits) {
  Grammar grammar(limits.vocabulary);
  return {.vocabulary = grammar.vocabulary(),
          .train = grammar.text(limits.train, text_seed),
          .valid = grammar.text(limits.held_out, text_seed + 1),
          .test = grammar.text(limits.held_out, text_seed + 2),
          .synthetic = true};
}

}  // namespace tandem::trainers
