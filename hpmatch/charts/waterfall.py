"""The waterfall of an explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from hpmatch.charts.styling import INK, styled
from hpmatch.errors import HpmatchError
from hpmatch.explain import candidate_line, step_words, steps_of, title
from hpmatch.wording import say

if TYPE_CHECKING:
    from hpmatch.explain import Explanation

_FOR, _AGAINST = "#2ea043", "#e8710a"
_STEP, _LABEL = 24, 420  # pixels: of a row, and of the longest words beside one


def waterfall_chart(explanation: Explanation, candidate: int = 0, language: str = "en") -> Any:
    """
    Draw how the weight of a candidate adds up.

    ``hpmatch.charts.save_chart`` writes it as HTML, SVG or PNG.

    Args:
        explanation: What ``Result.explain`` gave.
        candidate: Which of its candidates; 0 is the likeliest.
        language: "en" or "nb".

    Returns:
        An altair chart.

    Raises:
        HpmatchError: If there is no such candidate.
    """
    if not 0 <= candidate < len(explanation.candidates):
        raise HpmatchError(
            f"there is no candidate {candidate} to draw; the explanation has {len(explanation.candidates)}"
        )
    hit = explanation.candidates[candidate]
    rows: list[dict[str, Any]] = []
    for place, step in enumerate(steps_of(hit)):
        name, level, weight = step_words(step, language)
        is_for = step.end > step.start
        rows.append(
            {
                "place": place,
                "step": f"{name}: {level}" if level else name,
                "start": step.start,
                "end": step.end,
                "weight": weight,
                "colour": INK if step.is_end else _FOR if is_for else _AGAINST,
                "edge": max(step.start, step.end),
            }
        )
    order = [str(row["step"]) for row in rows]
    base = alt.Chart({"values": rows}).encode(
        y=alt.Y("step:N", sort=order, title=None, axis=alt.Axis(labelLimit=_LABEL)),
        tooltip=["step:N", "weight:N"],
    )
    bars = base.mark_bar().encode(
        x=alt.X("start:Q", title=say("heading.weight", language)),
        x2="end:Q",
        color=alt.Color("colour:N", scale=None),
    )
    words = base.mark_text(align="left", dx=4, color=INK).encode(x="edge:Q", text="weight:N")
    heading = alt.TitleParams(
        title(explanation, language),
        subtitle=candidate_line(hit, language),
        color=INK,
        subtitleColor=INK,
        anchor="start",
    )
    return styled((bars + words).properties(width=520, height=alt.Step(_STEP), title=heading))
