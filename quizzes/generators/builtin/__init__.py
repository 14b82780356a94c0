"""Questions from a text by rules alone: no network, no model, the same for the same seed.

It understands nothing. It finds sentences that say something by themselves, terms and numbers in
them, definitions and lists, and turns them into gaps, choices and statements. What it cannot make
honestly it does not make, and says so.
"""

from quizzes.generators.builtin.generator import BuiltinGenerator

__all__ = ["BuiltinGenerator"]
