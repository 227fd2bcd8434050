#!/usr/bin/python3
"""rank1 and mAP in the Market-1501 protocol by scikit-learn, for reid_metrics_test.cpp.

Images are points on the unit circle; person, camera and angle follow from their number. The area
below a query's precision-recall curve is sklearn.metrics.auc of precision_recall_curve: trapezoids,
as in the evaluation code of Market-1501 (average_precision_score would be a sum of rectangles).
Written with Debian 12's python3-sklearn 1.2.1. Prints rank1 and mAP.
"""
import math

import numpy
from sklearn.metrics import auc, precision_recall_curve

QUERIES, GALLERY = 25, 120


def image(number, step, shift):
    angle = 2 * math.pi * ((number * step + shift) % 1)
    return numpy.array([math.cos(angle), math.sin(angle)])


query = [(1 + i % 7, 1 + i % 3, image(i, 0.3819660, 0.1)) for i in range(QUERIES)]
# Persons 1 to 7, distractors (0) and junk (−1).
gallery = [(j % 9 - 1, 1 + j * j % 5, image(j, 0.6180340, 0.3)) for j in range(GALLERY)]

first_right, areas = 0, []
for person, camera, vector in query:
    compared = [(other == person, float(vector @ its)) for other, its_camera, its in gallery
                if other != -1 and not (other == person and its_camera == camera)]
    right, similarity = zip(*compared)
    first_right += right[int(numpy.argmax(similarity))]
    precision, recall, _ = precision_recall_curve(right, similarity)
    areas.append(auc(recall, precision))
print(f"rank1 {first_right / QUERIES:.17g}, mAP {numpy.mean(areas):.17g}")
