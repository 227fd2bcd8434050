#!/usr/bin/python3
"""Three steps of scikit-learn's MLPRegressor with the solver "sgd", for bug_localization_test.cpp.

Prints the losses and the values after the steps. The values before them and the data are formulas,
so that both sides can make them. Written with Debian 12's python3-sklearn 1.2.1.
"""
import numpy
from sklearn.neural_network import MLPRegressor

ROWS, INPUTS, HIDDEN = 7, 5, 4


def made_up(rows, columns, phase):
    return numpy.sin(phase + 1.7 * numpy.arange(rows * columns)).reshape(rows, columns)


x = made_up(ROWS, INPUTS, 0.3)
y = (made_up(ROWS, 1, 1.1) > 0).astype(float).ravel()
mlp = MLPRegressor(hidden_layer_sizes=(HIDDEN,), solver="sgd", alpha=0.01, learning_rate_init=0.05,
                   batch_size=ROWS, shuffle=False, random_state=1)
mlp.partial_fit(x, y)  # makes the arrays
for array, values in zip(mlp.coefs_ + mlp.intercepts_,
                         [made_up(INPUTS, HIDDEN, 0.5), made_up(HIDDEN, 1, 0.7),
                          made_up(1, HIDDEN, 0.9), made_up(1, 1, 1.3)]):
    array[...] = values.reshape(array.shape)
for velocity in mlp._optimizer.velocities:
    velocity[...] = 0
mlp.loss_curve_.clear()
for _ in range(3):
    mlp.partial_fit(x, y)
print("losses", [float(loss) for loss in mlp.loss_curve_])
print("hidden weight", mlp.coefs_[0].ravel().tolist())
print("output weight", mlp.coefs_[1].ravel().tolist())
print("hidden bias", mlp.intercepts_[0].tolist())
print("output bias", mlp.intercepts_[1].tolist())
