#!/usr/bin/python3
"""What statsmodels and scipy say of a split plot: changes of sensitivity of pairs of three types to two
hyperparameters. tests/analyse/kind_interaction_test.cpp compares ours with it.

    tests/analyse/statistics/oracles/make_split_plot.py > tests/analyse/statistics/oracles/split_plot.json

Within pairs the models are nested, each with full rank: the pairs; and the hyperparameter; and its product with
the types. Between pairs the means of the pairs that have both are compared.
"""
import json

import numpy as np
import pandas
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.anova import anova_lm

TYPES = ["low+low", "low+low", "low+low", "low+high", "low+high", "low+high", "low+high", "high+high", "high+high"]
CHANGES = {
    "learning_rate": [0.021, -0.034, 0.052, 0.148, 0.093, 0.177, 0.121, 0.262, 0.305],
    "epochs": [0.102, 0.044, 0.087, 0.061, 0.119, 0.082, 0.038, 0.071, 0.033],
}
CASES = {
    "balanced": {name: dict(enumerate(values)) for name, values in CHANGES.items()},
    # The third pair has no change of epochs, the eighth none of the learning rate.
    "missing": {"learning_rate": {i: v for i, v in enumerate(CHANGES["learning_rate"]) if i != 7},
                "epochs": {i: v for i, v in enumerate(CHANGES["epochs"]) if i != 2}},
}


def answers(changes):
    rows = pandas.DataFrame([(pair, TYPES[pair], name, value) for name, of_pair in changes.items()
                             for pair, value in of_pair.items()], columns=["pair", "type", "hyperparameter", "change"])
    pairs = pandas.get_dummies(rows["pair"]).to_numpy(float)
    epochs = (rows["hyperparameter"] == "epochs").to_numpy(float)[:, None]
    types = pandas.get_dummies(rows["type"]).to_numpy(float)[:, 1:]
    fits = [sm.OLS(rows["change"], np.hstack(columns)).fit()
            for columns in ([pairs], [pairs, epochs], [pairs, epochs, epochs * types])]
    # Each row's F has the residuals of the last model as its error; its p in statsmodels 0.13 the degrees of
    # freedom of the row's own model, so that it is taken from scipy.
    table = anova_lm(*fits)
    error_df = fits[-1].df_resid
    complete = rows.groupby("pair").filter(lambda of_pair: len(of_pair) == 2)
    means = complete.groupby(["type", "pair"])["change"].mean()
    groups = [of_type.to_numpy() for _, of_type in means.groupby("type")]
    between = stats.f_oneway(*groups)
    def row(f, df, error, n):
        return {"f": f, "p": stats.f.sf(f, df, error), "df": df, "error_df": error, "omega_squared": df * (f - 1) / (df * (f - 1) + n)}
    return {"type": row(between.statistic, len(groups) - 1, len(means) - len(groups), len(means)),
            "hyperparameter": row(table["F"][1], table["df_diff"][1], error_df, len(rows)),
            "type × hyperparameter": row(table["F"][2], table["df_diff"][2], error_df, len(rows))}


print(json.dumps({
    "scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "types": TYPES,
    "cases": {name: {"changes": {hyperparameter: sorted(of_pair.items()) for hyperparameter, of_pair in case.items()},
                     "answers": answers(case)} for name, case in CASES.items()},
}, indent=1, ensure_ascii=False))
