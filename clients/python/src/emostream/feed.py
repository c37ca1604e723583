"""The events of one room, kept up over lost connections."""

import asyncio
import inspect
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence as Items
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from .sequence import Missed, Sequence
from .types import Event

SUBPROTOCOL = "emostream.v1"
EVENT_TYPES = frozenset({"emotion", "gap", "begin", "end", "media"})
#: Refusals that the same token meets again.
FINAL = frozenset({"UNAUTHENTICATED", "FORBIDDEN", "WRONG_ROOM", "ORIGIN_REFUSED", "BAD_MESSAGE"})
#: Beats that may be missing before a connection is taken for dead.
MISSING_BEATS = 3
FIRST_RETRY_S = 0.5
MAX_RETRY_S = 15.0
ANSWER_PATIENCE_S = 10.0
CLOSE_PATIENCE_S = 1.0
#: A room is at most so many servers away.
MOST_HOPS = 4
MOST_SERVERS = 32

Token = str | Callable[[], str | Awaitable[str]]


class EmostreamError(Exception):
    """A refusal of the server's: ``code`` is stable, the message says what to do."""

    def __init__(self, code: str, message: str, url: str | None = None) -> None:
        super().__init__(f"{message} [{code}]")
        self.code = code
        #: Of ``MOVED``: the server to ask instead.
        self.url = url


class Feed:
    """``async for event in Feed(server, token)``: events as dictionaries, and ``missed`` for what will never come."""

    def __init__(
        self,
        server: str,
        token: Token,
        *,
        room: str | None = None,
        participants: Items[str] | None = None,
        types: Items[str] | None = None,
        every: int | None = None,
        since_seq: int | None = None,
        epoch: str | None = None,
    ) -> None:
        """
        :param server: address of the server, e.g. ``https://calls.example``
        :param token: an access token, or a function that gets a fresh one for every connection
        :param room: which room, with a token for every room
        :param participants: only what is about these
        :param types: only events of these types
        :param every: only every so manieth second
        :param since_seq: resume after this event of the numbering ``epoch``
        """
        self._servers = [_socket_address(server)]
        self._url = self._servers[0]
        self._token = token
        narrowing = {"participants": participants and list(participants), "types": types and list(types), "every": every}
        self._wanted = {key: value for key, value in {"room": room, **narrowing}.items() if value is not None}
        narrowed = bool(participants or types or (every or 1) > 1)
        self._sequence = Sequence(since_seq, epoch, narrowed)
        self._every_s: float | None = None

    @property
    def place(self) -> dict[str, int | str]:
        """The newest event heard: ``sinceSeq`` and ``epoch``."""
        return self._sequence.place()

    async def __aiter__(self) -> AsyncIterator[Event | Missed]:
        attempt = hops = 0
        while True:
            try:
                async with connect(
                    self._url,
                    subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
                    additional_headers={"Authorization": f"Bearer {await self._fresh_token()}"},
                    compression=None,
                    ping_interval=None,
                    close_timeout=CLOSE_PATIENCE_S,
                    max_size=2**22,
                ) as socket:
                    asked = await self._subscribe(socket)
                    async for item in self._read(socket, asked):
                        attempt = 0
                        yield item
            except InvalidStatus as refusal:
                error = _refusal(refusal)
                if error.code in FINAL:
                    raise error from refusal
            except ConnectionClosed as closed:
                code, _, message = closed.rcvd.reason.partition(": ") if closed.rcvd else ("", "", "")
                if code in FINAL and not (code == "UNAUTHENTICATED" and callable(self._token)):
                    raise EmostreamError(code, message) from closed
            except EmostreamError as moved:
                if moved.code != "MOVED" or not self._go_to(moved.url) or (hops := hops + 1) > MOST_HOPS:
                    raise
                continue
            except (OSError, TimeoutError, InvalidHandshake):
                self._go_round()
            hops = 0
            full = min(MAX_RETRY_S, FIRST_RETRY_S * 2 ** min(attempt, 16))
            attempt += 1
            await asyncio.sleep(full / 2 + random.random() * full / 2)

    async def _fresh_token(self) -> str:
        if isinstance(self._token, str):
            return self._token
        token = self._token()
        return await token if inspect.isawaitable(token) else token

    def _go_to(self, url: str | None) -> bool:
        """To the server that this one named; the token goes along, so never from TLS to none."""
        followed = url and _followed(self._url, url)
        if followed:
            self._url = followed
        return bool(followed)

    def _go_round(self) -> None:
        """To the next of the servers that are known: this one does not answer."""
        index = self._servers.index(self._url) if self._url in self._servers else -1
        self._url = self._servers[(index + 1) % len(self._servers)]

    async def _subscribe(self, socket: ClientConnection) -> dict[str, int | str]:
        self._every_s = None
        asked = self._sequence.place()
        await socket.send(json.dumps({"type": "subscribe", "id": 1, **self._wanted, **asked}))
        return asked

    async def _read(self, socket: ClientConnection, asked: dict[str, int | str]) -> AsyncIterator[Event | Missed]:
        answered = False
        while True:
            patience = ANSWER_PATIENCE_S if not answered else self._every_s and MISSING_BEATS * self._every_s
            message = _parse(await asyncio.wait_for(socket.recv(), patience))
            if message.get("type") == "response" and not answered:
                if not message["ok"]:
                    error = message["error"]
                    raise EmostreamError(error["code"], error["message"], error.get("url"))
                answered = True
                self._sequence.subscribed(asked, message["data"]["epoch"], message["data"]["lastSeq"])
            for item in self._items(message):
                yield item

    def _items(self, message: dict[str, Any]) -> list[Any]:
        """What a message brings. What is not known is ignored; an event of an unknown type takes its number all the same."""
        kind = message.get("type")
        if kind == "beat":
            self._every_s = message["everyMs"] / 1000
            lost = [self._sequence.reached(each["epoch"], each["seq"]) for each in message["rooms"]]
            return [missed for missed in lost if missed]
        if kind == "nodes":
            others = [followed for url in message["urls"] if (followed := _followed(self._url, url))]
            self._servers = list(dict.fromkeys([self._servers[0], *others]))[:MOST_SERVERS]
            return []
        if kind == "missed":
            missed = self._sequence.missed(message["epoch"], message["fromSeq"], message["toSeq"], message["reason"])
            return [missed] if missed else []
        if "epoch" not in message or "seq" not in message:
            return []
        fresh, hole = self._sequence.event(message["epoch"], message["seq"])
        return ([hole] if hole else []) + ([message] if fresh and kind in EVENT_TYPES else [])


