"""What customers call about, and what a good coach would whisper then. To add an intent, add an entry.

`hears` are patterns as `hearing.strength` reads them; the intent said most clearly wins, the first of equals.
`lines` are keyed by what the look-up brought: the status of the order or ticket that is meant, `pair` (the
same item ordered twice), `found` (any other row) or `none`. What a line says may name the row's fields:
{product}, {date}, {amount} and {number} of an order, {subject} and {number} of a ticket. Its `rule` are words
of the policy section that decides the case. Rules and amounts are never stated here: they come from the
policies.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Kind = Literal["tip", "insight", "policy", "alert", "action"]
LookUp = Literal["lookup_orders", "lookup_tickets"]


class Line(NamedTuple):
    """One thing to say, and the words that find the policy behind it."""

    say: str
    rule: str = ""


class Intent(NamedTuple):
    """`name` completes "called about …"; `prefers` are the statuses such an order is likely to have."""

    name: str
    kind: Kind
    hears: str
    lines: Mapping[str, Line]
    looks_up: LookUp | None = None
    prefers: tuple[str, ...] = ()


ALERTS = (
    Intent(
        name="leaving the company",
        kind="alert",
        hears=(
            "clos* account, cancel* account, delete account, cancel* membership, another company, "
            "other company, different company, go somewhere else, buy somewhere else, go elsewhere, "
            "competit*, never order again, never buy again, take business, switch* to, will leave, "
            "i'll leave, going leave, last time, lose* customer, enough of this, done with you"
        ),
        looks_up="lookup_tickets",
        lines={
            "open": Line(
                "I understand why you are upset, and I would like to solve “{subject}” with you now, "
                "before you decide.",
                "customers leave offer keep percent months",
            ),
            "none": Line(
                "I understand why you are upset, and I would like to put this right now, before you decide "
                "anything.",
                "customers leave offer keep percent months",
            ),
        },
    ),
    Intent(
        name="a complaint that needs a manager",
        kind="alert",
        hears=(
            "manager*, supervisor*, your boss, complain*, complaint*, lawyer*, legal action, sue you, "
            "third call, third time, fourth time, call* again same, nobody call* back, would call me back, "
            "unacceptable, not acceptable, ridiculous, very angry, so angry, furious, fed up"
        ),
        looks_up="lookup_tickets",
        lines={
            "open": Line(
                "You should not have to call again about “{subject}”; I will stay with it, or a manager "
                "can take over now.",
                "escalation manager speak",
            ),
            "none": Line(
                "I am sorry that it came to this; tell me what must happen today, and a manager can join "
                "us if you wish.",
                "escalation manager speak",
            ),
        },
    ),
    Intent(
        name="card details said aloud",
        kind="alert",
        hears="card number is, security code, expir* date, cvv",
        lines={
            "none": Line(
                "Please do not read your card number to me; I will send you a link to our secure page "
                "instead.",
                "card numbers payment page",
            )
        },
    ),
)

ORDER = Intent(
    name="an order",
    kind="insight",
    hears="order number, my order, also ordered, status order, track*, delivery status, when deliver*",
    looks_up="lookup_orders",
    lines={
        "processing": Line(
            "I have your {product} of {date} here: it is being prepared and has not been shipped yet.",
            "shipping speed warehouse days",
        ),
        "shipped": Line(
            "I have your {product} of {date} here: it has been shipped and is on its way to you.",
            "shipping speed standard delivery",
        ),
        "found": Line("I have your {product} of {date} here; how can I help you with it?"),
        "none": Line("May I have the order number, please? One digit after the other is fine."),
    },
)
"""What a call is about when nothing else was heard but an order, or its number."""

TOPICS = (
    Intent(
        name="being charged twice",
        kind="action",
        hears=(
            "charg* twice, twice charg*, charg* two times, charg* double, double charg*, bill* twice, "
            "bill* two time*, paid twice, paid two times, pay* twice, two payments, two charges, "
            "second charge, second payment, took money twice, took twice, same charge, not recognize, "
            "charge* wrong, problem bill"
        ),
        looks_up="lookup_orders",
        lines={
            "pair": Line(
                "You are right, I can see your {product} for {amount} twice; I will send the second charge "
                "back.",
                "two charges order second refund",
            ),
            "found": Line(
                "I see one order of {product} for {amount}; let me check both charges, and the wrong one "
                "goes back to you.",
                "two charges order second refund",
            ),
            "none": Line(
                "I am sorry about that; which amount and which day do you see twice on your statement?",
                "two charges order second refund",
            ),
        },
    ),
    Intent(
        name="log-in trouble",
        kind="action",
        hears=(
            "log in, log into, logging in, logged out, login, sign in, password*, account lock*, locked out, "
            "reset link, reset email, user name, username, too many attempts, access account, "
            "get into account"
        ),
        looks_up="lookup_tickets",
        lines={
            "open": Line(
                "I can see your open ticket “{subject}”; after a short identity check I will get you back "
                "in now.",
                "account access locked unlock password",
            ),
            "pending": Line(
                "I can see your ticket “{subject}”; after a short identity check I will get you back in now.",
                "account access locked unlock password",
            ),
            "none": Line(
                "Let us get you back in: after a short identity check I can unlock the account and send a "
                "new link.",
                "account access locked unlock password",
            ),
        },
    ),
    Intent(
        name="a damaged item",
        kind="action",
        hears=(
            "damag*, broken, broke, crack*, scratch*, dent*, smash*, shattered, torn, leak*, faulty, "
            "defect*, not work*, does not turn, won't turn on, stopped working, not turn on, strange noise, "
            "stuck"
        ),
        looks_up="lookup_orders",
        prefers=("delivered",),
        lines={
            "found": Line(
                "I am sorry that your {product} is not in order; would you rather have a replacement or "
                "your money back?",
                "damaged replacement refund choose",
            ),
            "none": Line(
                "I am sorry that it is not in order; would you rather have a replacement or your money back?",
                "damaged replacement refund choose",
            ),
        },
    ),
    Intent(
        name="a wrong or missing item",
        kind="action",
        hears=(
            "wrong item, wrong size, wrong color, wrong one, wrong product, wrong order, sent wrong, "
            "not what ordered, sent me a different, instead of, item* missing, missing part*, only got half, "
            "ordered sent me, sent the wrong"
        ),
        looks_up="lookup_orders",
        prefers=("delivered",),
        lines={
            "found": Line(
                "That is our mistake; I will have the right item sent to you. Your order was {product}, "
                "correct?",
                "wrong missing items ship right",
            ),
            "none": Line(
                "That is our mistake; what did you order, and what did you receive?",
                "wrong missing items ship right",
            ),
        },
    ),
    Intent(
        name="a change of address",
        kind="action",
        hears=(
            "change* address, new address, different address, wrong address, moved house, moving house, "
            "we moved, i moved, update address, other address, moving apartment"
        ),
        looks_up="lookup_orders",
        prefers=("processing", "shipped"),
        lines={
            "processing": Line(
                "Your {product} has not left us yet, so I can still change the address; what is the new one?",
                "address before shipping processed",
            ),
            "shipped": Line(
                "Your {product} is already on its way; the carrier can still redirect it for you. What is "
                "the new address?",
                "address after shipping carrier redirect",
            ),
            "found": Line("I can change the address for you; what is the new one?", "address checks code"),
            "none": Line("I can change the address for you; what is the new one?", "address checks code"),
        },
    ),
    Intent(
        name="a cancellation",
        kind="action",
        hears=(
            "cancel*, cancel* order, no longer need*, don't need anymore, do not want it anymore, "
            "changed mind, stop the order, ordered by mistake, cheaper somewhere"
        ),
        looks_up="lookup_orders",
        prefers=("processing",),
        lines={
            "processing": Line(
                "Your {product} has not been shipped, so I can cancel it for you now; shall I do that?",
                "cancellation before shipping free processed",
            ),
            "shipped": Line(
                "Your {product} is already on its way; you can send it back when it comes, and we refund it.",
                "cancellation after shipping send back",
            ),
            "delivered": Line(
                "Your {product} has been delivered, so we treat it as a return; shall I send you the label?",
                "return label days",
            ),
            "cancelled": Line(
                "Your {product} is cancelled already; nothing more is needed from you.",
                "cancellation card days",
            ),
            "none": Line(
                "I can help you with that; which order is it?", "cancellation before shipping free processed"
            ),
        },
    ),
    Intent(
        name="a refund that has not arrived",
        kind="action",
        hears=(
            "not received refund, not received money, where refund, where money, waiting refund, "
            "refund not arrived, returned not money, sent back not money, refund approved"
        ),
        looks_up="lookup_orders",
        prefers=("returned", "cancelled"),
        lines={
            "found": Line(
                "I can see your {product} for {amount}; I will check with the bank where that refund is.",
                "refund not received check bank",
            ),
            "none": Line(
                "I will find out where your refund is; for which order was it?",
                "refund not received check bank",
            ),
        },
    ),
    Intent(
        name="a refund",
        kind="policy",
        hears=(
            "refund*, money back, get money, pay* me back, reimburse*, want my money, how long refund, "
            "pay for return"
        ),
        looks_up="lookup_orders",
        prefers=("delivered", "returned"),
        lines={
            "delivered": Line(
                "Your {product} has been delivered, so I can look at a refund of {amount} for you right "
                "away.",
                "refund within days time limit",
            ),
            "returned": Line(
                "Your {product} is back with us; the refund of {amount} goes to the card you paid with.",
                "refund money card arrives",
            ),
            "found": Line(
                "I can see your {product} for {amount}; may I ask what is wrong with it?",
                "refund within days time limit",
            ),
            "none": Line(
                "I will gladly look into a refund; which order is it, and what is wrong with it?",
                "refund within days time limit",
            ),
        },
    ),
    Intent(
        name="a return or exchange",
        kind="policy",
        hears=(
            "return*, send it back, send back, sent back, exchange*, too small, too big, too large, "
            "does not fit, label*, swap*"
        ),
        looks_up="lookup_orders",
        prefers=("delivered",),
        lines={
            "found": Line(
                "You can send your {product} back; I will e-mail you the label.",
                "return label days",
            ),
            "none": Line("You can send it back; which item is it?", "return label days"),
        },
    ),
    Intent(
        name="a warranty claim",
        kind="policy",
        hears="warrant*, guarantee*, repair*, after months, months old, years old, under warranty",
        looks_up="lookup_orders",
        prefers=("delivered",),
        lines={
            "found": Line(
                "You ordered the {product} on {date}; let me check that against the warranty for you.",
                "warranty months covers",
            ),
            "none": Line(
                "When did you get it, and what does it do wrong? Then I can check the warranty.",
                "warranty months covers",
            ),
        },
    ),
    Intent(
        name="a late order",
        kind="action",
        hears=(
            "late, delay*, not arriv*, not here, never arriv*, never came, not received, never received, "
            "not got, still waiting, still nothing, been waiting, where order, where package*, "
            "where parcel*, still says, where delivery, where is it, track* order, supposed here, "
            "supposed arrive, should been here, was due, has not come, hasn't come, hasn't arrived, "
            "haven't received, problem delivery, delivery attempt, not deliver*, ordered weeks ago, "
            "ordered days ago, when here, when arrive, lost package, lost parcel, says delivered"
        ),
        looks_up="lookup_orders",
        prefers=("shipped", "processing"),
        lines={
            "shipped": Line(
                "I am sorry for the wait: your {product} of {date} was shipped, and I will trace it with "
                "the carrier now.",
                "late order trace carrier credit",
            ),
            "processing": Line(
                "I am sorry for the wait: your {product} of {date} has not left us yet; let me find out "
                "why at once.",
                "late order working days promised",
            ),
            "delivered": Line(
                "Our system says that your {product} was delivered; could somebody next door have taken it "
                "in?",
                "late marked delivered received",
            ),
            "cancelled": Line(
                "Your {product} of {date} was cancelled, so it is not on its way; would you like me to "
                "order it again?",
                "cancellation card days",
            ),
            "returned": Line(
                "Your {product} of {date} came back to us, so it is not on its way; shall I send it again, "
                "or refund it?",
                "missed deliveries back refund",
            ),
            "none": Line(
                "I am sorry that it has not come; may I have the order number, so that I can trace it?",
                "late order trace carrier credit",
            ),
        },
    ),
    Intent(
        name="a discount or goodwill",
        kind="policy",
        hears="discount*, voucher*, coupon*, compensat*, goodwill, price match",
        lines={"none": Line("Let me see what I can do for you.", "goodwill credit")},
    ),
    Intent(
        name="their personal data",
        kind="policy",
        hears="recording this, call recorded, my data, personal data, delete data, privacy",
        lines={"none": Line("I can tell you exactly how we handle that.", "privacy data copy recording")},
    ),
)

SMALL_TALK = (
    Intent(
        name="a solved problem",
        kind="tip",
        hears="it works, works now, works again, that worked, solved, fixed, i am back in",
        lines={"none": Line("I am glad that it works again; is there anything else that I can do for you?")},
    ),
    Intent(
        name="a greeting",
        kind="tip",
        hears="hello, hi, good morning, good afternoon, good evening, hey",
        lines={"none": Line("Good to hear from you; how can I help you today?")},
    ),
    Intent(
        name="goodbye",
        kind="tip",
        hears="goodbye, bye, that is all, that's all, nice day, good day, that was everything, nothing else",
        lines={"none": Line("Thank you for calling us today, and have a good day.")},
    ),
    Intent(
        name="thanks",
        kind="tip",
        hears="thank*, perfect, great, wonderful, good news",
        lines={"none": Line("You are welcome; is there anything else that I can do for you today?")},
    ),
)

CONFIRM_ORDER = "I can see your {product} of {date}, which {status}; is that the one you are calling about?"
"""Said instead of an intent's line where several orders could be meant."""

NOTHING_HEARD = Line("Could you tell me a little more about what happened?")
"""Said where no intent and no policy fits."""
