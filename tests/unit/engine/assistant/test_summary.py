from app.engine.assistant.conversation import Conversation, Turn
from app.engine.assistant.summary import summarise


def call(*turns: tuple[str, str], name: str = "Anna Karlsson") -> Conversation:
    spoken = [Turn(speaker, text) for speaker, text in turns]
    return Conversation("summarise", {"name": name} if name else {}, spoken, "", "", [])


LATE = call(
    ("agent", "thank you for calling how can i help you"),
    ("customer", "i ordered a table three weeks ago and it is still not here"),
    ("agent", "i can see the table on my screen it left our warehouse three weeks ago"),
    ("customer", "that is what i was afraid of"),
    ("agent", "i will send you the same table again by express delivery"),
    ("customer", "that is good news thanks for your help"),
)


def test_a_summary_says_who_called_about_what_what_was_found_and_promised_and_how_it_ended() -> None:
    assert summarise(LATE)["summary"] == (
        "Anna Karlsson called about a late order."
        " The agent looked into it:"
        " “I can see the table on my screen it left our warehouse three weeks ago.”"
        " The agent said what happens next: “I will send you the same table again by express delivery.”"
        " The customer was satisfied at the end."
    )


def test_a_good_end_makes_the_sentiment_positive() -> None:
    assert summarise(LATE)["sentiment"]["label"] == "positive"


def test_two_topics_and_a_threat_are_all_named() -> None:
    summary = summarise(
        call(
            ("customer", "i was charged twice and i cannot log in to my account"),
            ("customer", "i will go to another company this is terrible"),
        )
    )["summary"]
    assert "being charged twice and log-in trouble, and spoke of leaving the company." in summary
    assert summary.endswith("The customer was still unhappy at the end.")


def test_only_what_was_said_is_stated() -> None:
    summary = summarise(call(("customer", "the parcel is late"), ("agent", "oh dear"), name=""))["summary"]
    assert summary == "The customer called about a late order. The call ended without a clear outcome."


def test_a_call_without_a_word_of_the_customer_says_so() -> None:
    summary = summarise(call(("agent", "hello is anybody there"), name=""))
    assert summary["summary"] == "The customer did not say anything. There is no outcome to record."
    assert summary["sentiment"] == {"label": "neutral", "score": 0.0}


def test_a_long_promise_is_cut() -> None:
    promise = "i will " + "really " * 60 + "call you"
    assert len(summarise(call(("customer", "hi"), ("agent", promise)))["summary"].split()) < 70
