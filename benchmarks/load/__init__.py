"""How many calls a machine carries, and what each costs."""
