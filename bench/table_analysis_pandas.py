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
    frame = pd.read_csv(folder / "runs.csv", dtype={"model": "category", "beside": "category"})
    models = json.loads((folder / "map.json").read_text())["models"]
    for name in ("learning_rate", "epochs"):
        defaults = frame["model"].map({model: entry["defaults"][name] for model, entry in models.items()}).astype(float)
        frame[f"factor_{name}"] = (frame[name] / defaults).round(6)
    changed_rate, changed_epochs = frame["factor_learning_rate"] != 1, frame["factor_epochs"] != 1
    frame["setting"] = np.select(
        [changed_rate, changed_epochs],
        ["learning_rate_x" + frame["factor_learning_rate"].map("{:g}".format),
         "epochs_x" + frame["factor_epochs"].map("{:g}".format)], "default")
    frame["setting"] = frame["setting"].astype("category")
    return frame, models


def blocks_of(frame):
    """One row a pair, setting and repetition: concurrent and solo figures of A and B."""
    columns = ["model", "repetition", "setting", *RESPONSES.values()]
    alone = frame[frame["beside"].isna()][columns]
    beside = frame[frame["beside"].notna()]
    joined = beside.merge(beside, on="run", suffixes=("_a", "_b"))
    joined = joined[joined["model_a"].astype(str) < joined["model_b"].astype(str)]
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
    blocks["pair"] = blocks["model_a"].astype(str) + " + " + blocks["model_b"].astype(str)
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
            units = blocks.groupby(["pair", "repetition"])[scaled].mean()
            tables[effect] = with_interval(units.groupby("pair"))
        else:
            tables[effect] = with_interval(blocks.groupby("pair")[scaled])
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
        names = means["pair"].str.split(" \\+ ", expand=True)
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
        part["hyperparameter"] = part["setting"].astype(str).str.rsplit("_x", n=1).str[0]
        part["response"] = response
        for mode, suffix in (("solo", "_solo_b"), ("concurrent", "_b")):
            ratio = changed[column + suffix] / changed[column + suffix + "_default"]
            part[f"{mode}_percent"] = (ratio - 1) / (part["factor"] - 1)
            part[f"{mode}_log"] = np.log(ratio) / np.log(part["factor"])
        parts.append(part)
    return pd.concat(parts, ignore_index=True), changed


def sensitivity_tests(table):
    keys = ["hyperparameter", "response"]
    of_repetition = table.groupby([*keys, "pair", "repetition"])[["solo_log", "concurrent_log"]].mean().reset_index()
    of_pair = table.groupby([*keys, "pair"])[["solo_log", "concurrent_log"]].mean().reset_index()
    # 5 % over the largest change of the hyperparameter that the study made.
    bounds = np.log(1.05) / np.log(table["factor"]).abs().groupby(table["hyperparameter"]).max()
    rows = []
    for key, group in of_pair.groupby(keys):
        difference = group["concurrent_log"] - group["solo_log"]
        rows.append({"hyperparameter": key[0], "response": key[1], "difference": difference.mean(),
                     "p": stats.ttest_rel(group["concurrent_log"], group["solo_log"]).pvalue,
                     "wilcoxon": stats.wilcoxon(difference).pvalue, "tost": tost(difference, -bounds[key[0]], bounds[key[0]])})
    over_pairs = pd.DataFrame(rows)
    rows = []
    for key, group in of_repetition.groupby([*keys, "pair"]):
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
    return [not any((e <= energy[i]) & (p >= performance[i]) & ((e < energy[i]) | (p > performance[i]))
                    for e, p in zip(energy, performance)) for i in range(len(energy))]


def trade_offs(blocks, rng):
    """Per pair and mode: means by setting, front, best settings, and how often they hold when resampled."""
    rows = []
    for pair, group in blocks.groupby("pair"):
        cubes = []
        for suffix in ("_solo_b", "_b"):
            figures = np.stack([group.pivot(index="repetition", columns="setting", values=column + suffix).to_numpy()
                                for column in ("energy_kj", "accuracy", "duration_s")], axis=2)
            cubes.append(np.concatenate([figures, figures[:, :, :1] * figures[:, :, 2:]], axis=2))
        def answers(means):
            energy, performance, _, product = means.T
            return np.argmax(performance), np.argmin(energy), np.argmin(product), np.argmin(energy / performance)
        found = [answers(cube.mean(axis=0)) for cube in cubes]
        fronts = [on_front(*cube.mean(axis=0).T[:2]) for cube in cubes]
        held, moved = np.zeros((2, 4)), np.zeros(4)
        front_held = np.zeros((2, cubes[0].shape[1]))
        repetitions = len(cubes[0])
        for _ in range(RESAMPLES):
            drawn = rng.integers(0, repetitions, repetitions)
            means = [cube[drawn].mean(axis=0) for cube in cubes]
            best = [answers(mean) for mean in means]
            held += np.equal(best, found)
            moved += np.not_equal(best[0], best[1])
            front_held += [on_front(*mean.T[:2]) for mean in means]
        rows.append({"pair": pair, "found": found, "fronts": fronts, "held": held / RESAMPLES, "moves": moved / RESAMPLES,
                     "front_held": front_held / RESAMPLES})
    return rows


def covariate(blocks):
    """Whether the order of the session moved B's time per epoch or the power: slopes within experiments."""
    slopes = {}
    keys = ["pair", "setting"]
    for name, response in (("time_per_epoch", np.log(blocks["duration_s_b"] / blocks["epochs_b"])),
                           ("power", np.log(blocks["pair_kj"] / blocks["makespan"]))):
        grouped = pd.DataFrame({"x": blocks["position"] / 10, "y": response}).groupby([blocks[key] for key in keys], observed=True)
        centred = grouped.transform(lambda values: values - values.mean())
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
