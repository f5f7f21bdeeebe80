"""Against a real PostgreSQL: `python -m data.seed_customers`, as `make run` calls it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, create_engine, delete, func, select, update
from sqlalchemy.orm import Session

from app.models import Customer, Order, Ticket
from data.seed_customers import people, seed


@pytest.fixture
def database(empty_tables: str) -> Iterator[Engine]:
    engine = create_engine(empty_tables)
    yield engine
    engine.dispose()


def run_it(database_url: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": database_url}
    command = [sys.executable, "-m", "data.seed_customers"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def seed_everybody(db: Session) -> int:
    with db.begin():
        return sum(seed(db, person) for person in people(date(2026, 2, 11)))


def counts(db: Session) -> tuple[int, int, int]:
    customers, orders, tickets = (
        db.scalar(select(func.count()).select_from(table)) or 0 for table in (Customer, Order, Ticket)
    )
    return customers, orders, tickets


def test_a_second_run_adds_nothing(database: Engine, empty_tables: str) -> None:
    first = run_it(empty_tables)
    assert first.returncode == 0, first.stderr
    with Session(database) as db:
        before = counts(db)
        ids = set(db.scalars(select(Customer.id)))
    assert "0 rows were added" in run_it(empty_tables).stdout
    with Session(database) as db:
        assert counts(db) == before
        assert before[0] == 50
        assert set(db.scalars(select(Customer.id))) == ids


def test_a_run_that_was_broken_off_is_completed_by_the_next(database: Engine) -> None:
    with Session(database) as db:
        added = seed_everybody(db)
        with db.begin():
            whole = counts(db)
            gone = db.scalars(select(Customer).order_by(Customer.id).offset(40)).all()
            for row in [row for customer in gone for row in (*customer.orders, *customer.tickets)]:
                db.delete(row)
            db.flush()
            for customer in gone[5:]:
                db.delete(customer)
        assert 0 < seed_everybody(db) < added
        assert counts(db) == whole
        for order in db.scalars(select(Order)):
            assert order.customer.account_number[-5:] == order.order_number[3:8]


def test_what_people_changed_since_stays_as_it_is(database: Engine) -> None:
    with Session(database) as db:
        seed_everybody(db)
        with db.begin():
            db.execute(update(Customer).values(phone="changed"))
            db.execute(update(Order).values(status="cancelled"))
        assert seed_everybody(db) == 0
        assert set(db.scalars(select(Customer.phone))) == {"changed"}
        assert set(db.scalars(select(Order.status))) == {"cancelled"}


def test_a_real_customer_with_one_of_our_numbers_gets_no_orders_of_ours(
    database: Engine, empty_tables: str
) -> None:
    with Session(database) as db:
        seed_everybody(db)
        with db.begin():
            db.execute(delete(Order))
            db.execute(delete(Ticket))
            db.execute(update(Customer).values(email=Customer.account_number + "@real.example"))
    refused = run_it(empty_tables)
    assert refused.returncode == 1
    assert "belongs to somebody else" in refused.stderr
    with Session(database) as db:
        assert counts(db) == (50, 0, 0)


@pytest.mark.parametrize(
    ("address", "words"),
    [("", "DATABASE_URL"), ("postgresql+psycopg2://nobody@127.0.0.1:9/none", "did not take")],
)
def test_without_a_database_it_says_so_in_a_sentence(address: str, words: str) -> None:
    result = run_it(address)
    assert result.returncode in (1, 2)
    assert words in result.stderr
    assert "Traceback" not in result.stderr
