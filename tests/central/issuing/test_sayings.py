"""What cannot be done to a ticket is said in the reader's language, its state too."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.identity.permissions import Permission
from central.issuing.tickets import id_text
from tests.builders.office import Office, sign_in


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", "门票状态为“有效”，不能办理此业务"),
        ("en", "the ticket is active; this cannot be done to it"),
    ],
)
async def test_the_state_that_forbids_it_is_put_into_words(
    office: Office, client: TestClient[web.Request, web.Application], language: str, words: str
) -> None:
    ticket = (await office.sell(await office.ticket_type())).tickets[0]
    headers = {**await sign_in(client, office, Permission.TICKETS_EDIT), "Accept-Language": language}
    path = f"/api/v1/tickets/{id_text(ticket.ticket_id)}/unblock"
    answer = await client.post(path, json={"reason": "found"}, headers={**headers, "Idempotency-Key": "unblock-01"})
    said = await answer.json()
    assert (answer.status, said["code"], said["detail"], said["detail_code"]) == (
        409,
        "ticket_state",
        words,
        "ticket_state_forbids",
    )
    assert said["parameters"] == {"state": {"code": "ticket_active", "parameters": {}}}
