"""Loading rule books of many sizes, against `import geopandas`: python -m bench.language.

Each time is that of a whole process less that of a bare interpreter: one that reads, parses,
resolves and checks every file (cold), one that finds the book kept from the time before (from the
cache), and one that only imports geopandas. All three run in turn on the same machine. The books
are made for the purpose: one pack of vocabulary and packs of a hundred rules, each rule with its
clause, two conditions, an exception and two cases. Both ways must give the same rules.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

RUNS = 5
SIZES = (100, 1_000, 10_000)
PER_PACK = 100

VOCABULARY = """pack bench.vocabulary
  "Vocabulary" / "词汇"

instrument ACT / 示例法
  "Example Act" / "示例法"
  rank law
  in force from 2020-01-01

code list works_kind / 建设性质类别 "Kinds of works" / "建设性质类别"
  new_build / 新建 "New build" / "新建"
  alteration / 改建 "Alteration" / "改建"
  expansion / 扩建 "Expansion" / "扩建"

attribute works / 建设性质: code works_kind "Kind of works" / "建设性质"
  asks "Which kind of works?" / "何种建设？"
attribute noisy / 产生噪声: boolean "Makes noise" / "产生噪声"
  asks "Does it make noise?" / "是否产生噪声？"

layer wetland / 湿地: polygon "Wetlands" / "湿地"
  asks "Supply the wetlands." / "请提供湿地图层。"
  column grade / 级别: text

document consent / 同意书 "Consent" / "同意书"
"""

RULE = """
rule rule_{n} / 规则_{n}
  "No new works within {n} m of a wetland" / "湿地{n}米内不得新建"
  applies when works is one of (new_build, expansion) and noisy
  forbids distance to wetland where (grade is "national") at most {n} m
    or footprint overlaps wetland by more than {n} m2
  unless document consent covers the overlap
    cites ACT art. {n}(2)
  remedy "Build further away." / "退让湿地。"
  cites ACT art. {n}(1)

  case "too near" / "过近"
    given works = new_build, noisy = yes, distance to wetland (grade = "national") = {n} m
    expect violated
  case "an alteration" / "改建"
    given works = alteration, noisy = yes, distance to wetland (grade = "national") = {n} m
    expect not applicable
"""

LOAD = {
    "cold": "from redline.rulebook.load import load_rulebook as load",
    "from the cache": "from redline.rulebook.cached import ready_rulebook as load",
}
SAY = """
import sys
from pathlib import Path
{load}
book = load([Path(sys.argv[1])])
print(len(book.rules), book.digest)
"""


def write_book(folder: Path, rules: int) -> None:
    """A folder with a vocabulary and packs that hold so many rules together."""
    (folder / "vocabulary.redline").write_text(VOCABULARY, encoding="utf-8")
    for first in range(1, rules + 1, PER_PACK):
        name = f"part_{first}"
        head = f'pack bench.{name}\n  "Part" / "部分"\nimport bench.vocabulary\n'
        body = "".join(RULE.format(n=n) for n in range(first, min(first + PER_PACK, rules + 1)))
        (folder / f"{name}.redline").write_text(head + body, encoding="utf-8")


def timed(code: str, *arguments: str, environment: Mapping[str, str]) -> tuple[float, str]:
    """Wall time of a process, seconds, and what it says."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        check=True,
        text=True,
        env=dict(environment),
    )
    return time.perf_counter() - start, done.stdout


def median_of(code: str, *arguments: str, environment: Mapping[str, str]) -> float:
    return statistics.median(
        timed(code, *arguments, environment=environment)[0] for _ in range(RUNS)
    )


def main() -> None:
    """Print the times, less that of a bare interpreter, and their ratios."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "REDLINE_CACHE": f"{scratch}/cache"}
        bare = median_of("pass", environment=environment)
        base = median_of("import geopandas", environment=environment) - bare
        print(f"import geopandas: {base:.2f} s\n")
        print("| rules | cold, s | per rule, ms | ratio | from the cache, s | ratio |")
        print("|---:|---:|---:|---:|---:|---:|")
        for rules in SIZES:
            folder = Path(scratch, f"rules_{rules}")
            folder.mkdir()
            write_book(folder, rules)
            said, times = set(), {}
            for way, load in LOAD.items():
                code = SAY.format(load=load)
                said.add(timed(code, str(folder), environment=environment)[1])
                times[way] = median_of(code, str(folder), environment=environment) - bare
            assert len(said) == 1 and next(iter(said)).startswith(f"{rules} "), said
            cold, kept = times.values()
            print(
                f"| {rules} | {cold:.2f} | {cold / rules * 1000:.2f} | {cold / base:.1f} "
                f"| {kept:.2f} | {kept / base:.2f} |"
            )


if __name__ == "__main__":
    main()
