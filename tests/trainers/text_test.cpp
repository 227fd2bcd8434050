#include "data/text.h"

#include <cmath>
#include <map>

#include "expect_error.h"
#include "mnist_files.h"

namespace tandem::trainers::test {
namespace {

using Words = std::vector<std::string>;

class Text : public testing::Test {
 protected:
  Text() {
    write("train", " a b a \n\nc a\n");
    write("valid", "b\n");
    write("test", "a new b\n");
  }

  void write(const std::string& name, const std::string& text) {
    write_file(folder_.path() / (name + ".txt"), text);
  }

  TextCorpus read(const TextLimits& limits = {1000, 1000, 1000}) {
    return read_text(folder_.path(), limits);
  }

  /// The words of a part as a person would read them.
  static Words spelled(const TextCorpus& corpus, const std::vector<std::int64_t>& codes) {
    Words words;
    for (const std::int64_t code : codes) {
      words.push_back(corpus.vocabulary.at(static_cast<std::size_t>(code)));
    }
    return words;
  }

  void expect_rejected(std::vector<std::string> message, const std::string& name = "train") {
    message.push_back((folder_.path() / (name + ".txt")).string());
    expect_error(ExitCode::bad_data, message, [&] { read(); });
  }

  TemporaryFolder folder_;
};

TEST_F(Text, IsReadWordByWordAndEachLineHasAnEnd) {
  const TextCorpus corpus = read();
  EXPECT_EQ(spelled(corpus, corpus.train),
            (Words{"a", "b", "a", "<eos>", "<eos>", "c", "a", "<eos>"}));
  EXPECT_EQ(spelled(corpus, corpus.valid), (Words{"b", "<eos>"}));
  EXPECT_FALSE(corpus.synthetic);
}

TEST_F(Text, HasAnUnknownWordForWhatTheTrainingTextHasNot) {
  const TextCorpus corpus = read();
  EXPECT_EQ(spelled(corpus, corpus.test), (Words{"a", "<unk>", "b", "<eos>"}));
}

TEST_F(Text, KnowsTheMostFrequentWordsOfTheTrainingText) {
  write("train", "x y z z z y y z\n");
  const TextCorpus corpus = read({1000, 1000, 4});
  EXPECT_EQ(corpus.vocabulary, (Words{"<eos>", "<unk>", "z", "y"}));
  EXPECT_EQ(spelled(corpus, corpus.train).front(), "<unk>");
}

TEST_F(Text, CountsTheUnknownWordsThatItsAuthorsWroteAsItsOwn) {
  write("train", "x <unk> x <unk>\n");
  EXPECT_EQ(read().vocabulary, (Words{"<eos>", "<unk>", "x"}));
}

TEST_F(Text, IsKeptAsFarAsTheLimitsAllow) {
  const TextCorpus corpus = read({3, 1, 1000});
  EXPECT_EQ(spelled(corpus, corpus.train), (Words{"a", "b", "a"}));
  EXPECT_EQ(spelled(corpus, corpus.test), (Words{"a"}));
  EXPECT_EQ(corpus.vocabulary.size(), 5U) << "the vocabulary is that of the whole text";
}

TEST_F(Text, MayHaveWindowsLineEnds) {
  write("train", "a b\r\nc\r\n");
  const TextCorpus corpus = read();
  EXPECT_EQ(spelled(corpus, corpus.train), (Words{"a", "b", "<eos>", "c", "<eos>"}));
}

TEST_F(Text, IsRejectedWhenAPartIsMissing) {
  for (const char* name : {"test", "valid", "train"}) {
    std::filesystem::remove(folder_.path() / (std::string(name) + ".txt"));
    expect_rejected({"cannot be opened", "No such file", "WikiText-2"}, name);
  }
}

TEST_F(Text, IsRejectedWhenAPartIsAFolder) {
  std::filesystem::remove(folder_.path() / "valid.txt");
  std::filesystem::create_directory(folder_.path() / "valid.txt");
  expect_rejected({"found a folder, expected a text"}, "valid");
}

TEST_F(Text, IsRejectedWhenItHasNoWords) {
  for (const char* nothing : {"", "\n", " \t\n\n"}) {
    write("train", nothing);
    expect_rejected({"found no words"});
  }
}

TEST_F(Text, IsRejectedWhenItIsABinaryFile) {
  write("train", std::string("a b\nc\0d\n", 8));
  expect_rejected({"line 2: found a zero byte, expected a text"});
}

TEST_F(Text, IsRejectedWhenAWordIsAbsurdlyLong) {
  write("train", "a\nb\n" + std::string(1001, 'x') + "\n");
  expect_rejected({"line 3: found a word of 1001 bytes, expected at most 1000"});
}

constexpr TextLimits made_up_limits{20'000, 5'000, 500};

TEST(MadeUpText, IsTheSameAtEachCall) {
  const TextCorpus first = make_up_text(made_up_limits), second = make_up_text(made_up_limits);
  EXPECT_EQ(first.train, second.train);
  EXPECT_EQ(first.valid, second.valid);
  EXPECT_EQ(first.test, second.test);
  EXPECT_NE(first.valid, first.test);
  EXPECT_TRUE(first.synthetic);
}

TEST(MadeUpText, HasTheSizesThatAreAskedFor) {
  for (const TextLimits& limits : {made_up_limits, TextLimits{48, 48, 1000}, wikitext2}) {
    const TextCorpus text = make_up_text(limits);
    EXPECT_EQ(std::ssize(text.train), limits.train);
    EXPECT_EQ(std::ssize(text.valid), limits.held_out);
    EXPECT_EQ(std::ssize(text.test), limits.held_out);
    EXPECT_EQ(std::ssize(text.vocabulary), limits.vocabulary);
    EXPECT_GE(*std::ranges::min_element(text.train), 0);
    EXPECT_LT(*std::ranges::max_element(text.train), limits.vocabulary);
  }
}

/// Perplexity of the test text for a model that counts how often a word follows `context` others in
/// the training text, and adds a little for what never did.
double counted_perplexity(const TextCorpus& text, int context) {
  std::map<std::pair<std::int64_t, std::int64_t>, double> together;
  std::map<std::int64_t, double> alone;
  const auto before = [&](const std::vector<std::int64_t>& words, std::size_t i) {
    return context == 0 ? 0 : words[i - 1];
  };
  for (std::size_t i = 1; i < text.train.size(); ++i) {
    ++together[{before(text.train, i), text.train[i]}];
    ++alone[before(text.train, i)];
  }
  constexpr double added = 0.02;
  double loss = 0;
  for (std::size_t i = 1; i < text.test.size(); ++i) {
    const std::int64_t condition = before(text.test, i);
    loss -= std::log((together[{condition, text.test[i]}] + added) /
                     (alone[condition] + added * static_cast<double>(text.vocabulary.size())));
  }
  return std::exp(loss / static_cast<double>(text.test.size() - 1));
}

TEST(MadeUpText, SaysInAWordSomethingOfTheNextButNotAll) {
  const TextCorpus text = make_up_text(made_up_limits);
  const double by_frequency = counted_perplexity(text, 0), by_word = counted_perplexity(text, 1);
  EXPECT_LT(by_frequency, 0.6 * 500) << "words are unequally frequent";
  EXPECT_LT(by_word, 0.5 * by_frequency);
  EXPECT_GT(by_word, 10);
}

}  // namespace
}  // namespace tandem::trainers::test
