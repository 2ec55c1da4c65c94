"""One check from start to end, against `import geopandas`: python -m bench.startup.

Both are whole processes, run in turn on the same machine; parser tables, rule book and layers are
kept from a first run that does not count.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 9
EXAMPLE = Path(__file__).parents[1] / "examples" / "lianping"

CHECK = [
    *(sys.executable, "-m", "redline", "check"),
    str(EXAMPLE / "submissions" / "01_school.yaml"),
    *("--catalog", str(EXAMPLE / "catalog.toml"), "--format", "json"),
]
IMPORT = [sys.executable, "-c", "import geopandas"]
HELP = [sys.executable, "-m", "redline", "--help"]


def seconds(command: list[str]) -> float:
    """Wall time of a command, seconds."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode in (0, 1, 4), done.stderr.decode()
    return time.perf_counter() - start


def main() -> None:
    """Print the median times and their ratios."""
    commands = {"import geopandas": IMPORT, "redline check": CHECK, "redline --help": HELP}
    for command in commands.values():
        seconds(command)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            times[name].append(seconds(command))
    base = statistics.median(times["import geopandas"])
    print(f"| command | median of {RUNS}, s | ratio |\n|---|---:|---:|")
    for name, measured in times.items():
        median = statistics.median(measured)
        print(f"| {name} | {median:.3f} | {median / base:.2f} |")


if __name__ == "__main__":
    main()
