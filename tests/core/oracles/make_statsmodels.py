"""Make statsmodels.json: what statsmodels says of the bundled data and of NIST's Norris.

python tests/core/oracles/make_statsmodels.py, in an environment with statsmodels and this package.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import statsmodels
import statsmodels.api as sm
from scipy.stats import pearsonr

from linreg_tui.core.dataset import Dataset
from linreg_tui.core.examples import bundled
from linreg_tui.core.reading.loading import load

EVERY = {"houses": 29, "norris": 1}
"""Of the numbers that each row has, these many apart are kept."""


def told(data: Dataset, every: int) -> dict[str, Any]:
    """All numbers of one line; pairs are of the intercept and the slope."""
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


def main() -> None:
    """Write the file."""
    folder = Path(__file__).parent
    data = {"houses": bundled(), "norris": load(str(folder / "norris.csv"), "x", "y")}
    stored = {
        "statsmodels": statsmodels.__version__,
        "data": {name: told(data[name], EVERY[name]) for name in data},
    }
    target = folder / "statsmodels.json"
    target.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
