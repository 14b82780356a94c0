"""Content, access, cohorts, work and GitHub in the admin."""

from curriculum.admin import access, cohorts, content, github, work

__all__ = ["access", "cohorts", "content", "github", "work"]
