"""The company's policies as plain pages: where the sources of a suggestion lead."""

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound

from app.policies import all_policies

policy_pages = Blueprint("policy_pages", __name__)


@policy_pages.get("/policies/<slug>")
def show_policy(slug: str) -> str:
    """One policy, with an id for each section."""
    policies = all_policies()
    if slug not in policies:
        raise NotFound("There is no such policy.")
    policy = policies[slug]
    others = [other for other in policies.values() if other is not policy]
    return render_template("policy.html", title=policy.title, sections=policy.sections, others=others)
