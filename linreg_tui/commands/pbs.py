"""`linreg-tui pbs`: a script for a job that starts a Dask cluster on its nodes and works on it."""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from importlib import import_module

from linreg_tui import commands
from linreg_tui.commands.arguments import Parser, whole_number
from linreg_tui.core.errors import InputError
from linreg_tui.core.text import printable
from linreg_tui.options import quoted

PROGRAM = "linreg-tui"

ON_A_CLUSTER = ("fit", "train", "sweep")
"""The commands that take --cluster."""

CORES = 32
"""The cores of a node of Polaris, each of which can run two threads."""

MAX_DEBUG_NODES = 2
"""The most nodes for the queue debug; Polaris has another queue to try out more."""

_WALLTIME = re.compile(r"\d{1,3}:[0-5]\d:[0-5]\d")
_WORD = re.compile(r"\w[\w.@:-]*")

SCRIPT = """\
#!/bin/bash -l
# A Dask cluster on the nodes of one job: a scheduler on the first, {workers} workers on each.
# Read it, change what doesn't suit you, and submit it: qsub linreg.pbs
#PBS -N linreg-cluster
#PBS -A {project}
#PBS -q {queue}
#PBS -l select={nodes}
#PBS -l walltime={walltime}
#PBS -l filesystems={filesystems}

set -euo pipefail
cd "$PBS_O_WORKDIR"
module use /soft/modulefiles
module load conda
conda activate base
program={program}  # where linreg-tui[cluster] is installed, seen by all nodes

# The scheduler and the workers run whatever they are sent. They listen on the network between the
# nodes, which others on this machine may reach too; if that matters, see Dask's pages on TLS.
job="${{PBS_JOBID%%.*}}"
nodes=$(sort -u "$PBS_NODEFILE" | wc -l)
scratch="$PWD/linreg-$job"
mkdir -m 700 "$scratch"

# Dask must not use the proxy that installing needs, nor serve a dashboard to the network.
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

"$program/dask" scheduler --interface {interface} --port 0 \\
    --no-dashboard --dashboard-address 127.0.0.1:0 \\
    --scheduler-file "$scratch/scheduler.json" 2> "$scratch/scheduler.log" &
scheduler=$!
trap 'kill "$scheduler" 2> /dev/null || true; wait || true' EXIT

for _ in $(seq 60); do
    if [ -s "$scratch/scheduler.json" ]; then break; fi
    sleep 1
done
address=$("$program/python" -c \\
    'import json, sys; print(json.load(open(sys.argv[1]))["address"])' "$scratch/scheduler.json")
echo "scheduler: $address"

mpiexec -n "$nodes" --ppn 1 --depth {cores} --cpu-bind depth \\
    "$program/dask" worker "$address" --interface {interface} \\
    --nworkers {workers} --nthreads 1 --no-dashboard --memory-limit 0 \\
    --local-directory /local/scratch --death-timeout 60 2> "$scratch/workers.log" &

"$program/python" -c \\
    'import sys; from distributed import Client
Client(sys.argv[1]).wait_for_workers(int(sys.argv[2]), timeout=300)' \\
    "$address" "$((nodes * {workers}))"

"$program/linreg-tui" {command} --cluster "$address" > "linreg-$job.json"
"""


