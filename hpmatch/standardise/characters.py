"""Dates and numbers in plain characters, whatever script, keyboard or copy-and-paste they came through."""

import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})


def plain_characters(text: str) -> str:
    """
    Bring digits, dashes and blanks of any kind to their plain forms and drop control characters.

    Digits of every script become 0-9, full-width letters ordinary ones, dashes a hyphen, runs of blanks one blank;
    direction marks and other invisible characters go.

    Args:
        text: Any text; short, as it is looked at one character at a time.

    Returns:
        The text in plain characters. Letters stay those of their script.

    Examples:
        >>> plain_characters(" ٠٩–٠٤ – １９７８")
        '09-04 - 1978'
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join("".join(map(_plain, unicodedata.normalize("NFKC", text))).split())


def _plain(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category == "Pd" or character == "−":
        return "-"
    return "" if category in _INVISIBLE else character
