#!/usr/bin/python3
"""Rankings judged by scikit-learn, for ranking_metrics_test.cpp.

Prints the mean average precision and the shares of rankings with something right among the first
1, 3 and 5. Written with Debian 12's python3-sklearn 1.2.1.
"""
import numpy
from sklearn.metrics import average_precision_score, top_k_accuracy_score

# Three rankings of six items: scores, and which items are right.
SCORES = numpy.array([[0.9, 0.1, 0.4, 0.35, 0.8, 0.2],
                      [0.05, 0.3, 0.25, 0.7, 0.6, 0.5],
                      [-1.0, 2.5, 0.0, 1.0, 0.5, -0.5]])
RIGHT = numpy.array([[0, 1, 1, 0, 0, 0],
                     [0, 0, 0, 1, 0, 1],
                     [1, 0, 0, 0, 0, 0]])

print("MAP", repr(numpy.mean([average_precision_score(r, s) for r, s in zip(RIGHT, SCORES)])))
for k in (1, 3, 5):
    # Whether the best of the right items is among the first k: the others are taken away.
    best = [max(numpy.flatnonzero(r), key=lambda i: s[i]) for r, s in zip(RIGHT, SCORES)]
    print("top", k, top_k_accuracy_score(best, SCORES, k=k, labels=range(6)))
