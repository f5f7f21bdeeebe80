"""axe, the checker of accessibility, on a page as it stands; and whether the page fits its window."""

from pathlib import Path

from playwright.sync_api import Page, ViewportSize

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP = ViewportSize(width=1440, height=900)
ZOOMED = ViewportSize(width=720, height=450)  # what is left of the desktop at 200 %
PHONE = ViewportSize(width=400, height=860)


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA or good practice on a desktop and a phone, light and dark, and nothing to
    scroll sideways there or at 200 %. Raises `AssertionError` naming what there is.

    Nothing may move meanwhile: colours on their way from one to the other have no contrast.
    """
    page.evaluate(AXE.read_text("utf-8"))
    for size in (PHONE, ZOOMED, DESKTOP):
        page.set_viewport_size(size)
        assert_fits(page)
        for scheme in ("light", "dark") if size != ZOOMED else ():
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = page.evaluate(
                "async rules => (await axe.run(document, {runOnly: rules})).violations"
                ".map(({id, nodes}) => [id, ...nodes.map(node => node.html)].join('\\n  '))",
                RULES,
            )
            assert not found, f"{page.url}, {size}, {scheme}:\n" + "\n".join(found)
    page.emulate_media(color_scheme="light")


def assert_fits(page: Page) -> None:
    """Nothing stands out of the window at the side."""
    wide = page.evaluate(
        """() => {
          const {clientWidth, scrollWidth} = document.scrollingElement;
          if (scrollWidth <= clientWidth) return [];
          return [...document.querySelectorAll("body *")]
            .filter(each => each.getBoundingClientRect().right > clientWidth)
            .map(each => each.outerHTML.slice(0, 200));
        }"""
    )
    assert not wide, f"{page.url}, {page.viewport_size}:\n" + "\n".join(wide)
