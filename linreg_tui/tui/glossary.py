"""What the words on the screen mean, a sentence each."""

from __future__ import annotations

GLOSSARY = {
    "slope m": "How much ŷ changes when x grows by one.",
    "intercept b": "What the line says at x = 0.",
    "ŷ": "The line's answer for a row: m x + b.",
    "residual": "y minus ŷ: how far a point lies above the line.",
    "loss": "How wrong the line is, as one number; usually the mean of the squared residuals.",
    "RMSE": "The root of the mean squared residual, in the unit of y.",
    "median miss": "Half of the rows are missed by less than this, in the unit of y.",
    "R²": "The share of the variation in y that the line explains.",
    "closed form": "The best line by formula, without any training.",
    "optimum": "The line with the least loss; for the squared loss, the closed form.",
    "above optimum": "How much larger the loss is than the least possible one, in percent.",
    "gradient": "The slope of the loss, ∂L/∂m and ∂L/∂b; it points uphill.",
    "step": "One update of m and b, against the gradient of one batch.",
    "batch": "The rows that one step looks at; a full batch is all rows.",
    "epoch": "As many steps as it takes to see all rows once.",
    "learning rate η": "How far a step goes: η times the gradient; η_m for m, η_b for b.",
    "sequential": "b is updated with the new m, as in the notebook.",
    "simultaneous": "m and b are both updated from the old line, as in textbooks.",
    "momentum μ": "The share of the last step's velocity that is kept for the next step.",
    "schedule": "How the learning rates change during the run.",
    "z-scores": "x and y minus their means, divided by their standard deviations.",
    "limit": "How many times larger the rates could be before the run diverges.",
    "converged": "The loss is within 1% of the least one.",
    "diverged": "The loss is more than a thousand times what it was at the start.",
    "trembling": "With small batches the line never settles: it wanders around the optimum.",
    "test rows": "Rows that training never sees; their loss says how good the line is on new data.",
    "landscape": "The loss as a map over slope and intercept, seen from above.",
    "seed": "The number from which all random draws follow; the same seed repeats them.",
}
