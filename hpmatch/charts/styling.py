"""
How charts look, and how they are saved.

Every tone has a contrast of at least 3:1 on white and on a dark page (#0d1117), as WCAG 2.2 asks of graphics (success
criterion 1.4.11), and no two that stand for opposites are a red and a green of one lightness. What is merely written (titles,
labels, rules) takes the ink of the theme.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from hpmatch.arrays import FloatArray
from hpmatch.errors import HpmatchError, SourceError
from hpmatch.files import discard

INK = "#7d7d7d"  # read on white and on black
BLUE, ORANGE, PURPLE, MAGENTA, GOLD, GREY = "#1f8fff", "#e8710a", "#a371f7", "#c0488f", "#ae8a14", "#7d7d7d"
# The bluish green and the vermilion of Okabe and Ito (Color Universal Design, 2008), told apart by the colour-blind.
GREEN, RED = "#009e73", "#d55e00"
BLACK = "#0d1117"  # on a tone
TONES = (BLUE, ORANGE, GREEN, PURPLE, MAGENTA, GOLD, GREY)
SHORT = "format(datum.value, abs(datum.value) < 1 ? '.2~g' : '~s')"  # an axis label: 0.5, 20, 3k, 4M
FORMATS = (".html", ".svg", ".png")
_PNG_SCALE = 2  # pixels a point


class Theme(NamedTuple):
    """
    What a page asks of a chart.

    Attributes:
        ink: The tone of titles, labels and rules.
        grid: The tone of grid lines.
        background: What is behind the chart.
    """

    ink: str
    grid: str
    background: str


THEMES = {
    "auto": Theme(INK, "#7d7d7d40", "transparent"),
    "light": Theme("#3d444d", "#3d444d26", "#ffffff"),
    "dark": Theme("#c9d1d9", "#c9d1d926", "#0d1117"),
}


def data(rows: Sequence[dict[str, Any]]) -> Any:
    """Rows as the data of a chart; what several parts of it hold is in it once."""
    return _Rows(values=list(rows))


class _Rows(alt.InlineData):
    """Rows that stay as they are: altair copies a chart whole at each step, which took most of the time of drawing one."""

    def __deepcopy__(self, memo: Any) -> _Rows:
        return self


def titled(title: str, subtitle: str) -> alt.TitleParams:
    """A chart's title, with what it shows in a smaller line below."""
    return alt.TitleParams(title, subtitle=subtitle)


def heading(text: str) -> alt.TitleParams:
    """The title of one panel of several."""
    return alt.TitleParams(text, fontSize=12, offset=6)


def tones(names: Sequence[str], colours: Sequence[str] = TONES) -> alt.Scale:
    """A scale that gives each name a tone, in their order; the tones are used again where there are more names."""
    return alt.Scale(domain=list(names), range=[colours[place % len(colours)] for place in range(len(names))])


def counted(values: FloatArray, width: float, last: int | None = None) -> list[tuple[float, float, int]]:
    """
    How many values lie in each bin from a multiple of the width to the next; empty bins are left out.

    Args:
        values: float64[n].
        width: The width of a bin.
        last: The last bin, which also holds what lies beyond it.

    Returns:
        Where each bin begins and ends, and how many values it holds.

    Example:
        >>> counted(np.array([0.1, 0.3, 1.0]), 0.1, last=9)
        [(0.1, 0.2, 1), (0.3, 0.4, 1), (0.9, 1.0, 1)]
    """
    # Rounded, for 0.3 / 0.1 is a little less than 3.
    places = np.floor(np.round(values / width, 9)).astype(np.int64)
    places = places if last is None else np.minimum(places, last)
    bins, counts = np.unique(places, return_counts=True)
    return [
        (round(place * width, 6), round((place + 1) * width, 6), count)
        for place, count in zip(bins.tolist(), counts.tolist(), strict=True)
    ]


def powers_of_ten(most: float) -> list[int]:
    """
    The powers of ten up to a number, for a logarithmic axis.

    Example:
        >>> powers_of_ten(250)
        [1, 10, 100]
    """
    return [10**power for power in range(len(str(int(most))))]


