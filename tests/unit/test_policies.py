from app.policies import all_policies, parse

WRITTEN = """# Late delivery

## When a parcel is late
A parcel is late after 5 days.

We send it again.

## Costs & credits
You get $10.
"""


def test_a_policy_is_its_title_and_sections_with_names_that_a_link_can_carry() -> None:
    policy = parse("late-delivery", WRITTEN)
    assert policy.title == "Late delivery"
    assert [section.slug for section in policy.sections] == ["when-a-parcel-is-late", "costs-credits"]
    assert policy.sections[0].text == "A parcel is late after 5 days.\n\nWe send it again."
    assert policy.url(policy.sections[1]) == "/policies/late-delivery#costs-credits"


def test_every_policy_on_disk_has_a_title_and_sections() -> None:
    policies = all_policies()
    assert len(policies) >= 12
    for slug, policy in policies.items():
        assert policy.slug == slug
        assert policy.title
        assert all(section.slug and section.text for section in policy.sections)
