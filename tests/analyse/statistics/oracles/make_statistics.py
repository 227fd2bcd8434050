#!/usr/bin/env python3
"""Writes the cases that the tests of statistics share, with the answers of scipy and statsmodels.

    /usr/bin/python3 make_statistics.py > python.json     (scripts/make-oracles calls it)

make_statistics.R reads the cases from there and adds the answers of R.
"""
import itertools
import json
import math
import random
import warnings

import numpy as np
import pandas
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import optimize, special, stats
from statsmodels.formula.api import mixedlm, ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

# They warn of small samples, on which the implementations are to agree all the same.
warnings.filterwarnings("ignore")
draw = random.Random(20220411)


def normal(n, mean=0.0, deviation=1.0, digits=3):
    return [round(draw.gauss(mean, deviation), digits) for _ in range(n)]


# ---- cases ----
PAIRS = {
    "six pairs": ([1.31, 0.92, 1.05, 1.77, 1.4, 1.12], [1.02, 0.95, 0.9, 1.3, 1.33, 1.0]),
    "three pairs": ([10.1, 12.3, 9.9], [9.0, 12.0, 9.5]),
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
    "two pairs": ([3.5, 1.25], [2.0, 1.5]),
    "five pairs": ([0.3, 0.8, 0.1, 0.9, 0.5], [1.2, 1.9, 1.1, 1.7, 1.0]),
    "nine with ties": ([1, 1, 2, 2, 2, 3, 4, 4, 5], [0, 3, 1, 1, 5, 2, 2, 6, 6]),
    "a partner without spread": ([3.0, 1.0, 4.0, 1.5], [2.0, 2.0, 2.0, 2.0]),
}
GROUPS = {
    "two of two": [[1.0, 1.5], [2.0, 4.0]],
    "two unequal": [normal(5), normal(9, 0.8, 2)],
    "three unequal": [normal(4), normal(7, 1), normal(6, 0.5, 3)],
    "ties": [[1, 2, 2, 3, 5], [2, 3, 3, 3], [4, 5, 5, 1, 2, 2]],
    "joule counters": [
        [1e9, 1e9 + 1, 1e9 + 5, 1e9 + 2], [1e9 + 4, 1e9 + 9, 1e9 + 7], [1e9 - 2, 1e9 + 3, 1e9 + 8, 1e9 + 6]],
    "no overlap": [[1.0, 1.2, 1.7, 2.0], [5.1, 6.0, 5.5]],
    "large": [normal(40), normal(35, 0.4), normal(60, 0.2, 2)],
    "large with ties": [normal(30, digits=0), normal(40, 0.7, digits=0)],
    "two of three": [[1.0, 2.5, 2.0], [4.0, 3.1, 7.0]],
    "one without spread": [[2, 2, 2, 2], [1, 4, 2, 3.5], [3, 5, 2.5]],
    "six of twelve": [normal(12, mean) for mean in (0, 0.3, 0.6, 1, 0, -0.5)],
}
BLOCKS = {
    "five by two": [[1.0, 1.5], [2.0, 2.5], [0.3, 0.4], [1.1, 1.9], [0.7, 1.7]],
    "four by three": [[1.1, 2.0, 3.3], [2.2, 2.1, 4.0], [0.9, 1.8, 1.7], [1.0, 3.1, 2.8]],
    "ties": [[1, 1, 2], [2, 3, 3], [1, 2, 3], [1, 1, 1], [3, 2, 2]],
    "twelve by five": [normal(5, i) for i in range(12)],
    "joule counters": [[1e9, 1e9 + 3, 1e9 + 1], [1e9 + 7, 1e9 + 8, 1e9 + 2], [1e9 - 1, 1e9 + 5, 1e9]],
}
SAMPLES = {
    "three": [1.2, 3.4, 2.0],
    "four": [0.1, 0.5, 0.2, 2.0],
    "five": [3.0, 1.0, 4.0, 1.5, 9.0],
    "eleven": normal(11),
    "twelve": normal(12),
    "fifty": normal(50),
    "fifty skewed": [round(math.exp(value), 3) for value in normal(50)],
    "ties": [1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 4, 7],
    "joule counters": [1e9 + value for value in (0, 1, 2, 4, 4, 9, 3)],
    "two thousand": normal(2000),
}


