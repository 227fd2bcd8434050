#!/usr/bin/python3
"""What an analyst would write with pandas and scipy for the table of simulated_runs.py: the tables and tests
that `tandem analyse --table` makes of it (the mixed model, which scipy has not, is left out here).

    bench/table_analysis_pandas.py FOLDER     prints a JSON summary, which bench/table_speed compares

Bootstraps draw repetitions with a numpy generator; everything else is a merge, a group-by or a test of scipy.
"""
import json
import pathlib
import sys

import numpy as np
import pandas as pd
from scipy import stats

RESAMPLES = 999
RESPONSES = {"performance": "accuracy", "energy": "energy_kj", "duration": "duration_s"}
EFFECTS = ["makespan_overhead", "energy_saving", "concurrent_overhead_a", "concurrent_overhead_b", "energy_change_a",
           "energy_change_b", "performance_change_a", "performance_change_b", "interference_a", "interference_b"]
SAVING, LINEAR = {"energy_saving"}, {e for e in EFFECTS if e.startswith(("performance", "interference"))}


def holm(p):
    order = np.argsort(p)
    adjusted = np.maximum.accumulate(np.minimum(1, np.arange(len(p), 0, -1) * np.asarray(p)[order]))
    return adjusted[np.argsort(order)]


def benjamini_hochberg(p):
    order = np.argsort(p)
    scaled = len(p) / np.arange(1, len(p) + 1) * np.asarray(p)[order]
    return np.minimum.accumulate(scaled[::-1])[::-1][np.argsort(order)]


def read(folder):
    models = json.loads((folder / "map.json").read_text())["models"]
    of_models = pd.CategoricalDtype(list(models))
    frame = pd.read_csv(folder / "runs.csv", dtype={"model": of_models, "beside": of_models})
    for name in ("learning_rate", "epochs"):
        defaults = frame["model"].map({model: entry["defaults"][name] for model, entry in models.items()}).astype(float)
        frame[f"factor_{name}"] = (frame[name] / defaults).round(6)
    # A row differs from the defaults in one of the two, or none.
    names = {(1.0, 1.0): "default"}
    keys = frame[["factor_learning_rate", "factor_epochs"]].drop_duplicates()
    for rate, epochs in keys.itertuples(index=False):
        if rate != 1 or epochs != 1:
            names[rate, epochs] = f"learning_rate_x{rate:g}" if rate != 1 else f"epochs_x{epochs:g}"
    settings = pd.DataFrame([(*key, name) for key, name in names.items()],
                            columns=["factor_learning_rate", "factor_epochs", "setting"])
    settings["setting"] = settings["setting"].astype("category")
    return frame.merge(settings, on=["factor_learning_rate", "factor_epochs"], how="left"), models


def blocks_of(frame):
    """One row a pair, setting and repetition: concurrent and solo figures of A and B."""
    columns = ["model", "repetition", "setting", *RESPONSES.values()]
    alone = frame[frame["beside"].isna()][columns]
    beside = frame[frame["beside"].notna()]
    is_a = beside["model"].cat.codes < beside["beside"].cat.codes
    joined = beside[is_a].merge(beside[~is_a], on="run", suffixes=("_a", "_b"))
    joined = joined.rename(columns={"repetition_a": "repetition", "setting_b": "setting", "position_a": "position"})
    solo_a = alone[alone["setting"] == "default"].drop(columns="setting").add_suffix("_solo_a")
    solo_b = alone.add_suffix("_solo_b")
    joined = joined.merge(solo_a, left_on=["model_a", "repetition"], right_on=["model_solo_a", "repetition_solo_a"])
    return joined.merge(solo_b, left_on=["model_b", "repetition", "setting"],
                        right_on=["model_solo_b", "repetition_solo_b", "setting_solo_b"])


