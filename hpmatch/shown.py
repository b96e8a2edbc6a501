"""How objects show themselves on one line: what they are and how much they hold, never what, for it may be about persons."""

from __future__ import annotations


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
