"""What a recogniser may be told to expect: the names and numbers of the call's own customer, and nothing
else.

Never words of the call itself: an engine that is shown its last words says them again (pitfall of Whisper's
prompt).
"""

from typing import Any

MOST_CHARACTERS = 400  # Whisper reads the last 224 tokens, and a number takes one for every digit or two


def hints_of(profile: dict[str, Any]) -> str:
    """Name, account and orders, newest first: `Anna Smith, ACC00007. ORD0000703 oak table.`."""
    hints = f"{profile['name']}, {profile['account_number']}."
    for order in profile["orders"]:
        more = f"{hints} {order['order_number']} {order['product_name']}."
        if len(more) > MOST_CHARACTERS:
            break
        hints = more
    return hints