def _parse(text: str | bytes) -> dict[str, Any]:
    message = json.loads(text)
    return message if isinstance(message, dict) else {}


def _refusal(refusal: InvalidStatus) -> EmostreamError:
    response = refusal.response
    try:
        error = json.loads(response.body)["error"]
        return EmostreamError(error["code"], error["message"])
    except (TypeError, ValueError, KeyError):
        # Not a server of ours, or a proxy before it: the status has to do.
        code = {400: "BAD_MESSAGE", 401: "UNAUTHENTICATED", 403: "FORBIDDEN"}.get(response.status_code, "UNREACHABLE")
        return EmostreamError(code, f"the server refused the connection (HTTP status {response.status_code})")


def _followed(current: str, url: str) -> str | None:
    """The socket of a server that another one named; None: not to be followed."""
    try:
        address = _socket_address(url)
    except ValueError:
        return None
    downgrade = current.startswith("wss:") and not address.startswith("wss:")
    return None if downgrade or "@" in urlsplit(address).netloc else address


def _socket_address(server: str) -> str:
    scheme, host, path, _, _ = urlsplit(server)
    schemes = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
    if scheme not in schemes or not host:
        raise ValueError(f'"{server}" is not an address of a server; write https://host:port')
    return urlunsplit((schemes[scheme], host, f"{path.removesuffix('/ws').rstrip('/')}/ws", "", ""))
