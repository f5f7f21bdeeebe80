"""What Earpiece ships for its demo: policies, sample calls, seeded customers and a simulated caller."""
