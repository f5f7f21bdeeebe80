"""What `make run` adds to the product: embedded PostgreSQL and Redis, and the supervisor of all processes.

Nothing here is needed in production, where the servers are given by `DATABASE_URL` and `REDIS_URL`
and the processes are kept by whatever the machine keeps processes with.
"""
