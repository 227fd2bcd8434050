#include "study/selection/d_optimal.h"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/error.h"
#include "study/selection/methods.h"

namespace tandem::study {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr size_t most_candidates = 1000;
constexpr int restarts = 20;

struct Factor {
  std::string name;
  std::vector<std::string> levels;
  std::vector<std::uint32_t> level_of;  ///< of each candidate
};

std::vector<Factor> factors_of(const PairSpace& space, const std::vector<PairIndex>& candidates,
                               MemoryFactors memory_factors) {
  const bool by_size = memory_factors == MemoryFactors::lighter_and_heavier;
  const std::vector<std::string> classes = {"low", "medium", "high"};
  std::vector<Factor> factors = {
      {by_size ? "memory class of the lighter model" : "memory class of A", classes, {}},
      {by_size ? "memory class of the heavier model" : "memory class of B", classes, {}},
      {"utilisation class", classes, {}},
      {"duration class", {"short", "medium", "long"}, {}}};
  for (const PairIndex pair : candidates) {
    // The space has its models in the order of their memory.
    const ModelTraits* one = &space.models()[pair.first];
    const ModelTraits* other = &space.models()[pair.second];
    if (!by_size && other->catalogue_index < one->catalogue_index) std::swap(one, other);
    factors[0].level_of.push_back(one->memory_class);
    factors[1].level_of.push_back(other->memory_class);
    factors[2].level_of.push_back(utilisation_class(one->util_percent + other->util_percent));
    factors[3].level_of.push_back(std::max(one->duration_class, other->duration_class));
  }
  return factors;
}

/// Whether a column adds something to those of an orthonormal basis, which it then joins.
bool extends(std::vector<VectorXd>& basis, const VectorXd& column) {
  VectorXd rest = column;
  for (int pass = 0; pass < 2; ++pass) {
    for (const VectorXd& direction : basis) rest -= direction.dot(rest) * direction;
  }
  if (rest.norm() <= 1e-9 * std::max(1.0, column.norm())) return false;
  basis.push_back(rest.normalized());
  return true;
}

MatrixXd information(const MatrixXd& rows, const std::vector<size_t>& chosen) {
  MatrixXd sum = MatrixXd::Zero(rows.cols(), rows.cols());
  for (const size_t row : chosen) {
    sum += rows.row(static_cast<Eigen::Index>(row)).transpose() *
           rows.row(static_cast<Eigen::Index>(row));
  }
  return sum;
}

double log_determinant(const MatrixXd& matrix) {
  const Eigen::LDLT<MatrixXd> factorised(matrix);
  const VectorXd diagonal = factorised.vectorD();
  if (diagonal.minCoeff() <= 1e-10 * std::max(1e-300, diagonal.maxCoeff())) {
    return -std::numeric_limits<double>::infinity();
  }
  return diagonal.array().log().sum();
}

/// Equal rows once: a design's information doesn't ask which of them it has.
MatrixXd distinct_rows(const MatrixXd& rows) {
  std::set<std::vector<double>> distinct;
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    std::vector<double> row;
    for (Eigen::Index j = 0; j < rows.cols(); ++j) row.push_back(rows(i, j));
    distinct.insert(std::move(row));
  }
  MatrixXd result(static_cast<Eigen::Index>(distinct.size()), rows.cols());
  Eigen::Index i = 0;
  for (const std::vector<double>& row : distinct) {
    result.row(i++) = Eigen::Map<const Eigen::RowVectorXd>(row.data(), rows.cols());
  }
  return result;
}

std::vector<PairIndex> candidates_of(const PairSpace& space, SeededDraws& draws) {
  std::vector<std::uint64_t> ranks = draws.distinct_below(space.size(), most_candidates);
  std::sort(ranks.begin(), ranks.end());
  std::vector<PairIndex> candidates;
  for (const std::uint64_t rank : ranks) candidates.push_back(space.at(rank));
  return candidates;
}

}  // namespace

