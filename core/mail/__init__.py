"""Mails: queued in the transaction of their cause, sent by a worker, tried again until they go."""