def anova_case(cells, block_count, missing=(), offset=0.0):
    """Factor levels 0 … of a and b, blocks, and a response with effects of each."""
    a, b, block, y = [], [], [], []
    for (i, j), count in cells.items():
        if (i, j) in missing:
            continue
        for k in range(count):
            a.append(i)
            b.append(j)
            block.append((k + i) % block_count)
            y.append(offset + round(0.8 * i - 0.5 * j + 0.4 * i * j + 0.6 * block[-1] + draw.gauss(0, 1), 3))
    return {"a": a, "b": b, "block": block, "response": y}


ANOVA = {
    "balanced": anova_case({(i, j): 4 for i in range(2) for j in range(3)}, 4),
    "unbalanced": anova_case({(0, 0): 5, (0, 1): 3, (0, 2): 6, (1, 0): 2, (1, 1): 7, (1, 2): 4}, 3),
    "joule counters": anova_case({(0, 0): 5, (0, 1): 3, (1, 0): 2, (1, 1): 7}, 3, offset=1e9),
    "missing cells": anova_case({(i, j): 3 + i for i in range(3) for j in range(4)}, 3,
                                missing=((0, 3), (2, 1))),
}
X = normal(20, 3, 2)
Z = normal(20, 100, 20)
REGRESSION = {
    "one predictor": {"response": [round(2 + 0.7 * x + draw.gauss(0, 0.5), 3) for x in X[:6]], "predictors": [X[:6]]},
    "two predictors": {"response": [round(1 - x + 0.02 * z + draw.gauss(0, 1), 3) for x, z in zip(X, Z)],
                       "predictors": [X, Z]},
    "offsets": {"response": [1e9 + round(x + draw.gauss(0, 1), 3) for x in X], "predictors": [[1e9 + x for x in X]]},
}
# Longley (1967), J. Am. Stat. Assoc. 62, 819–841: nearly collinear.
LONGLEY = sm.datasets.longley.load_pandas()
REGRESSION["Longley"] = {"response": list(map(float, LONGLEY.endog)),
                         "predictors": [list(map(float, LONGLEY.exog[name])) for name in LONGLEY.exog]}


def mixed_case(sizes, group_deviation, offset=0.0, with_group_predictor=True):
    group, x, w, y = [], [], [], []
    for g, size in enumerate(sizes):
        shift = draw.gauss(0, group_deviation)
        of_group = round(draw.gauss(0, 1), 3)
        for i in range(size):
            group.append(g)
            x.append(float(i % 2))
            w.append(of_group)
            y.append(offset + round(1 + 0.5 * x[-1] + 0.3 * of_group + shift + draw.gauss(0, 0.7), 4))
    return {"group": group, "predictors": [x, w] if with_group_predictor else [x], "response": y}


