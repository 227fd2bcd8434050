#!/usr/bin/env python3
"""How the machine's pace changed during the study, and what running beside another training adds.

Reads runs.csv and trainings.csv beside it. Least squares of log(seconds per epoch) on the workload, a pace
common to all trainings that is linear between knots in time, and whether another training ran beside.
"""
import csv
import datetime
import math
import pathlib

import numpy

HERE = pathlib.Path(__file__).parent


def rows(name):
    with open(HERE / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def seconds(label):
    return datetime.datetime.fromisoformat(label.replace("Z", "+00:00")).timestamp()


starts = {run["run_id"]: seconds(run["started_at"]) for run in rows("runs.csv") if run["status"] == "ok"}
first = min(starts.values())
trainings = [training for training in rows("trainings.csv") if training["outcome"] == "ok"]
workloads = sorted({training["workload"] for training in trainings})
middle_s = numpy.array([starts[t["run_id"]] - first + float(t["duration_seconds"]) / 2 for t in trainings])
log_pace = numpy.array([math.log(float(t["time_per_epoch"])) for t in trainings])
beside = numpy.array([float(t["role"] != "solo") for t in trainings])
of_workload = numpy.array([[float(t["workload"] == workload) for workload in workloads] for t in trainings])


def fit(pace):
    """Percent that a partner adds, half its 95 % interval (normal), scatter left in percent."""
    design = numpy.column_stack([of_workload, *pace, beside])
    solution, _, rank, _ = numpy.linalg.lstsq(design, log_pace, rcond=None)
    error = log_pace - design @ solution
    variance = error @ error / (len(log_pace) - rank)
    deviation = math.sqrt(variance * numpy.linalg.pinv(design.T @ design)[-1, -1])
    return 100 * math.expm1(solution[-1]), 196 * deviation, 100 * math.sqrt(variance)


print(f"{len(trainings)} trainings; knots, percent beside another, scatter in percent")
print("none  {:+.1f} ± {:.1f}  {:.1f}".format(*fit([])))
for knots in (6, 8, 10, 14):
    at = numpy.linspace(0, middle_s.max(), knots)
    pace = [numpy.interp(middle_s, at, numpy.eye(knots)[knot]) for knot in range(1, knots)]
    print("{:4}  {:+.1f} ± {:.1f}  {:.1f}".format(knots, *fit(pace)))