def grouped_rows(rows: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], alt.Y]:
    """
    Rows one below the other in their order, with a heading above each group.

    Args:
        rows: Each with its ``group``, and its ``level`` within the group; a row without a level stands in the heading itself.

    Returns:
        The rows with their place in ``row``, headings among them, and the axis.
    """
    placed: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        if "level" in row and (not place or rows[place - 1]["group"] != row["group"]):
            placed.append({"group": row["group"]})
        placed.append(row)
    for place, row in enumerate(placed):
        words = str(row.get("level", row["group"])).replace("|", "/")
        placed[place] = {**row, "row": f"{place:04}|{words}|{'' if 'level' in row else 'heading'}"}
    is_heading = {"test": "split(datum.label, '|')[2] == 'heading'", "value": "bold"}
    axis = alt.Axis(
        labelExpr="split(datum.label, '|')[1]",
        labelFontWeight={"condition": is_heading, "value": "normal"},
        ticks=False,
        domain=False,
        labelPadding=6,
    )
    # Without a domain the headings, which hold no figure, would not be there.
    return placed, alt.Y(
        "row:N", title=None, axis=axis, scale=alt.Scale(domain=[row["row"] for row in placed])
    )


def styled(chart: Any, theme: str = "auto") -> Any:
    """
    A chart in the project's tones.

    Args:
        chart: An altair chart.
        theme: "auto" for one without background that is read on white and on black; "light" or "dark" for a page that is
            known, with more contrast.

    Raises:
        HpmatchError: If there is no such theme.
    """
    if theme not in THEMES:
        raise HpmatchError(f"no theme {theme!r}; there are {', '.join(THEMES)}")
    ink, grid, background = THEMES[theme]
    # All at once, for each further call copies the chart.
    return chart.configure(
        background=background,
        font="sans-serif",
        padding=8,
        view=alt.ViewConfig(stroke=None),
        text=alt.MarkConfig(color=ink, fontSize=12),
        rule=alt.MarkConfig(color=ink),
        title=alt.TitleConfig(
            color=ink,
            subtitleColor=ink,
            anchor="start",
            fontSize=14,
            subtitleFontSize=12,
            subtitlePadding=6,
            offset=12,
        ),
        axis=alt.AxisConfig(
            labelColor=ink,
            titleColor=ink,
            gridColor=grid,
            domainColor=ink,
            tickColor=ink,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelLimit=260,
        ),
        legend=alt.LegendConfig(
            labelColor=ink,
            titleColor=ink,
            labelFontSize=12,
            orient="bottom",
            titleFontWeight="normal",
            symbolFillColor=ink,
        ),
        header=alt.HeaderConfig(labelColor=ink, titleColor=ink, labelFontSize=12, labelFontWeight="bold"),
    )


def save_chart(chart: Any, path: str | Path, theme: str = "auto") -> None:
    """
    Save a chart, without a browser or a network; the same chart gives the same bytes.

    Args:
        chart: An altair chart.
        path: A file that ends in .html, .svg or .png.
        theme: "auto" to save it as it is; "light" or "dark" for a page that is known, see ``styled``.

    Raises:
        SourceError: If it cannot be written.
        HpmatchError: If there is no such theme.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in FORMATS:
        raise SourceError(f"cannot write {path}: a chart is saved as {', '.join(FORMATS)}")
    if theme != "auto":
        chart = styled(chart, theme)
    unfinished = target.with_name(f".{target.name}")
    try:
        unfinished.write_bytes(_drawn(chart, ending))
        unfinished.replace(target)
    except OSError as error:
        discard(unfinished)
        raise SourceError(f"cannot write {path}: {error.strerror or error}") from error


def _drawn(chart: Any, ending: str) -> bytes:
    """A chart as the bytes of a file."""
    if ending == ".png":
        picture = io.BytesIO()
        chart.save(picture, format="png", scale_factor=_PNG_SCALE)
        return picture.getvalue()
    text = io.StringIO()
    options = {"inline": True, "json_kwds": {"cls": _InScript}} if ending == ".html" else {}
    chart.save(text, format=ending[1:], **options)
    return _renumbered(text.getvalue()).encode()


class _InScript(json.JSONEncoder):
    """JSON that may stand in a page's script: text that is data cannot end it."""

    def encode(self, o: Any) -> str:
        return super().encode(o).replace("<", r"\u003c")


def _renumbered(drawing: str) -> str:
    """Clip paths numbered from 0 in each drawing: those who draw count on through all that they have drawn."""
    numbers: dict[str, int] = {}
    return re.sub(
        r'(?<=id="clip)\d+|(?<=url\(#clip)\d+',
        lambda found: str(numbers.setdefault(found[0], len(numbers))),
        drawing,
    )