def add_effects(blocks):
    for role in "ab":
        blocks[f"concurrent_overhead_{role}"] = blocks[f"duration_s_{role}"] / blocks[f"duration_s_solo_{role}"] - 1
        blocks[f"energy_change_{role}"] = blocks[f"energy_kj_{role}"] / blocks[f"energy_kj_solo_{role}"] - 1
        blocks[f"performance_change_{role}"] = blocks[f"accuracy_{role}"] / blocks[f"accuracy_solo_{role}"] - 1
        blocks[f"interference_{role}"] = blocks[f"performance_change_{role}"].abs()
    solo_s = blocks["duration_s_solo_a"] + blocks["duration_s_solo_b"]
    solo_kj = blocks["energy_kj_solo_a"] + blocks["energy_kj_solo_b"]
    blocks["makespan"] = blocks[["duration_s_a", "duration_s_b"]].max(axis=1)
    blocks["makespan_overhead"] = blocks["makespan"] / solo_s - 1
    blocks["pair_kj"] = blocks["energy_kj_a"] + blocks["energy_kj_b"]
    blocks["energy_saving"] = 1 - blocks["pair_kj"] / solo_kj
    blocks["solo_s"], blocks["solo_kj"] = solo_s, solo_kj
    pairs = blocks[["model_a", "model_b"]].drop_duplicates().astype(str)
    pairs["pair"] = (pairs["model_a"] + " + " + pairs["model_b"]).astype("category")
    dtype = blocks["model_a"].dtype
    pairs = pairs.astype({"model_a": dtype, "model_b": dtype})
    blocks = blocks.merge(pairs, on=["model_a", "model_b"])
    for effect in EFFECTS:
        values = blocks[effect]
        blocks[f"scaled_{effect}"] = (values if effect in LINEAR else np.log1p(-values if effect in SAVING else values))
    return blocks


def with_interval(grouped):
    table = grouped.agg(["count", "mean", "std"])
    half = stats.t.ppf(0.975, table["count"] - 1) * table["std"] / np.sqrt(table["count"])
    return table.assign(low=table["mean"] - half, high=table["mean"] + half)


def summaries(blocks):
    tables = {}
    for effect in EFFECTS:
        scaled = f"scaled_{effect}"
        if effect.endswith("_a"):  # one solo run of A a repetition: its settings are no replicates
            units = blocks.groupby(["pair", "repetition"], observed=True)[scaled].mean()
            tables[effect] = with_interval(units.groupby("pair", observed=True))
        else:
            tables[effect] = with_interval(blocks.groupby("pair", observed=True)[scaled])
        tables[effect, "by setting"] = with_interval(blocks.groupby(["pair", "setting"], observed=True)[scaled])
    for figure in ("solo_s", "makespan", "solo_kj", "pair_kj"):
        tables[figure] = with_interval(blocks.groupby(["pair", "setting"], observed=True)[figure])
    return tables


def tost(values, low, high):
    return max(stats.ttest_1samp(values, low, alternative="greater").pvalue,
               stats.ttest_1samp(values, high, alternative="less").pvalue)


def overall(tables):
    rows = []
    for effect in EFFECTS:
        if effect.startswith("interference"):
            continue
        means = tables[effect]["mean"].to_numpy()
        rows.append({"effect": effect, "mean": means.mean(), "p": stats.ttest_1samp(means, 0).pvalue,
                     "wilcoxon": stats.wilcoxon(means).pvalue,
                     "tost": tost(means, -0.05, 0.05) if effect in LINEAR else tost(means, np.log(0.95), np.log(1.05))})
    table = pd.DataFrame(rows)
    return table.assign(adjusted=holm(table["p"]))


