"""One command, no server to install: PostgreSQL and Valkey from wheels, and all processes."""

from core.embedded.engines import Engines, Urls, throwaway_engines

__all__ = ["Engines", "Urls", "throwaway_engines"]
