"""What a model says: the match weight of each comparison level, and the m and u probabilities behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import altair as alt

from hpmatch.charts.styling import BLUE, GREEN, RED, data, grouped_rows, heading, styled, titled, tones
from hpmatch.errors import HpmatchError
from hpmatch.fellegi_sunter import FellegiSunter
from hpmatch.model import Model, read_model
from hpmatch.wording import terms_of

_WIDTH, _PANEL, _STEP, _BAR = 460, 260, 17, 11
_ROOM = 1.18  # beside the longest bar, for its number


def match_weights_chart(model: Model | str | Path = "imi", registered: int = 100_000) -> Any:
    """
    What each comparison level adds to the match weight: log2(m / u), without the term-frequency adjustment.

    Args:
        model: A model, the name of a shipped one, or the path of a model file.
        registered: How many persons are registered, which the prior depends on.

    Returns:
        An altair chart: a bar a level, to the right where it speaks for one person.

    Raises:
        HpmatchError: If the model's classifier has no m and u probabilities.

    Example:
        >>> match_weights_chart().to_dict()["title"]["text"]
        "Match weights of model 'imi'"
    """
    model = read_model(model)
    terms = terms_of(model.subject)
    prior = {
        "group": f"prior ({registered:,} {terms.registered})",
        "weight": model.decision.prior_weight(registered),
    }
    for_one, for_two = (f"for {each}" for each in (terms.same, terms.two))
    rows = [{**row, "speaks": for_one if row["weight"] > 0 else for_two} for row in [prior, *_levels(model)]]
    rows, y = grouped_rows(rows)
    reach = max(abs(row["weight"]) for row in rows if "weight" in row) * _ROOM
    base = alt.Chart(data(rows)).encode(
        y=y, x=alt.X("weight:Q", title="match weight (log2)", scale=_scale(-reach, reach))
    )
    weight = alt.Tooltip("weight:Q", format="+.2f", title="match weight")
    tooltips: dict[str, list[Any]] = {
        "isValid(datum.level)": [
            alt.Tooltip("group:N", title="comparison"), "level:N", weight,
            alt.Tooltip("m:Q", format=".4~g"), alt.Tooltip("u:Q", format=".4~g"),
            alt.Tooltip("term_frequency:Q", title="follows the frequency"), "source:N",
        ],
        "!isValid(datum.level)": [alt.Tooltip("group:N", title="start"), weight],  # the prior has no m and no u
    }  # fmt: skip
    colour = alt.Color("speaks:N", title="speaks", scale=tones((for_one, for_two), (GREEN, RED)))
    bars = [
        base.transform_filter(which).mark_bar(height=_BAR).encode(color=colour, tooltip=tooltip)
        for which, tooltip in tooltips.items()
    ]
    text = alt.Text("weight:Q", format="+.1f")
    right = base.transform_filter("datum.weight > 0").mark_text(align="left", dx=3, fontSize=10)
    left = base.transform_filter("datum.weight <= 0").mark_text(align="right", dx=-3, fontSize=10)
    numbers = [each.encode(text=text) for each in (right, left)]
    title = titled(
        f"Match weights of model {model.name!r}",
        f"what each comparison level adds to the log2 odds of {terms.same}; the prior is where they start",
    )
    return styled(alt.layer(*bars, *numbers).properties(width=_WIDTH, height=alt.Step(_STEP), title=title))


def m_u_chart(model: Model | str | Path = "imi") -> Any:
    """
    How often each comparison level occurs between records of one person (m) and of two (u), side by side.

    Args:
        model: A model, the name of a shipped one, or the path of a model file.

    Returns:
        An altair chart.

    Raises:
        HpmatchError: If the model's classifier has no m and u probabilities.

    Example:
        >>> m_u_chart().to_dict()["title"]["text"]
        "m and u probabilities of model 'imi'"
    """
    model = read_model(model)
    rows, y = grouped_rows(_levels(model))

    def panel(name: str, about: str, colour: str, *, labelled: bool) -> Any:
        shown = y if labelled else y.axis(None)
        x = alt.X(
            f"{name}:Q",
            title="probability",
            scale=_scale(0, 1.2),
            axis=alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format="~g"),
        )
        base = alt.Chart(data(rows)).encode(y=shown, x=x)
        bars = base.mark_bar(height=_BAR, color=colour).encode(
            tooltip=[
                alt.Tooltip("group:N", title="comparison"), "level:N", alt.Tooltip("m:Q", format=".4~g"),
                alt.Tooltip("u:Q", format=".4~g"), "source:N",
            ]
        )  # fmt: skip
        numbers = base.mark_text(align="left", dx=3, fontSize=10).encode(text=f"{name}_text:N")
        return alt.layer(bars, numbers).properties(
            width=_PANEL, height=alt.Step(_STEP), title=heading(f"{name}: between records of {about}")
        )

    terms = terms_of(model.subject)
    panels = alt.hconcat(
        panel("m", terms.same, BLUE, labelled=True), panel("u", terms.two, RED, labelled=False), spacing=24
    )
    title = titled(
        f"m and u probabilities of model {model.name!r}",
        "how often a comparison level occurs; the match weight is the log2 of m / u",
    )
    return styled(panels.properties(title=title))


def _scale(low: float, high: float) -> alt.Scale:
    return alt.Scale(domain=[low, high], nice=False)


def _levels(model: Model) -> list[dict[str, Any]]:
    classifier = model.classifier
    if not isinstance(classifier, FellegiSunter) or not any(classifier.levels.values()):
        raise HpmatchError(
            f"model {model.name!r} has no m and u probabilities to draw: its classifier is {type(classifier).__name__}"
        )
    slopes: Mapping[str, float] = getattr(classifier, "slopes", {})
    return [
        {
            "group": comparison,
            "level": level.level,
            "weight": slopes.get(comparison, 1.0) * math.log2(level.m / level.u),
            "m": level.m,
            "u": level.u,
            "m_text": _short(level.m),
            "u_text": _short(level.u),
            "term_frequency": level.term_frequency,
            "source": level.source,
        }
        for comparison, levels in classifier.levels.items()
        for level in levels
    ]


def _short(probability: float) -> str:
    """Three digits, of what is lacking to 1 if that is little."""
    return f"1 - {1 - probability:.1g}" if 1 - probability < 0.0005 else f"{probability:.3g}"  # noqa: PLR2004
