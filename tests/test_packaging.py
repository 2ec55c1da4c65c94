"""How Redline gets onto a desk: hooks for rule repositories, the offline bundle, plain refusals."""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from redline.commands.program import run

ROOT = Path(__file__).parent.parent
BUNDLE = ROOT / "tools" / "bundle.sh"
INSTALL = ROOT / "tools" / "bundle_install.sh"
HOOKS = {h["id"]: h for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}

bash = shutil.which("bash")
needs_bash = pytest.mark.skipif(bash is None, reason="there is no bash")


def sh(script: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    assert bash is not None
    return subprocess.run(
        [bash, str(script), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
    )


# ── hooks ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of rules, which is what `redline init` makes."""
    assert run(["init", str(tmp_path / "r"), "--quiet"]) == 0
    monkeypatch.chdir(tmp_path / "r")
    return tmp_path / "r"


def hook(name: str, *more: str) -> int:
    """Run a hook as pre-commit does: its entry, its arguments, and the files where it takes any."""
    program, *words = shlex.split(HOOKS[name]["entry"])
    assert program == "redline"
    files = [str(p) for p in Path("rules").glob("*.redline")]
    given = files if HOOKS[name].get("pass_filenames", True) else []
    return run([*words, *HOOKS[name].get("args", []), *more, *given])


def test_every_hook_passes_on_clean_rules(repository: Path):
    assert set(HOOKS) == {"redline-fmt", "redline-lint", "redline-test", "redline-clauses"}
    assert {h["language"] for h in HOOKS.values()} == {"python"}
    assert [hook(n) for n in ("redline-fmt", "redline-lint", "redline-test")] == [0, 0, 0]


def test_hooks_stop_what_they_are_there_to_stop(repository: Path):
    rules = repository / "rules" / "wetlands.redline"
    clean = rules.read_text(encoding="utf-8")
    rules.write_text(clean.replace("  forbids", "      forbids"), encoding="utf-8")
    hook("redline-fmt")
    assert rules.read_text(encoding="utf-8") == clean  # pre-commit fails where a file was changed
    rules.write_text(clean.replace("expect excused", "expect violated", 1), encoding="utf-8")
    assert hook("redline-test") == 1
    rules.write_text(clean.split("\n\n  case")[0] + "\n", encoding="utf-8")
    assert hook("redline-lint") == 1


@pytest.mark.real_data
def test_the_hook_for_clauses_compares_with_the_texts(repository: Path, shared: Path):
    (repository / "law").symlink_to(shared / "law")
    assert hook("redline-clauses") == 0
    rules = repository / "rules" / "wetlands.redline"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("WET art. 19(3)", "WET art. 999"), encoding="utf-8")
    assert hook("redline-clauses") == 1


def test_the_page_names_every_hook():
    page = (ROOT / "docs" / "how-to" / "rule-repository.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page and f"id: {name}" in page for name in HOOKS)


# ── the bundle ──────────────────────────────────────────────────────────────────────────────────


def bundle(folder: Path, *, built_for: str | None = None) -> Path:
    """A bundle with one wheel that cannot be installed."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    here = f"{version} {platform.system()} {platform.machine()}"
    (folder / "wheels").mkdir()
    wheel = folder / "wheels" / "other-1-py3-none-any.whl"
    wheel.write_bytes(b"not a wheel")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{digest} {wheel.name}\n", encoding="utf-8")
    (folder / "BUILT_FOR").write_text((built_for or here) + "\n", encoding="utf-8")
    (folder / "EXTRAS").write_text("report\n", encoding="utf-8")
    return Path(shutil.copy(INSTALL, folder / "install.sh"))


@needs_bash
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (None, "do not install here"),
        ("damaged", "carry it over again"),
        ("extra", "carry it over again"),
        ("other", "built for Python 2.7 Plan9 pdp11"),
        ("absent", "no-python is not there"),
    ],
)
def test_the_installer_says_in_one_sentence_why_it_cannot_go_on(
    change: str | None, said: str, tmp_path: Path
):
    script = bundle(tmp_path, built_for="2.7 Plan9 pdp11" if change == "other" else None)
    if change == "damaged":
        (tmp_path / "wheels" / "other-1-py3-none-any.whl").write_bytes(b"changed")
    if change == "extra":
        (tmp_path / "wheels" / "more-1-py3-none-any.whl").write_bytes(b"slipped in")
    done = sh(script, PYTHON="no-python" if change == "absent" else sys.executable)
    assert done.returncode == 1
    assert said in done.stderr.splitlines()[-1], done.stderr
    assert (tmp_path / ".venv").exists() == (change is None)


@needs_bash
def test_a_bundle_is_not_built_where_it_cannot_be(tmp_path: Path):
    there = tmp_path / "there"
    there.mkdir()
    assert "no-python is not there" in sh(BUNDLE, there, PYTHON="no-python").stderr
    assert list(there.iterdir()) == []
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("dirname", "cat"):
        (tools / name).symlink_to(shutil.which(name) or "")
    done = sh(BUNDLE, tmp_path / "new", PYTHON=sys.executable, PATH=str(tools))
    assert done.returncode == 1 and "C compiler is missing" in done.stderr
    assert not (tmp_path / "new").exists()


@needs_bash
@pytest.mark.skipif("REDLINE_TEST_BUNDLE" not in os.environ, reason="takes minutes and a network")
def test_a_bundle_installs_without_compiler_and_network(tmp_path: Path):
    assert sh(BUNDLE, tmp_path / "b", PYTHON=sys.executable).returncode == 0
    with tarfile.open(tmp_path / "b.tar.gz") as archive:
        archive.extractall(tmp_path / "carried", filter="data")
    unpacked = tmp_path / "carried" / "b"
    done = sh(unpacked / "install.sh", PYTHON=sys.executable, PIP_NO_INDEX="1", CC="false")
    assert done.returncode == 0, done.stderr


# ── where nothing can be built ──────────────────────────────────────────────────────────────────


def test_a_missing_engine_is_said_and_is_no_fault_of_the_program(tmp_path: Path):
    run(["init", str(tmp_path / "w"), "--quiet"])
    blocked = (
        "import sys; sys.modules['durable'] = None; sys.modules['durable_rules_engine'] = None\n"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-c", f"{blocked}from redline.commands import main; main()"),
            *("check", "submissions/hotel.yaml", "--rules", "rules", "--lang", "en"),
        ],
        cwd=tmp_path / "w",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 3
    assert "RL905" in done.stderr and "C compiler" in done.stderr
    assert "RL900" not in done.stderr


def test_a_build_says_what_is_missing_before_pip_fails(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("hatchling")
    monkeypatch.syspath_prepend(str(ROOT))
    import hatch_build

    monkeypatch.setattr(hatch_build.shutil, "which", lambda name: None)
    monkeypatch.setattr(hatch_build, "has_engine", lambda: False)
    with pytest.raises(SystemExit, match="a C compiler is missing"):
        hatch_build.say_what_is_missing()
    monkeypatch.setattr(hatch_build, "has_engine", lambda: True)
    hatch_build.say_what_is_missing()
