"""What can keep us from running on this machine, said to the person at the terminal.

Problem
"""

EXIT_STATUS = 2
"""Of a program that ends for one."""


class Problem(Exception):
    """One plain sentence: what is wrong, and what to do. Permanent until the person does it."""
