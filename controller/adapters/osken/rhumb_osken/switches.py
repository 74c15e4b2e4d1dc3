"""Connected switches: sends batches of messages and says when a switch has confirmed them, or what
it refused."""
from typing import Dict, List, Optional, Tuple

from os_ken.lib import hub

from rhumb_osken.rules import Rule


class Batch:
    """Messages to several switches, each batch closed by a barrier."""

    def __init__(self):
        self._event = hub.Event()
        self._waiting: Dict[int, int] = {}  # dpid -> xid of the barrier
        self._sealed = False
        self.problems: List[str] = []  # what switches said
        self.refused: List[Rule] = []  # what they said it of

    def wait(self, timeout_s: float) -> List[str]:
        """What went wrong; empty when every switch confirmed every message."""
        self._sealed = True
        if self._waiting and not self._event.wait(timeout_s):
            self.problems += [
                f"switch {dpid:#x} did not confirm within {timeout_s:g} s" for dpid in self._waiting
            ]
        return self.problems

    def _expect(self, dpid: int, xid: int) -> None:
        self._waiting[dpid] = xid

    def _done(self, dpid: int) -> None:
        self._waiting.pop(dpid, None)
        if self._sealed and not self._waiting:
            self._event.set()


class Switches:
    """By datapath id. Handlers are called from the application's event loop, `send` from anywhere
    else."""

    def __init__(self):
        self._datapaths: Dict[int, object] = {}
        self._sent: Dict[
            Tuple[int, int], Tuple[Batch, Optional[Rule]]
        ] = {}  # by (dpid, xid of a message)
        self._barriers: Dict[Tuple[int, int], Tuple[Batch, List[int]]] = {}

    def get(self, dpid: int):
        return self._datapaths.get(dpid)

    def connected(self) -> List[object]:
        return list(self._datapaths.values())

    def enter(self, datapath) -> None:
        self.leave(datapath.id)
        self._datapaths[datapath.id] = datapath

    def leave(self, dpid: int, datapath: Optional[object] = None) -> bool:
        """False when another connection of the switch has taken over already."""
        if datapath is not None and self._datapaths.get(dpid) is not datapath:
            return False
        self._datapaths.pop(dpid, None)
        for key in [key for key in self._barriers if key[0] == dpid]:
            batch, xids = self._barriers.pop(key)
            batch.problems.append(f"switch {dpid:#x} disconnected")
            self._forget(dpid, xids)
            batch._done(dpid)
        return True

    def send(self, batch: Batch, datapath, messages: List[Tuple[object, Optional[Rule]]]) -> None:
        """Messages with the rule that each is about. At most once a switch and batch. All go out in
        one piece."""
        barrier = datapath.ofproto_parser.OFPBarrierRequest(datapath)
        xids, data = [], bytearray()
        for message, rule in messages + [(barrier, None)]:
            datapath.set_xid(message)
            message.serialize()
            data += message.buf
            xids.append(message.xid)
            self._sent[datapath.id, message.xid] = batch, rule
        batch._expect(datapath.id, barrier.xid)
        self._barriers[datapath.id, barrier.xid] = batch, xids
        if not datapath.send(bytes(data)):
            self.leave(datapath.id, datapath)

    def barrier_reply(self, dpid: int, xid: int) -> None:
        found = self._barriers.pop((dpid, xid), None)
        if found:
            batch, xids = found
            self._forget(dpid, xids)
            batch._done(dpid)

    def error(self, message) -> bool:
        """False when the message was not one of ours."""
        datapath = message.datapath
        if (datapath.id, message.xid) not in self._sent:
            return False
        batch, rule = self._sent[datapath.id, message.xid]
        if rule is not None:
            batch.refused.append(rule)
        ofproto = datapath.ofproto
        batch.problems.append(
            f"switch {datapath.id:#x} refused: {ofproto.ofp_error_type_to_str(message.type)} "
            f"{ofproto.ofp_error_code_to_str(message.type, message.code)}"
        )
        return True

    def _forget(self, dpid: int, xids: List[int]) -> None:
        for xid in xids:
            self._sent.pop((dpid, xid), None)
