"""The web application, put together: its table of contents."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask
from flask_sock import Sock
from pydantic import ValidationError
from werkzeug.middleware.proxy_fix import ProxyFix

from app.api import auth, call_socket, cli, errors, headers, health, metrics, pages, person_stream, sign_in
from app.api.calls import calls
from app.api.customer_calls import customer_calls
from app.api.customers import customers
from app.api.errors import NotConfigured
from app.api.failed_summaries import failed_summaries
from app.api.media.frame_reader import reading_thread
from app.api.media.safe_socket import SafeSockets
from app.api.notes import notes
from app.api.openapi import openapi
from app.api.policy_pages import policy_pages
from app.api.questions import questions
from app.api.recordings import recordings
from app.api.samples import samples
from app.api.suggestions import suggestions
from app.api.transcript_stream import transcript_stream
from app.api.wrap_up import wrap_up
from app.settings import Settings, load_settings
from app.telemetry import configure_logging

PLAIN = (
    calls, customer_calls, wrap_up, failed_summaries, recordings, questions, notes, suggestions,
    transcript_stream, customers, policy_pages, openapi,
)  # fmt: skip
SESSION_HOURS = 12
LARGEST_BODY_BYTES = 64 * 1024
SOCKET_OPTIONS = {
    "ping_interval": 10,
    "max_message_size": 65536,
    "receive_bytes": 65536,
    "thread_class": reading_thread,
}


def create_app() -> Flask:
    """The app of a web process, configured by the environment. Raises `NotConfigured` if that forbids it."""
    settings = _settings()
    configure_logging("web")
    app = Flask(__name__, static_folder=None)
    app.config.update(_configuration(settings))
    if settings.public_url:  # a front stands before us: it says who asks and how
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]

    errors.register(app)
    metrics.register(app)
    auth.register(app)
    headers.register(app)

    sign_in.register(app)
    health.register(app)
    person_stream.register(app)
    for blueprint in PLAIN:
        app.register_blueprint(blueprint)
    if settings.seed_data:
        app.register_blueprint(samples)
    call_socket.register(Sock(app))
    app.wsgi_app = SafeSockets(app.wsgi_app)  # type: ignore[method-assign]
    pages.register(app)
    cli.register(app)
    return app


def _settings() -> Settings:
    try:
        settings = load_settings()
    except ValidationError as error:
        wrong = (f"{'_'.join(map(str, one['loc'])).upper()} {one['msg']}".strip() for one in error.errors())
        raise NotConfigured("A setting is wrong: " + "; ".join(wrong)) from error
    if not settings.secret_key:
        raise NotConfigured(
            "SECRET_KEY is empty, so nobody could sign in: set it to the output of `openssl rand -hex 32`."
        )
    if settings.public_url and urlsplit(settings.public_url).scheme not in ("http", "https"):
        raise NotConfigured("PUBLIC_URL must be a whole address, such as https://calls.example.com")
    return settings


def _configuration(settings: Settings) -> dict[str, object]:
    secure = settings.public_url.lower().startswith("https://")
    return {
        "SECRET_KEY": settings.secret_key,
        "PUBLIC_URL": settings.public_url,
        "LOCAL_SIGN_IN_KEY": settings.local_sign_in_key,
        # Browsers keep cookies by host, not by port: two checkouts must not sign each other out.
        "SESSION_COOKIE_NAME": "__Host-earpiece" if secure else f"earpiece-{settings.port}",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=SESSION_HOURS),
        "MAX_CONTENT_LENGTH": LARGEST_BODY_BYTES,
        "SOCK_SERVER_OPTIONS": SOCKET_OPTIONS,
    }
