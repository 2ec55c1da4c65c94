#!/usr/bin/env bash
# Installs Redline from this bundle, without a network and without a compiler.
#
#   ./install.sh [DIR]       into a virtual environment DIR, by default .venv beside this file
#   PYTHON=python3.12        the interpreter, by default python3
set -euo pipefail
cd "$(dirname "$0")"
target=${1:-.venv}
python=${PYTHON:-python3}
read -r version system machine < BUILT_FOR
extras=$(cat EXTRAS)

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

command -v "$python" >/dev/null ||
    fail "$python is not there. Redline needs Python $version; name it: PYTHON=python$version ./install.sh"
found=$("$python" -c 'import sys, platform
print("%d.%d" % sys.version_info[:2], platform.system(), platform.machine())')
[ "$found" = "$version $system $machine" ] ||
    fail "This bundle was built for Python $version $system $machine, and $python is $found. Use that Python (PYTHON=…), or build a bundle with tools/bundle.sh on a machine like this one."
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
    fail "$python has no venv (Debian: apt-get install python3-venv)."
"$python" - <<'PYTHON' || fail "The bundle is damaged: carry it over again."
import hashlib
import pathlib
import sys

listed = {}
for line in pathlib.Path("SHA256SUMS").read_text().splitlines():
    digest, name = line.split(maxsplit=1)
    listed[name] = digest
there = {w.name: hashlib.sha256(w.read_bytes()).hexdigest() for w in pathlib.Path("wheels").glob("*.whl")}
sys.exit(listed != there)
PYTHON
"$python" -m venv "$target"
"$target/bin/python" -m pip install --quiet --no-index --find-links wheels "redline${extras:+[$extras]}" ||
    fail "The wheels of the bundle do not install here; what pip said stands above."
"$target/bin/redline" --version
printf '%s\n' "Installed. Begin with: $target/bin/redline init first"
