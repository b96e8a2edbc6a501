"""
HTML of results, models and explanations: for a notebook, or a page of its own.

Nothing is loaded and nothing runs: tables, and bars whose place and width are computed here. Colours come from the reader's own,
light or dark. Every text is escaped.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from hpmatch.decision import DISPOSITIONS
from hpmatch.evidence import Hit, Step, waterfall
from hpmatch.explain import (
    SHOWN,
    Explanation,
    candidate_line,
    change_lines,
    remarks,
    span,
    step_words,
    steps_of,
    title,
)
from hpmatch.explain.side_by_side import ALIKE, DIFFERS, Told
from hpmatch.fellegi_sunter import FellegiSunter, LookAlike
from hpmatch.model import ALERTS, Model, subject_of
from hpmatch.wording import reason, say, word

if TYPE_CHECKING:
    from hpmatch.labelling import Pair
    from hpmatch.results import Deduplicated, Result
    from hpmatch.screening import Score

_STYLE = """\
.hpmatch{--for:#1a7f37;--against:#c2410c;--sum:#6e7781;--line:#8884;--mark:#f5c51855;font:14px/1.45 system-ui,sans-serif;overflow-x:auto}
@media (prefers-color-scheme:dark){.hpmatch{--for:#56b870;--against:#f08a4b;--sum:#9aa4ae;--mark:#b8860b88}}
.hpmatch table{border-collapse:collapse;margin:.4em 0 1em;font-variant-numeric:tabular-nums}
.hpmatch th,.hpmatch td{text-align:left;padding:.15em .7em .15em 0;border-bottom:1px solid var(--line);vertical-align:top;background:none;color:inherit}
.hpmatch td.number{text-align:right}.hpmatch td.bar{width:16em;min-width:8em;padding:0;vertical-align:middle}
.hpmatch h1{font-size:1.4em;margin:.2em 0}.hpmatch h2{font-size:1.1em;margin:1em 0 .2em}.hpmatch h3{font-size:1em;margin:.6em 0 0}
.hpmatch i.bar{display:block;height:.8em;min-width:2px;background:var(--sum)}
.hpmatch i.for{background:var(--for)}.hpmatch i.against{background:var(--against)}
.hpmatch mark{background:var(--mark);color:inherit;border-radius:2px}
.hpmatch tr.differs td:last-child,.hpmatch tr.alike td:last-child{font-weight:600}
.hpmatch tr.differs td:last-child{color:var(--against)}.hpmatch .quiet{opacity:.75}
"""
_PAGE = """\
<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">
<title>{title}</title><style>:root{{color-scheme:light dark}}body{{margin:2em auto;max-width:60em;padding:0 1em}}</style></head>
<body>{body}</body></html>
"""
# Texts that are less alike than this have no parts worth marking.
_MARKED = 0.5
_ROWS = 5
_ABOUT_PAIRS = 5  # the first columns of a pair: identifiers, weight, probability, decision


def page(heading: str, body: str, language: str = "en") -> str:
    """
    A page of its own.

    Args:
        heading: Its title, as plain text.
        body: What it shows, as HTML.
        language: The language of the text.
    """
    return _PAGE.format(title=escape(heading), body=body, language=escape(language))


def block(*parts: str) -> str:
    """Parts of HTML as one block, with the style that they need."""
    return f'<div class="hpmatch"><style>{_STYLE}</style>{"".join(parts)}</div>'


def table(
    head: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], *, numbers: Sequence[int] = ()
) -> str:
    """
    A table.

    Args:
        head: The columns' names, as plain text; none for no head.
        rows: For each row its class, "" for none, and its cells as HTML.
        numbers: The columns that hold numbers.

    Example:
        >>> table([], [("", ["a &lt; b"])])
        '<table><tr><td>a &lt; b</td></tr></table>'
    """
    told = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = [f"<tr>{told}</tr>"] if head else []
    for kind, cells in rows:
        written = "".join(
            cell
            if cell.startswith("<td")
            else f'<td class="number">{cell}</td>'
            if column in numbers
            else f"<td>{cell}</td>"
            for column, cell in enumerate(cells)
        )
        lines.append(f'<tr class="{escape(kind)}">{written}</tr>' if kind else f"<tr>{written}</tr>")
    return f"<table>{''.join(lines)}</table>"


def bar(start: float, end: float, low: float, high: float, kind: str = "") -> str:
    """A cell with a bar from one number to another, on a scale from ``low`` to ``high``."""
    left, right = ((each - low) / (high - low) * 100 for each in sorted((start, end)))
    return f'<td class="bar"><i class="bar {kind}" style="margin-left:{left:.1f}%;width:{right - left:.1f}%"></i></td>'


def waterfall_table(steps: Sequence[Step], language: str = "en") -> str:
    """A waterfall, a row a step."""
    low, high = span(steps)
    heads = [say(f"heading.{name}", language) for name in ("comparison", "level", "weight")]
    rows = []
    for step in steps:
        cells = [escape(cell) for cell in step_words(step, language)]
        kind = "" if step.is_end else "for" if step.end > step.start else "against"
        drawn = step.weight is not None and step.start != step.end
        rows.append(("", [*cells, bar(step.start, step.end, low, high, kind) if drawn else "<td></td>"]))
    return table([*heads, ""], rows, numbers=(2,))


def records_table(records: Sequence[Told], language: str = "en", of: str = "alerts") -> str:
    """Two records side by side, with what differs marked."""
    if not records:
        return ""
    heads = [
        say("heading.column", language),
        say("alert", language, of=of),
        say("register", language, of=of),
        say("heading.verdict", language),
    ]
    rows = []
    for told in records:
        sides = told.texts(language, of)
        left, right = _marked(*sides) if told.verdict in (ALIKE, DIFFERS) else map(escape, sides)
        verdict = word("verdict", told.verdict, language, of)
        rows.append(
            (told.verdict, [escape(word("name", told.column, language)), left, right, escape(verdict)])
        )
    return f"<h3>{escape(say('heading.records', language))}</h3>{table(heads, rows)}"


def _marked(left: str, right: str) -> tuple[str, str]:
    """Two texts with what differs marked: the letters, or all of them where they have too little in common."""
    matcher = difflib.SequenceMatcher(None, left.casefold(), right.casefold(), autojunk=False)
    if matcher.ratio() < _MARKED or len(left.casefold() + right.casefold()) != len(left + right):
        return f"<mark>{escape(left)}</mark>", f"<mark>{escape(right)}</mark>"
    sides: tuple[list[str], list[str]] = ([], [])
    for kind, a, b, c, d in matcher.get_opcodes():
        for side, part in ((sides[0], left[a:b]), (sides[1], right[c:d])):
            side.append(escape(part) if kind == "equal" or not part else f"<mark>{escape(part)}</mark>")
    return "".join(sides[0]), "".join(sides[1])


def _paragraphs(lines: Iterable[str], kind: str = "") -> str:
    opened = f'<p class="{kind}">' if kind else "<p>"
    return "".join(f"{opened}{escape(line)}</p>" for line in lines)


def text_html(text: str) -> str:
    """
    What is a table in plain text already.

    Example:
        >>> text_html("a < b").partition("</style>")[2]
        '<pre>a &lt; b</pre></div>'
    """
    return block(f"<pre>{escape(text)}</pre>")


def explanation_html(explanation: Explanation, language: str = "en") -> str:
    """An explanation."""
    parts = [
        f"<h1>{escape(title(explanation, language))}</h1>",
        _paragraphs([reason(explanation.reason, language)]),
    ]
    for hit, records in explanation.beside()[:SHOWN]:
        parts += [
            f"<h2>{escape(candidate_line(hit, language))}</h2>",
            f"<h3>{escape(say('heading.waterfall', language))}</h3>",
            waterfall_table(steps_of(hit), language),
            records_table(records, language, explanation.of),
        ]
    parts.append(_paragraphs(remarks(explanation, language)))
    if explanation.candidates:
        changes = "".join(f"<li>{escape(line)}</li>" for line in change_lines(explanation, language))
        parts += [f"<h2>{escape(say('heading.changes', language))}</h2><ul>{changes}</ul>"]
        parts += [_paragraphs([say("weights", language, of=explanation.of)], "quiet")]
    parts.append(_paragraphs([say("lead", language, of=explanation.of)], "quiet"))
    return block(*parts)


def hit_html(hit: Hit) -> str:
    """A candidate."""
    return block(f"<h2>{escape(candidate_line(hit))}</h2>", waterfall_table(steps_of(hit)))


def score_html(score: Score) -> str:
    """A score."""
    return block(
        waterfall_table(waterfall(score.evidence, score.match_weight, look_alikes=score.look_alike_weight))
    )


def pair_html(pair: Pair) -> str:
    """A pair to be labelled; where it is blind nothing of what the model says of it."""
    said = [candidate_line(pair.hit, pair.language)] if pair.hit else []
    records = records_table(pair.records, pair.language, pair.of)
    return block(f"<h2>{escape(pair.heading)}</h2>", records, _paragraphs(said))


def result_html(result: Result) -> str:
    """A result: its counts, the funnel, and the first dispositions."""
    counts, total = result.summary["alerts"], result.summary["funnel"]["total"]
    of, registered = subject_of(result.summary), f"{result.summary['register']['read']:,}"
    said = say("counts", of=of, read=f"{counts['read']:,}", registered=registered)
    most = max(counts["read"], 1)
    answered = [(word("disposition", kind), counts[kind], most) for kind in DISPOSITIONS]
    persons = [
        (name.replace("_", " "), total[name], max(total["persons"], 1))
        for name in ("persons", "hit", "earlier_case", "new", "clear", "unclear")
    ]
    rows = [("", [escape(name), f"{value:,}", bar(0, value, 0, all_)]) for name, value, all_ in answered]
    funnel = [("", [escape(name), f"{value:,}", bar(0, value, 0, all_)]) for name, value, all_ in persons]
    first = result.dispositions.slice(0, _ROWS)
    return block(
        f"<h2>{escape(said)}</h2>",
        table([of, "", ""], rows, numbers=(1,)),
        table(["persons", "", ""], funnel, numbers=(1,)) if of == ALERTS else "",
        _arrow_table(first),
        _paragraphs([f"{len(result.dispositions):,} dispositions, {len(result.links):,} links"], "quiet"),
    )


def deduplicated_html(found: Deduplicated) -> str:
    """What was found in one table: its counts, and the likeliest pairs."""
    counts = found.summary["pairs"]
    most = max(*counts.values(), 1)
    rows = [
        ("", [escape(word("disposition", kind)), f"{number:,}", bar(0, number, 0, most)])
        for kind, number in counts.items()
    ]
    return block(
        f"<h2>{found.summary['records']['read']:,} records, {found.summary['clusters']:,} clusters</h2>",
        table(["pairs", "", ""], rows, numbers=(1,)),
        _arrow_table(found.pairs.slice(0, _ROWS).select(range(_ABOUT_PAIRS))),
        _paragraphs([f"{len(found.pairs):,} pairs kept"], "quiet"),
    )


def _arrow_table(rows: Any) -> str:
    return table(
        rows.column_names,
        [("", [escape(_cell(value)) for value in row.values()]) for row in rows.to_pylist()],
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def model_html(model: Model) -> str:
    """A model: its stages, and its levels with m, u and weight."""
    stages = [
        ("standardisers", [getattr(each, "column", type(each).__name__) for each in model.standardisers]),
        ("blocking rules", [each.name for each in model.blocking_rules]),
        ("comparisons", [each.name for each in model.parts]),
        ("classifier", [type(model.classifier).__name__]),
        ("match from", [f"{model.decision.match:g}"]),
        ("review from", [f"{model.decision.review:g}"]),
    ]
    parts = [
        f"<h2>{escape(model.name)}</h2>",
        _paragraphs([model.about] if model.about else []),
        table([], [("", [escape(name), escape(", ".join(map(str, found)))]) for name, found in stages]),
    ]
    if isinstance(model.classifier, FellegiSunter):
        parts += [_levels_table(model.classifier), _look_alikes_table(model.classifier)]
    return block(*parts)


def _look_alikes_table(classifier: FellegiSunter) -> str:
    rows = [
        ("", [escape(each.name), f"{each.rate:.3g}", escape(_shared(each)), escape(each.source)])
        for each in classifier.look_alikes
    ]
    return table(["look-alikes", "an alert", "share", "source"], rows, numbers=(1,)) if rows else ""


def _shared(look_alike: LookAlike) -> str:
    own = [f"at rates of their own {', '.join(look_alike.levels)}"] if look_alike.levels else []
    return "; ".join([", ".join(look_alike.shared), *own] if look_alike.shared else own)


def _levels_table(classifier: FellegiSunter) -> str:
    weighed = [
        (name, level, classifier.slopes.get(name, 1.0) * float(np.log2(level.m / level.u)))
        for name, each in classifier.levels.items()
        for level in each
    ]
    low, high = (
        min([0.0, *(weight for *_, weight in weighed)]),
        max([1.0, *(weight for *_, weight in weighed)]),
    )
    rows = [
        (
            "",
            [
                escape(name),
                escape(level.level),
                f"{level.m:.3g}",
                f"{level.u:.3g}",
                f"{weight:+.1f}",
                bar(0, weight, low, high, "for" if weight > 0 else "against"),
            ],
        )
        for name, level, weight in weighed
    ]
    return table(["comparison", "level", "m", "u", "weight", ""], rows, numbers=(2, 3, 4))
