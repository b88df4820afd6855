"""Commands on data in many files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.test_cli import complaint, output, printed, run

HOUSES = Path(__file__).parents[2] / "data" / "slimmed_realestate_data.csv"


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """Write the houses to three files, and a fourth file without prices."""
    header, *rows = HOUSES.read_text().splitlines()
    for number in range(3):
        part = [header, *rows[number * 200 : (number + 1) * 200]]
        (tmp_path / f"part-{number}.csv").write_text("\n".join(part) + "\n")
    (tmp_path / "bad.csv").write_text("GrLivArea\n1\n2\n")
    return tmp_path


def test_many_files_are_one_data_set(capsys: pytest.CaptureFixture[str], parts: Path) -> None:
    pattern = str(parts / "part-*.csv")
    columns = ("--x", "GrLivArea", "--y", "SalePrice")
    one, many = printed(capsys, "fit", str(HOUSES), *columns), printed(capsys, "fit", pattern)
    assert many.pop("source") == pattern
    assert many == {name: value for name, value in one.items() if name != "source"}
    thirty = ["--learning-rate-m", "1e-7", "--learning-rate-b", "1e-1"]
    thirty += ["--initial-slope", "5", "--initial-intercept", "1000"]
    last = output(capsys, "train", pattern, *thirty).splitlines()[-2]
    assert last.startswith("[030]  y = 88.89 * x + 32912.24")


def test_a_bad_file_is_named_or_left_out(capsys: pytest.CaptureFixture[str], parts: Path) -> None:
    message = complaint(capsys, "fit", str(parts))
    assert '1 of 4 files can\'t be read: bad.csv: there is no column "SalePrice"' in message
    assert "--skip-bad" in message
    status, out, err = run(capsys, "fit", str(parts), "--skip-bad")
    assert (status, "87.688145" in out) == (0, True)
    assert 'left out bad.csv: there is no column "SalePrice"' in err
    assert err.splitlines()[-1].endswith("which costs 2 rows")


def test_missing_files_are_reported(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "no file matches" in complaint(capsys, "train", str(tmp_path / "part-*.csv"))
    assert "this is a folder" in complaint(capsys, "sweep", str(tmp_path))


def test_a_cluster_reads_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert "a cluster reads files" in complaint(capsys, "fit", "--cluster", "local:2")
