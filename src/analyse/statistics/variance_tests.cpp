#include "analyse/statistics/variance_tests.h"

#include <cmath>

#include "analyse/statistics/anova.h"
#include "analyse/statistics/descriptive.h"

namespace tandem::analyse {

TestResult levene_test(std::span<const std::vector<double>> groups, Centre centre) {
  const std::string name =
      centre == Centre::median ? "Levene test (about the median)" : "Levene test (about the mean)";
  std::vector<std::vector<double>> distances;
  size_t n = 0;
  bool equal = true;
  for (const std::vector<double>& group : groups) {
    n += group.size();
    if (const std::string problem = why_unusable(group, 2); !problem.empty()) {
      return no_test(name, n, "a group: " + problem);
    }
    std::vector<double>& distance = distances.emplace_back();
    for (const double value : group) distance.push_back(value - group[0]);
    const Reading middle = centre == Centre::median ? median(distance) : mean(distance);
    if (!middle) return no_test(name, n, "a group: " + middle.reason());
    for (double& value : distance) value = std::abs(value - *middle);
    // The rounding of a distance is that of the values, not of the (much smaller) distances.
    const Reading deviation = sample_standard_deviation(distance);
    equal = equal && deviation && is_rounding(*deviation, {group});
  }
  if (groups.size() >= 2 && equal) {
    return no_test(name, n, "the distances from the centre are equal within each group");
  }
  TestResult test = one_way_anova(distances);
  test.name = name;
  return test;
}

}  // namespace tandem::analyse
