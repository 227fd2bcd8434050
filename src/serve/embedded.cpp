#include "serve/embedded.h"

extern "C" {
extern const char tandem_live_page_begin, tandem_live_page_end;
extern const char tandem_live_style_begin, tandem_live_style_end;
extern const char tandem_live_script_begin, tandem_live_script_end;
}

namespace tandem::serve {
namespace {

std::string_view between(const char& begin, const char& end) {
  return {&begin, static_cast<size_t>(&end - &begin)};
}

}  // namespace

std::string_view live_page() {
  return between(tandem_live_page_begin, tandem_live_page_end);
}
std::string_view live_style() {
  return between(tandem_live_style_begin, tandem_live_style_end);
}
std::string_view live_script() {
  return between(tandem_live_script_begin, tandem_live_script_end);
}

}  // namespace tandem::serve
