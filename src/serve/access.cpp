#include "serve/access.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <system_error>

#include "core/error.h"
#include "core/file.h"
#include "core/file_descriptor.h"

namespace tandem::serve {
namespace {

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// `name`, `1.2.3.4` or `[::1]` of a host with or without its port; empty for what is no host.
std::string_view without_port(std::string_view host) {
  const size_t end = host.starts_with('[') ? host.find(']') : host.find(':');
  if (end == std::string_view::npos) return host.starts_with('[') ? "" : host;
  const size_t name_end = host.starts_with('[') ? end + 1 : end;
  const std::string_view port = host.substr(name_end);
  const bool is_port =
      port.empty() ||
      (port.front() == ':' &&
       std::ranges::all_of(port.substr(1), [](unsigned char c) { return std::isdigit(c) != 0; }));
  return is_port ? host.substr(0, name_end) : "";
}

bool is_ip_address(std::string_view name) {
  const bool in_brackets = name.size() > 2 && name.front() == '[' && name.back() == ']';
  const std::string text(in_brackets ? name.substr(1, name.size() - 2) : name);
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(in_brackets ? AF_INET6 : AF_INET, text.c_str(), address.data()) == 1;
}

}  // namespace

std::string new_token() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw core::SystemError("can't get random bytes", errno);
  }
  std::string token;
  for (const unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

std::string token_in(const std::filesystem::path& file) {
  const core::FileDescriptor made(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (made.is_open()) {
    const std::string token = new_token();
    made.write_all(token + "\n");
    return token;
  }
  const auto reject = [&](const std::string& found, const std::string& expected) {
    throw core::UserError("the command line", {{"--token-file " + file.string(), found, expected}});
  };
  if (errno != EEXIST) {
    reject("a file that can't be made: " + std::generic_category().message(errno),
           "a file in a folder that is there");
  }
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    reject("no regular file", "a file with a token");
  }
  if ((status.st_mode & 077) != 0) {
    reject(fmt::format("mode {:04o}", status.st_mode & 07777),
           "a file that its owner alone may read (chmod 600)");
  }
  std::string token = core::read_file(file);
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  constexpr size_t fewest = 16;
  constexpr size_t most = 256;
  const bool is_word =
      std::ranges::all_of(token, [](unsigned char c) { return c > 32 && c < 127; });
  if (token.size() < fewest || token.size() > most || !is_word) {
    reject(fmt::format("{} bytes{}", token.size(), is_word ? "" : ", spaces among them"),
           fmt::format("a token of {} to {} visible ASCII characters on one line", fewest, most));
  }
  return token;
}

bool are_equal_in_constant_time(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  // Volatile, so that the compiler can't stop at the first difference.
  volatile unsigned char difference = 0;
  for (size_t i = 0; i < left.size(); ++i) {
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right[i])));
  }
  return difference == 0;
}

bool grants_access(std::string_view authorization, std::string_view token) {
  constexpr std::string_view scheme = "bearer ";
  if (in_lower_case(authorization.substr(0, scheme.size())) != scheme) return false;
  return are_equal_in_constant_time(authorization.substr(scheme.size()), token);
}

bool is_own_host(std::string_view host, const std::vector<std::string>& names) {
  const std::string name = in_lower_case(without_port(host));
  if (name.empty()) return false;
  return name == "localhost" || is_ip_address(name) ||
         std::ranges::any_of(names,
                             [&](const std::string& own) { return in_lower_case(own) == name; });
}

bool is_same_origin(std::string_view origin, std::string_view fetch_site, std::string_view host) {
  const bool no_other_page =
      fetch_site.empty() || fetch_site == "same-origin" || fetch_site == "none";
  if (origin.empty()) return no_other_page;
  const size_t scheme = origin.find("://");
  return no_other_page && scheme != std::string_view::npos &&
         in_lower_case(origin.substr(scheme + 3)) == in_lower_case(host);
}

}  // namespace tandem::serve
