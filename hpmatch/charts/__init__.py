"""
Charts, drawn with altair in tones that can be read on white and on black. Needs the extra ``charts``.

Each function takes what the library gives and returns an altair chart, which a notebook shows; ``save_chart`` writes one as
standalone HTML, SVG or PNG, without a browser or a network. What a chart holds is counts and figures: no name, birth date or
identifier of a person is in it, but for the numbers that an explanation's waterfall is about. ``docs/charts.md`` shows them all.
"""

from __future__ import annotations

try:
    import altair as alt  # noqa: F401 - to say early that it is not there
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "charts need altair, which is not installed: pip install 'hpmatch[charts]'", name=error.name
    ) from None

from hpmatch.charts.blocking import block_sizes_chart, blocking_chart
from hpmatch.charts.evaluated import evaluation_charts, save_evaluation_charts
from hpmatch.charts.funnel import funnel_chart
from hpmatch.charts.measures import calibration_chart, precision_recall_chart, slices_chart
from hpmatch.charts.model import m_u_chart, match_weights_chart
from hpmatch.charts.scores import score_chart
from hpmatch.charts.styling import save_chart, styled
from hpmatch.charts.thresholds import threshold_chart
from hpmatch.charts.waterfall import waterfall_chart

__all__ = [
    "block_sizes_chart",
    "blocking_chart",
    "calibration_chart",
    "evaluation_charts",
    "funnel_chart",
    "m_u_chart",
    "match_weights_chart",
    "precision_recall_chart",
    "save_chart",
    "save_evaluation_charts",
    "score_chart",
    "slices_chart",
    "styled",
    "threshold_chart",
    "waterfall_chart",
]