def groupings(tables, models):
    memory = {name: entry["memory_mb"] for name, entry in models.items()}
    util = {name: entry["gpu_util_percent"] for name, entry in models.items()}
    def memory_class(mb):
        return "low" if mb <= 1500 else "medium" if mb <= 2500 else "high"
    rows = []
    for effect in EFFECTS:
        means = tables[effect]["mean"].reset_index()
        names = means["pair"].astype(str).str.split(" \\+ ", expand=True)
        means["type"] = names[0].map(memory).map(memory_class) + "+" + names[1].map(memory).map(memory_class)
        lower = np.minimum(names[0].map(util), names[1].map(util))
        upper = np.maximum(names[0].map(util), names[1].map(util))
        means["complementarity"] = np.select([(upper > 70) & (lower < 30), upper + lower > 150], ["complementary", "competing"], "neutral")
        means["memory_class"] = np.maximum(names[0].map(memory), names[1].map(memory)).map(memory_class)
        for kind in ("type", "complementarity", "memory_class"):
            groups = [group["mean"].to_numpy() for _, group in means.groupby(kind)]
            groups = [group for group in groups if len(group) > 0]
            if len(groups) > 1:
                rows.append({"effect": effect, "by": kind, "p": stats.f_oneway(*groups).pvalue,
                             "kruskal": stats.kruskal(*groups).pvalue})
        for figure in (names[0].map(memory) + names[1].map(memory), names[0].map(util) + names[1].map(util)):
            stats.linregress(figure, means["mean"])
    table = pd.DataFrame(rows)
    return table.assign(adjusted=benjamini_hochberg(table["p"]))


def sensitivities(blocks):
    """One row a pair, setting but the default, repetition and response, solo and concurrent."""
    factors = blocks["factor_learning_rate_b"].where(blocks["factor_learning_rate_b"] != 1, blocks["factor_epochs_b"])
    frame = blocks.assign(factor=factors)
    default = frame[frame["setting"] == "default"]
    changed = frame[frame["setting"] != "default"].merge(default, on=["pair", "repetition"], suffixes=("", "_default"))
    parts = []
    for response, column in RESPONSES.items():
        part = changed[["pair", "repetition", "setting", "factor"]].copy()
        of_setting = {name: name.rsplit("_x", 1)[0] for name in part["setting"].cat.categories}
        part["hyperparameter"] = part["setting"].map(of_setting).astype("category")
        part["response"] = response
        for mode, suffix in (("solo", "_solo_b"), ("concurrent", "_b")):
            ratio = changed[column + suffix] / changed[column + suffix + "_default"]
            part[f"{mode}_percent"] = (ratio - 1) / (part["factor"] - 1)
            part[f"{mode}_log"] = np.log(ratio) / np.log(part["factor"])
        parts.append(part)
    return pd.concat(parts, ignore_index=True), changed


def sensitivity_tests(table):
    keys = ["hyperparameter", "response"]
    of_repetition = table.groupby([*keys, "pair", "repetition"], observed=True)[["solo_log", "concurrent_log"]].mean().reset_index()
    of_pair = table.groupby([*keys, "pair"], observed=True)[["solo_log", "concurrent_log"]].mean().reset_index()
    # 5 % over the largest change of the hyperparameter that the study made.
    bounds = np.log(1.05) / np.log(table["factor"]).abs().groupby(table["hyperparameter"], observed=True).max()
    rows = []
    for key, group in of_pair.groupby(keys, observed=True):
        difference = group["concurrent_log"] - group["solo_log"]
        rows.append({"hyperparameter": key[0], "response": key[1], "difference": difference.mean(),
                     "p": stats.ttest_rel(group["concurrent_log"], group["solo_log"]).pvalue,
                     "wilcoxon": stats.wilcoxon(difference).pvalue, "tost": tost(difference, -bounds[key[0]], bounds[key[0]])})
    over_pairs = pd.DataFrame(rows)
    rows = []
    for key, group in of_repetition.groupby([*keys, "pair"], observed=True):
        difference = group["concurrent_log"] - group["solo_log"]
        rows.append({"pair": key[2], "p": stats.ttest_rel(group["concurrent_log"], group["solo_log"]).pvalue,
                     "wilcoxon": stats.wilcoxon(difference).pvalue, "tost": tost(difference, -bounds[key[0]], bounds[key[0]])})
    within = pd.DataFrame(rows)
    return over_pairs.assign(adjusted=holm(over_pairs["p"])), within.assign(adjusted=benjamini_hochberg(within["p"]))


