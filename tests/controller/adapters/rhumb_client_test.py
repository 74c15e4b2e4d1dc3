"""The client against a server that misbehaves on purpose; and, for the parts without a connection,
by hand."""
import pathlib
import queue
import subprocess
import tempfile
import threading
import unittest
import unittest.mock

import grpc

from fake_south import FakeSouth, abort_with
from rhumb.v1 import south_pb2, topology_pb2
from rhumb_client import (
    Adapter,
    AdapterClient,
    ClientOptions,
    ClientProcess,
    DemandKey,
    OptionsError,
    PlanRefused,
    Telemetry,
)
from rhumb_client.adapter_client import next_address
from rhumb_client.backoff import Backoff
from rhumb_client.errors import ApiError, Reason

PATIENCE_S = 120  # of what will happen; a busy machine may take its time
AB = DemandKey("A", "B")
DIRECT = ("A", "B", [(["A>B"], 1.0)])
AROUND = ("A", "B", [(["A>C", "C>B"], 1.0)])


def triangle():
    topology = topology_pb2.Topology(name="triangle")
    for name in "ABC":
        topology.nodes.add(name=name)
    for a in "ABC":
        for b in "ABC":
            if a != b:
                topology.links.add(name=f"{a}>{b}", source=a, destination=b, capacity_bps=1e9)
    return topology


class RecordingAdapter(Adapter):
    def __init__(self):
        self.changes = queue.Queue()
        self.sessions = queue.Queue()
        self.refusal = None
        self.hold = None

    def install(self, change):
        if self.hold:
            self.hold.wait(PATIENCE_S)
        self.changes.put(change)
        if self.refusal:
            raise self.refusal

    def on_session(self, session):
        self.sessions.put(session)


