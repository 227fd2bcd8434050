#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::serve {

/// A new token: 128 random bits as 32 hexadecimal digits.
std::string new_token();
/// The token in a file, without the end of the line. A file that isn't there is made, for its owner
/// alone, with a new token. Throws core::UserError for a token that is too short to be one, has
/// spaces or others may read.
std::string token_in(const std::filesystem::path& file);

/// Compares in a time that depends on the lengths alone, so that nobody can guess a token piece by
/// piece.
bool are_equal_in_constant_time(std::string_view left, std::string_view right);

/// Whether the value of a `Authorization` header is `Bearer` and the token.
bool grants_access(std::string_view authorization, std::string_view token);

/// Whether a `Host` header may name this server: an IP address, `localhost`, or one of the names,
/// in whatever case and with whatever port (a tunnel has its own). A page from elsewhere whose name
/// was made to lead here (DNS rebinding) comes with its own name.
bool is_own_host(std::string_view host, const std::vector<std::string>& names);

/// Whether a request that changes something comes from a page of this server, or from no page at
/// all. `origin` and `fetch_site` are the headers `Origin` and `Sec-Fetch-Site`, empty without.
bool is_same_origin(std::string_view origin, std::string_view fetch_site, std::string_view host);

}  // namespace tandem::serve
