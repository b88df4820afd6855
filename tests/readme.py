"""The README in parts: its blocks, lines and spans of code."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
CI = "".join(path.read_text("utf-8") for path in sorted((ROOT / ".ci").iterdir()) if path.is_file())

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS: list[str] = [text for language, text in FENCED.findall(README) if language != "python"]
PYTHON: list[str] = [text for language, text in FENCED.findall(README) if language == "python"]
"""The Python blocks, which test_extending runs."""
SCRIPTS: list[str] = [text for language, text in FENCED.findall(README) if language == "bash"]
LINES = [line for text in BLOCKS for line in text.replace("\\\n", " ").splitlines()]
SPANS = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", FENCED.sub("", README))]
