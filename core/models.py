"""The floor's rows, gathered from its mechanisms for Django's app registry."""
