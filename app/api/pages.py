"""The console: the files of `frontend/dist`. An address without a route of its own is a page of it."""

from contextlib import suppress
from pathlib import Path

from flask import Blueprint, Flask, Response, send_from_directory
from werkzeug.exceptions import NotFound, ServiceUnavailable
from werkzeug.routing import PathConverter

from app.api.auth import public

pages = Blueprint("pages", __name__)

DIST = Path(__file__).parents[2] / "frontend" / "dist"
STATIC = Path(__file__).parent / "static"
YEAR_SECONDS = 365 * 24 * 3600


class PagePath(PathConverter):
    """A path that is a page's and not an interface's: there, what is unknown is answered as such."""

    regex = r"(?!(?:api|ws)/)[^/].*?"


def register(app: Flask) -> None:
    """The pages, after everything that has a route of its own."""
    app.url_map.converters["page"] = PagePath
    app.register_blueprint(pages)


@pages.get("/assets/<path:name>")
@public
def asset(name: str) -> Response:
    """A file of the build, whose name changes with its content."""
    response = send_from_directory(DIST / "assets", name, max_age=YEAR_SECONDS)
    response.cache_control.public, response.cache_control.immutable = True, True
    return response


@pages.get("/static/<path:name>")
@public
def static_file(name: str) -> Response:
    """A file of the plain pages that the server writes itself."""
    return send_from_directory(STATIC, name)


@pages.get("/")
@pages.get("/<page:path>")
@public
def page(path: str = "") -> Response:
    """The console, or a file beside it such as its icon."""
    if path:
        with suppress(NotFound):
            return send_from_directory(DIST, path)
    if "." in path.rpartition("/")[2]:
        raise NotFound
    if not (DIST / "index.html").is_file():
        raise ServiceUnavailable(
            "The console is not built yet: run `make run`, or `npm run build` in frontend/."
        )
    response = send_from_directory(DIST, "index.html")
    response.cache_control.no_cache = True  # kept, but asked for again: it names the newest build's files
    return response
