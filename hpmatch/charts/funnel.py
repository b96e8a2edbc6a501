"""The way from alerts to persons to cases, as a Sankey diagram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import altair as alt

from hpmatch.charts.styling import BLUE, GOLD, GREEN, GREY, MAGENTA, ORANGE, PURPLE, data, styled
from hpmatch.errors import HpmatchError

_COLOURS = {
    "alerts": GREY, "rejected": MAGENTA, "persons": BLUE, "no match": GREY, "unmatchable": MAGENTA,
    "hit": ORANGE, "earlier case": PURPLE, "new": ORANGE, "clear identity": GREEN, "unclear identity": GOLD,
}  # fmt: skip
_WIDTH, _HEIGHT = 720, 360
_NODE_WIDTH, _GAP, _SMALLEST = 0.05, 0.06, 0.004
_BEND = 24  # points along a ribbon


class Flow(NamedTuple):
    """
    So many go from one node to another.

    Attributes:
        source: The node that they leave.
        target: The node that they reach.
        number: How many.
    """

    source: str
    target: str
    number: int


# Where each node stands, from the left.
_COLUMNS = (
    ("alerts",),
    ("persons", "rejected"),
    ("hit", "no match", "unmatchable"),
    ("new", "earlier case"),
    ("clear identity", "unclear identity"),
)
# The nodes before the last column that nothing leaves.
_ENDS = ("rejected", "no match", "unmatchable", "earlier case")


def funnel_flows(funnel: Mapping[str, Any]) -> list[Flow]:
    """
    What flows where, from the counts of ``hpmatch.persons.funnel``.

    Alerts flow into persons by their number of alerts; from there on persons are counted.
    """
    total = funnel["total"]
    flows = [
        Flow("alerts", "persons", total["alerts"]),
        Flow("alerts", "rejected", total["rejected"]),
        Flow("persons", "hit", total["hit"]),
        Flow("persons", "no match", total["no_match"]),
        Flow("persons", "unmatchable", total["unmatchable"]),
        Flow("hit", "new", total["new"]),
        Flow("hit", "earlier case", total["earlier_case"]),
        Flow("new", "clear identity", total["clear"]),
        Flow("new", "unclear identity", total["unclear"]),
    ]
    return [flow for flow in flows if flow.number]


def funnel_chart(funnel: Mapping[str, Any]) -> Any:
    """
    The way from alerts to persons to cases, as ribbons (a Sankey diagram).

    Each step is drawn at a scale of its own, for 17,000 alerts and 14 unclear identities do not fit one; the numbers are
    written beside.

    Args:
        funnel: ``summary["funnel"]`` of a result.

    Returns:
        An altair chart.

    Raises:
        HpmatchError: If it is something else, or there are no alerts to draw.
    """
    if not isinstance(funnel, Mapping) or "total" not in funnel:
        raise HpmatchError(f"a {type(funnel).__name__} is no funnel; give summary['funnel'] of a result")
    flows = funnel_flows(funnel)
    if not flows:
        raise HpmatchError("there are no alerts to draw")
    places = _places(flows)
    nodes, ribbons = _nodes(flows, places), _ribbons(flows, places)
    colour = alt.Color(
        "node:N", scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())), legend=None
    )
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, len(_COLUMNS) - 1 + 0.75]))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, 1], reverse=True))
    area = (
        alt.Chart(data(ribbons))
        .mark_area(opacity=0.22)
        .encode(x=x, y=y, y2="y2:Q", detail="flow:N", color=colour, tooltip=["flow:N", "number:Q"])
    )
    bars = (
        alt.Chart(data(nodes))
        .mark_rect()
        .encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=colour, tooltip=["node:N", "number:Q"])
    )
    # Behind a node that nothing leaves the ribbons of others may pass: its words stand before it, on its own.
    behind, before = (
        [node for node in nodes if (node["node"] in _ENDS) == is_end] for is_end in (False, True)
    )
    layers = alt.layer(area, bars, _words(behind, "x2", "left", 6), _words(before, "x", "right", -6))
    return styled(layers.properties(width=_WIDTH, height=_HEIGHT, title="From alerts to persons to cases"))


def _words(nodes: Sequence[Mapping[str, Any]], at: str, align: Literal["left", "right"], shift: int) -> Any:
    return (
        alt.Chart(data([dict(node) for node in nodes]))
        .mark_text(align=align, dx=shift)
        .encode(x=alt.X(f"{at}:Q", axis=None), y=alt.Y("words:Q", axis=None), text="label:N")
    )


def _places(flows: Sequence[Flow]) -> dict[str, tuple[int, float, float]]:
    """Column, top and height of each node; the heights of a column add up to the same."""
    numbers = {
        node: max(
            sum(flow.number for flow in flows if node == getattr(flow, end)) for end in ("source", "target")
        )
        for column in _COLUMNS
        for node in column
    }
    places = {}
    for column, names in enumerate(_COLUMNS):
        shown = [name for name in names if numbers[name]]
        total = sum(numbers[name] for name in shown)
        room, top = 1 - _GAP * (len(shown) - 1), 0.0
        for name in shown:
            height = max(room * numbers[name] / total, _SMALLEST)
            places[name] = (column, top, height)
            top += height + _GAP
    return places


def _nodes(flows: Sequence[Flow], places: Mapping[str, tuple[int, float, float]]) -> list[dict[str, Any]]:
    persons = sum(flow.number for flow in flows if flow.source == "persons")
    reached = {flow.target: 0 for flow in flows} | {"alerts": 0}
    for flow in flows:
        reached[flow.target] += flow.number
        reached["alerts"] += flow.number if flow.source == "alerts" else 0
    numbers = {**reached, "persons": persons}
    return [
        {
            "node": name,
            "number": numbers[name],
            "label": f"{name} {numbers[name]:,}",
            "x": column,
            "x2": column + _NODE_WIDTH,
            "y": top,
            "y2": top + height,
            # Words that stand before a node keep clear of those behind the node on their left.
            "words": top + height * (0.75 if name in _ENDS else 0.5),
        }
        for name, (column, top, height) in places.items()
    ]


def _ribbons(flows: Sequence[Flow], places: Mapping[str, tuple[int, float, float]]) -> list[dict[str, Any]]:
    """Points along each ribbon, which leaves its node at a share of it and bends smoothly to the next."""
    points = []
    left: dict[str, float] = {}
    right: dict[str, float] = {}
    for flow in flows:
        (column, top, height), (to_column, to_top, to_height) = places[flow.source], places[flow.target]
        share = flow.number / sum(each.number for each in flows if each.source == flow.source)
        to_share = flow.number / sum(each.number for each in flows if each.target == flow.target)
        start, end = top + left.get(flow.source, 0.0), to_top + right.get(flow.target, 0.0)
        left[flow.source] = left.get(flow.source, 0.0) + share * height
        right[flow.target] = right.get(flow.target, 0.0) + to_share * to_height
        for step in range(_BEND + 1):
            t = step / _BEND
            bend = t * t * (3 - 2 * t)
            upper = start + (end - start) * bend
            points.append(
                {
                    "flow": f"{flow.source} to {flow.target}",
                    "number": flow.number,
                    "node": flow.target,
                    "x": column + _NODE_WIDTH + (to_column - column - _NODE_WIDTH) * t,
                    "y": upper,
                    "y2": upper + share * height + (to_share * to_height - share * height) * bend,
                }
            )
    return points
