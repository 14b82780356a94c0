"""REST: what an autograder found, as check suites and as runs of a workflow."""

from starlette.routing import BaseRoute

from sandbox.services.github.bodies import run_body, suite_body
from sandbox.services.github.calls import Answer, Call, Refusal
from sandbox.services.github.repositories import of_repository


async def list_suites(call: Call) -> Answer:
    repository = call.repository()
    ref = call.request.path_params["ref"]
    sha = repository.resolve(ref)
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {ref}")
    page = call.page([suite for suite in reversed(repository.suites) if suite.head_sha == sha])
    body = {
        "total_count": page.total,
        "check_suites": [suite_body(repository, suite, call.links) for suite in page.items],
    }
    return Answer(body=body, headers=page.headers)


async def list_runs(call: Call) -> Answer:
    repository = call.repository()
    asked = call.request.query_params
    sha, branch, status = (asked.get(name, "") for name in ("head_sha", "branch", "status"))
    page = call.page(
        [
            suite
            for suite in reversed(repository.suites)
            if sha in {"", suite.head_sha}
            and branch in {"", suite.head_branch}
            and status in {"", "completed", suite.conclusion}
        ]
    )
    body = {
        "total_count": page.total,
        "workflow_runs": [run_body(repository, suite, call.links) for suite in page.items],
    }
    return Answer(body=body, headers=page.headers)


ROUTES: tuple[BaseRoute, ...] = (
    *of_repository("/commits/{ref:path}/check-suites", "GET", list_suites),
    *of_repository("/actions/runs", "GET", list_runs),
)