def script(options: argparse.Namespace) -> str:
    """Return the text of the script.

    Raises
    ------
    InputError
        If an option has a value that the script can't hold.
    """
    if options.nodes < 1:
        raise InputError(f"{options.nodes} nodes are not possible: choose 1 or more")
    if not 1 <= options.workers <= 2 * CORES:
        raise InputError(
            f"{options.workers} workers a node are not possible: choose from 1 to {2 * CORES}"
        )
    if not _WALLTIME.fullmatch(options.walltime):
        raise InputError(
            f"{printable(quoted(options.walltime))} is not a time: write hours, minutes and "
            "seconds, as in 00:30:00"
        )
    for name in ("project", "queue", "filesystems", "interface"):
        word = getattr(options, name)
        if not _WORD.fullmatch(word):
            raise InputError(
                f"{printable(quoted(word))} can't be the {name}: use letters, digits, . _ : -"
            )
    if options.work[0] not in ON_A_CLUSTER:
        raise InputError(
            f"{printable(options.work[0]) or 'nothing'} can't work on a cluster: "
            f"choose one of {', '.join(ON_A_CLUSTER)}"
        )
    if not options.program:
        raise InputError("the folder of the program is missing: name one, such as ~/linreg/bin")
    if any(word.partition("=")[0] == "--cluster" for word in options.work):
        raise InputError("the script names the cluster itself: leave out --cluster")
    _check_work(*options.work)
    if "\n" in options.program + "".join(options.work):
        raise InputError("a line break can't stand in the script: leave it out")
    return SCRIPT.format(
        nodes=options.nodes,
        queue=options.queue,
        project=options.project,
        walltime=options.walltime,
        filesystems=options.filesystems,
        interface=options.interface,
        workers=options.workers,
        cores=CORES,
        program=_path(options.program),
        command=shlex.join(options.work),
    )


def _check_work(name: str, *words: str) -> None:
    """Raise an InputError for a command that would fail, once the job has waited for its nodes.

    The files that it names may be seen by the nodes only.
    """
    command = import_module(f"{commands.__name__}.{name}")
    options = command.parsed([*words, "--cluster", "tcp://HOST:8786"])
    if options.data is None and name == "fit":
        raise InputError("a cluster reads files: name some, such as 'part-*.parquet'")
    if options.data is None and name == "train" and options.workers is None:
        raise InputError("a cluster trains with several workers: add --workers, such as 4")


def _path(folder: str) -> str:
    """Return a folder as a word for the shell, where ~ stands for the home folder."""
    if folder == "~" or folder.startswith("~/"):
        return '"$HOME"' + (shlex.quote(folder[1:]) if folder[1:] else "")
    return shlex.quote(folder)


def command(words: list[str]) -> int:
    """Print the script."""
    parser = Parser(
        "linreg-tui pbs",
        "A job script for PBS to read, change and submit: a Dask cluster on the job's nodes, and "
        "a command that works on it. It is written for Polaris at ALCF.",
        "Everything after -- is the command that runs, without its --cluster, and with linreg-tui "
        "before it or not:\n"
        "  linreg-tui pbs -- fit '/eagle/PROJECT/part-*.parquet' --json > linreg.pbs",
    )
    parser.add_argument(
        "--nodes", type=whole_number, default=2, metavar="N", help="nodes (default: 2)"
    )
    parser.add_argument(
        "--queue",
        metavar="NAME",
        help=f"the queue (default: debug, or debug-scaling for more than {MAX_DEBUG_NODES} nodes)",
    )
    parser.add_argument(
        "--project", default="PROJECT", metavar="NAME", help="the project that pays for the time"
    )
    parser.add_argument(
        "--walltime", default="00:30:00", metavar="H:M:S", help="the most time (default: 00:30:00)"
    )
    parser.add_argument(
        "--filesystems",
        default="home:eagle",
        metavar="A:B",
        help="the file systems that the job needs (default: home:eagle)",
    )
    parser.add_argument(
        "--workers",
        type=whole_number,
        default=CORES,
        metavar="N",
        help=f"workers on each node (default: {CORES}, one for each core)",
    )
    parser.add_argument(
        "--interface",
        default="hsn0",
        metavar="NAME",
        help="the network between the nodes (default: hsn0)",
    )
    parser.add_argument(
        "--program",
        default="~/linreg/bin",
        metavar="DIR",
        help="where linreg-tui and dask are (default: ~/linreg/bin)",
    )
    parser.add_argument(
        "work",
        nargs="*",
        metavar="COMMAND",
        help="the command to run (default: a sweep with 20 repeats)",
    )
    options = parser.parse_args(words)
    if options.work[:1] == [PROGRAM]:
        del options.work[0]
    if options.queue is None:
        options.queue = "debug" if options.nodes <= MAX_DEBUG_NODES else "debug-scaling"
    options.work = options.work or ["sweep", "--json", "--repeats", "20", "--epochs", "1000"]
    sys.stdout.write(script(options))
    return 0
