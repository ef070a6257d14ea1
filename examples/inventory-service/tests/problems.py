"""How a refusal is looked at."""

from httpx2 import Response


def assert_problem(response: Response, status: int, slug: str) -> dict[str, object]:
    """A problem document of this status and type; gives it for a closer look."""
    assert response.status_code == status, f"{response.status_code}, not {status}: {response.text}"
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == f"/problems/{slug}"
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    return problem
