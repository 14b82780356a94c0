"""Every write of accounts, as verbs: people, sign-ins, and the audit log."""
