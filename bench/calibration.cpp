// Do the tests reject as often as they say, do the intervals cover, is power what the power
// function says? Simulated studies answer; scripts/calibration writes the tables into
// docs/calibration.md.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "analyse/statistics/anova.h"
#include "analyse/statistics/bootstrap.h"
#include "analyse/statistics/contrasts.h"
#include "analyse/statistics/correlation.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/effect_size.h"
#include "analyse/statistics/equivalence.h"
#include "analyse/statistics/intervals.h"
#include "analyse/statistics/location_tests.h"
#include "analyse/statistics/mixed_model.h"
#include "analyse/statistics/multiplicity.h"
#include "analyse/statistics/normality.h"
#include "analyse/statistics/power.h"
#include "analyse/statistics/rank_tests.h"
#include "analyse/statistics/regression.h"
#include "analyse/statistics/variance_tests.h"
#include "tests/analyse/statistics/simulated_values.h"

namespace {

using namespace tandem::analyse;
using tandem::test::Shape;
using tandem::test::SimulatedValues;
using Values = std::vector<double>;
using Groups = std::vector<Values>;

constexpr size_t sizes[] = {3, 5, 12, 30};
constexpr double alpha = 0.05;
/// In standard errors; among some 200 figures one in two thousand by chance.
constexpr double departs_beyond = 3.5;

constexpr size_t many = 20000;
constexpr size_t some = 4000;
constexpr size_t resampled = 2000;

/// What a simulated study answered: a p-value, or whether an interval held the truth.
struct Answer {
  bool counts = false;
  double p = std::numeric_limits<double>::quiet_NaN();
};

/// One line of a table.
struct Row {
  std::string name;
  std::string note;  ///< why it departs from the nominal share; empty when it must not
  size_t studies = many;
  std::function<Answer(SimulatedValues&, size_t n)> study;
  double nominal = alpha;
  /// An exact test of values without ties rejects as often as the largest p-value below 5 % that it
  /// can have, which is then the nominal share.
  bool discrete = false;
};

Answer reject(const TestResult& test) {
  if (!test.p_value) return {};
  return {*test.p_value < alpha, *test.p_value};
}

Answer cover(const std::optional<Interval>& interval, double truth) {
  return {interval && interval->low <= truth && truth <= interval->high};
}

/// Factors of an unbalanced design: n blocks, three settings, and now and then a run that failed.
struct Design {
  Values response;
  Factor block{"block", {}};
  Factor mode{"mode", {}};
  Factor setting{"setting", {}};
};
Design design(SimulatedValues& draw, size_t n) {
  Design drawn;
  for (size_t block = 0; block < n; ++block) {
    const double level = 2 * draw();
    for (size_t mode = 0; mode < 2; ++mode) {
      for (size_t setting = 0; setting < 3; ++setting) {
        if ((block + 2 * mode + 3 * setting) % 7 == 3) continue;
        drawn.response.push_back(level + draw());
        drawn.block.level.push_back(block);
        drawn.mode.level.push_back(mode);
        drawn.setting.level.push_back(setting);
      }
    }
  }
  return drawn;
}

Answer reject_term(SimulatedValues& draw, size_t n, size_t term) {
  const Design drawn = design(draw, n);
  const Anova anova = anova_type_2(drawn.response, {drawn.mode, drawn.setting}, true, drawn.block);
  return reject(anova.terms[term].test);
}

/// The slope of n groups of four values, half with x = 1.
Coefficient mixed_slope(SimulatedValues& draw, size_t n, double slope) {
  Values response, x;
  std::vector<size_t> group;
  for (size_t of = 0; of < n; ++of) {
    const double level = draw();
    for (int i = 0; i < 4; ++i) {
      x.push_back(i % 2);
      response.push_back(level + slope * x.back() + draw());
      group.push_back(of);
    }
  }
  return random_intercept_model(response, {{"x", x}}, group).coefficients[1];
}

/// Whether any of six adjusted p-values of nothing rejects.
Answer reject_family(SimulatedValues& draw, size_t n,
                     std::vector<double> (*adjust)(std::span<const double>)) {
  Values p;
  for (int i = 0; i < 6; ++i) p.push_back(*paired_t_test(draw.normal(n), draw.normal(n)).p_value);
  const Values adjusted = adjust(p);
  return {*std::min_element(adjusted.begin(), adjusted.end()) < alpha};
}

/// Less its mean: a skewed value around 0.
Values centred_lognormal(SimulatedValues& draw, size_t n) {
  Values values = draw.of(Shape::lognormal, n);
  for (double& value : values) value -= std::exp(0.5);
  return values;
}

const std::string few_degrees = "Satterthwaite's degrees of freedom come from few values";
const std::string ties = "exact given the ties, which leave it fewer p-values";
const std::string chi_squared = "χ² approximation where exact p-values are too many to count";
const std::string skewed_groups =
    "the tails of skewed values blow up the spread that the difference is measured in";

std::vector<Row> location_tests() {
  return {
      {"paired t", "", many,
       [](auto& draw, size_t n) { return reject(paired_t_test(draw.normal(n), draw.normal(n))); }},
      {"paired t, skewed differences", "skewness moves t until the mean of many values is normal",
       many,
       [](auto& draw, size_t n) {
         return reject(paired_t_test(centred_lognormal(draw, n), Values(n, 0.0)));
       }},
      {"paired t, tied", "rounded differences; those that are all equal have no test", many,
       [](auto& draw, size_t n) {
         return reject(paired_t_test(draw.of(Shape::tied, n), draw.of(Shape::tied, n)));
       }},
      {"Wilcoxon signed-rank", "", many,
       [](auto& draw, size_t n) {
         return reject(wilcoxon_signed_rank_test(draw.normal(n), draw.normal(n)));
       },
       alpha, true},
      {"Wilcoxon signed-rank, tied", ties, many,
       [](auto& draw, size_t n) {
         return reject(wilcoxon_signed_rank_test(draw.of(Shape::tied, n), draw.of(Shape::tied, n)));
       }},
      {"Welch t", few_degrees, many,
       [](auto& draw, size_t n) { return reject(welch_t_test(draw.normal(n), draw.normal(n))); }},
      {"Welch t, deviations 1 and 3", few_degrees, many,
       [](auto& draw, size_t n) {
         return reject(welch_t_test(draw.normal(n), draw.normal(n, 0, 3)));
       }},
      {"Welch t, skewed", skewed_groups, many,
       [](auto& draw, size_t n) {
         return reject(welch_t_test(draw.of(Shape::lognormal, n), draw.of(Shape::lognormal, n)));
       }},
      {"Mann–Whitney", "n = 30: normal approximation", many,
       [](auto& draw, size_t n) {
         return reject(mann_whitney_test(draw.normal(n), draw.normal(n)));
       },
       alpha, true},
      {"Mann–Whitney, tied", ties, many,
       [](auto& draw, size_t n) {
         return reject(mann_whitney_test(draw.of(Shape::tied, n), draw.of(Shape::tied, n)));
       }},
      {"TOST of ±1, true difference 1, deviation 0.5",
       "the interval of few values is wider than the bounds: it can't be equivalent", many,
       [](auto& draw, size_t n) {
         return Answer{tost_paired(draw.normal(n, 1, 0.5), Values(n, 0.0), {-1, 1}).equivalent};
       }},
      {"Holm over 6 paired t, any rejected", "as conservative as Bonferroni's bound", many,
       [](auto& draw, size_t n) { return reject_family(draw, n, holm_adjusted); }},
      {"Benjamini–Hochberg over 6 paired t, any rejected", "", many,
       [](auto& draw, size_t n) { return reject_family(draw, n, benjamini_hochberg_adjusted); }},
  };
}

std::vector<Row> group_tests() {
  const std::string distances_from_median =
      "distances from a median of few values are alike, and one of an odd number is 0";
  const std::string distances_from_mean =
      "distances from one mean depend on each other, and are skewed";
  const auto anova_of = [](Shape shape) {
    return
        [shape](auto& draw, size_t n) { return reject(one_way_anova(draw.groups(3, n, shape))); };
  };
  const auto kruskal_of = [](Shape shape) {
    return [shape](auto& draw, size_t n) {
      return reject(kruskal_wallis_test(draw.groups(3, n, shape)));
    };
  };
  const auto friedman_of = [](Shape shape) {
    return
        [shape](auto& draw, size_t n) { return reject(friedman_test(draw.groups(n, 3, shape))); };
  };
  const auto levene_of = [](Shape shape, Centre centre) {
    return [shape, centre](auto& draw, size_t n) {
      return reject(levene_test(draw.groups(3, n, shape), centre));
    };
  };
  return {
      {"one-way ANOVA, 3 groups", "", many, anova_of(Shape::normal)},
      {"one-way ANOVA, 3 groups, skewed", skewed_groups, many, anova_of(Shape::lognormal)},
      {"two-way ANOVA with n blocks: factor", "", some,
       [](auto& draw, size_t n) { return reject_term(draw, n, 2); }},
      {"two-way ANOVA with n blocks: interaction", "", some,
       [](auto& draw, size_t n) { return reject_term(draw, n, 3); }},
      {"Kruskal–Wallis, 3 groups", chi_squared, many, kruskal_of(Shape::normal)},
      {"Kruskal–Wallis, 3 groups, tied", chi_squared, many, kruskal_of(Shape::tied)},
      {"Friedman, 3 treatments in n blocks", "", some, friedman_of(Shape::normal), alpha, true},
      {"Friedman, 3 treatments in n blocks, tied", ties, some, friedman_of(Shape::tied)},
      {"Tukey HSD, any of 3 contrasts", "", some,
       [](auto& draw, size_t n) {
         double least = 1;
         for (const Contrast& contrast : tukey_contrasts(draw.groups(3, n))) {
           least = std::min(least, *contrast.test.p_value);
         }
         return Answer{least < alpha, least};
       }},
      {"Shapiro–Wilk", "Royston's approximation of the distribution of W", many,
       [](auto& draw, size_t n) { return reject(shapiro_wilk_test(draw.normal(n))); }},
      {"Shapiro–Wilk, tied", "rounded values are not normal, and the test finds it", many,
       [](auto& draw, size_t n) { return reject(shapiro_wilk_test(draw.of(Shape::tied, n))); }},
      {"Levene about the median, 3 groups", distances_from_median, many,
       levene_of(Shape::normal, Centre::median)},
      {"Levene about the median, 3 groups, skewed", distances_from_median, many,
       levene_of(Shape::lognormal, Centre::median)},
      {"Levene about the mean, 3 groups", distances_from_mean, many,
       levene_of(Shape::normal, Centre::mean)},
      {"Levene about the mean, 3 groups, skewed", distances_from_mean, many,
       levene_of(Shape::lognormal, Centre::mean)},
  };
}

std::vector<Row> association_tests() {
  return {
      {"Pearson correlation", "", many,
       [](auto& draw, size_t n) {
         return reject(pearson_correlation(draw.normal(n), draw.normal(n)).test);
       }},
      {"Pearson correlation, skewed", "its t is that of normal values", many,
       [](auto& draw, size_t n) {
         return reject(
             pearson_correlation(draw.of(Shape::lognormal, n), draw.of(Shape::lognormal, n)).test);
       }},
      {"Spearman correlation", "n = 30: t approximation", some,
       [](auto& draw, size_t n) {
         return reject(spearman_correlation(draw.normal(n), draw.normal(n)).test);
       },
       alpha, true},
      {"Spearman correlation, tied", ties, some,
       [](auto& draw, size_t n) {
         return reject(spearman_correlation(draw.of(Shape::tied, n), draw.of(Shape::tied, n)).test);
       }},
      {"slope of a regression", "", many,
       [](auto& draw, size_t n) {
         return reject(
             linear_regression(draw.normal(n), {{"x", draw.normal(n)}}).coefficients[1].test);
       }},
      {"slope of the mixed model, n groups of 4",
       "the variance of few groups is often estimated as 0, never below", some,
       [](auto& draw, size_t n) { return reject(mixed_slope(draw, n, 0).test); }},
  };
}

std::vector<Row> intervals() {
  constexpr double most = 0.95;
  const std::string bootstrap = "a resample of few values has less spread than the population";
  const auto bootstrap_of = [](Shape shape, Reading (*statistic)(std::span<const double>),
                               double truth) {
    return [=](auto& draw, size_t n) {
      const Statistic of_sample = [&](std::span<const double> sample) {
        return *statistic(sample);
      };
      return cover(bootstrap_interval(draw.of(shape, n), of_sample, {.resamples = 999}).interval,
                   truth);
    };
  };
  const auto correlated = [](auto& draw, size_t n) {
    const Values x = draw.normal(n);
    Values y = draw.normal(n);
    for (size_t i = 0; i < n; ++i) y[i] = 0.5 * x[i] + std::sqrt(0.75) * y[i];
    return std::pair(x, y);
  };
  return {
      {"Student t of a mean", "", many,
       [](auto& draw, size_t n) { return cover(estimate_mean(draw.normal(n, 1)).interval, 1); },
       most},
      {"Student t of a mean, skewed", "the long tail is missing in most samples of few values",
       many,
       [](auto& draw, size_t n) {
         return cover(estimate_mean(draw.of(Shape::lognormal, n)).interval, std::exp(0.5));
       },
       most},
      {"BCa bootstrap of a mean", bootstrap, resampled, bootstrap_of(Shape::normal, mean, 0), most},
      {"BCa bootstrap of a mean, skewed", bootstrap, resampled,
       bootstrap_of(Shape::lognormal, mean, std::exp(0.5)), most},
      {"BCa bootstrap of a median", bootstrap, resampled, bootstrap_of(Shape::normal, median, 0),
       most},
      {"BCa bootstrap of a median, skewed", bootstrap, resampled,
       bootstrap_of(Shape::lognormal, median, 1), most},
      {"Hedges g, paired, true 0.8", "", some,
       [](auto& draw, size_t n) {
         return cover(hedges_g_paired(draw.normal(n, 0.8), Values(n, 0.0)).interval, 0.8);
       },
       most},
      {"Hedges g, two groups, true 0.8", "", some,
       [](auto& draw, size_t n) {
         return cover(hedges_g(draw.normal(n, 0.8), draw.normal(n)).interval, 0.8);
       },
       most},
      {"Cliff's δ, true 0.428", "asymptotic, and wide for few values", many,
       [](auto& draw, size_t n) {
         // P(X > Y) = Φ(0.8 / √2)
         return cover(cliffs_delta(draw.normal(n, 0.8), draw.normal(n)).interval,
                      std::erf(0.8 / 2));
       },
       most},
      {"ω² of 3 groups, 90 %, true 0.2", "", some,
       [](auto& draw, size_t n) {
         // λ / (λ + N) with λ = N f² and f² = 1/4: means −d, 0, d of d = f √(3/2).
         const double d = 0.5 * std::sqrt(1.5);
         const Groups groups = {draw.normal(n, -d), draw.normal(n), draw.normal(n, d)};
         return cover(omega_squared(one_way_anova(groups)).interval, 0.2);
       },
       0.9},
      {"Pearson r, true 0.5", "Fisher's z is an approximation; none for n = 3", many,
       [=](auto& draw, size_t n) {
         const auto [x, y] = correlated(draw, n);
         return cover(pearson_correlation(x, y).coefficient.interval, 0.5);
       },
       most},
      {"Spearman ρ, true 0.483", "Fisher's z is an approximation; none for n = 3", some,
       [=](auto& draw, size_t n) {
         const auto [x, y] = correlated(draw, n);
         // 6/π asin(r/2) of normal values.
         const double truth = 6 / std::numbers::pi * std::asin(0.25);
         return cover(spearman_correlation(x, y).coefficient.interval, truth);
       },
       most},
      {"slope of a regression", "", many,
       [](auto& draw, size_t n) {
         const Values x = draw.normal(n);
         Values y = draw.normal(n);
         for (size_t i = 0; i < n; ++i) y[i] += 2 * x[i];
         return cover(linear_regression(y, {{"x", x}}).coefficients[1].estimate.interval, 2);
       },
       most},
      {"slope of the mixed model, n groups of 4",
       "the variance of few groups is often estimated as 0, never below", some,
       [](auto& draw, size_t n) { return cover(mixed_slope(draw, n, 0.5).estimate.interval, 0.5); },
       most},
      {"Tukey HSD, all 3 contrasts at once", "", some,
       [](auto& draw, size_t n) {
         const std::vector<Contrast> contrasts = tukey_contrasts(draw.groups(3, n));
         return Answer{
             std::all_of(contrasts.begin(), contrasts.end(), [](const Contrast& contrast) {
               return cover(contrast.difference.interval, 0).counts;
             })};
       },
       most},
  };
}

struct Cell {
  double share = 0;
  double nominal = 0;
  bool departs = false;
};

Cell simulate(const Row& row, size_t n, std::uint64_t seed) {
  SimulatedValues draw(seed);
  size_t count = 0;
  double attainable = 0;
  for (size_t study = 0; study < row.studies; ++study) {
    const Answer answer = row.study(draw, n);
    count += answer.counts;
    if (answer.p < alpha) attainable = std::max(attainable, answer.p);
  }
  Cell cell;
  cell.share = static_cast<double>(count) / static_cast<double>(row.studies);
  cell.nominal = row.discrete ? attainable : row.nominal;
  const double error =
      std::sqrt(cell.nominal * (1 - cell.nominal) / static_cast<double>(row.studies));
  cell.departs = std::abs(cell.share - cell.nominal) > departs_beyond * error;
  return cell;
}

/// Every row at every size; each has a seed of its own, so that the order of work doesn't matter.
std::vector<std::vector<Cell>> simulate_all(const std::vector<Row>& rows, std::uint64_t seed) {
  std::vector<std::vector<Cell>> cells(rows.size(), std::vector<Cell>(std::size(sizes)));
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t task = next++; task < rows.size() * std::size(sizes); task = next++) {
      const size_t row = task / std::size(sizes);
      const size_t size = task % std::size(sizes);
      cells[row][size] = simulate(rows[row], sizes[size], seed + task);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back(work);
  }
  for (std::thread& thread : threads) thread.join();
  return cells;
}

