#!/usr/bin/env bash
# Builds a bundle that installs Redline where there is no network and no compiler: wheels of Redline
# and of all that it needs, durable-rules compiled, with an installer.
#
#   tools/bundle.sh [DIR]    writes DIR/ and DIR.tar.gz (by default redline-bundle)
#   PYTHON=python3.12        the interpreter to build for, by default python3
#   EXTRAS=report,postgis    what to take beside the program, by default report
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
bundle=${1:-redline-bundle}
python=${PYTHON:-python3}
extras=${EXTRAS-report}

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

command -v "$python" >/dev/null || fail "$python is not there. Name another interpreter: PYTHON=python3.12 $0"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$python is $("$python" -V), and Redline needs Python 3.11 or later."
"$python" -m pip --version >/dev/null 2>&1 ||
    fail "$python has no pip. Install it (Debian: apt-get install python3-pip)."
command -v cc >/dev/null || command -v gcc >/dev/null ||
    fail "A C compiler is missing, which durable-rules is built with (Debian: apt-get install gcc libc6-dev)."
"$python" -c 'import os, sysconfig, sys
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' ||
    fail "Python's headers are missing, which durable-rules is built with (Debian: apt-get install python3-dev)."
[ ! -e "$bundle" ] || fail "$bundle is there already. Name another folder, or remove it."

mkdir -p "$bundle/wheels"
"$python" -m pip wheel --quiet --wheel-dir "$bundle/wheels" "$here${extras:+[$extras]}" ||
    fail "A wheel could not be built; what pip said stands above."
"$python" -c 'import sys, platform
print("%d.%d" % sys.version_info[:2], platform.system(), platform.machine())' > "$bundle/BUILT_FOR"
printf '%s\n' "$extras" > "$bundle/EXTRAS"
(cd "$bundle" && "$python" - > SHA256SUMS <<'PYTHON'
import hashlib
import pathlib

for wheel in sorted(pathlib.Path("wheels").glob("*.whl")):
    print(hashlib.sha256(wheel.read_bytes()).hexdigest(), wheel.name)
PYTHON
)
cp "$here/tools/bundle_install.sh" "$bundle/install.sh"
chmod +x "$bundle/install.sh"
tar -czf "$bundle.tar.gz" -C "$(dirname "$bundle")" "$(basename "$bundle")"
printf '%s\n' "$bundle.tar.gz: $(find "$bundle/wheels" -name '*.whl' | wc -l) wheels for Python $(cat "$bundle/BUILT_FOR")"