def partner_effects(changed):
    rows = []
    for response, column in RESPONSES.items():
        ratio = changed[column + "_a"] / changed[column + "_a_default"]
        change = ratio - 1 if response == "performance" else np.log(ratio)
        of_pair = change.groupby([changed["setting"], changed["pair"]], observed=True).mean().reset_index(name="change")
        for setting, group in of_pair.groupby("setting", observed=True):
            rows.append({"setting": setting, "response": response, "p": stats.ttest_1samp(group["change"], 0).pvalue,
                         "wilcoxon": stats.wilcoxon(group["change"]).pvalue})
    table = pd.DataFrame(rows)
    return table.assign(adjusted=benjamini_hochberg(table["p"]))


def on_front(energy, performance):
    """Whether no other setting is as good in both and better in one; settings are the last axis."""
    one, other = (..., slice(None), None), (..., None, slice(None))
    no_worse = (energy[other] <= energy[one]) & (performance[other] >= performance[one])
    better = (energy[other] < energy[one]) | (performance[other] > performance[one])
    return ~(no_worse & better).any(axis=-1)


def trade_offs(blocks, rng):
    """Per pair and mode: means by setting, front, best settings, and how often they hold when resampled."""
    rows = []
    for pair, group in blocks.groupby("pair", observed=True):
        cubes = []
        for suffix in ("_solo_b", "_b"):
            figures = np.stack([group.pivot(index="repetition", columns="setting", values=column + suffix).to_numpy()
                                for column in ("energy_kj", "accuracy", "duration_s")], axis=2)
            cubes.append(np.concatenate([figures, figures[:, :, :1] * figures[:, :, 2:]], axis=2))
        def answers(means):
            energy, performance, product = means[..., 0], means[..., 1], means[..., 3]
            return np.stack([performance.argmax(-1), energy.argmin(-1), product.argmin(-1),
                             (energy / performance).argmin(-1)], axis=-1)
        repetitions = len(cubes[0])
        # How often each repetition is drawn, a row a resample: the means are a product of matrices.
        drawn = rng.multinomial(repetitions, np.full(repetitions, 1 / repetitions), RESAMPLES) / repetitions
        means = [np.tensordot(drawn, cube, axes=1) for cube in cubes]
        found = [answers(cube.mean(axis=0)) for cube in cubes]
        best = [answers(of_mode) for of_mode in means]
        rows.append({"pair": pair, "found": found,
                     "fronts": [on_front(cube.mean(axis=0)[:, 0], cube.mean(axis=0)[:, 1]) for cube in cubes],
                     "held": [(best[mode] == found[mode]).mean(axis=0) for mode in (0, 1)],
                     "moves": (best[0] != best[1]).mean(axis=0),
                     "front_held": [on_front(of_mode[..., 0], of_mode[..., 1]).mean(axis=0) for of_mode in means]})
    return rows


def covariate(blocks):
    """Whether the order of the session moved B's time per epoch or the power: slopes within experiments."""
    slopes = {}
    for name, response in (("time_per_epoch", np.log(blocks["duration_s_b"] / blocks["epochs_b"])),
                           ("power", np.log(blocks["pair_kj"] / blocks["makespan"]))):
        values = pd.DataFrame({"x": blocks["position"] / 10, "y": response})
        centred = values - values.groupby([blocks["pair"], blocks["setting"]], observed=True).transform("mean")
        slopes[name] = stats.linregress(centred["x"], centred["y"]).slope
    return slopes


def main():
    frame, models = read(pathlib.Path(sys.argv[1]))
    blocks = add_effects(blocks_of(frame))
    tables = summaries(blocks)
    table, changed = sensitivities(blocks)
    over_pairs, within = sensitivity_tests(table)
    result = {
        "blocks": len(blocks),
        "overall": overall(tables).to_dict("records"),
        "groupings": groupings(tables, models).to_dict("records"),
        "sensitivity_tests": over_pairs.to_dict("records"),
        "within_pairs": len(within),
        "partner_effects": partner_effects(changed).to_dict("records"),
        "trade_offs": len(trade_offs(blocks, np.random.default_rng(1))),
        "covariates": covariate(blocks),
    }
    print(json.dumps(result, default=float))


if __name__ == "__main__":
    main()
