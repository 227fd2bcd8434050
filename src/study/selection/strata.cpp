#include "study/selection/strata.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/text.h"

namespace tandem::study {
namespace {

/// A criterion that depends on a class of each model: its classes, and the class of a model.
struct ClassCriterion {
  std::vector<std::string> classes;
  std::uint32_t ModelTraits::*of_model;
  bool longer_decides = false;  ///< the higher class is the level, not the combination
};

std::optional<ClassCriterion> class_criterion(Criterion criterion, const PairSpace& space) {
  switch (criterion) {
    case Criterion::memory_class:
      return ClassCriterion{{"low", "medium", "high"}, &ModelTraits::memory_class};
    case Criterion::duration:
      return ClassCriterion{{"short", "medium", "long"}, &ModelTraits::duration_class, true};
    case Criterion::domain:
      return ClassCriterion{space.domains(), &ModelTraits::domain};
    case Criterion::architecture:
      return ClassCriterion{space.architectures(), &ModelTraits::architecture};
    default:
      return std::nullopt;
  }
}

/// The levels of two classes in any order: (0,0) (0,1) … (1,1) (1,2) …
std::uint32_t level_of(std::uint32_t one, std::uint32_t other, std::uint32_t classes) {
  const std::uint32_t low = std::min(one, other);
  const std::uint32_t high = std::max(one, other);
  return low * classes - low * (low + 1) / 2 + high;
}

constexpr std::uint32_t most_strata = 100'000;

}  // namespace

std::string name_of(Criterion criterion) {
  switch (criterion) {
    case Criterion::memory_class:
      return "memory-class";
    case Criterion::pair_memory:
      return "pair-memory";
    case Criterion::utilisation:
      return "utilisation";
    case Criterion::duration:
      return "duration";
    case Criterion::domain:
      return "domain";
    case Criterion::complementarity:
      return "complementarity";
    case Criterion::architecture:
      return "architecture";
  }
  return "?";
}

const std::vector<Criterion>& all_criteria() {
  static const std::vector<Criterion> all = {Criterion::memory_class, Criterion::pair_memory,
                                             Criterion::utilisation,  Criterion::duration,
                                             Criterion::domain,       Criterion::complementarity,
                                             Criterion::architecture};
  return all;
}

Criterion criterion_of(const std::string& name) {
  std::vector<std::string> names;
  for (const Criterion criterion : all_criteria()) {
    if (name_of(criterion) == name) return criterion;
    names.push_back(name_of(criterion));
  }
  const std::vector<std::string> nearest = core::nearest_names(name, names);
  throw core::UserError("--strata",
                        {{"--strata", core::in_quotes(name),
                          nearest.empty() ? core::list_of_choices(names)
                                          : "perhaps " + core::list_of_choices(nearest)}});
}

Strata::Strata(const PairSpace& space, const std::vector<Criterion>& criteria)
    : space_(&space), group_(space.models().size(), 0) {
  if (criteria.empty()) throw core::UserError("strata need at least one criterion");
  struct Part {
    ClassCriterion classes;
    std::uint32_t stride;        ///< of the level within the stratum
    std::uint32_t group_stride;  ///< of the class within the group
  };
  std::vector<Part> parts;
  std::uint64_t size = 1;
  std::uint64_t groups = 1;
  for (size_t i = 0; i < criteria.size(); ++i) {
    if (std::count(criteria.begin(), criteria.end(), criteria[i]) > 1) {
      throw core::UserError("--strata names " + name_of(criteria[i]) + " twice: each once");
    }
    Dimension dimension{static_cast<std::uint32_t>(size), {}};
    if (auto classes = class_criterion(criteria[i], space)) {
      const auto n = static_cast<std::uint32_t>(classes->classes.size());
      if (classes->longer_decides) {
        dimension.levels = classes->classes;
      } else if (n < 1000) {
        for (std::uint32_t a = 0; a < n; ++a) {
          for (std::uint32_t b = a; b < n; ++b) {
            dimension.levels.push_back(classes->classes[a] + "+" + classes->classes[b]);
          }
        }
      } else {
        size = most_strata + 1;
      }
      parts.push_back({*classes, dimension.stride, static_cast<std::uint32_t>(groups)});
      groups *= n;
    } else if (criteria[i] == Criterion::pair_memory) {
      memory_stride_ = dimension.stride;
      third_of_memory_mb_ = space.memory_limit_mb() / 3;
      dimension.levels = {fmt::format("at most {:.0f} MB", third_of_memory_mb_),
                          fmt::format("at most {:.0f} MB", 2 * third_of_memory_mb_),
                          fmt::format("above {:.0f} MB", 2 * third_of_memory_mb_)};
    } else if (criteria[i] == Criterion::utilisation) {
      utilisation_stride_ = dimension.stride;
      dimension.levels = {fmt::format("at most {:.0f} %", low_utilisation_at_most_percent),
                          fmt::format("at most {:.0f} %", medium_utilisation_at_most_percent),
                          fmt::format("above {:.0f} %", medium_utilisation_at_most_percent)};
    } else {
      complementarity_stride_ = dimension.stride;
      for (const auto use :
           {Complementarity::complementary, Complementarity::competing, Complementarity::neutral}) {
        dimension.levels.push_back(study::name_of(use));
      }
    }
    size *= std::max<std::uint64_t>(1, dimension.levels.size());
    if (size > most_strata || groups > 4000) {
      throw core::UserError(
          fmt::format("--strata makes more than {} strata: cross fewer criteria", most_strata));
    }
    dimensions_.push_back(std::move(dimension));
  }
  size_ = static_cast<std::uint32_t>(size);
  groups_ = static_cast<std::uint32_t>(groups);
  for (const Part& part : parts) {
    for (size_t model = 0; model < group_.size(); ++model) {
      group_[model] += part.group_stride * (space.models()[model].*part.classes.of_model);
    }
  }
  of_groups_.assign(static_cast<size_t>(groups_) * groups_, 0);
  for (std::uint32_t a = 0; a < groups_; ++a) {
    for (std::uint32_t b = 0; b < groups_; ++b) {
      for (const Part& part : parts) {
        const auto n = static_cast<std::uint32_t>(part.classes.classes.size());
        const std::uint32_t one = a / part.group_stride % n;
        const std::uint32_t other = b / part.group_stride % n;
        of_groups_[static_cast<size_t>(a) * groups_ + b] +=
            part.stride *
            (part.classes.longer_decides ? std::max(one, other) : level_of(one, other, n));
      }
    }
  }
}

std::string Strata::name(std::uint32_t stratum) const {
  std::vector<std::string> levels;
  for (const Dimension& dimension : dimensions_) {
    levels.push_back(dimension.levels[stratum / dimension.stride % dimension.levels.size()]);
  }
  return fmt::format("{}", fmt::join(levels, ", "));
}

std::string name_of(StratumVariable variable) {
  switch (variable) {
    case StratumVariable::duration:
      return "duration";
    case StratumVariable::memory:
      return "memory";
    case StratumVariable::utilisation:
      return "utilisation";
  }
  return "?";
}

std::vector<StratumCounts> count_strata(const PairSpace& space, const Strata& strata,
                                        StratumVariable variable) {
  // Squares are summed about the first value of the stratum, not about 0: no digits are lost when
  // the spread is small beside the values.
  struct Sums {
    std::uint64_t n = 0;
    double origin = 0, sum = 0, squares = 0;
  };
  std::vector<Sums> sums(strata.size());
  const std::vector<ModelTraits>& models = space.models();
  space.for_each([&](std::uint32_t first, std::uint32_t second) {
    const ModelTraits& one = models[first];
    const ModelTraits& other = models[second];
    const double value =
        variable == StratumVariable::duration ? std::max(one.duration_s, other.duration_s)
        : variable == StratumVariable::memory ? one.memory_mb + other.memory_mb
                                              : one.util_percent + other.util_percent;
    Sums& stratum = sums[strata.of(first, second)];
    if (stratum.n++ == 0) stratum.origin = value;
    const double deviation = value - stratum.origin;
    stratum.sum += deviation;
    stratum.squares += deviation * deviation;
  });
  std::vector<StratumCounts> counts;
  for (const Sums& stratum : sums) {
    const double n = static_cast<double>(stratum.n);
    const double variance =
        stratum.n < 2 ? 0 : (stratum.squares - stratum.sum * stratum.sum / n) / (n - 1);
    counts.push_back({stratum.n, std::sqrt(std::max(0.0, variance))});
  }
  return counts;
}

std::string name_of(Allocation allocation) {
  switch (allocation) {
    case Allocation::proportional:
      return "proportional";
    case Allocation::equal:
      return "equal";
    case Allocation::neyman:
      return "neyman";
  }
  return "?";
}

std::vector<std::uint64_t> allocate(const std::vector<StratumCounts>& strata, std::uint64_t count,
                                    Allocation allocation) {
  std::vector<double> weights;
  double total = 0;
  const auto weigh = [&](auto weight_of) {
    weights.clear();
    total = 0;
    for (const StratumCounts& stratum : strata) {
      weights.push_back(stratum.pairs == 0 ? 0 : weight_of(stratum));
      total += weights.back();
    }
  };
  const auto size_of = [](const StratumCounts& stratum) {
    return static_cast<double>(stratum.pairs);
  };
  if (allocation == Allocation::equal) {
    weigh([](const StratumCounts&) { return 1.0; });
  } else if (allocation == Allocation::neyman) {
    weigh([&](const StratumCounts& stratum) {
      return size_of(stratum) * stratum.standard_deviation;
    });
    if (total == 0) weigh(size_of);
  } else {
    weigh(size_of);
  }
  std::vector<std::uint64_t> quotas(strata.size(), 0);
  const auto occupied = static_cast<std::uint64_t>(
      std::count_if(strata.begin(), strata.end(),
                    [](const StratumCounts& stratum) { return stratum.pairs > 0; }));
  std::uint64_t given = 0;
  if (count >= occupied) {
    for (size_t h = 0; h < strata.size(); ++h) quotas[h] = strata[h].pairs > 0 ? 1 : 0;
    given = occupied;
  }
  for (; given < count; ++given) {
    size_t neediest = strata.size();
    double most_below = 0;
    for (size_t h = 0; h < strata.size(); ++h) {
      if (quotas[h] >= strata[h].pairs) continue;
      const double below =
          weights[h] / total * static_cast<double>(count) - static_cast<double>(quotas[h]);
      if (neediest == strata.size() || below > most_below ||
          (below == most_below && strata[h].pairs > strata[neediest].pairs)) {
        neediest = h;
        most_below = below;
      }
    }
    if (neediest == strata.size()) break;
    ++quotas[neediest];
  }
  return quotas;
}

}  // namespace tandem::study
