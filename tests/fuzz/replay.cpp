#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz.h"

namespace {
namespace fs = std::filesystem;

void run(const std::string& text) {
  // A copy of exactly this size, so that AddressSanitizer sees a read behind its end.
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

/// Runs every text of the folder through the target's parser, whole and cut off at each place: what
/// the ordinary tests guard of what fuzzing found.
int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: %s CORPUS\n", arguments[0]);
    return 2;
  }
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(arguments[1])) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    std::printf("%s\n", entry.path().filename().c_str());
    std::fflush(stdout);
    run(text);
    for (std::size_t size = 0; size < std::min<std::size_t>(text.size(), 1000); ++size) {
      run(text.substr(0, size));
    }
    ++files;
  }
  return files > 0 ? 0 : 1;
}
