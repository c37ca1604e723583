"""What a token that grants `moderate` may do, without a socket."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Literal
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from .feed import EmostreamError

Action = Literal["removeParticipant", "stopAnalysis", "allowAnalysis", "endRoom"]

_TIMEOUT_S = 10.0


async def moderate(
    server: str, token: str, action: Action, *, participant: str | None = None, room: str | None = None
) -> dict[str, Any]:
    """Removes somebody, stops or allows their analysis, or ends a call.

    `room` must be named with a token for every room. Returns `{"until": ms}` for `removeParticipant`, else `{}`.
    Raises `EmostreamError`: FORBIDDEN, WRONG_ROOM, NOT_FOUND, UNAUTHENTICATED, …
    """
    asked = {"type": action, "participant": participant, "room": room}
    body = json.dumps({name: value for name, value in asked.items() if value is not None}).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    request = Request(f"{server.rstrip('/')}/api/moderate", data=body, headers=headers, method="POST")

    def send() -> dict[str, Any]:
        try:
            with urlopen(request, timeout=_TIMEOUT_S) as response:
                return json.load(response)
        except HTTPError as error:
            try:
                told = json.load(error)["error"]
            except (ValueError, KeyError, TypeError):
                raise error from None
            raise EmostreamError(told["code"], told["message"], told.get("url")) from error

    return await asyncio.to_thread(send)
