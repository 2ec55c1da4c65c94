"""The HTML report and the handbook in a real browser, examined by axe-core.

It needs Chromium on the machine, and axe-core, which comes with the test extra. Where there is no
Chromium the tests are skipped, unless REDLINE_REQUIRE_CHROMIUM is set.
"""

from __future__ import annotations

import html
import io
import json
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from redline.findings import FindingsDocument
from redline.messages import Language
from redline.report.html import write_html
from tests.report.test_html import DOCUMENTS

RUN = """
addEventListener("load", async () => {
  document.querySelectorAll("details").forEach((d) => { d.open = true; });
  const found = await axe.run(document, {resultTypes: ["violations"]});
  const told = found.violations.map(
    (v) => [v.id, v.impact, v.nodes.slice(0, 3).map((n) => n.html)],
  );
  const out = document.createElement("pre");
  out.id = "axe-says";
  out.textContent = JSON.stringify(told);
  document.body.append(out);
});
"""


def axe() -> str:
    spec = find_spec("axe_core_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe-core-python is not installed")
    return Path(spec.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def complaints(text: str, browser: str, folder: Path, *options: str) -> list[list[object]]:
    """What axe-core finds wrong with a page whose policy is lifted so that axe may run in it."""
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    examined = open_page.replace(
        "</body>", f"<script>{axe()}</script><script>{RUN}</script></body>"
    )
    file = folder / "page.html"
    file.write_text(examined, encoding="utf-8")
    command = [
        *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,900"),
        *(f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=20000", *options),
        *("--dump-dom", file.as_uri()),
    ]
    done = subprocess.run(command, capture_output=True, timeout=180, check=False)
    said = re.search(r'<pre id="axe-says">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
    assert said, done.stderr.decode()[-2000:]
    found: list[list[object]] = json.loads(html.unescape(said[1]))
    return found


def page(document: FindingsDocument, language: Language) -> str:
    stream = io.StringIO()
    write_html(document, stream, language)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "language", "options"),
    [
        ("one", "en", ()),
        ("one", "zh", ("--blink-settings=preferredColorScheme=0",)),
        ("several", "zh", ()),
        ("many", "en", ()),
        ("hostile", "en", ("--blink-settings=preferredColorScheme=0",)),
    ],
)
def test_axe_finds_nothing_wrong_with_a_report(
    name: str, language: Language, options: tuple[str, ...], browser: str, tmp_path: Path
):
    assert complaints(page(DOCUMENTS[name], language), browser, tmp_path, *options) == []


def test_axe_would_find_what_is_wrong(browser: str, tmp_path: Path):
    broken = "<html><body><main><h1>A</h1><input><img src=''></main></body></html>"
    found = {str(name) for name, *_ in complaints(broken, browser, tmp_path)}
    assert {"label", "image-alt", "html-has-lang"} <= found
