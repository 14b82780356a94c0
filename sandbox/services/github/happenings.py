"""What people do at GitHub: each changes a repository and tells the webhooks that listen.

The REST API, the pages and the tests come here."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from sandbox.frame import Frame, frame_of
from sandbox.people import Person
from sandbox.services.github.bodies import (
    Links,
    full_pull_body,
    pull_body,
    pushed_commit,
    pushed_repository,
    repository_body,
    review_body,
    run_body,
    suite_body,
    user_body,
    workflow_body,
)
from sandbox.services.github.hook_bodies import hook_body
from sandbox.services.github.names import (
    BRANCH_NAME,
    NAME,
    NO_COMMIT,
    REPOSITORY_NAME,
    moment,
    new_id,
    no_reply_address,
)
from sandbox.services.github.store import (
    FILLING_SECONDS,
    Commit,
    Hook,
    PullRequest,
    Repository,
    Review,
    Store,
    Suite,
    new_repository,
)
from sandbox.services.github.telling import Teller

REVIEWER = Person(email="rosa.lind@github.test", name="Rosa Lind")
REVIEW_STATES = ("APPROVED", "CHANGES_REQUESTED", "COMMENTED")
CONCLUSIONS = ("success", "failure", "neutral", "cancelled", "timed_out", "action_required")
STAYS_EMPTY = "stays_empty"


class CannotBeDoneError(ValueError):
    """What was asked for makes no sense now; the message says why."""


class GitHub:
    def __init__(self, frame: Frame, links: Links) -> None:
        self.store = Store(frame.records)
        self._frame = frame
        self._links = links
        self._teller = Teller(frame, links)

    @classmethod
    def of(cls, request: Request) -> "GitHub":
        return cls(frame_of(request), Links.of(request))

    def make_repository(
        self,
        owner: Person,
        name: str,
        *,
        template: str = "",
        description: str | None = None,
        is_private: bool = False,
        fills_in: float = FILLING_SECONDS,
    ) -> Repository:
        """Its files come in a moment, or never where that fault is played."""
        full_name = f"{owner.handle}/{name}"
        if not REPOSITORY_NAME.fullmatch(name):
            raise CannotBeDoneError("name can only contain letters, digits, “.”, “-” and “_”")
        if self.store.is_taken(owner.handle, name):
            raise CannotBeDoneError("Name already exists on this account")
        is_spoilt = self._frame.faults.take(NAME, {STAYS_EMPTY}, [full_name])
        repository = new_repository(
            owner,
            name,
            template=template,
            description=description,
            is_private=is_private,
            fills_in=None if is_spoilt else fills_in,
        )
        self._keep(repository)
        return repository

    def push(
        self, repository: Repository, *, branch: str = "", message: str = "", by: Person
    ) -> Commit:
        """A commit more on a branch; open pull requests of that branch grow by it."""
        branch = branch or repository.default_branch
        if not BRANCH_NAME.fullmatch(branch):
            raise CannotBeDoneError(f"A branch cannot be called “{branch}”.")
        before = repository.branches.get(branch, NO_COMMIT)
        commit = repository.commit(message or f"Work on {branch}", by, branch=branch)
        self._push_told(repository, branch, before=before, commit=commit, by=by)
        for pull in repository.pulls:
            if pull.head == branch and pull.state == "open":
                pull.head_sha, pull.updated_at = commit.sha, commit.at
                self._tell_pull(
                    repository,
                    pull,
                    "synchronize",
                    by=by,
                    more={"before": before, "after": commit.sha},
                )
        self._keep(repository)
        return commit

    def open_pull_request(
        self,
        repository: Repository,
        *,
        title: str,
        head: str,
        base: str = "",
        body: str | None = None,
        is_draft: bool = False,
        by: Person,
    ) -> PullRequest:
        base = base or repository.default_branch
        self._refuse_pull(repository, head=head, base=base)
        repository.last_number += 1
        at = moment()
        pull = PullRequest(
            id=new_id(),
            number=repository.last_number,
            title=title,
            body=body,
            author=by,
            head=head,
            head_sha=repository.branches[head],
            base=base,
            base_sha=repository.branches[base],
            created_at=at,
            updated_at=at,
            is_draft=is_draft,
        )
        repository.pulls.append(pull)
        self._tell_pull(repository, pull, "opened", by=by)
        self._keep(repository)
        return pull

    def close(self, repository: Repository, pull: PullRequest, *, by: Person) -> None:
        if pull.state == "closed":
            raise CannotBeDoneError("It is closed already.")
        at = moment()
        pull.state, pull.closed_at, pull.updated_at = "closed", at, at
        self._tell_pull(repository, pull, "closed", by=by)
        self._keep(repository)

    def reopen(self, repository: Repository, pull: PullRequest, *, by: Person) -> None:
        if pull.merged_at:
            raise CannotBeDoneError("What is merged cannot be opened again.")
        if pull.state == "open":
            raise CannotBeDoneError("It is open already.")
        pull.state, pull.closed_at, pull.updated_at = "open", None, moment()
        self._tell_pull(repository, pull, "reopened", by=by)
        self._keep(repository)

    def edit(
        self,
        repository: Repository,
        pull: PullRequest,
        *,
        title: str | None = None,
        body: str | None = None,
    ) -> None:
        pull.title = pull.title if title is None else title
        pull.body = pull.body if body is None else body
        pull.updated_at = moment()
        self._keep(repository)

    def merge(
        self, repository: Repository, pull: PullRequest, *, message: str = "", by: Person
    ) -> str:
        """Gives the commit that it made."""
        if pull.state != "open" or pull.is_draft:
            raise CannotBeDoneError("Pull Request is not mergeable")
        before = repository.branches[pull.base]
        commit = repository.commit(
            message or f"Merge pull request #{pull.number} from {pull.head}",
            by,
            branch=pull.base,
            parents=[before, pull.head_sha],
        )
        pull.state, pull.merged_by, pull.merge_commit_sha = "closed", by, commit.sha
        pull.closed_at = pull.merged_at = pull.updated_at = commit.at
        self._push_told(repository, pull.base, before=before, commit=commit, by=by)
        self._tell_pull(repository, pull, "closed", by=by)
        self._keep(repository)
        return commit.sha

    def review(
        self,
        repository: Repository,
        pull: PullRequest,
        *,
        state: str,
        body: str = "",
        by: Person = REVIEWER,
    ) -> Review:
        state = state.upper()
        if state not in REVIEW_STATES:
            raise CannotBeDoneError(f"A review's state is one of {', '.join(REVIEW_STATES)}.")
        if state != "COMMENTED" and by.handle == pull.author.handle:
            raise CannotBeDoneError("Nobody decides on a pull request of their own.")
        review = Review(
            id=new_id(),
            author=by,
            state=state,
            body=body,
            commit_id=pull.head_sha,
            submitted_at=moment(),
        )
        pull.reviews.append(review)
        pull.updated_at = review.submitted_at
        told = review_body(repository, pull, review, self._links)
        payload = {
            "action": "submitted",
            "review": {**told, "state": state.lower(), "body": body or None},
            "pull_request": pull_body(repository, pull, self._links),
        }
        self._tell(repository, "pull_request_review", payload, by=by)
        self._keep(repository)
        return review

    def finish_checks(self, repository: Repository, *, branch: str, conclusion: str) -> Suite:
        """As an autograder does that ran on the newest commit of a branch."""
        if conclusion not in CONCLUSIONS:
            raise CannotBeDoneError(f"A conclusion is one of {', '.join(CONCLUSIONS)}.")
        sha = repository.branches.get(branch)
        if sha is None:
            raise CannotBeDoneError(f"There is no branch “{branch}”.")
        repository.last_run += 1
        parents = repository.commits[sha].parents
        suite = Suite(
            id=new_id(),
            run_id=new_id(),
            run_number=repository.last_run,
            head_branch=branch,
            head_sha=sha,
            before=parents[0] if parents else NO_COMMIT,
            conclusion=conclusion,
            created_at=moment(),
        )
        repository.suites.append(suite)
        told = {"action": "completed", "check_suite": suite_body(repository, suite, self._links)}
        self._tell(repository, "check_suite", told, by=repository.owner)
        told = {
            "action": "completed",
            "workflow_run": run_body(repository, suite, self._links),
            "workflow": workflow_body(repository, self._links),
        }
        self._tell(repository, "workflow_run", told, by=repository.owner)
        self._keep(repository)
        return suite

    def rename(self, repository: Repository, name: str) -> None:
        if name == repository.name:
            return
        is_other = name.lower() != repository.name.lower()
        if not REPOSITORY_NAME.fullmatch(name):
            raise CannotBeDoneError("name can only contain letters, digits, “.”, “-” and “_”")
        if is_other and self.store.is_taken(repository.owner.handle, name):
            raise CannotBeDoneError("name already exists on this account")
        before, repository.name = repository.name, name
        changes = {"repository": {"name": {"from": before}}}
        self._tell_repository(repository, "renamed", {"changes": changes})
        self._keep(repository)

    def set_private(self, repository: Repository, *, is_private: bool) -> None:
        if repository.is_private == is_private:
            return
        repository.is_private = is_private
        self._tell_repository(repository, "privatized" if is_private else "publicized")
        self._keep(repository)

    def describe(self, repository: Repository, description: str | None) -> None:
        repository.description = description
        self._keep(repository)

    def delete(self, repository: Repository) -> None:
        """Its webhooks hear of it as the last thing."""
        self._tell_repository(repository, "deleted")
        self.store.remove(repository)
        self._frame.changes.announce()

    def add_hook(self, repository: Repository, hook: Hook, *, by: Person) -> None:
        repository.hooks.append(hook)
        self._keep(repository)
        self.ping(repository, hook, by=by)

    def ping(self, repository: Repository, hook: Hook, *, by: Person) -> None:
        told = hook_body(self._frame, repository, hook, self._links)
        self._teller.ping(repository, hook, told, by=by)

    def keep_hooks(self, repository: Repository, hooks: list[Hook]) -> None:
        repository.hooks = hooks
        self._keep(repository)

    def tell_something_else(self, repository: Repository, event: str) -> None:
        """An event that the platform has no use for, to every hook."""
        about: dict[str, Mapping[str, Any]] = {
            "star": {
                "action": "created",
                "starred_at": moment(),
                "repository": repository_body(repository, self._links),
            },
            "installation": self._installation(repository),
        }
        if event not in about:
            raise CannotBeDoneError(f"Something else is one of {', '.join(about)}.")
        self._teller.tell_all(repository, event, about[event], by=repository.owner)
        self._frame.changes.announce()

    def _refuse_pull(self, repository: Repository, *, head: str, base: str) -> None:
        for name, ref in (("head", head), ("base", base)):
            if ref not in repository.branches:
                raise UnknownBranchError(name)
        if any(
            (pull.head, pull.base, pull.state) == (head, base, "open") for pull in repository.pulls
        ):
            label = f"{repository.owner.handle}:{head}"
            raise CannotBeDoneError(f"A pull request already exists for {label}.")
        if repository.holds(repository.branches[head], within=base):
            raise CannotBeDoneError(f"No commits between {base} and {head}")

    def _push_told(
        self, repository: Repository, branch: str, *, before: str, commit: Commit, by: Person
    ) -> None:
        told = pushed_commit(repository, commit, self._links)
        web = f"{self._links.web}/{repository.full_name}"
        is_new = before == NO_COMMIT
        payload = {
            "ref": f"refs/heads/{branch}",
            "before": before,
            "after": commit.sha,
            "created": is_new,
            "deleted": False,
            "forced": False,
            "base_ref": None,
            "compare": f"{web}/compare/{before[:12]}...{commit.sha[:12]}",
            "commits": [told],
            "head_commit": told,
            "repository": pushed_repository(repository, self._links),
            "pusher": {"name": by.handle, "email": no_reply_address(by)},
        }
        self._tell(repository, "push", payload, by=by)

    def _tell(
        self, repository: Repository, event: str, payload: Mapping[str, Any], *, by: Person
    ) -> None:
        whole = {"repository": repository_body(repository, self._links), **payload}
        self._teller.tell(repository, event, whole, by=by)

    def _tell_pull(
        self,
        repository: Repository,
        pull: PullRequest,
        action: str,
        *,
        by: Person,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        payload = {
            "action": action,
            "number": pull.number,
            "pull_request": full_pull_body(repository, pull, self._links),
            **(more or {}),
        }
        self._tell(repository, "pull_request", payload, by=by)

    def _tell_repository(
        self, repository: Repository, action: str, more: Mapping[str, Any] | None = None
    ) -> None:
        repository.updated_at = moment()
        payload = {"action": action, **(more or {})}
        self._tell(repository, "repository", payload, by=repository.owner)

    def _installation(self, repository: Repository) -> Mapping[str, Any]:
        owner = user_body(repository.owner, self._links)
        number = owner["id"]
        api = self._links.api
        kept = repository_body(repository, self._links)
        names = ("id", "node_id", "name", "full_name", "private")
        return {
            "action": "created",
            "installation": {
                "id": repository.id,
                "account": owner,
                "repository_selection": "selected",
                "access_tokens_url": f"{api}/app/installations/{repository.id}/access_tokens",
                "repositories_url": f"{api}/installation/repositories",
                "html_url": f"{self._links.web}/settings/installations/{repository.id}",
                "app_id": 1,
                "app_slug": "some-app",
                "target_id": number,
                "target_type": "User",
                "permissions": {"metadata": "read"},
                "events": [],
                "created_at": repository.created_at,
                "updated_at": repository.updated_at,
                "single_file_name": None,
                "suspended_by": None,
                "suspended_at": None,
            },
            "repositories": [{name: kept[name] for name in names}],
        }

    def _keep(self, repository: Repository) -> None:
        self.store.put(repository)
        self._frame.changes.announce()


class UnknownBranchError(CannotBeDoneError):
    """The branch that `field` names is not there."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field.capitalize()} names no branch.")
        self.field = field
