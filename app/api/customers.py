"""Customers: searched, and shown with orders, tickets and past calls."""

from flask import Blueprint
from pydantic import BaseModel, Field
from sqlalchemy import select, tuple_
from werkzeug.exceptions import NotFound

from app.api.paging import NAME_AND_ID, Paging, cut, place_of
from app.api.typed import GREATEST_ID, Line, typed
from app.database import db_session
from app.models import Customer
from app.representation import CustomerProfile, CustomerRow, customer_profile
from app.search import looked_up, matches

customers = Blueprint("customers", __name__)


class CustomerFilters(Paging):
    q: Line | None = Field(
        None, description="beginnings of words of the name, e-mail, phone or account number"
    )


class CustomerList(BaseModel):
    items: list[CustomerRow]
    next_cursor: str | None


@customers.get("/api/customers")
@typed()
def list_customers(query: CustomerFilters) -> CustomerList:
    """Customers by name."""
    page = select(Customer.id, Customer.name)
    if query.cursor:
        after = place_of(query.cursor, NAME_AND_ID)
        page = page.where(tuple_(Customer.name, Customer.id) > after)
    found = looked_up(page.where(matches(Customer.words, query.q))) if query.q else page.subquery()
    ids = select(found.c.id).order_by(found.c.name, found.c.id).limit(query.limit + 1)
    wanted = select(Customer).where(Customer.id.in_(ids)).order_by(Customer.name, Customer.id)
    with db_session() as db:
        rows = db.scalars(wanted).all()
    shown, next_cursor = cut(rows, query.limit, NAME_AND_ID, lambda customer: (customer.name, customer.id))
    return CustomerList(items=[CustomerRow.model_validate(row) for row in shown], next_cursor=next_cursor)


@customers.get(f"/api/customers/<int(max={GREATEST_ID}):customer_id>")
@typed()
def show_customer(customer_id: int) -> CustomerProfile:
    """A customer with orders, tickets and past calls."""
    with db_session() as db:
        profile = customer_profile(db, Customer.id == customer_id)
    if profile is None:
        raise NotFound("There is no such customer.")
    return profile
