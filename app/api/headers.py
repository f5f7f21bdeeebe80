"""Headers that tell browsers what a page may do: load from us alone, be in no frame, use the microphone."""

from flask import Flask, Response, request

YEAR_SECONDS = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Put them on every answer."""
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = (
        "default-src 'self'; "
        # For Safari before 15.4, sockets are not 'self'.
        f"connect-src 'self' ws://{request.host} wss://{request.host}; "
        "worker-src 'self' blob:; media-src 'self' blob:; img-src 'self' data: blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.is_secure:
        headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
    if request.path.startswith("/api/"):
        headers.setdefault("Cache-Control", "no-store")
    return response
