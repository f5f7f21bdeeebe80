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
    scroll sideways, or to where nothing is, there or at 200 %. Raises `AssertionError` naming what there is.

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
    """Nothing stands out of the window at the side, or below all that the page shows."""
    outside = page.evaluate(
        """() => {
          const {clientWidth, scrollWidth, scrollHeight} = document.scrollingElement;
          const bottom = Math.ceil(document.body.getBoundingClientRect().bottom + scrollY);
          if (scrollWidth <= clientWidth && scrollHeight <= bottom) return [];
          return [...document.querySelectorAll("body *")]
            .filter(each => {
              const at = each.getBoundingClientRect();
              const placed = getComputedStyle(each).position === "absolute";
              return at.right > clientWidth || (placed && at.bottom + scrollY > bottom);
            })
            .map(each => each.outerHTML.slice(0, 200));
        }"""
    )
    assert not outside, f"{page.url}, {page.viewport_size}:\n" + "\n".join(outside)
