#!/usr/bin/python3
"""The numbers of binary_metrics_test.cpp, by scikit-learn where it is installed (python3-sklearn),
and counted by hand beside it.

    oracles/binary_metrics.py
"""
import random

try:
    from sklearn import metrics
except ImportError:
    metrics = None


def by_hand(actual, predicted):
    pairs = list(zip(actual, predicted))
    tp, fp, fn = (pairs.count(pair) for pair in [(1, 1), (0, 1), (1, 0)])
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return [sum(a == p for a, p in pairs) / len(pairs), precision, recall, f1]


def by_sklearn(actual, predicted):
    options = {"zero_division": 0}
    return [metrics.accuracy_score(actual, predicted),
            metrics.precision_score(actual, predicted, **options),
            metrics.recall_score(actual, predicted, **options),
            metrics.f1_score(actual, predicted, **options)]


def main():
    source = random.Random(11)
    actual = [int(source.random() < 0.4) for _ in range(40)]
    predicted = [a if source.random() < 0.7 else 1 - a for a in actual]
    cases = {"random": (actual, predicted), "none found": ([1, 0, 1, 0], [0, 0, 0, 0]),
             "none there": ([0, 0, 0], [0, 1, 0]), "all right": ([1, 0, 1], [1, 0, 1])}
    for name, (a, p) in cases.items():
        print(name, "".join(map(str, a)), "".join(map(str, p)))
        print("  by hand      ", *(f"{value:.17g}" for value in by_hand(a, p)))
        if metrics:
            print("  scikit-learn ", *(f"{value:.17g}" for value in by_sklearn(a, p)))


if __name__ == "__main__":
    main()
