#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/fixed_random.h"

namespace tandem::trainers::test {

/// Texts that are hard on parsers: random bytes, random words of a language, nesting as deep as the
/// text is long, constants and comments without an end.
inline std::vector<std::string> awkward_sources(std::size_t bytes) {
  FixedRandom random(1);
  std::vector<std::string> texts{"", " ", std::string(1, '\0'), "\"", "'", "/*", "#", "\xff\xfe"};
  for (int i = 0; i < 20; ++i) {
    std::string noise;
    while (noise.size() < bytes / 20) noise += static_cast<char>(random.below(256));
    texts.push_back(noise);
  }
  const std::vector<std::string> words{"if",  "(",  ")", "{",    "}",      "int", "x",  "+",
                                       "*",   "\"", "'", "/*",   "for",    ";",   "#",  "->",
                                       "new", "[",  "]", "case", "switch", ":",   "\n", "else"};
  for (int i = 0; i < 20; ++i) {
    std::string soup;
    while (soup.size() < bytes / 20) soup += random.pick(words) + ' ';
    texts.push_back(soup);
  }
  const auto repeated = [&](const std::string& text) {
    std::string result;
    while (result.size() + text.size() <= bytes) result += text;
    return result;
  };
  for (const char* const text :
       {"(",  "{",  "[",  "!",   "x=", "a?",      "if(x)",  "if(x){}else ", "for(;;)",
        "x+", "f(", "<",  "\"",  "'",  "#if 1\n", "int x;", "class A{",     "switch(x){case 1:",
        "a[", "/*", "//", "\\\n"}) {
    texts.push_back(repeated(text));
  }
  for (const auto& [opening, closing] : {std::pair{'(', ')'}, {'{', '}'}, {'[', ']'}}) {
    texts.push_back("int f() { x = " + std::string(bytes / 3, opening) + "1" +
                    std::string(bytes / 3, closing) + "; }");
  }
  return texts;
}

}  // namespace tandem::trainers::test