def reason_of(answer):
    """Reason in the details of a NACK, read without the client's code."""
    from rhumb.v1 import status_pb2

    return status_pb2.ErrorInfo.FromString(answer.error.details[0].value).reason


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.south = FakeSouth().start()
        self.addCleanup(lambda: self.south.stop())
        self.adapter = RecordingAdapter()
        self.client = self.make_client()
        self.addCleanup(lambda: self.client.close())

    def make_client(self, **options):
        return AdapterClient(
            ClientOptions(
                address=f"127.0.0.1:{self.south.port}",
                adapter="test",
                election_id=1,
                first_retry_s=0.02,
                last_retry_s=0.1,
                **options,
            ),
            self.adapter,
        )

    def connect(self):
        self.client.start()
        self.client.declare(triangle())
        return self.south.declared.get(timeout=PATIENCE_S)

    def answer(self):
        return self.south.answers.get(timeout=PATIENCE_S)

    def change(self):
        return self.adapter.changes.get(timeout=PATIENCE_S)

    def test_declares_the_topology_with_its_election_id_once_primary(self):
        request = self.connect()
        self.assertEqual(request.election_id, 1)
        self.assertEqual(len(request.topology.links), 6)

    def test_acknowledges_a_plan_after_it_was_installed(self):
        self.connect()
        self.adapter.hold = threading.Event()
        self.south.send_plan(1, [DIRECT])
        with self.assertRaises(queue.Empty):
            self.south.answers.get(timeout=0.2)  # not before
        self.adapter.hold.set()
        answer = self.answer()
        self.assertEqual((answer.nonce, answer.plan_version_in_force), ("1", 1))
        self.assertFalse(answer.HasField("error"))

    def test_a_delta_changes_only_what_it_names(self):
        self.connect()
        self.south.send_plan(
            1, [DIRECT, ("B", "C", [(["B>C"], 1.0)]), ("C", "A", [(["C>A"], 1.0)])]
        )
        self.change()
        self.south.send_plan(2, [AROUND], base=1, removed=[("C", "A")])
        change = self.change()
        self.assertEqual(change.changed, [AB])
        self.assertEqual(change.removed, [("C", "A")])
        self.assertEqual(change.plan.routes[AB][0].links, ("A>C", "C>B"))
        self.assertEqual(set(change.plan.routes), {AB, ("B", "C")})

    def test_a_delta_from_a_plan_that_is_not_held_is_refused_with_ABORTED(self):
        self.connect()
        self.south.send_plan(1, [DIRECT])
        self.answer()
        self.south.send_plan(9, [AROUND], base=8)
        answer = self.answer()
        self.assertEqual(answer.error.code, grpc.StatusCode.ABORTED.value[0])
        self.assertEqual(answer.plan_version_in_force, 1)
        self.south.send_plan(9, [AROUND])
        self.assertEqual(self.answer().plan_version_in_force, 9)

    def test_a_plan_for_an_older_topology_is_refused(self):
        self.connect()
        self.south.send_plan(1, [DIRECT])
        self.answer()
        self.client.report_links(
            [
                south_pb2.LinkUpdate(
                    link="A>B", operational_state=topology_pb2.OPERATIONAL_STATE_DOWN
                )
            ]
        )
        self.south.updates.get(timeout=PATIENCE_S)
        self.south.send_plan(2, [AROUND], base=1, topology_version=1)
        answer = self.answer()
        self.assertEqual(reason_of(answer), "STALE_VERSION")
        self.assertEqual(answer.plan_version_in_force, 1)

    def test_a_plan_that_crosses_a_report_on_its_way_is_held_until_the_server_has_answered(self):
        """The race that would route over a dead link: the plan was made before the server heard of
        the failure."""
        self.connect()
        self.south.send_plan(1, [DIRECT])
        self.answer()
        self.south.before_update = lambda request: self.south.send_plan(
            2, [("A", "B", [(["A>B"], 1.0)])], base=1
        )
        self.change()
        self.client.report_links(
            [
                south_pb2.LinkUpdate(
                    link="A>B", operational_state=topology_pb2.OPERATIONAL_STATE_DOWN
                )
            ]
        )
        self.assertEqual(reason_of(self.answer()), "STALE_VERSION")
        self.assertTrue(self.adapter.changes.empty())

    def test_the_plan_that_answers_a_report_is_installed_before_the_report_is_answered(self):
        self.connect()
        self.south.send_plan(1, [DIRECT])
        self.answer()
        installed = []

        def answer_late(request):
            self.south.send_plan(2, [AROUND], base=1, topology_version=2)
            installed.append(self.answer())

        self.south.before_update = answer_late
        self.client.report_links(
            [
                south_pb2.LinkUpdate(
                    link="A>B", operational_state=topology_pb2.OPERATIONAL_STATE_DOWN
                )
            ]
        )
        self.south.updates.get(timeout=PATIENCE_S)
        self.assertEqual(installed[0].plan_version_in_force, 2)

    def test_a_refusal_of_the_adapter_reaches_the_server_and_the_plan_before_stays(self):
        self.connect()
        self.south.send_plan(1, [DIRECT])
        self.answer()
        self.adapter.refusal = PlanRefused(
            grpc.StatusCode.RESOURCE_EXHAUSTED, "switch 0x1: table full"
        )
        self.south.send_plan(2, [AROUND], base=1)
        answer = self.answer()
        self.assertEqual(answer.error.code, grpc.StatusCode.RESOURCE_EXHAUSTED.value[0])
        self.assertEqual(answer.error.message, "switch 0x1: table full")
        self.assertEqual(reason_of(answer), "NOT_INSTALLED")
        self.assertEqual(answer.plan_version_in_force, 1)
        self.adapter.refusal = None
        self.south.send_plan(3, [], base=2)  # a delta may lead on from what was refused
        self.assertEqual(self.answer().plan_version_in_force, 3)

    def test_a_refused_plan_is_offered_again_when_the_adapter_asks(self):
        self.connect()
        self.adapter.refusal = PlanRefused(
            grpc.StatusCode.UNAVAILABLE, "switch 0x1 is not connected"
        )
        self.south.send_plan(1, [DIRECT])
        self.assertEqual(self.answer().plan_version_in_force, 0)
        self.adapter.refusal = None
        self.client.try_again()
        self.assertEqual(self.answer().plan_version_in_force, 1)

    def test_asking_again_and_again_never_blocks_the_adapter(self):
        self.connect()
        self.adapter.hold = threading.Event()
        self.south.send_plan(1, [DIRECT])
        for _ in range(50):
            self.client.try_again()
        self.adapter.hold.set()
        self.assertEqual(self.answer().plan_version_in_force, 1)

    def test_a_fault_of_the_adapter_is_an_INTERNAL_refusal(self):
        self.connect()
        self.adapter.refusal = ValueError("bug")
        with self.assertLogs("rhumb_client.adapter_client", "ERROR"):
            self.south.send_plan(1, [DIRECT])
            self.assertEqual(self.answer().error.code, grpc.StatusCode.INTERNAL.value[0])

    def test_ratios_that_do_not_sum_to_one_are_refused(self):
        self.connect()
        self.south.send_plan(1, [("A", "B", [(["A>B"], 0.5), (["A>C", "C>B"], 0.2)])])
        self.assertEqual(reason_of(self.answer()), "BAD_FIELD")
        self.assertTrue(self.adapter.changes.empty())

    def test_a_hop_over_a_link_that_the_update_does_not_name_is_refused(self):
        self.connect()
        update = south_pb2.PlanUpdate(nonce="1", reset=True, link_names=["A>B"])
        update.header.epoch, update.header.plan_version = self.south.epoch, 1
        update.header.topology_version = self.south.topology_version
        update.routes.add(source="A", destination="B").paths.add(hops=[0, 1], ratio=1.0)
        self.south.say(south_pb2.PlanStreamResponse(update=update))
        self.assertEqual(reason_of(self.answer()), "BAD_FIELD")
        self.assertTrue(self.adapter.changes.empty())

    def test_comes_back_with_what_it_holds_and_declares_again(self):
        self.connect()
        self.south.send_plan(7, [DIRECT])
        self.answer()
        self.south.subscriptions.get(timeout=PATIENCE_S)
        port = self.south.port
        self.south.stop()
        self.south = FakeSouth()
        self.south.topology_version = 5
        self.south.start(port)
        subscription = self.south.subscriptions.get(timeout=PATIENCE_S)
        self.assertEqual((subscription.held_epoch, subscription.held_plan_version), (1, 7))
        self.assertEqual(subscription.held_routes_digest, 1007)
        self.assertEqual(len(self.south.declared.get(timeout=PATIENCE_S).topology.links), 6)
        self.south.send_plan(8, [AROUND], base=7)
        self.assertEqual(self.answer().plan_version_in_force, 8)

    def connect_to_three(self):
        """`self.south` leads; the first server says so, and nobody listens at the second."""
        standby = FakeSouth()
        leader = f"127.0.0.1:{self.south.port}"
        standby.refuse_plans = abort_with(grpc.StatusCode.UNAVAILABLE, "NOT_LEADER", leader=leader)
        standby.start()
        self.addCleanup(standby.stop)
        self.client = AdapterClient(
            ClientOptions(
                address=f"127.0.0.1:{standby.port},127.0.0.1:1,{leader}",
                adapter="test",
                election_id=1,
                first_retry_s=0.02,
                last_retry_s=0.1,
            ),
            self.adapter,
        )
        self.connect()
        return standby

    def test_follows_the_leader_that_a_standby_names(self):
        self.connect_to_three()
        self.south.send_plan(1, [DIRECT])
        self.assertEqual(self.answer().plan_version_in_force, 1)

    def test_finds_the_next_leader_when_the_last_is_gone(self):
        standby = self.connect_to_three()
        standby.refuse_plans = None
        self.south.stop()
        self.south = standby
        self.assertEqual(len(standby.declared.get(timeout=PATIENCE_S).topology.links), 6)
        standby.send_plan(2, [DIRECT])
        self.assertEqual(self.answer().plan_version_in_force, 2)

    def test_where_several_may_answer_none_is_waited_for_long(self):
        def longest_waits_ms(address):
            with unittest.mock.patch("grpc.insecure_channel") as channel:
                ClientOptions(address=address, adapter="test").open_channel("127.0.0.1:1")
            settings = dict(channel.call_args.args[1])
            return [
                settings["grpc.min_reconnect_backoff_ms"],  # while a connection is made
                settings["grpc.keepalive_time_ms"] + settings["grpc.keepalive_timeout_ms"],
            ]

        # A leader that is stopped takes connections, and its standbys name it for a lease.
        for wait_ms in longest_waits_ms("127.0.0.1:1,127.0.0.1:2"):
            self.assertLessEqual(wait_ms, 3_000)
        for wait_ms in longest_waits_ms("127.0.0.1:1"):
            self.assertGreater(wait_ms, 3_000)

    def test_goes_nowhere_that_was_not_given(self):
        addresses = ["a:1", "b:2", "c:3"]
        failure = ApiError(
            grpc.StatusCode.UNAVAILABLE, "", Reason.NOT_LEADER, leader="stranger.example:7433"
        )
        self.assertEqual(next_address(addresses, "c:3", failure), "a:1")
        failure = ApiError(grpc.StatusCode.INVALID_ARGUMENT, "")
        self.assertEqual(next_address(addresses, "b:2", failure), "b:2")

    def test_a_plan_of_a_leader_that_was_replaced_is_refused(self):
        self.connect()
        self.south.term = 5
        self.south.send_plan(1, [DIRECT])
        self.answer()
        self.south.term = 4
        self.south.send_plan(2, [AROUND])
        answer = self.answer()
        self.assertEqual(answer.error.code, grpc.StatusCode.FAILED_PRECONDITION.value[0])
        self.assertEqual(answer.plan_version_in_force, 1)

    def test_reports_made_without_a_connection_are_part_of_the_next_declaration(self):
        self.client.declare(triangle())
        self.client.report_links(
            [
                south_pb2.LinkUpdate(
                    link="B>C", operational_state=topology_pb2.OPERATIONAL_STATE_DOWN
                )
            ]
        )
        self.client.start()
        request = self.south.declared.get(timeout=PATIENCE_S)
        states = {link.name: link.operational_state for link in request.topology.links}
        self.assertEqual(states["B>C"], topology_pb2.OPERATIONAL_STATE_DOWN)
        self.assertEqual(states["A>B"], topology_pb2.OPERATIONAL_STATE_UNSPECIFIED)

    def test_an_unknown_link_cannot_be_reported(self):
        self.client.declare(triangle())
        with self.assertRaisesRegex(KeyError, "X>Y"):
            self.client.report_links([south_pb2.LinkUpdate(link="X>Y")])

    def test_a_standby_follows_without_installing_and_takes_over_when_elected(self):
        self.south.primary = False
        self.client.start()
        self.client.declare(triangle())
        self.south.subscriptions.get(timeout=PATIENCE_S)
        self.south.topology_version = 1
        self.south.send_plan(1, [DIRECT])
        answer = self.answer()
        self.assertEqual(answer.plan_version_in_force, 0)
        self.assertTrue(self.adapter.changes.empty())
        self.south.primary = True
        self.south.topology_version = 0  # so that the declaration below keeps version 1
        self.south.say(self.south.election())
        self.assertEqual(self.change().plan.version, 1)
        self.assertEqual(self.answer().plan_version_in_force, 1)

    def test_a_refused_topology_is_reported_with_its_reason_and_not_sent_for_ever(self):
        self.south.refuse_topology = abort_with(grpc.StatusCode.INVALID_ARGUMENT, "BAD_FIELD")
        self.connect()
        while (session := self.adapter.sessions.get(timeout=PATIENCE_S)).problem is None:
            pass
        self.assertIn("INVALID_ARGUMENT", session.problem)
        with self.assertRaises(queue.Empty):
            self.south.declared.get(timeout=0.3)
        self.south.refuse_topology = None
        self.client.declare(triangle())
        self.south.declared.get(timeout=PATIENCE_S)

    def test_telemetry_is_numbered_from_one_and_goes_on_after_a_break(self):
        self.connect()
        for end in (100.0, 101.0):
            self.client.report_telemetry(
                Telemetry(interval_end_s=end, interval_s=1, links={"A>B": (10, 0)}, flows={AB: 5})
            )
        first, second = (self.south.reports.get(timeout=PATIENCE_S) for _ in range(2))
        self.assertEqual(
            (first.sequence, first.restarted, second.sequence, second.restarted),
            (1, True, 2, False),
        )
        self.assertEqual((first.source, first.election_id, first.flows[0].bytes), ("test", 1, 5))
        self.assertEqual(first.interval.seconds, 1)
        port = self.south.port
        self.south.stop()
        self.south = FakeSouth().start(port)
        self.south.declared.get(timeout=PATIENCE_S)
        self.client.report_telemetry(Telemetry(interval_end_s=102.0, interval_s=1))
        self.assertEqual(self.south.reports.get(timeout=PATIENCE_S).sequence, 3)

    def test_mutual_TLS_under_the_name_in_the_certificate(self):
        with tempfile.TemporaryDirectory() as directory:

            def openssl(*arguments):
                subprocess.run(
                    ["openssl", *arguments], cwd=directory, check=True, capture_output=True
                )

            openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=authority",
                "-keyout",
                "ca.key",
                "-out",
                "ca.pem",
            )
            for name in ("server", "adapter"):
                openssl(
                    "req",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:prime256v1",
                    "-nodes",
                    "-subj",
                    f"/CN={name}",
                    "-addext",
                    f"subjectAltName=DNS:{name}",
                    "-keyout",
                    f"{name}.key",
                    "-out",
                    f"{name}.csr",
                )
                openssl(
                    "x509",
                    "-req",
                    "-in",
                    f"{name}.csr",
                    "-CA",
                    "ca.pem",
                    "-CAkey",
                    "ca.key",
                    "-CAcreateserial",
                    "-days",
                    "1",
                    "-copy_extensions",
                    "copyall",
                    "-out",
                    f"{name}.pem",
                )
            path = lambda name: f"{directory}/{name}"
            read = lambda name: pathlib.Path(path(name)).read_bytes()
            self.south.stop()
            self.south = FakeSouth().start(
                credentials=grpc.ssl_server_credentials(
                    [(read("server.key"), read("server.pem"))],
                    read("ca.pem"),
                    require_client_auth=True,
                )
            )
            self.client = self.make_client(
                ca_file=path("ca.pem"),
                certificate_file=path("adapter.pem"),
                key_file=path("adapter.key"),
                server_name="server",
            )
            self.connect()
            stranger = AdapterClient(
                ClientOptions(
                    address=f"127.0.0.1:{self.south.port}",
                    adapter="stranger",
                    election_id=2,
                    ca_file=path("ca.pem"),
                    server_name="server",
                ),
                RecordingAdapter(),
            )
            self.addCleanup(stranger.close)
            stranger.start()
            session = stranger._adapter.sessions.get(timeout=PATIENCE_S)
            self.assertFalse(session.connected)

    def test_a_token_goes_with_every_call(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("secret\n")
            file.flush()
            self.client = self.make_client(token_file=file.name)
            self.connect()
            self.assertEqual(
                self.south.metadata.get(timeout=PATIENCE_S)["authorization"], "Bearer secret"
            )

    def test_the_same_through_a_process_of_its_own(self):
        self.client = ClientProcess(
            ClientOptions(address=f"127.0.0.1:{self.south.port}", adapter="test"),
            self.adapter,
            lambda work: threading.Thread(target=work, daemon=True).start(),
            lambda s: None,
        )
        self.connect()
        self.south.send_plan(1, [DIRECT])
        self.assertEqual(self.change().changed, [AB])
        self.assertEqual(self.answer().plan_version_in_force, 1)
        self.south.send_plan(2, [AROUND], base=1)
        self.assertEqual(self.change().plan.routes[AB][0].links, ("A>C", "C>B"))
        self.assertEqual(self.answer().plan_version_in_force, 2)
        self.adapter.refusal = PlanRefused(
            grpc.StatusCode.UNAVAILABLE, "no", metadata={"dpid": "1"}
        )
        self.south.send_plan(3, [DIRECT], base=2)
        answer = self.answer()
        self.assertEqual((answer.error.message, answer.plan_version_in_force), ("no", 2))

    def test_a_client_process_that_dies_is_replaced_and_told_everything(self):
        self.client = ClientProcess(
            ClientOptions(address=f"127.0.0.1:{self.south.port}", adapter="test"),
            self.adapter,
            lambda work: threading.Thread(target=work, daemon=True).start(),
            lambda s: None,
        )
        self.connect()
        self.client.report_links(
            [
                south_pb2.LinkUpdate(
                    link="B>C", operational_state=topology_pb2.OPERATIONAL_STATE_DOWN
                )
            ]
        )
        self.south.updates.get(timeout=PATIENCE_S)
        self.client._child.kill()
        request = self.south.declared.get(timeout=PATIENCE_S)
        states = {link.name: link.operational_state for link in request.topology.links}
        self.assertEqual(states["B>C"], topology_pb2.OPERATIONAL_STATE_DOWN)


class OptionsTest(unittest.TestCase):
    def refused(self, pattern, **options):
        with self.assertRaisesRegex(OptionsError, pattern):
            ClientOptions(**options).check()

    def test_plaintext_to_other_machines_needs_a_word(self):
        self.refused("allow_plaintext", address="192.0.2.1:7433")
        ClientOptions(address="192.0.2.1:7433", allow_plaintext=True).check()
        ClientOptions(address="[::1]:7433").check()
        ClientOptions(address="unix:/run/rhumb.sock").check()

    def test_names_the_option_that_is_wrong(self):
        self.refused("adapter: ''", adapter="")
        self.refused("election_id: -1", election_id=-1)
        self.refused("belong together", ca_file=__file__, key_file=__file__)
        self.refused("ca_file: there is no file '/nowhere'", ca_file="/nowhere")


class BackoffTest(unittest.TestCase):
    def test_grows_to_its_limit_and_starts_again(self):
        class Middle:
            def uniform(self, low, high):
                return (low + high) / 2

        backoff = Backoff(1.0, 3.0, Middle())
        self.assertEqual([round(backoff.next_s(), 3) for _ in range(4)], [1.0, 1.5, 2.25, 3.0])
        backoff.reset()
        self.assertEqual(backoff.next_s(), 1.0)


if __name__ == "__main__":
    unittest.main()
