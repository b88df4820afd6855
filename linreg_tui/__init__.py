"""See a machine learn on the simplest model there is: a straight line."""

__version__ = "0.1.0"

from os import environ

for pool in ("OPENBLAS_NUM", "OMP_NUM", "MKL_NUM", "NUMEXPR_NUM", "BLIS_NUM", "VECLIB_MAXIMUM"):
    # NumPy's libraries start a thread for every core of a login node as soon as they are loaded.
    # The computations here need none, and neither do the processes that inherit this setting.
    environ.setdefault(f"{pool}_THREADS", "1")
