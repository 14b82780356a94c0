"""The objects of GitHub's REST API, which its webhooks carry too, with the fields that it gives."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request

from sandbox.authorizing import Client
from sandbox.people import Person
from sandbox.services.github.names import NAME, TEMPLATES, no_reply_address, node_id
from sandbox.services.github.store import Commit, PullRequest, Repository, Review, Suite

Body = dict[str, Any]

# What each account and each repository links to, below its own address.
USER_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
REPOSITORY_LINKS = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}
# Counters and switches that a fresh repository has, and that nothing here changes.
REPOSITORY_REST: Body = {
    "fork": False,
    "homepage": None,
    "size": 0,
    "stargazers_count": 0,
    "watchers_count": 0,
    "watchers": 0,
    "language": None,
    "has_issues": True,
    "has_projects": True,
    "has_downloads": True,
    "has_wiki": True,
    "has_pages": False,
    "has_discussions": False,
    "forks_count": 0,
    "forks": 0,
    "mirror_url": None,
    "archived": False,
    "disabled": False,
    "license": None,
    "allow_forking": True,
    "web_commit_signoff_required": False,
    "topics": [],
    "custom_properties": {},
}
WORKFLOW_PATH = ".github/workflows/grade.yml"
WORKFLOW_NAME = "Grade"


@dataclass(frozen=True)
class Links:
    """Where the sandbox is, as whoever asks knows it."""

    origin: str

    @classmethod
    def of(cls, request: Request) -> "Links":
        return cls(str(request.base_url).rstrip("/"))

    @property
    def api(self) -> str:
        return f"{self.origin}/{NAME}/api"

    @property
    def web(self) -> str:
        return f"{self.origin}/{NAME}"

    def repository(self, repository: Repository) -> str:
        return f"{self.api}/repos/{repository.full_name}"

    def pull(self, repository: Repository, pull: PullRequest) -> str:
        return f"{self.repository(repository)}/pulls/{pull.number}"


def user_body(person: Person, links: Links, *, is_own: bool = False) -> Body:
    """With the name and address only for whom it is about, as in `GET /user`."""
    api = f"{links.api}/users/{person.handle}"
    body = {
        "login": person.handle,
        "id": person.number(at=NAME),
        "node_id": node_id("U", person.number(at=NAME)),
        "avatar_url": f"{links.origin}/static/icon.svg",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{links.web}/{person.handle}",
        **{name: f"{api}{path}" for name, path in USER_LINKS.items()},
        "type": "Organization" if person == TEMPLATES else "User",
        "site_admin": False,
    }
    if not is_own:
        return body
    return {**body, "name": person.name, "email": None if person.is_hidden else person.email}


def app_body(client: Client) -> Body:
    return {"client_id": client.id, "name": client.title, "url": ""}


def repository_body(repository: Repository, links: Links) -> Body:
    api = links.repository(repository)
    web = f"{links.web}/{repository.full_name}"
    open_pulls = sum(pull.state == "open" for pull in repository.pulls)
    return {
        "id": repository.id,
        "node_id": node_id("R", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.is_private,
        "owner": user_body(repository.owner, links),
        "html_url": web,
        "description": repository.description,
        "url": api,
        **{name: f"{api}{path}" for name, path in REPOSITORY_LINKS.items()},
        "git_url": f"git:{web.partition(':')[2]}.git",
        "ssh_url": f"git@localhost:{repository.full_name}.git",
        "clone_url": f"{web}.git",
        "svn_url": web,
        **REPOSITORY_REST,
        "open_issues_count": open_pulls,
        "open_issues": open_pulls,
        "is_template": repository.is_template,
        "visibility": "private" if repository.is_private else "public",
        "default_branch": repository.default_branch,
        "created_at": repository.created_at,
        "updated_at": repository.updated_at,
        "pushed_at": repository.pushed_at,
    }


def pushed_repository(repository: Repository, links: Links) -> Body:
    """As `push` tells of it: with two of its moments in seconds."""
    body = repository_body(repository, links)
    seconds = {
        name: int(datetime.fromisoformat(body[name]).timestamp())
        for name in ("created_at", "pushed_at")
    }
    return {
        **body,
        **seconds,
        "url": body["html_url"],
        "stargazers": 0,
        "master_branch": repository.default_branch,
    }


def full_repository_body(
    repository: Repository, links: Links, *, template: Repository | None, is_owner: bool
) -> Body:
    """As GitHub tells of one repository alone."""
    return {
        **repository_body(repository, links),
        "permissions": {
            "admin": is_owner,
            "maintain": is_owner,
            "push": is_owner,
            "triage": is_owner,
            "pull": True,
        },
        "template_repository": repository_body(template, links) if template else None,
        "network_count": 0,
        "subscribers_count": 0,
    }


def short_repository(repository: Repository, links: Links) -> Body:
    return {
        "id": repository.id,
        "url": links.repository(repository),
        "name": repository.name,
    }


def branch_body(repository: Repository, name: str, links: Links) -> Body:
    sha = repository.branches[name]
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{links.repository(repository)}/commits/{sha}"},
        "protected": False,
    }


def commit_body(repository: Repository, commit: Commit, links: Links) -> Body:
    api = links.repository(repository)
    web = f"{links.web}/{repository.full_name}"
    signature = {
        "name": commit.author.name,
        "email": no_reply_address(commit.author),
        "date": commit.at,
    }
    return {
        "sha": commit.sha,
        "node_id": node_id("C", int(commit.sha[:12], 16)),
        "commit": {
            "author": signature,
            "committer": signature,
            "message": commit.message,
            "tree": {
                "sha": tree_of(commit),
                "url": f"{api}/git/trees/{tree_of(commit)}",
            },
            "url": f"{api}/git/commits/{commit.sha}",
            "comment_count": 0,
            "verification": {
                "verified": False,
                "reason": "unsigned",
                "signature": None,
                "payload": None,
                "verified_at": None,
            },
        },
        "url": f"{api}/commits/{commit.sha}",
        "html_url": f"{web}/commit/{commit.sha}",
        "comments_url": f"{api}/commits/{commit.sha}/comments",
        "author": user_body(commit.author, links),
        "committer": user_body(commit.author, links),
        "parents": [
            {
                "sha": parent,
                "url": f"{api}/commits/{parent}",
                "html_url": f"{web}/commit/{parent}",
            }
            for parent in commit.parents
        ],
    }


def pushed_commit(repository: Repository, commit: Commit, links: Links) -> Body:
    """A commit as `push` tells of it."""
    author = {
        "name": commit.author.name,
        "email": no_reply_address(commit.author),
        "username": commit.author.handle,
    }
    return {
        "id": commit.sha,
        "tree_id": tree_of(commit),
        "distinct": True,
        "message": commit.message,
        "timestamp": commit.at,
        "url": f"{links.web}/{repository.full_name}/commit/{commit.sha}",
        "author": author,
        "committer": author,
        "added": [],
        "removed": [],
        "modified": ["README.md"],
    }


def simple_commit(commit: Commit) -> Body:
    """A commit as check suites and runs tell of it."""
    author = {"name": commit.author.name, "email": no_reply_address(commit.author)}
    return {
        "id": commit.sha,
        "tree_id": tree_of(commit),
        "message": commit.message,
        "timestamp": commit.at,
        "author": author,
        "committer": author,
    }


def pull_body(repository: Repository, pull: PullRequest, links: Links) -> Body:
    """As in lists, and within what webhooks say of something else."""
    api, web = links.repository(repository), f"{links.web}/{repository.full_name}"
    own, issue = links.pull(repository, pull), f"{api}/issues/{pull.number}"
    return {
        "url": own,
        "id": pull.id,
        "node_id": node_id("PR", pull.id),
        "html_url": f"{web}/pull/{pull.number}",
        "diff_url": f"{web}/pull/{pull.number}.diff",
        "patch_url": f"{web}/pull/{pull.number}.patch",
        "issue_url": issue,
        "commits_url": f"{own}/commits",
        "review_comments_url": f"{own}/comments",
        "review_comment_url": f"{api}/pulls/comments{{/number}}",
        "comments_url": f"{issue}/comments",
        "statuses_url": f"{api}/statuses/{pull.head_sha}",
        "number": pull.number,
        "state": pull.state,
        "locked": False,
        "title": pull.title,
        "user": user_body(pull.author, links),
        "body": pull.body,
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": pull.closed_at,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_commit_sha,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "labels": [],
        "milestone": None,
        "draft": pull.is_draft,
        "head": _end(repository, pull.head, pull.head_sha, links),
        "base": _end(repository, pull.base, pull.base_sha, links),
        "_links": {
            "self": {"href": own},
            "html": {"href": f"{web}/pull/{pull.number}"},
            "issue": {"href": issue},
            "comments": {"href": f"{issue}/comments"},
            "review_comments": {"href": f"{own}/comments"},
            "review_comment": {"href": f"{api}/pulls/comments{{/number}}"},
            "commits": {"href": f"{own}/commits"},
            "statuses": {"href": f"{api}/statuses/{pull.head_sha}"},
        },
        "author_association": "OWNER"
        if pull.author.handle == repository.owner.handle
        else "CONTRIBUTOR",
        "auto_merge": None,
        "active_lock_reason": None,
    }


def full_pull_body(repository: Repository, pull: PullRequest, links: Links) -> Body:
    """As alone, and in `pull_request` events."""
    is_open = pull.state == "open"
    commits = commits_of(repository, pull)
    return {
        **pull_body(repository, pull, links),
        "merged": pull.merged_at is not None,
        "mergeable": True if is_open else None,
        "rebaseable": True if is_open else None,
        "mergeable_state": ("draft" if pull.is_draft else "clean") if is_open else "unknown",
        "merged_by": user_body(pull.merged_by, links) if pull.merged_by else None,
        "comments": 0,
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": commits,
        "additions": commits,
        "deletions": 0,
        "changed_files": min(commits, 1),
    }


def commits_of(repository: Repository, pull: PullRequest) -> int:
    """How many commits its head has that its base had not when it began."""
    if not {pull.head_sha, pull.base_sha} <= repository.commits.keys():
        return 1
    before = {commit.sha for commit in repository.history(pull.base_sha)}
    return sum(commit.sha not in before for commit in repository.history(pull.head_sha))


def short_pull(repository: Repository, pull: PullRequest, links: Links) -> Body:
    return {
        "url": links.pull(repository, pull),
        "id": pull.id,
        "number": pull.number,
        "head": {
            "ref": pull.head,
            "sha": pull.head_sha,
            "repo": short_repository(repository, links),
        },
        "base": {
            "ref": pull.base,
            "sha": pull.base_sha,
            "repo": short_repository(repository, links),
        },
    }


def review_body(repository: Repository, pull: PullRequest, review: Review, links: Links) -> Body:
    """The REST API writes the state in capitals, webhooks do not."""
    web = f"{links.web}/{repository.full_name}/pull/{pull.number}#pullrequestreview-{review.id}"
    return {
        "id": review.id,
        "node_id": node_id("PRR", review.id),
        "user": user_body(review.author, links),
        "body": review.body,
        "state": review.state,
        "html_url": web,
        "pull_request_url": links.pull(repository, pull),
        "author_association": "COLLABORATOR",
        "_links": {
            "html": {"href": web},
            "pull_request": {"href": links.pull(repository, pull)},
        },
        "submitted_at": review.submitted_at,
        "commit_id": review.commit_id,
    }


def suite_body(repository: Repository, suite: Suite, links: Links) -> Body:
    url = f"{links.repository(repository)}/check-suites/{suite.id}"
    return {
        "id": suite.id,
        "node_id": node_id("CS", suite.id),
        "head_branch": suite.head_branch,
        "head_sha": suite.head_sha,
        "status": "completed",
        "conclusion": suite.conclusion,
        "url": url,
        "before": suite.before,
        "after": suite.head_sha,
        "pull_requests": pulls_at(repository, suite.head_sha, links),
        "app": _actions_app(links),
        "created_at": suite.created_at,
        "updated_at": suite.created_at,
        "rerequestable": True,
        "runs_rerequestable": False,
        "latest_check_runs_count": 1,
        "check_runs_url": f"{url}/check-runs",
        "head_commit": _head_commit(repository, suite.head_sha),
    }


def run_body(repository: Repository, suite: Suite, links: Links) -> Body:
    api = links.repository(repository)
    url = f"{api}/actions/runs/{suite.run_id}"
    return {
        "id": suite.run_id,
        "name": WORKFLOW_NAME,
        "node_id": node_id("WFR", suite.run_id),
        "head_branch": suite.head_branch,
        "head_sha": suite.head_sha,
        "path": WORKFLOW_PATH,
        "display_title": _head_commit(repository, suite.head_sha)["message"],
        "run_number": suite.run_number,
        "event": "push",
        "status": "completed",
        "conclusion": suite.conclusion,
        "workflow_id": repository.id,
        "check_suite_id": suite.id,
        "check_suite_node_id": node_id("CS", suite.id),
        "url": url,
        "html_url": f"{links.web}/{repository.full_name}/actions/runs/{suite.run_id}",
        "pull_requests": pulls_at(repository, suite.head_sha, links),
        "created_at": suite.created_at,
        "updated_at": suite.created_at,
        "actor": user_body(repository.owner, links),
        "run_attempt": 1,
        "referenced_workflows": [],
        "run_started_at": suite.created_at,
        "triggering_actor": user_body(repository.owner, links),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{api}/check-suites/{suite.id}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": None,
        "workflow_url": f"{api}/actions/workflows/{repository.id}",
        "head_commit": _head_commit(repository, suite.head_sha),
        "repository": _plain_repository(repository, links),
        "head_repository": _plain_repository(repository, links),
    }


def workflow_body(repository: Repository, links: Links) -> Body:
    url = f"{links.repository(repository)}/actions/workflows/{repository.id}"
    return {
        "id": repository.id,
        "node_id": node_id("W", repository.id),
        "name": WORKFLOW_NAME,
        "path": WORKFLOW_PATH,
        "state": "active",
        "created_at": repository.created_at,
        "updated_at": repository.created_at,
        "url": url,
        "html_url": f"{links.web}/{repository.full_name}/blob/main/{WORKFLOW_PATH}",
        "badge_url": f"{links.web}/{repository.full_name}/workflows/{WORKFLOW_NAME}/badge.svg",
    }


def pulls_at(repository: Repository, sha: str, links: Links) -> list[Body]:
    return [
        short_pull(repository, pull, links)
        for pull in repository.pulls
        if pull.head_sha == sha and pull.state == "open"
    ]


def tree_of(commit: Commit) -> str:
    return hashlib.sha1(f"tree {commit.sha}".encode(), usedforsecurity=False).hexdigest()


def _end(repository: Repository, ref: str, sha: str, links: Links) -> Body:
    return {
        "label": f"{repository.owner.handle}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user_body(repository.owner, links),
        "repo": {
            **repository_body(repository, links),
            "allow_squash_merge": True,
            "allow_merge_commit": True,
            "allow_rebase_merge": True,
            "allow_auto_merge": False,
            "delete_branch_on_merge": False,
        },
    }


def _head_commit(repository: Repository, sha: str) -> Body:
    """Also of a commit that was forgotten."""
    forgotten = Commit(
        sha=sha,
        message="",
        author=repository.owner,
        at=repository.created_at,
        parents=[],
    )
    return simple_commit(repository.commits.get(sha, forgotten))


def _plain_repository(repository: Repository, links: Links) -> Body:
    """Without its counters, as runs tell of it."""
    body = repository_body(repository, links)
    names = ("id", "node_id", "name", "full_name", "private", "owner", "html_url", "description")
    return {
        **{name: body[name] for name in (*names, "fork", "url")},
        **{name: body[name] for name in REPOSITORY_LINKS},
    }


def _actions_app(links: Links) -> Body:
    at = "2026-01-05T09:00:00Z"
    return {
        "id": 15368,
        "node_id": node_id("A", 15368),
        "slug": "github-actions",
        "owner": user_body(TEMPLATES, links),
        "name": "GitHub Actions",
        "description": "Runs the workflows of a repository.",
        "external_url": f"{links.web}/features/actions",
        "html_url": f"{links.web}/apps/github-actions",
        "created_at": at,
        "updated_at": at,
        "permissions": {"actions": "write", "checks": "write", "contents": "write"},
        "events": [],
    }
