"""Formulas of the documentation as MathML, which a browser shows without a script and without the network."""

from __future__ import annotations

from typing import Any

from latex2mathml.converter import convert


def mathml(source: str, *_: Any, **__: Any) -> str:
    """A ``math`` block of a page; called by pymdownx.superfences."""
    return f'<div class="formula">{convert(source, display="block")}</div>'
