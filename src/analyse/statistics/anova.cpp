#include "analyse/statistics/anova.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>

#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/effect_size.h"
#include "analyse/statistics/intervals.h"

namespace tandem::analyse {
namespace {

/// A term of the model: the factors whose levels it crosses, and a column for each crossed level;
/// for blocks in place of the columns, which may be thousands, the block of each observation.
struct Term {
  std::string name;
  std::set<size_t> factors;
  Eigen::MatrixXd columns;
  std::vector<size_t> block;
};

/// Indicators of the distinct values of `cell`; the first is left out, for the mean has its part.
Eigen::MatrixXd indicators(const std::vector<std::vector<size_t>>& cell) {
  std::map<std::vector<size_t>, Eigen::Index> column_of;
  for (const auto& value : cell) column_of.try_emplace(value, 0);
  Eigen::Index next = -1;
  for (auto& [value, column] : column_of) column = next++;
  Eigen::MatrixXd columns = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(cell.size()), next);
  for (size_t row = 0; row < cell.size(); ++row) {
    const Eigen::Index column = column_of.at(cell[row]);
    if (column >= 0) columns(static_cast<Eigen::Index>(row), column) = 1;
  }
  return columns;
}

struct Fit {
  Eigen::VectorXd residuals;
  size_t rank = 0;
};

/// The part of the response that is orthogonal to the columns.
Fit residuals_of(const Eigen::VectorXd& response, const Eigen::MatrixXd& columns) {
  if (columns.cols() == 0) return {response, 0};
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> factorised(columns);
  const Eigen::Index rank = factorised.rank();
  Eigen::VectorXd rotated = factorised.householderQ().transpose() * response;
  rotated.head(rank).setZero();
  return {factorised.householderQ() * rotated, static_cast<size_t>(rank)};
}

/// Takes from each column its mean within each block, and returns the number of blocks. What is
/// left of a column that is the same within each block is rounding: 0.
size_t centre_within(const std::vector<size_t>& block, Eigen::MatrixXd& columns) {
  std::map<size_t, std::vector<Eigen::Index>> members;
  for (size_t row = 0; row < block.size(); ++row) {
    members[block[row]].push_back(static_cast<Eigen::Index>(row));
  }
  const Eigen::RowVectorXd lengths = columns.colwise().norm();
  for (const auto& [number, rows] : members) {
    columns(rows, Eigen::all).rowwise() -= columns(rows, Eigen::all).colwise().mean().eval();
  }
  constexpr double rounding = 1e-12;
  for (Eigen::Index column = 0; column < columns.cols(); ++column) {
    if (columns.col(column).norm() <= rounding * lengths[column]) columns.col(column).setZero();
  }
  return members.size();
}

/// The residuals of the centred response beside the mean and the terms that `wanted` picks. Beside
/// blocks they are those of the columns and the response centred within the blocks (the theorem of
/// Frisch, Waugh and Lovell).
template <typename Wanted>
Fit fit(const Eigen::VectorXd& response, const std::vector<Term>& terms, Wanted wanted) {
  const std::vector<size_t>* block = nullptr;
  Eigen::Index width = 1;
  for (const Term& term : terms) {
    if (!wanted(term)) continue;
    width += term.columns.cols();
    if (!term.block.empty()) block = &term.block;
  }
  // The first column becomes the response's where blocks take the place of the mean.
  Eigen::MatrixXd design(response.size(), width);
  Eigen::Index next = 1;
  for (const Term& term : terms) {
    if (!wanted(term)) continue;
    design.middleCols(next, term.columns.cols()) = term.columns;
    next += term.columns.cols();
  }
  if (block == nullptr) {
    design.col(0).setOnes();
    return residuals_of(response, design);
  }
  design.col(0) = response;
  const size_t blocks = centre_within(*block, design);
  Fit within = residuals_of(design.col(0), design.rightCols(width - 1));
  within.rank += blocks;
  return within;
}

std::vector<Term> terms_of(const std::vector<Factor>& factors, bool interactions,
                           const std::optional<Factor>& blocks, size_t n) {
  std::vector<Term> terms;
  const auto add = [&](const std::string& name, const std::vector<const Factor*>& crossed,
                       const std::set<size_t>& numbers) {
    std::vector<std::vector<size_t>> cell(n);
    for (const Factor* factor : crossed) {
      for (size_t row = 0; row < n; ++row) cell[row].push_back(factor->level[row]);
    }
    terms.push_back({name, numbers, indicators(cell), {}});
  };
  if (blocks) {
    const auto rows = static_cast<Eigen::Index>(n);
    terms.push_back({blocks->name, {factors.size()}, Eigen::MatrixXd(rows, 0), blocks->level});
  }
  for (size_t i = 0; i < factors.size(); ++i) add(factors[i].name, {&factors[i]}, {i});
  if (!interactions) return terms;
  for (size_t i = 0; i < factors.size(); ++i) {
    for (size_t j = i + 1; j < factors.size(); ++j) {
      add(factors[i].name + " × " + factors[j].name, {&factors[i], &factors[j]}, {i, j});
    }
  }
  return terms;
}

void require_level_for_each(const Factor& factor, size_t n) {
  if (factor.level.size() == n) return;
  throw std::invalid_argument("factor " + factor.name + " has not one level an observation");
}

bool contains(const Term& term, const Term& part) {
  return std::includes(term.factors.begin(), term.factors.end(), part.factors.begin(),
                       part.factors.end());
}

}  // namespace

