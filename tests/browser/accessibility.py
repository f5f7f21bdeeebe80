"""axe, the checker of accessibility, on a page as it stands."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA or good practice, light and dark. Raises `AssertionError` naming them.

    Nothing may move meanwhile: colours on their way from one to the other have no contrast.
    """
    page.evaluate(AXE.read_text("utf-8"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = page.evaluate(
            "async rules => (await axe.run(document, {runOnly: rules})).violations"
            ".map(({id, nodes}) => [id, ...nodes.map(node => node.html)].join('\\n  '))",
            RULES,
        )
        assert not found, f"{page.url}, {scheme}:\n" + "\n".join(found)
    page.emulate_media(color_scheme="light")
