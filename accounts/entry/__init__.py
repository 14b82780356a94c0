"""How one gets an account and keeps it: joining, proving an address, passwords, invitations."""