TestResult one_way_anova(std::span<const std::vector<double>> groups) {
  const std::string name = "one-way ANOVA";
  std::vector<double> all;
  for (const std::vector<double>& group : groups) all.insert(all.end(), group.begin(), group.end());
  const size_t n = all.size();
  for (const std::vector<double>& group : groups) {
    if (const std::string problem = why_unusable(group, 1); !problem.empty()) {
      return no_test(name, n, "a group: " + problem);
    }
  }
  if (groups.size() < 2) return no_test(name, n, "fewer than two groups");
  if (n <= groups.size()) return no_test(name, n, "no group has two values");
  const Reading centre = mean(all);
  if (!centre) return no_test(name, n, centre.reason());
  double between = 0;
  double within = 0;
  for (const std::vector<double>& group : groups) {
    const Reading from_centre = mean_about(group, *centre);
    if (!from_centre) return no_test(name, n, from_centre.reason());
    between += static_cast<double>(group.size()) * *from_centre * *from_centre;
    const Reading variance = group.size() < 2 ? Reading(0.0) : sample_variance(group);
    if (!variance) return no_test(name, n, variance.reason());
    within += *variance * static_cast<double>(group.size() - 1);
  }
  const auto between_df = static_cast<double>(groups.size() - 1);
  const auto within_df = static_cast<double>(n - groups.size());
  if (is_rounding(std::sqrt(within / within_df), {all})) {
    return no_test(name, n, "the values within each group are equal");
  }
  const double f = between / between_df / (within / within_df);
  return {name, n, f, f_upper_tail(f, between_df, within_df), between_df, within_df};
}

Anova anova_type_2(std::span<const double> response, const std::vector<Factor>& factors,
                   bool interactions, const std::optional<Factor>& blocks) {
  Anova anova;
  anova.n = response.size();
  for (const Factor& factor : factors) require_level_for_each(factor, response.size());
  if (blocks) require_level_for_each(*blocks, response.size());
  anova.problem = why_unusable(response, 2);
  const Reading centre = mean(response);
  if (anova.problem.empty() && !centre) anova.problem = centre.reason();
  if (!anova.problem.empty()) {
    anova.error_mean_square = Reading::missing(anova.problem);
    return anova;
  }
  Eigen::VectorXd centred(static_cast<Eigen::Index>(response.size()));
  for (size_t i = 0; i < response.size(); ++i) {
    centred[static_cast<Eigen::Index>(i)] = response[i] - *centre;
  }
  const std::vector<Term> terms = terms_of(factors, interactions, blocks, response.size());
  const Fit whole = fit(centred, terms, [](const Term&) { return true; });
  anova.residuals.assign(whole.residuals.begin(), whole.residuals.end());
  anova.error_degrees_of_freedom = response.size() - whole.rank;
  const auto error_df = static_cast<double>(anova.error_degrees_of_freedom);
  if (anova.error_degrees_of_freedom == 0) {
    anova.problem = "as many parameters as observations: no residuals to judge by";
  } else {
    anova.error_mean_square = whole.residuals.squaredNorm() / error_df;
    if (is_rounding(std::sqrt(*anova.error_mean_square), {response})) {
      anova.problem = "the model leaves no residuals to judge by";
    }
  }
  if (!anova.problem.empty()) anova.error_mean_square = Reading::missing(anova.problem);
  for (const Term& term : terms) {
    const auto beside = [&](const Term& other) { return !contains(other, term); };
    const auto with = [&](const Term& other) { return &other == &term || beside(other); };
    const Fit without_it = fit(centred, terms, beside);
    const Fit with_it = fit(centred, terms, with);
    AnovaTerm row;
    row.name = term.name;
    row.degrees_of_freedom = with_it.rank - without_it.rank;
    // The squared length of what the term adds to the fit: no difference of two large sums.
    row.sum_of_squares = (without_it.residuals - with_it.residuals).squaredNorm();
    const std::string name = "F test of " + term.name;
    if (!anova.problem.empty()) {
      row.test = no_test(name, anova.n, anova.problem);
      row.omega_squared = no_estimate(anova.n, anova.problem);
    } else if (row.degrees_of_freedom == 0) {
      const std::string confounded = term.name + " can't be told from the other terms";
      row.sum_of_squares = 0;
      row.test = no_test(name, anova.n, confounded);
      row.omega_squared = no_estimate(anova.n, confounded);
    } else {
      const auto df = static_cast<double>(row.degrees_of_freedom);
      const double f = row.sum_of_squares / df / *anova.error_mean_square;
      row.test = {name, anova.n, f, f_upper_tail(f, df, error_df), df, error_df};
      row.omega_squared = omega_squared(row.test);
    }
    anova.terms.push_back(std::move(row));
  }
  return anova;
}

}  // namespace tandem::analyse
