"""REST: repositories, their branches and commits, and new ones made from templates."""

from http import HTTPStatus
from typing import Any

from starlette.routing import BaseRoute

from sandbox.services.github.bodies import (
    branch_body,
    commit_body,
    full_repository_body,
)
from sandbox.services.github.calls import (
    Answer,
    Call,
    Handler,
    Refusal,
    endpoint,
    invalid,
    not_found,
)
from sandbox.services.github.happenings import CannotBeDoneError, GitHub
from sandbox.services.github.store import Repository


def of_repository(path: str, method: str, handler: Handler) -> list[BaseRoute]:
    """A repository is known by its name and by its number, which outlives a rename."""
    return [
        endpoint(f"/repos/{{owner}}/{{repo}}{path}", method, handler),
        endpoint(f"/repositories/{{repository_id:id}}{path}", method, handler),
    ]


async def generate(call: Call) -> Answer:
    viewer = call.known_viewer
    params = call.request.path_params
    template = call.store.called(params["owner"], params["repo"])
    if template is None or not call.may_see(template) or not template.is_template:
        raise not_found()
    asked = await call.asked()
    name, is_private = asked.get("name"), asked.get("private", False)
    owner = asked.get("owner") or viewer.handle
    if not isinstance(name, str) or not name or not isinstance(is_private, bool):
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid request.")
    call.needs({"repo"} if is_private else {"public_repo"})
    if str(owner).lower() != viewer.handle:
        raise not_found()
    try:
        repository = GitHub.of(call.request).make_repository(
            viewer,
            name,
            template=template.full_name,
            description=_text(asked.get("description")),
            is_private=is_private,
        )
    except CannotBeDoneError as error:
        message = f"Could not clone: {error}"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, message, errors=[message]) from error
    headers = {"Location": call.links.repository(repository)}
    return Answer(body=_body(call, repository), status=HTTPStatus.CREATED, headers=headers)


async def show_repository(call: Call) -> Answer:
    return Answer(body=_body(call, call.repository()))


async def change_repository(call: Call) -> Answer:
    repository = call.own_repository()
    asked = await call.asked()
    github = GitHub.of(call.request)
    if "name" in asked:
        try:
            github.rename(repository, str(asked["name"]))
        except CannotBeDoneError as error:
            raise Refusal(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "Repository creation failed.",
                errors=[_name_error(str(error))],
            ) from error
    if "description" in asked:
        github.describe(repository, _text(asked["description"]))
    if isinstance(asked.get("private"), bool):
        call.needs({"repo"})
        github.set_private(repository, is_private=asked["private"])
    return Answer(body=_body(call, repository))


async def delete_repository(call: Call) -> Answer:
    repository = call.own_repository()
    if "delete_repo" not in call.scopes:
        raise Refusal(HTTPStatus.FORBIDDEN, "Must have admin rights to Repository.")
    GitHub.of(call.request).delete(repository)
    return Answer(status=HTTPStatus.NO_CONTENT)


async def list_branches(call: Call) -> Answer:
    """Of an empty repository there are none, which is no error there."""
    repository = call.repository()
    page = call.page(sorted(repository.branches))
    body = [branch_body(repository, name, call.links) for name in page.items]
    return Answer(body=body, headers=page.headers)


async def show_branch(call: Call) -> Answer:
    repository = call.repository()
    name = call.request.path_params["branch"]
    if name not in repository.branches:
        raise Refusal(HTTPStatus.NOT_FOUND, "Branch not found")
    return Answer(body=branch_body(repository, name, call.links))


async def list_commits(call: Call) -> Answer:
    repository = _with_commits(call)
    sha = repository.resolve(call.request.query_params.get("sha") or repository.default_branch)
    if sha is None:
        raise not_found()
    page = call.page(list(repository.history(sha)))
    body = [commit_body(repository, commit, call.links) for commit in page.items]
    return Answer(body=body, headers=page.headers)


async def show_commit(call: Call) -> Answer:
    repository = _with_commits(call)
    ref = call.request.path_params["ref"]
    sha = repository.resolve(ref)
    if sha is None:
        message = f"No commit found for SHA: {ref}"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, message)
    body = commit_body(repository, repository.commits[sha], call.links)
    changed = {"stats": {"total": 1, "additions": 1, "deletions": 0}, "files": []}
    return Answer(body={**body, **changed})


ROUTES: tuple[BaseRoute, ...] = (
    endpoint("/repos/{owner}/{repo}/generate", "POST", generate),
    *of_repository("", "GET", show_repository),
    *of_repository("", "PATCH", change_repository),
    *of_repository("", "DELETE", delete_repository),
    *of_repository("/branches", "GET", list_branches),
    *of_repository("/branches/{branch:path}", "GET", show_branch),
    *of_repository("/commits", "GET", list_commits),
)
# After those whose paths are longer: a ref may hold slashes.
LAST_ROUTES: tuple[BaseRoute, ...] = (*of_repository("/commits/{ref:path}", "GET", show_commit),)


def _with_commits(call: Call) -> Repository:
    repository = call.repository()
    if repository.is_empty:
        raise Refusal(HTTPStatus.CONFLICT, "Git Repository is empty.")
    return repository


def _body(call: Call, repository: Repository) -> dict[str, Any]:
    owner, _, name = repository.template.partition("/")
    return full_repository_body(
        repository,
        call.links,
        template=call.store.called(owner, name) if name else None,
        is_owner=call.is_owner(repository),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _name_error(message: str) -> dict[str, str]:
    return dict(invalid("Repository", message, field="name").errors[0])
