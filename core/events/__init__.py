"""The outbox: facts recorded in the transaction of their cause, delivered after it."""