MIXED = {
    "balanced": mixed_case([6] * 12, 1.0),
    "unbalanced": mixed_case([2, 5, 3, 8, 1, 4, 6, 2, 7, 3], 0.8),
    "one predictor": mixed_case([2] * 12, 1.5, with_group_predictor=False),
    "offset": mixed_case([4, 3, 5, 6, 2, 4, 4], 1.0, offset=1e6),
    # The groups' means differ less than chance would have it: the estimate of their variance is 0.
    "no group effect": {"group": [i // 4 for i in range(24)], "predictors": [[float(i % 2) for i in range(24)]],
                        "response": [[-1.0, 0.5, 0.2, 0.4][(i + i // 4) % 4] + i % 2 + i / 100 for i in range(24)]},
}
FAMILIES = [[0.04, 0.001, 0.03, 0.5], [0.01], [0.2, 0.2, 0.01, 0.9, 1.0, 0.0], normal(0)]


# ---- answers ----
def t_quantile_975(degrees_of_freedom):
    """stats.t.ppf of scipy 1.10 is off by 4e-10; the incomplete beta function is not."""
    x = special.betaincinv(degrees_of_freedom / 2, 0.5, 0.05)
    return math.sqrt(degrees_of_freedom * (1 / x - 1))


def signed_rank_p(difference):
    """By all ways to place the signs; scipy's own exact p knows no ties."""
    def positive_ranks(values):
        return stats.rankdata(abs(values))[values > 0].sum()
    return stats.permutation_test((difference,), positive_ranks, permutation_type="samples", vectorized=False,
                                  n_resamples=np.inf).pvalue


def wilcoxon(difference):
    nonzero = difference[difference != 0]
    if len(nonzero) > 50:
        answer = stats.wilcoxon(nonzero, mode="approx", correction=False)
        return float(answer.statistic), float(answer.pvalue), False
    statistic = stats.wilcoxon(nonzero, mode="approx").statistic
    return float(statistic), float(signed_rank_p(nonzero)), True


def spearman_p(first, second):
    """Twice the smaller tail over all pairings: scipy enumerates up to nine; for up to twelve the sums of the
    products of doubled ranks are counted here, one value of `first` after the other."""
    x, y = stats.rankdata(first), stats.rankdata(second)
    n = len(x)
    if n > 12:
        return stats.spearmanr(first, second).pvalue
    if n <= 9:
        return stats.permutation_test((x,), lambda order: order @ y, permutation_type="pairings", vectorized=False,
                                      n_resamples=np.inf).pvalue
    x, y = np.rint(2 * x).astype(int), np.rint(2 * y).astype(int)
    ways = {0: {0: 1}}
    for value in x:
        grown = {}
        for taken, sums in ways.items():
            for j in range(n):
                if not taken >> j & 1:
                    into = grown.setdefault(taken | 1 << j, {})
                    for total, count in sums.items():
                        into[total + value * y[j]] = into.get(total + value * y[j], 0) + count
        ways = grown
    (sums,) = ways.values()
    lower = sum(count for total, count in sums.items() if total <= x @ y)
    upper = sum(count for total, count in sums.items() if total >= x @ y)
    return min(1, 2 * min(lower, upper) / math.factorial(n))


def kruskal(groups):
    """Exact where the tests of tandem are: up to 100,000 ways to deal the values into the groups."""
    answer = stats.kruskal(*groups)
    ways = math.factorial(sum(map(len, groups)))
    for group in groups:
        ways //= math.factorial(len(group))
    if ways > 100000:
        return answer.statistic, answer.pvalue, False
    ranks = np.split(stats.rankdata(np.concatenate(groups)), np.cumsum([len(group) for group in groups])[:-1])
    def squares(*dealt):
        return sum(group.sum() ** 2 / len(group) for group in dealt)
    exact = stats.permutation_test(ranks, squares, vectorized=False, n_resamples=np.inf, alternative="greater")
    return answer.statistic, exact.pvalue, True


def friedman(blocks):
    """Exact where there are few enough orders within the blocks for scipy to go through. The statistic of two
    treatments is left to R, for scipy refuses them."""
    n, k = len(blocks), len(blocks[0])
    statistic, p = stats.friedmanchisquare(*np.array(blocks).T) if k > 2 else (None, None)
    if math.factorial(k) ** n > 100000:
        return {"friedman": statistic, "friedman_p": p, "friedman_exact": False}
    columns = tuple(np.array([stats.rankdata(block) for block in blocks]).T)
    def squares(*treatments):
        return sum(treatment.sum() ** 2 for treatment in treatments)
    exact = stats.permutation_test(columns, squares, permutation_type="samples", vectorized=False,
                                   n_resamples=np.inf, alternative="greater")
    return {"friedman": statistic, "friedman_p": exact.pvalue, "friedman_exact": True}


def correction(m):
    return math.exp(math.lgamma(m / 2) - math.lgamma((m - 1) / 2)) / math.sqrt(m / 2)


def pair_answers(first, second):
    first, second = np.array(first, dtype=float), np.array(second, dtype=float)
    difference = first - second
    n = len(difference)
    t_test = stats.ttest_rel(first, second)
    half_width = t_quantile_975(n - 1) * stats.sem(difference)
    statistic, p, exact = wilcoxon(difference)
    scale = difference.std(ddof=1)
    tost_p, tost_low, tost_high = DescrStatsW(difference).ttost_mean(-scale, 2 * scale)
    correlations = {}
    if n > 2 and second.std() > 0:
        # r of values with an offset: of the values less the offset.
        pearson = stats.pearsonr(first - first[0], second - first[0])
        correlations = {
            "pearson": pearson.statistic, "pearson_p": pearson.pvalue,
            "pearson_interval": list(pearson.confidence_interval()) if n > 3 else None,
            "spearman": stats.spearmanr(first, second).correlation, "spearman_p": spearman_p(first, second),
        }
    return {
        "mean": difference.mean(), "standard_deviation": scale, "median": float(np.median(difference)),
        "quantile_20": float(np.quantile(difference, 0.2)),
        "interval": [difference.mean() - half_width, difference.mean() + half_width],
        "t": t_test.statistic, "t_p": t_test.pvalue,
        "wilcoxon": statistic, "wilcoxon_p": p, "wilcoxon_exact": exact,
        "hedges_g": correction(n - 1) * difference.mean() / scale if n > 2 else None,
        "tost_bounds": [-scale, 2 * scale], "tost_p": tost_p,
        **correlations,
    }


def mann_whitney(first, second):
    u = stats.mannwhitneyu(first, second).statistic
    n = len(first) + len(second)
    if n > 50:
        return u, stats.mannwhitneyu(first, second, use_continuity=False, method="asymptotic").pvalue
    if math.comb(n, len(first)) > 200000:  # too many to enumerate; without ties scipy counts them
        assert len(set(first) | set(second)) == n
        return u, stats.mannwhitneyu(first, second, method="exact").pvalue
    def rank_sum(left, right):
        return stats.rankdata(np.concatenate([left, right]))[:len(left)].sum()
    return u, stats.permutation_test((np.array(first), np.array(second)), rank_sum, vectorized=False,
                                     n_resamples=np.inf).pvalue


def cliffs_delta(first, second):
    """Feng and Cliff (2004), by the matrix of all comparisons."""
    d = np.array([[np.sign(x - y) for y in second] for x in first])
    n, m = d.shape
    delta = d.mean()
    if abs(delta) == 1:
        z, smaller = stats.norm.ppf(0.975), min(n, m)
        bound = (smaller - z * z) / (smaller + z * z)
        return delta, [bound, 1] if delta > 0 else [-1, -bound]
    variance = (m * m * ((d.mean(axis=1) - delta) ** 2).sum() + n * n * ((d.mean(axis=0) - delta) ** 2).sum()
                - ((d - delta) ** 2).sum()) / (n * m * (n - 1) * (m - 1))
    variance = max(variance, (1 - delta**2) / (n * m - 1))
    reach = t_quantile_975(n + m - 2) * math.sqrt(variance)
    half_width = reach * math.sqrt((1 - delta**2) ** 2 + reach**2)
    divisor = 1 - delta**2 + reach**2
    return delta, [max(-1, (delta - delta**3 - half_width) / divisor), min(1, (delta - delta**3 + half_width) / divisor)]


def two_group_answers(first, second):
    centre = first[0]
    first, second = [x - centre for x in first], [x - centre for x in second]
    welch = stats.ttest_ind(first, second, equal_var=False)
    u, u_p = mann_whitney(first, second)
    n, m = len(first), len(second)
    pooled = math.sqrt(((n - 1) * np.var(first, ddof=1) + (m - 1) * np.var(second, ddof=1)) / (n + m - 2))
    delta, delta_interval = cliffs_delta(first, second)
    compare = CompareMeans(DescrStatsW(first), DescrStatsW(second))
    return {
        "welch": welch.statistic, "welch_p": welch.pvalue, "u": u, "u_p": u_p,
        "hedges_g": correction(n + m - 2) * (np.mean(first) - np.mean(second)) / pooled,
        "cliffs_delta": delta, "cliffs_delta_interval": delta_interval,
        "tost_welch_p": compare.ttost_ind(-pooled, pooled, usevar="unequal")[0], "tost_bounds": [-pooled, pooled],
    }


def noncentral_f_cdf(f, df, error_df, noncentrality):
    """The mixture of central ones; scipy 1.10 and R are off by up to 1e-6 and 1e-9."""
    half = noncentrality / 2
    mixed = np.arange(int(half + 40 * math.sqrt(half + 1) + 60))
    weights = stats.poisson.pmf(mixed, half)
    return float(weights @ special.betainc(df / 2 + mixed, error_df / 2, df * f / (df * f + error_df)))


def f_noncentrality(f, df, error_df, tail):
    if noncentral_f_cdf(f, df, error_df, 0) <= tail:
        return 0.0
    return optimize.brentq(lambda nc: noncentral_f_cdf(f, df, error_df, nc) - tail, 0, 1000, xtol=1e-13, rtol=1e-14)


def anova_power(effect_f, groups, n):
    total = groups * n
    critical = special.fdtri(groups - 1, total - groups, 0.95)
    return 1 - noncentral_f_cdf(critical, groups - 1, total - groups, effect_f**2 * total)


def group_answers(groups):
    centre = groups[0][0]
    shifted = [[x - centre for x in group] for group in groups]
    f, p = stats.f_oneway(*shifted)
    n, k = sum(map(len, groups)), len(groups)
    levene = stats.levene(*shifted, center="median")
    levene_mean = stats.levene(*shifted, center="mean")
    h, h_p, h_exact = kruskal(shifted)
    limits = [f_noncentrality(f, k - 1, n - k, tail) for tail in (0.95, 0.05)]
    tukey = stats.tukey_hsd(*shifted)
    interval = tukey.confidence_interval(0.95)
    has_levene = math.isfinite(levene.statistic) and max(map(len, groups)) > 2
    return {
        "f": f, "f_p": p,
        "omega_squared": (k - 1) * (f - 1) / ((k - 1) * (f - 1) + n),
        "omega_squared_interval": [limit / (limit + n) for limit in limits],
        "levene": levene.statistic if has_levene else None, "levene_p": levene.pvalue if has_levene else None,
        "levene_mean": levene_mean.statistic if has_levene else None,
        "kruskal": h, "kruskal_p": h_p, "kruskal_exact": h_exact,
        "tukey": [{"first": i, "second": j, "difference": np.mean(shifted[i]) - np.mean(shifted[j]),
                   "p": tukey.pvalue[i, j], "interval": [interval.low[i, j], interval.high[i, j]]}
                  for i, j in itertools.combinations(range(k), 2)],
        "first_two": two_group_answers(groups[0], groups[1]),
    }


def anova_answers(case):
    frame = pandas.DataFrame(case)
    frame["response"] -= frame["response"].iloc[0]
    # statsmodels counts the missing cells as parameters; R has that case.
    table = anova_lm(ols("response ~ C(block) + C(a) * C(b)", frame).fit(), typ=2)
    return {name: {"squares": table.loc[row, "sum_sq"], "df": table.loc[row, "df"], "f": table.loc[row, "F"],
                   "p": table.loc[row, "PR(>F)"]}
            for name, row in (("block", "C(block)"), ("a", "C(a)"), ("b", "C(b)"), ("a × b", "C(a):C(b)"))}


def regression_answers(case):
    fitted = sm.OLS(case["response"], sm.add_constant(np.array(case["predictors"]).T)).fit()
    return {"coefficients": list(fitted.params), "errors": list(fitted.bse), "p": list(fitted.pvalues),
            "r_squared": fitted.rsquared}


def mixed_answers(case):
    columns = {f"x{i}": values for i, values in enumerate(case["predictors"])}
    frame = pandas.DataFrame({"y": case["response"], "group": case["group"], **columns})
    offset = frame["y"].mean()
    frame["y"] -= offset
    fitted = mixedlm("y ~ " + " + ".join(columns), frame, groups="group").fit(reml=True, gtol=1e-12)
    coefficients = list(fitted.fe_params)
    coefficients[0] += offset
    return {"coefficients": coefficients, "group_variance": float(fitted.cov_re.iloc[0, 0]),
            "residual_variance": fitted.scale}


def bca(replicates, estimate, without_each):
    replicates, without_each = np.array(replicates), np.array(without_each)
    z0 = stats.norm.ppf(np.mean((replicates < estimate) + 0.5 * (replicates == estimate)))
    deviation = without_each.mean() - without_each
    a = (deviation**3).sum() / (6 * (deviation**2).sum() ** 1.5)
    shares = [stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))) for z in stats.norm.ppf([0.025, 0.975])]
    return list(np.quantile(replicates, shares))


def bootstrap_answers(values):
    values = np.array(values)
    rng = np.random.default_rng(3)
    replicates = [float(np.median(rng.choice(values, len(values)))) for _ in range(400)]
    without_each = [float(np.median(np.delete(values, i))) for i in range(len(values))]
    by_scipy = stats.bootstrap((values,), np.mean, method="BCa", n_resamples=200000, batch=1000,
                               random_state=np.random.default_rng(4)).confidence_interval
    return {"values": list(values), "estimate": float(np.median(values)), "replicates": replicates,
            "without_each": without_each, "interval": bca(replicates, float(np.median(values)), without_each),
            "mean_interval_by_scipy": list(by_scipy)}


def plain(value):
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, (np.floating, float)):
        value = float(value)
        return value if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


print(json.dumps(plain({
    "scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "numpy": np.__version__,
    "pairs": {name: {"first": first, "second": second, "answers": pair_answers(first, second)}
              for name, (first, second) in PAIRS.items()},
    "groups": {name: {"groups": groups, "answers": group_answers(groups)} for name, groups in GROUPS.items()},
    "blocks": {name: {"blocks": blocks, **friedman(blocks)}
               for name, blocks in BLOCKS.items()},
    "samples": {name: {"values": values, "w": stats.shapiro(values).statistic, "p": stats.shapiro(values).pvalue}
                for name, values in SAMPLES.items()},
    "anova": {name: {**case, "answers": None if name == "missing cells" else anova_answers(case)}
              for name, case in ANOVA.items()},
    "regression": {name: {**case, "answers": None if name in ("offsets", "Longley") else regression_answers(case)}
                   for name, case in REGRESSION.items()},
    "mixed": {name: {**case, "answers": None if name == "no group effect" else mixed_answers(case)}
              for name, case in MIXED.items()},
    "families": [{"p": family, "holm": list(multipletests(family, method="holm")[1]) if family else [],
                  "benjamini_hochberg": list(multipletests(family, method="fdr_bh")[1]) if family else []}
                 for family in FAMILIES],
    "anova_power": [{"f": f, "groups": k, "n": n, "power": anova_power(f, k, n)}
                    for f in (0.1, 0.4, 1) for k in (2, 3, 6) for n in (2, 5, 12)],
    "studentized_range": [{"q": q, "groups": k, "df": df, "upper_tail": stats.studentized_range.sf(q, k, df)}
                          for q in (0.5, 2, 3.5, 6, 15) for k in (2, 3, 6, 20) for df in (1, 2, 5, 30, 400)],
    "bootstrap": bootstrap_answers(SAMPLES["fifty skewed"][:25]),
}), indent=1, ensure_ascii=False))
