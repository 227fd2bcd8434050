#include "core/energy_shares.h"

#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace tandem::core {
namespace {

/// The other part of a whole, so that both add up to it as doubles. Where the given part is at
/// least half of the whole the difference is exact (Sterbenz); else it may have to move by a last
/// bit.
double rest_of(double whole, double part) {
  double rest = whole - part;
  for (int step = 0; step < 4 && part + rest != whole; ++step) {
    rest = std::nextafter(rest, part + rest < whole ? std::numeric_limits<double>::infinity()
                                                    : -std::numeric_limits<double>::infinity());
  }
  return rest;
}

Reading rest_of(const Reading& whole, const Reading& part) {
  return both(whole, part, [](double w, double p) { return rest_of(w, p); });
}

/// Both parts, given one: the larger of the two is the one that is rounded first.
std::pair<Reading, Reading> divided(const Reading& whole, const Reading& part) {
  const Reading rest = rest_of(whole, part);
  if (!rest) return {rest, rest};
  if (std::abs(*part) >= std::abs(*rest)) return {part, rest};
  return {rest_of(whole, rest), rest};
}

}  // namespace

void to_json(Json& json, const Shares& shares) {
  json = {{"model", shares.model}, {"a", shares.a}, {"b", shares.b}};
}

void from_json(const Json& json, Shares& shares) {
  json.at("model").get_to(shares.model);
  json.at("a").get_to(shares.a);
  json.at("b").get_to(shares.b);
}

Shares shares_given_a(const std::string& model, const Reading& whole_j, const Reading& a_j) {
  const auto [a, b] = divided(whole_j, a_j);
  return {a, b, model};
}

Shares shares_in_proportion(const std::string& model, const Reading& pair_j, const Reading& used_a,
                            const Reading& used_b) {
  const Reading used = both(used_a, used_b, std::plus<>());
  return shares_given_a(model, pair_j, both(pair_j, ratio(used_a, used), std::multiplies<>()));
}

Shares shares_marginal_of_a(const Reading& pair_j, const Reading& solo_b_j) {
  const auto [b, a] = divided(pair_j, solo_b_j);
  return {a, b, "marginal_of_a"};
}

Shares shares_marginal_of_b(const Reading& pair_j, const Reading& solo_a_j) {
  const auto [a, b] = divided(pair_j, solo_a_j);
  return {a, b, "marginal_of_b"};
}

Shares shares_by_shapley(const Reading& pair_j, const Reading& solo_a_j, const Reading& solo_b_j) {
  const Reading difference = both(solo_a_j, solo_b_j, std::minus<>());
  const Reading twice = both(pair_j, difference, std::plus<>());
  const auto [a, b] = divided(pair_j, both(twice, Reading(0.5), std::multiplies<>()));
  return {a, b, "shapley"};
}

}  // namespace tandem::core
