// What selecting twelve pairs from a large catalogue costs: seconds, seconds on the CPU and peak
// resident memory of each method, each in a process of its own. The memory holds the catalogue.
//   pair_selection [WORKLOADS]      default 10000: 5·10⁷ pairs

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "study/selection/selection.h"
#include "tests/study/selection/made_up_catalogue.h"

namespace {

using namespace tandem;

struct Form {
  std::string name;
  study::SelectionOptions options;
};

std::vector<Form> forms() {
  std::vector<Form> all;
  for (const std::string& method : study::selection_methods()) {
    if (method == "seed") continue;  // its workloads are not in a made-up catalogue
    study::SelectionOptions options;
    options.method = method;
    all.push_back({method, options});
  }
  study::SelectionOptions crossed;
  crossed.method = "stratified";
  crossed.strata = {study::Criterion::domain, study::Criterion::complementarity,
                    study::Criterion::duration, study::Criterion::pair_memory};
  crossed.allocation = study::Allocation::neyman;
  all.push_back({"stratified, 4 crossed, Neyman", crossed});
  study::SelectionOptions medoids;
  medoids.method = "representative";
  medoids.spread = study::Spread::k_medoids;
  all.push_back({"representative, k-medoids", medoids});
  for (const char* method : {"random", "stratified", "representative", "hybrid"}) {
    study::SelectionOptions limited;
    limited.method = method;
    limited.at_most_per_model = 1;
    all.push_back({std::string(method) + ", each model once", limited});
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const size_t workloads = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
  const study::Catalogue catalogue = test::made_up_catalogue(workloads);
  fmt::print("{} workloads, {} feasible pairs, 12 selected\n\n{:<34}{:>10}{:>10}{:>10}\n",
             workloads, study::PairSpace(catalogue).size(), "method", "s", "CPU s", "peak MiB");
  for (const Form& form : forms()) {
    std::fflush(stdout);
    const pid_t child = ::fork();
    if (child == 0) {
      const auto begin = std::chrono::steady_clock::now();
      const study::PairSpace space(catalogue);
      const study::Selection selection = study::select_pairs(space, form.options);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
      rusage used{};
      ::getrusage(RUSAGE_SELF, &used);
      const double cpu_s = static_cast<double>(used.ru_utime.tv_sec) +
                           1e-6 * static_cast<double>(used.ru_utime.tv_usec);
      fmt::print("{:<34}{:>10.3f}{:>10.3f}{:>10.1f}\n", form.name, took.count(), cpu_s,
                 static_cast<double>(used.ru_maxrss) / 1024);
      std::fflush(stdout);
      std::_Exit(selection.pairs.size() == 12 ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status != 0) {
      fmt::print("{:<34}failed\n", form.name);
      return 1;
    }
  }
  return 0;
}
