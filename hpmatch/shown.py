"""
How objects show themselves.

In a log on one line: what they are and how much they hold, never what, for it may be about persons. In a notebook, if they
are figures, as they are printed.
"""

from __future__ import annotations

from collections.abc import Sequence


def on_one_line(thing: object, *words: str, **counts: int) -> str:
    """
    What ``repr`` says of an object that holds data.

    Args:
        thing: The object.
        *words: What else there is to say of it; no name, no birth date, no identifier.
        **counts: How many it has of what.

    Example:
        >>> on_one_line([], "empty", empty_lists=1000)
        '<list: empty, 1,000 empty lists>'
    """
    told = [*words, *(f"{number:,} {name.replace('_', ' ')}" for name, number in counts.items())]
    return f"<{type(thing).__name__}: {', '.join(told)}>"


class ShownAsText:
    """
    What a notebook shows as it is printed, and not by the fields of its class.

    Example:
        >>> class Figure(ShownAsText):
        ...     def __str__(self):
        ...         return "precision > 0.9"
        >>> Figure()._repr_html_().partition("</style>")[2]
        '<pre>precision &gt; 0.9</pre></div>'
    """

    def _repr_html_(self) -> str:
        from hpmatch.html import text_html  # noqa: PLC0415 - only notebooks need it

        return text_html(str(self))


_MOST_NAMED = 10  # of an export that has hundreds


def told_columns(columns: Sequence[str]) -> str:
    """
    Columns by name, the first ten of them, and how many more there are.

    Example:
        >>> told_columns(["profesion", "note"])
        "'profesion', 'note'"
        >>> told_columns([str(place) for place in range(12)])
        "'0', '1', '2', '3', '4', '5', '6', '7', '8', '9' and 2 more"
    """
    more = f" and {len(columns) - _MOST_NAMED:,} more" * (len(columns) > _MOST_NAMED)
    return ", ".join(map(repr, columns[:_MOST_NAMED])) + more
