"""Where a subscription stands: what came twice, what never came, where to resume. The twin of client/lib/sequence.ts."""

from typing import Literal, NotRequired, TypedDict


class Missed(TypedDict):
    """Events that will never come; ``toSeq`` None: nobody knows where that numbering ended."""

    type: Literal["missed"]
    room: NotRequired[str]
    epoch: str
    fromSeq: int
    toSeq: int | None
    reason: str


def _missed(epoch: str, from_seq: int, to_seq: int | None, reason: str) -> Missed:
    return {"type": "missed", "epoch": epoch, "fromSeq": from_seq, "toSeq": to_seq, "reason": reason}


class Sequence:
    """Follows the numbers of one room, from one numbering (epoch) into the next. Knows no clock and no socket."""

    def __init__(self, since_seq: int | None = None, epoch: str | None = None, narrowed: bool = False) -> None:
        self.last_seq = since_seq
        self.epoch = epoch
        self._narrowed = narrowed

    def place(self) -> dict[str, int | str]:
        """What a subscription asks to resume after; empty before anything was heard."""
        if self.last_seq is None:
            return {}
        return {"sinceSeq": self.last_seq} | ({} if self.epoch is None else {"epoch": self.epoch})

    def subscribed(self, asked: dict[str, int | str], epoch: str, last_seq: int) -> None:
        """The server answered a subscription."""
        if "sinceSeq" not in asked:
            self.last_seq = last_seq
        elif (epoch != asked["epoch"]) if "epoch" in asked else (last_seq < int(asked["sinceSeq"])):
            # All that is held of the other numbering follows.
            self.last_seq = 0
        self.epoch = epoch

    def event(self, epoch: str, seq: int) -> tuple[bool, Missed | None]:
        """An event came: whether it is new, and what lies between it and the one before."""
        self._enter(epoch)
        last = self.last_seq
        if last is not None and seq <= last:
            return False, None
        self.last_seq = seq
        hole = not self._narrowed and last is not None and seq > last + 1
        return True, _missed(epoch, (last or 0) + 1, seq - 1, "hole") if hole else None

    def reached(self, epoch: str, seq: int) -> Missed | None:
        """Everything wanted up to this number was sent."""
        self._enter(epoch)
        last = self.last_seq
        if last is not None and seq <= last:
            return None
        self.last_seq = seq
        return None if self._narrowed or last is None else _missed(epoch, last + 1, seq, "hole")

    def missed(self, epoch: str, from_seq: int, to_seq: int | None, reason: str) -> Missed | None:
        """The server says what will not come."""
        if to_seq is None:
            return _missed(epoch, from_seq, None, reason)
        self._enter(epoch)
        first = from_seq if self.last_seq is None else self.last_seq + 1
        if to_seq < first:
            return None
        self.last_seq = to_seq
        return _missed(epoch, first, to_seq, reason)

    def _enter(self, epoch: str) -> None:
        if self.epoch is not None and self.epoch != epoch:
            self.last_seq = 0
        self.epoch = epoch
