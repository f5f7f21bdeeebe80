import pytest

from app.api.errors import NotConfigured
from tests.unit.api.conftest import AppWith


def test_without_a_secret_key_the_server_does_not_start_and_says_how_to_make_one(app_with: AppWith) -> None:
    with pytest.raises(NotConfigured, match=r"SECRET_KEY is empty.*openssl rand"):
        app_with(SECRET_KEY="")


def test_a_secret_key_that_is_too_short_is_named(app_with: AppWith) -> None:
    with pytest.raises(NotConfigured, match="SECRET_KEY has fewer than 32 characters"):
        app_with(SECRET_KEY="short")


def test_a_wrong_setting_is_named(app_with: AppWith) -> None:
    with pytest.raises(NotConfigured, match="PORT"):
        app_with(PORT="eighty")


def test_a_public_url_without_its_scheme_is_refused(app_with: AppWith) -> None:
    with pytest.raises(NotConfigured, match="PUBLIC_URL"):
        app_with(PUBLIC_URL="calls.example.com")


def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(app_with: AppWith) -> None:
    config = app_with(PUBLIC_URL="https://calls.example.com").config
    assert config["SESSION_COOKIE_NAME"] == "__Host-earpiece"
    assert config["SESSION_COOKIE_SECURE"]
    assert config["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_two_checkouts_on_one_machine_have_cookies_of_different_names(app_with: AppWith) -> None:
    first, second = (app_with(PORT=port).config["SESSION_COOKIE_NAME"] for port in ("8000", "8001"))
    assert first != second


@pytest.mark.parametrize(("seeded", "status"), [("1", 401), ("0", 404)])
def test_the_sample_calls_exist_only_beside_the_demo_people(
    app_with: AppWith, seeded: str, status: int
) -> None:
    client = app_with(SEED_DATA=seeded).test_client()
    assert client.get("/api/samples").status_code == status


def test_one_click_sign_in_does_not_exist_without_its_key(app_with: AppWith) -> None:
    rules = {rule.rule for rule in app_with().url_map.iter_rules()}
    assert "/sign-in/local" not in rules
