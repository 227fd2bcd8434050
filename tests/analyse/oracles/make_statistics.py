#!/usr/bin/env python3
"""Writes statistics.json, the answers of scipy that statistics_test.cpp compares with.

Run with Debian's interpreter: /usr/bin/python3 make_statistics.py > statistics.json
"""
import json
import math
import warnings

import numpy
import scipy
from scipy import special, stats

# It warns of small samples, on which the two implementations are to agree all the same.
warnings.filterwarnings("ignore", message="Sample size too small")

CASES = {
    "six pairs": ([1.31, 0.92, 1.05, 1.77, 1.4, 1.12], [1.02, 0.95, 0.9, 1.3, 1.33, 1.0]),
    "twelve pairs": (
        [0.113, 0.254, -0.04, 0.332, 0.081, 0.192, 0.151, 0.02, 0.27, 0.301, 0.099, 0.18],
        [0.1, 0.2, 0.01, 0.28, 0.103, 0.11, 0.16, 0.033, 0.19, 0.22, 0.12, 0.07],
    ),
    "joule counters": (
        [1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4],
        [1e9 - 3, 1e9 + 2, 1e9 - 6, 1e9 - 1, 1e9 - 5],
    ),
    "ties": ([1, 2, 3, 4, 5, 6, 7, 8], [0, 1, 5, 2, 8, 4, 5, 2]),
    "ties and zeros": ([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 3, 2, 8, 4, 5, 2]),
    "sixty pairs": (
        [math.sin(i) + 0.3 + i / 1000 for i in range(60)],
        [math.cos(1.7 * i) for i in range(60)],
    ),
}


def hedges_g(difference):
    m = len(difference) - 1
    correction = math.exp(math.lgamma(m / 2) - math.lgamma((m - 1) / 2)) / math.sqrt(m / 2)
    return correction * numpy.mean(difference) / numpy.std(difference, ddof=1)


def t_quantile_975(degrees_of_freedom):
    """stats.t.ppf of scipy 1.10 is off by 4e-10; the incomplete beta function is not."""
    x = special.betaincinv(degrees_of_freedom / 2, 0.5, 0.05)
    return math.sqrt(degrees_of_freedom * (1 / x - 1))


def case(name, first, second):
    difference = numpy.array(first, dtype=float) - numpy.array(second, dtype=float)
    n = len(difference)
    nonzero = difference[difference != 0]
    exact = len(nonzero) == n and n <= 50 and len(set(abs(nonzero))) == n
    t_test = stats.ttest_rel(first, second)
    wilcoxon = stats.wilcoxon(nonzero, mode="exact" if exact else "approx", correction=False)
    half_width = t_quantile_975(n - 1) * stats.sem(difference)
    return {
        "name": name,
        "first": list(map(float, first)),
        "second": list(map(float, second)),
        "mean": difference.mean(),
        "standard_deviation": difference.std(ddof=1),
        "median": float(numpy.median(difference)),
        "interval": [difference.mean() - half_width, difference.mean() + half_width],
        "t": t_test.statistic,
        "t_p": t_test.pvalue,
        "wilcoxon": float(wilcoxon.statistic),
        "wilcoxon_p": float(wilcoxon.pvalue),
        "wilcoxon_exact": exact,
        "hedges_g": hedges_g(difference),
    }


print(json.dumps({"scipy": scipy.__version__, "numpy": numpy.__version__,
                  "cases": [case(name, *values) for name, values in CASES.items()]}, indent=1))