/// The table, and whether each departure has its explanation.
bool print_table(const std::vector<Row>& rows, std::uint64_t seed) {
  const std::vector<std::vector<Cell>> cells = simulate_all(rows, seed);
  fmt::print(
      "| | n = 3 | n = 5 | n = 12 | n = 30 | ± | where it departs |\n"
      "|---|---|---|---|---|---|---|\n");
  bool explained = true;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    std::string line;
    bool departs = false;
    for (const Cell& cell : cells[i]) {
      departs = departs || cell.departs;
      const std::string attainable =
          row.discrete ? fmt::format(" of {:.1f}", 100 * cell.nominal) : "";
      line += fmt::format(" {:.1f}{} %{} |", 100 * cell.share, attainable, cell.departs ? "*" : "");
    }
    const double error =
        std::sqrt(row.nominal * (1 - row.nominal) / static_cast<double>(row.studies));
    fmt::print("| {} |{} {:.1f} | {} |\n", row.name, line, 200 * error, departs ? row.note : "");
    if (departs && row.note.empty()) {
      fmt::print(stderr, "calibration: {} departs without an explanation\n", row.name);
      explained = false;
    }
  }
  return explained;
}

bool print_power() {
  bool agrees = true;
  fmt::print("| test | n | effect | power function | simulated |\n|---|---|---|---|---|\n");
  const auto print = [&](const char* test, size_t n, double effect, double expected, auto study) {
    SimulatedValues draw(7 + n);
    size_t rejected = 0;
    for (size_t i = 0; i < many; ++i) rejected += reject(study(draw)).counts;
    const double seen = static_cast<double>(rejected) / many;
    const double error = std::sqrt(expected * (1 - expected) / many);
    const bool departs = std::abs(seen - expected) > departs_beyond * error;
    fmt::print("| {} | {} | {} | {:.1f} % | {:.1f} %{} |\n", test, n, effect, 100 * expected,
               100 * seen, departs ? "*" : "");
    if (departs) fmt::print(stderr, "calibration: the power of {} at n = {} departs\n", test, n);
    agrees = agrees && !departs;
  };
  for (const double effect : {0.5, 1.0}) {
    for (const size_t n : sizes) {
      print("paired t, difference in deviations", n, effect, *power_paired_t(effect, 1, n),
            [&](auto& draw) { return paired_t_test(draw.normal(n, effect), Values(n, 0.0)); });
    }
  }
  for (const double f : {0.25, 0.5}) {
    // Means −d, 0, d have the root mean square deviation d √(2/3).
    const double d = f * std::sqrt(1.5);
    for (const size_t n : sizes) {
      print("one-way ANOVA of 3 groups, Cohen's f", n, f, *power_anova(f, 3, n), [&](auto& draw) {
        return one_way_anova(Groups{draw.normal(n, -d), draw.normal(n), draw.normal(n, d)});
      });
    }
  }
  return agrees;
}

}  // namespace

int main() {
  bool good = true;
  std::uint64_t seed = 1;
  const auto section = [&](const char* title, const std::vector<Row>& rows) {
    fmt::print("\n## {}\n\n", title);
    good = print_table(rows, seed) && good;
    seed += 1000;
  };
  section("Rejections at 5 % without an effect: means and ranks", location_tests());
  section("Rejections at 5 % without an effect: groups, spread, shape", group_tests());
  section("Rejections at 5 % without an effect: association", association_tests());
  section("Coverage of intervals, 95 % where not stated", intervals());
  fmt::print("\n## Power\n\n");
  good = print_power() && good;
  return good ? 0 : 1;
}
