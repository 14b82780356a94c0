"""What the Django admin is here: its site, its first page, and how every model stands in it."""
