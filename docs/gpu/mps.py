#!/usr/bin/env python3
"""What MPS changes against time-slicing: mps.csv beside it, the repetitions that both have whole.

In each repetition the same runs were made in both ways within three minutes on one board. A value is the log of
MPS's figure over time-slicing's; printed are means in percent with the t interval (95 %) over the repetitions of a
pair, and over all of them, which takes the repetitions of both pairs for values of one effect.
"""
import collections
import csv
import math
import pathlib
import statistics

from scipy import stats

with open(pathlib.Path(__file__).parent / "mps.csv", newline="", encoding="utf-8") as file:
    rows = [row for row in csv.DictReader(file) if row["status"] == "ok"]

blocks = collections.defaultdict(dict)
for row in rows:
    blocks[row["pair"], row["repetition"], row["sharing"]][row["what"]] = row


def figures(pair, runs):
    a, b = pair.split(" + ")
    alone_a, alone_b, together = runs[a], runs[b], runs[f"{a} ∥ {b}"]
    of = lambda run, name: float(run[name])
    alone_s = of(alone_a, "makespan_seconds") + of(alone_b, "makespan_seconds")
    alone_j = of(alone_a, "gpu_energy_joules") + of(alone_b, "gpu_energy_joules")
    return {
        "alone, one after the other: s": alone_s,
        "alone: GPU J": alone_j,
        "alone: GPU W": alone_j / alone_s,
        "together: makespan, s": of(together, "makespan_seconds"),
        "together: GPU J": of(together, "gpu_energy_joules"),
        "together: GPU W": of(together, "gpu_power_avg_watts"),
        "makespan together / alone": of(together, "makespan_seconds") / alone_s,
        "GPU J together / alone": of(together, "gpu_energy_joules") / alone_j,
        "A's time beside B / alone": of(together, "duration_a_seconds") / of(alone_a, "makespan_seconds"),
        "B's time beside A / alone": of(together, "duration_b_seconds") / of(alone_b, "makespan_seconds"),
    }


def percent(logs):
    mean = statistics.mean(logs)
    half = stats.t.ppf(0.975, len(logs) - 1) * statistics.stdev(logs) / math.sqrt(len(logs))
    low, middle, high = (100 * math.expm1(x) for x in (mean - half, mean, mean + half))
    return f"{middle:+5.1f} [{low:+.1f}, {high:+.1f}]"


changes = collections.defaultdict(lambda: collections.defaultdict(list))
for (pair, repetition, sharing), runs in blocks.items():
    sliced = blocks.get((pair, repetition, "time_slicing"), {})
    if sharing != "mps" or len(runs) < 3 or len(sliced) < 3:
        continue
    before = figures(pair, sliced)
    for name, value in figures(pair, runs).items():
        changes[name][pair].append(math.log(value / before[name]))
for name, of_pair in changes.items():
    print(name)
    for pair, logs in of_pair.items():
        print(f"  {pair:24} {percent(logs):26} n = {len(logs)}:", *(f"{100 * math.expm1(x):+.1f}" for x in logs))
    every = [x for logs in of_pair.values() for x in logs]
    print(f"  {'all':24} {percent(every):26} n = {len(every)}")
