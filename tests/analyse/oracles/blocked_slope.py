"""The slope within blocks by statsmodels, for tests/analyse/covariates_test.cpp; and lines through
pairs for interference_test.cpp. Run with Debian's /usr/bin/python3."""
import numpy
import statsmodels
import statsmodels.api as sm
from scipy import stats

print("statsmodels", statsmodels.__version__)
x = numpy.array([1, 4, 2, 7, 5, 9, 3, 8, 6, 10.0])
y = numpy.array([10.2, 11.1, 10.4, 20.3, 19.1, 20.9, 5.2, 6.6, 6.4, 40])
block = numpy.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 3])
dummies = numpy.equal.outer(block, numpy.unique(block)).astype(float)
fit = sm.OLS(y, numpy.column_stack([x, dummies])).fit()
low, high = fit.conf_int()[0]
print(f"slope {fit.params[0]:.15g} low {low:.15g} high {high:.15g} t {fit.tvalues[0]:.15g} "
      f"p {fit.pvalues[0]:.15g}")

memory = numpy.array([3.75, 2.4, 5.25, 0.9])
effect = numpy.array([12.0, 9.5, 17.25, 6.0])
line = sm.OLS(effect, sm.add_constant(memory)).fit()
low, high = line.conf_int()[1]
print(f"intercept {line.params[0]:.15g} slope {line.params[1]:.15g} low {low:.15g} "
      f"high {high:.15g} p {line.pvalues[1]:.15g} r2 {line.rsquared:.15g}")
print("spearman", stats.spearmanr(memory, effect)[0])
