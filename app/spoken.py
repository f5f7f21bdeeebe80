"""Text as it is spoken: the words without what only writing has."""

import re


def words_of(text: str) -> list[str]:
    """Lower-case words and numbers, without punctuation; an apostrophe stays inside its word."""
    return re.findall(r"[a-z0-9]+(?:'[a-z]+)?", text.lower().replace("’", "'"))
