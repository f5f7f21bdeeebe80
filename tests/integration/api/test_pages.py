import re

import pytest
from flask.testing import FlaskClient

from app.policies import Policy, Section
from tests.integration.api.conftest import SignIn


def test_every_section_of_a_policy_can_be_linked_to(sign_in: SignIn) -> None:
    page = sign_in().get("/policies/refunds")
    assert page.status_code == 200
    assert "<title>Refunds – Earpiece</title>" in page.text
    assert re.findall(r'<section id="([^"]+)">', page.text)[:2] == ["time-limit", "how-the-money-comes-back"]
    assert "within 30 days of delivery" in page.text


def test_a_policy_that_is_not_there_is_told_so(sign_in: SignIn) -> None:
    response = sign_in().get("/policies/nothing")
    assert (response.status_code, "There is no such policy." in response.text) == (404, True)


def test_what_a_policy_says_is_text_and_never_markup(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    policy = Policy("evil", evil, (Section("one", evil, evil),))
    monkeypatch.setattr("app.api.policy_pages.all_policies", lambda: {"evil": policy})
    page = sign_in().get("/policies/evil").text
    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") == 4


def test_the_sample_calls_are_listed_and_their_sound_is_served(sign_in: SignIn) -> None:
    client = sign_in()
    samples = client.get("/api/samples").json or []
    assert {"late_order", "refund"} <= {sample["name"] for sample in samples}
    assert samples[0]["name"] == "refund"  # whose customer comes to the point soonest
    for sample in samples:
        assert sample["seconds"] > 20
        assert re.fullmatch(r"ACC\d{5}", sample["account_number"])
        sound = client.get(sample["url"], buffered=True)
        assert sound.content_type == "audio/flac"
        assert sound.data.startswith(b"fLaC")


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fpyproject.toml%00"])
def test_another_file_is_not_a_sample(sign_in: SignIn, name: str) -> None:
    assert sign_in().get(f"/samples/{name}.flac").status_code == 404


def test_requests_are_counted_by_route_and_never_by_path(client: FlaskClient) -> None:
    client.get("/api/customers/4711")
    metrics = client.get("/metrics").text
    assert (
        'earpiece_http_requests_total{method="GET",route="/api/customers/<int(max=2147483647):customer_id>",status="401"}'
        in metrics
    )
    assert "customers/4711" not in metrics
