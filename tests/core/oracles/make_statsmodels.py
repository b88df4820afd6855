"""Make statsmodels.json: statsmodels' results for the bundled data and of NIST's Norris.

python tests/core/oracles/make_statsmodels.py, in an environment with statsmodels and this package.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import statsmodels
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.stats import pearsonr

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.core.reading.loading import load

EVERY = {"houses": 29, "norris": 1}
"""The stride at which numbers of single rows are stored."""


def statistics(data: Dataset, every: int) -> dict[str, Any]:
    """Return all numbers of one line; pairs are (intercept, slope)."""
    fitted = sm.OLS(data.y, sm.add_constant(data.x)).fit()
    influence = fitted.get_influence()
    at = np.linspace(data.x.min(), data.x.max(), 7)
    band = fitted.get_prediction(sm.add_constant(at)).conf_int(alpha=0.05)
    r, p = pearsonr(data.x, data.y)
    return {
        "params": fitted.params.tolist(),
        "se": fitted.bse.tolist(),
        "t": fitted.tvalues.tolist(),
        "p": fitted.pvalues.tolist(),
        "ci95": fitted.conf_int(0.05).tolist(),
        "r2": fitted.rsquared,
        "f": fitted.fvalue,
        "residual_sd": float(np.sqrt(fitted.mse_resid)),
        "pearson": [float(r), float(p)],
        "every": every,
        "fitted": fitted.fittedvalues[::every].tolist(),
        "residuals": fitted.resid[::every].tolist(),
        "leverage": influence.hat_matrix_diag[::every].tolist(),
        "studentized": influence.resid_studentized_internal[::every].tolist(),
        "band": {"x": at.tolist(), "low": band[:, 0].tolist(), "high": band[:, 1].tolist()},
    }


def heavy_tailed() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A line with Cauchy errors: quantiles of the distribution, in an order far from sorted."""
    x = np.arange(61.0)
    share = (x * (5**0.5 - 1) / 2 + 0.25) % 1
    return x, np.round(3 * x + 20 + 5 * np.tan(np.pi * (share - 0.5)), 2)


def robust(x: NDArray[np.float64], y: NDArray[np.float64]) -> dict[str, Any]:
    """Return the lines with the least absolute and Huber loss; pairs are (intercept, slope).

    δ is a multiple of the scale of the residuals, which statsmodels estimates from the
    least-squares line at first, and then keeps.
    """
    design = sm.add_constant(x)
    absolute = sm.QuantReg(y, design).fit(0.5, max_iter=100_000, p_tol=1e-12)
    residuals = sm.OLS(y, design).fit().resid
    huber = []
    for multiple in (0.1, 0.5, 1.345, 3.0):
        model = sm.RLM(y, design, M=sm.robust.norms.HuberT(multiple))
        fitted = model.fit(update_scale=False, conv="coefs", maxiter=100_000, tol=1e-15)
        huber.append({"delta": multiple * fitted.scale, "params": fitted.params.tolist()})
    return {
        "absolute": absolute.params.tolist(),
        "huber": huber,
        "scale": float(sm.robust.scale.mad(residuals)),
    }


def main() -> None:
    """Write the file."""
    folder = Path(__file__).parent
    data = {"houses": bundled(), "norris": load(str(folder / "norris.csv"), "x", "y")}
    x, y = heavy_tailed()
    stored = {
        "statsmodels": statsmodels.__version__,
        "data": {name: statistics(data[name], EVERY[name]) for name in data},
        "robust": {
            **{name: robust(data[name].x, data[name].y) for name in data},
            "heavy-tailed": {"x": x.tolist(), "y": y.tolist(), **robust(x, y)},
        },
    }
    target = folder / "statsmodels.json"
    target.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
