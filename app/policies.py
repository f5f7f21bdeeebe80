"""The company's policies as they lie in `data/policies`: what suggestions cite, and what their links open.

A policy is `# Title`, then sections: `## Section` and its paragraphs. Nothing else of Markdown is understood.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[1] / "data" / "policies"


class Section(NamedTuple):
    """One rule: `slug` is its name as a link carries it, `text` its paragraphs, parted by an empty line."""

    slug: str
    title: str
    text: str


class Policy(NamedTuple):
    slug: str
    title: str
    sections: tuple[Section, ...]

    def url(self, section: Section) -> str:
        """Where a citation of the section leads."""
        return f"/policies/{self.slug}#{section.slug}"


@cache
def all_policies() -> dict[str, Policy]:
    """Every policy by its slug (the name of its file), read once."""
    return {path.stem: parse(path.stem, path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.md"))}


def parse(slug: str, markdown: str) -> Policy:
    """The policy written in `markdown`."""
    title, *sections = re.split(r"^## ", markdown, flags=re.MULTILINE)
    return Policy(slug, title.strip().removeprefix("# "), tuple(_section(part) for part in sections))


def _section(part: str) -> Section:
    title, _, text = part.partition("\n")
    return Section(re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-"), title.strip(), text.strip())
