"""The pictures of docs/charts.md, made by the code of that page: ``python -m benchmarks.gallery``."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PAGE, _PICTURES = _ROOT / "docs" / "charts.md", _ROOT / "docs" / "charts"


def main() -> None:
    """Run each block of code in an empty folder, and keep what it draws."""
    drawn: dict[str, str] = {}
    for block in re.findall(r"```python\n(.*?)```", _PAGE.read_text("utf-8"), re.DOTALL):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "examples").symlink_to(_ROOT / "examples")
            subprocess.run([sys.executable, "-c", block], cwd=folder, check=True)
            drawn |= {path.name: _small(path.read_text("utf-8")) for path in sorted(folder.glob("*.svg"))}
    _PICTURES.mkdir(exist_ok=True)
    for path in _PICTURES.glob("*.svg"):
        path.unlink()
    for name, picture in drawn.items():
        (_PICTURES / name).write_text(picture, "utf-8")
        print(f"{name:<28}{len(picture.encode()) / 1024:>8.1f} KiB")


def _small(drawing: str) -> str:
    """A drawing without what only serves one that is part of a page: what each mark says, what a pointer meets."""
    return re.sub(r' (?:(?:aria-[a-z]+|role|class|pointer-events)="[^"]*"|opacity="1")', "", drawing)


if __name__ == "__main__":
    main()
