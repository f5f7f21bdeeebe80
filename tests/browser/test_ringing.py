"""A customer's call rings at every desk: one agent has it, the next is told so, or nobody answers in time."""

import re
from dataclasses import dataclass

import pytest
import redis
from playwright.sync_api import Browser, Page, Route, expect

from app.streaming import keys
from tests.browser.accessibility import assert_accessible
from tests.browser.callers import a_page, call_in, sign_in, wait_until
from tests.running import RunningSystem

SOON_MS = 30_000


@dataclass
class People:
    """Two agents, and one who calls."""

    admin: Page
    ann: Page
    customer: Page
    mistakes: list[str]

    def desks_that_ring(self) -> None:
        for desk in (self.admin, self.ann):
            desk.get_by_role("button", name="Answer").wait_for(timeout=SOON_MS)


@pytest.fixture(scope="module")
def people(system: RunningSystem, chromium: Browser) -> People:
    mistakes: list[str] = []
    ann = a_page(chromium, f"{system.url}/sign-in", mistakes)
    sign_in(ann, "ann", system.add_agent("ann"))
    admin = a_page(chromium, system.sign_in, mistakes)
    return People(admin, ann, a_page(chromium, f"{system.url}/customer", mistakes), mistakes)


def test_a_call_that_nobody_answers_in_time_is_told_at_both_ends(
    people: People, system: RunningSystem
) -> None:
    assert_accessible(people.customer)
    call_in(people.customer, system, "Somebody")
    people.desks_that_ring()
    with redis.Redis.from_url(system.redis_url) as store:
        (ringing,) = store.zrange(keys.CALLS_RINGING, 0, -1)
        store.zadd(keys.CALLS_RINGING, {ringing: 1})  # as if its time had passed
    expect(people.customer.get_by_role("alert")).to_contain_text("Nobody could answer", timeout=SOON_MS)
    for desk in (people.admin, people.ann):
        ringing_list = desk.get_by_role("status", name="Ringing")
        expect(ringing_list).to_contain_text("nobody answered in time", timeout=SOON_MS)
        expect(desk.get_by_role("button", name="Answer")).to_have_count(0)
        wait_until(desk, "isQuiet()")
    assert_accessible(people.customer)
    assert_accessible(people.ann)


def test_a_caller_who_hangs_up_leaves_the_desks_quiet(people: People, system: RunningSystem) -> None:
    call_in(people.customer, system, "Somebody")
    people.desks_that_ring()
    people.customer.get_by_role("button", name="Hang up").click()
    expect(people.customer.get_by_role("alert")).to_have_text("You hung up.")
    wait_until(people.customer, "isQuiet()")
    expect(people.admin.get_by_role("button", name="Answer")).to_have_count(0, timeout=SOON_MS)


def test_it_rings_aloud_until_the_first_answer_and_the_second_is_told_kindly(
    people: People, system: RunningSystem
) -> None:
    admin, ann, customer = people.admin, people.ann, people.customer
    call_in(customer, system, "Llanfairpwllgwyngyll" * 8, account_number="")
    people.desks_that_ring()
    for page in (admin, ann, customer):
        wait_until(page, "rings()")
    assert_accessible(ann)
    assert_accessible(customer)
    ann.get_by_role("button", name="Ring silently from now on").click()
    wait_until(ann, "isQuiet()")

    held: list[Route] = []
    ann.route("**/accept", lambda route: held.append(route))
    ann.get_by_role("button", name="Answer").click()
    expect(ann.get_by_role("button", name="Answering…")).to_be_visible()
    admin.get_by_role("button", name="Answer").click()
    expect(customer.get_by_text("You are through.")).to_be_visible(timeout=SOON_MS)
    for page in (admin, customer):
        wait_until(page, "isQuiet()")
    held[0].continue_()
    expect(ann.get_by_role("alert")).to_have_text("Admin was faster and has taken this call.")
    expect(ann.get_by_role("heading", name="No call right now")).to_be_visible()
    assert_accessible(ann)

    admin.get_by_role("button", name="End call").click()
    expect(customer.get_by_role("alert")).to_contain_text("The call has ended", timeout=SOON_MS)
    admin.get_by_role("button", name=re.compile("Complete")).click(timeout=SOON_MS)
    assert people.mistakes == []


def test_a_desk_at_which_no_call_can_ring_says_so_until_one_can(
    people: People, system: RunningSystem
) -> None:
    ann = people.ann
    system.disable_user("ann")
    told = ann.get_by_role("alert").filter(has_text="You are signed out, so no call rings here.")
    expect(told).to_be_visible(timeout=2 * SOON_MS)
    assert_accessible(ann)
    again = ann.context.new_page()
    again.goto(system.sign_in)
    expect(told).to_have_count(0, timeout=SOON_MS)