DesignModel design_model(const PairSpace& space, const std::vector<PairIndex>& candidates,
                         MemoryFactors memory_factors) {
  DesignModel model;
  const auto n = static_cast<Eigen::Index>(candidates.size());
  std::vector<VectorXd> columns = {VectorXd::Ones(n)};
  std::vector<VectorXd> basis;
  extends(basis, columns[0]);
  model.effects = {"intercept"};
  for (const Factor& factor : factors_of(space, candidates, memory_factors)) {
    std::vector<std::uint32_t> present;
    for (std::uint32_t level = 0; level < factor.levels.size(); ++level) {
      if (std::find(factor.level_of.begin(), factor.level_of.end(), level) !=
          factor.level_of.end()) {
        present.push_back(level);
      } else {
        model.left_out.push_back(factor.name + " " + factor.levels[level] +
                                 ": no feasible pair has it");
      }
    }
    for (size_t i = 0; i + 1 < present.size(); ++i) {
      VectorXd column(n);
      for (Eigen::Index row = 0; row < n; ++row) {
        const std::uint32_t level = factor.level_of[static_cast<size_t>(row)];
        column[row] = level == present[i] ? 1 : level == present.back() ? -1 : 0;
      }
      const std::string name = factor.name + " " + factor.levels[present[i]];
      if (extends(basis, column)) {
        columns.push_back(column);
        model.effects.push_back(name);
      } else {
        model.left_out.push_back(name + ": can't be told apart from the effects before it");
      }
    }
  }
  model.rows.resize(n, static_cast<Eigen::Index>(columns.size()));
  for (size_t i = 0; i < columns.size(); ++i) {
    model.rows.col(static_cast<Eigen::Index>(i)) = columns[i];
  }
  return model;
}

double log_d_criterion(const MatrixXd& rows, const std::vector<size_t>& chosen) {
  return log_determinant(information(rows, chosen) / static_cast<double>(chosen.size())) /
         static_cast<double>(rows.cols());
}

double best_continuous_log_d(const MatrixXd& all_rows) {
  const MatrixXd rows = distinct_rows(all_rows);
  const auto effects = static_cast<double>(rows.cols());
  VectorXd weights = VectorXd::Constant(rows.rows(), 1.0 / static_cast<double>(rows.rows()));
  for (int step = 0;; ++step) {
    const MatrixXd moment = rows.transpose() * weights.asDiagonal() * rows;
    const MatrixXd inverse = moment.inverse();
    const VectorXd variance = (rows * inverse).cwiseProduct(rows).rowwise().sum();
    const double excess = variance.maxCoeff() / effects;
    if (excess < 1.0005 || step == 5000) {
      return log_determinant(moment) / effects + std::log(excess);
    }
    weights = weights.cwiseProduct(variance) / effects;
  }
}

std::vector<size_t> exchange(const MatrixXd& rows, std::vector<size_t> chosen,
                             const std::function<bool(const std::vector<size_t>& chosen,
                                                      size_t place, size_t candidate)>& allowed) {
  // A random start may be singular; a little of the unit matrix lets the exchange begin.
  const MatrixXd ridge = 1e-6 * MatrixXd::Identity(rows.cols(), rows.cols());
  for (;;) {
    const MatrixXd inverse = (information(rows, chosen) + ridge).inverse();
    const MatrixXd mapped = rows * inverse;
    const VectorXd variance = mapped.cwiseProduct(rows).rowwise().sum();
    double best_ratio = 1 + 1e-9;
    size_t best_place = chosen.size();
    size_t best_candidate = 0;
    for (size_t place = 0; place < chosen.size(); ++place) {
      const auto out = static_cast<Eigen::Index>(chosen[place]);
      const VectorXd covariance = mapped * rows.row(out).transpose();
      for (Eigen::Index in = 0; in < rows.rows(); ++in) {
        // det after / det before.
        const double ratio =
            (1 + variance[in]) * (1 - variance[out]) + covariance[in] * covariance[in];
        if (ratio <= best_ratio) continue;
        const auto candidate = static_cast<size_t>(in);
        if (std::find(chosen.begin(), chosen.end(), candidate) != chosen.end()) continue;
        if (!allowed(chosen, place, candidate)) continue;
        best_ratio = ratio;
        best_place = place;
        best_candidate = candidate;
      }
    }
    if (best_place == chosen.size()) return chosen;
    chosen[best_place] = best_candidate;
  }
}

