#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

namespace tandem::test {

/// The text of the page's element with this id.
inline std::string packed_element(const std::string& page, const std::string& id) {
  const std::string open = "<script type=\"text/plain\" id=\"" + id + "\">";
  const size_t begin = page.find(open) + open.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

/// Undoes report::packed, as a browser would.
inline std::string unpacked(std::string_view base64) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string deflated;
  unsigned bits = 0, filled = 0;
  for (const char digit : base64) {
    if (digit == '=') break;
    bits = bits << 6U | static_cast<unsigned>(digits.find(digit));
    filled += 6;
    if (filled < 8) continue;
    filled -= 8;
    deflated += static_cast<char>(bits >> filled & 0xFFU);
  }
  std::string text;
  z_stream stream{};
  inflateInit(&stream);
  stream.next_in = reinterpret_cast<Bytef*>(deflated.data());
  stream.avail_in = static_cast<uInt>(deflated.size());
  char part[1U << 16U];
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(part);
    stream.avail_out = sizeof part;
    state = inflate(&stream, Z_NO_FLUSH);
    text.append(part, sizeof part - stream.avail_out);
  }
  inflateEnd(&stream);
  return state == Z_STREAM_END ? text : "inflate failed";
}

}  // namespace tandem::test
