"""Stand-ins for the outside services, over real HTTP and SMTP, in one process of their own."""