std::optional<double> d_efficiency_of(const PairSpace& space, const std::vector<PairIndex>& pairs,
                                      MemoryFactors memory_factors) {
  if (pairs.empty()) return std::nullopt;
  SeededDraws draws(1);
  std::vector<PairIndex> candidates = candidates_of(space, draws);
  std::vector<size_t> chosen;
  for (const PairIndex pair : pairs) {
    const auto place = std::find(candidates.begin(), candidates.end(), pair);
    chosen.push_back(static_cast<size_t>(place - candidates.begin()));
    if (place == candidates.end()) candidates.push_back(pair);
  }
  const DesignModel model = design_model(space, candidates, memory_factors);
  const double log_d = log_d_criterion(model.rows, chosen);
  if (!std::isfinite(log_d)) return std::nullopt;
  return std::exp(log_d - best_continuous_log_d(model.rows));
}

bool pick_d_optimal(Picks& picks, size_t count, const SelectionOptions& options, SeededDraws& draws,
                    Selection& selection) {
  const PairSpace& space = picks.space();
  const std::vector<PairIndex> candidates = candidates_of(space, draws);
  const DesignModel model = design_model(space, candidates, options.memory_factors);
  if (count < model.effects.size()) {
    throw core::UserError(
        "--count",
        {{"--count", std::to_string(count),
          fmt::format("at least {} with --method d-optimal: one pair for each effect ({})",
                      model.effects.size(), fmt::join(model.effects, ", "))}});
  }
  const auto allowed = [&](const std::vector<size_t>& chosen, size_t place, size_t candidate) {
    if (options.at_most_per_model == 0) return true;
    Picks others = picks;
    for (size_t i = 0; i < chosen.size(); ++i) {
      if (i != place) others.take(candidates[chosen[i]], "");
    }
    return others.allows(candidates[candidate]);
  };
  std::vector<size_t> best;
  double best_log_d = -std::numeric_limits<double>::infinity();
  std::vector<size_t> order(candidates.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (int restart = 0; restart < restarts; ++restart) {
    draws.shuffle(order);
    std::vector<size_t> start;
    Picks started = picks;
    for (const size_t candidate : order) {
      if (start.size() == count) break;
      if (!started.allows(candidates[candidate])) continue;
      started.take(candidates[candidate], "");
      start.push_back(candidate);
    }
    if (start.size() < count) continue;
    const std::vector<size_t> chosen = exchange(model.rows, start, allowed);
    const double log_d = log_d_criterion(model.rows, chosen);
    if (best.empty() || log_d > best_log_d) {
      best = chosen;
      best_log_d = log_d;
    }
  }
  if (best.empty()) return false;
  std::sort(best.begin(), best.end());
  for (const size_t candidate : best) picks.take(candidates[candidate], "D-optimal exchange");
  DesignQuality quality;
  quality.effects = model.effects.size();
  quality.candidates = candidates.size();
  quality.sampled = candidates.size() < space.size();
  quality.d_efficiency =
      std::isfinite(best_log_d) ? std::exp(best_log_d - best_continuous_log_d(model.rows)) : 0;
  selection.design = quality;
  selection.statements.push_back(fmt::format(
      "D-optimal for the {} effects of memory classes, utilisation class and duration class, by "
      "exchange from {} starts over {}; D-efficiency {:.1f} % of the best continuous design (a "
      "bound "
      "that {} pairs need not reach).",
      quality.effects, restarts,
      quality.sampled ? fmt::format("a random sample of {} of {} feasible pairs",
                                    quality.candidates, space.size())
                      : fmt::format("all {} feasible pairs", quality.candidates),
      100 * quality.d_efficiency, count));
  if (!std::isfinite(best_log_d)) {
    selection.statements.push_back(
        "The limits leave no selection that can estimate all effects: raise --at-most-per-model or "
        "--count.");
  }
  for (const std::string& effect : model.left_out) {
    selection.statements.push_back("Not estimated: " + effect + ".");
  }
  return true;
}

}  // namespace tandem::study
