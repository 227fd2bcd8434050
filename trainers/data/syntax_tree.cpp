#include "data/syntax_tree.h"

#include <fmt/format.h>

#include <utility>

#include "errors.h"

// The grammars' own names, from their generated sources.
extern "C" const TSLanguage* tree_sitter_c();
extern "C" const TSLanguage* tree_sitter_java();

namespace tandem::trainers {
namespace {

struct DeleteParser {
  void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};

}  // namespace

SyntaxTree::SyntaxTree(Language language, std::string text, const std::string& origin)
    : text_(std::move(text)) {
  if (text_.size() > max_source_bytes) {
    throw TrainingError(ExitCode::bad_data,
                        fmt::format("{}: found a source text of {} bytes, expected at most {}",
                                    origin, text_.size(), max_source_bytes));
  }
  const std::unique_ptr<TSParser, DeleteParser> parser(ts_parser_new());
  if (!ts_parser_set_language(parser.get(),
                              language == Language::c ? tree_sitter_c() : tree_sitter_java())) {
    throw TrainingError(ExitCode::failure,
                        "this libtree-sitter is too old or too new for the grammars that "
                        "tandem-train was built with");
  }
  tree_.reset(ts_parser_parse_string(parser.get(), nullptr, text_.data(),
                                     static_cast<std::uint32_t>(text_.size())));
}

}  // namespace tandem::trainers
