"""The customer as the agent sees them."""

from typing import Any

from sqlalchemy.orm import Session

from app.models import Customer
from app.representation import customer_profile


def profile_of(session: Session, customer_id: int | None) -> dict[str, Any] | None:
    """The profile with orders, tickets and last calls, as JSON; None when nobody is named."""
    if customer_id is None:
        return None
    profile = customer_profile(session, Customer.id == customer_id)
    return profile.model_dump(mode="json") if profile else None
