"""What rhumb_agent reads of files: agents/open_model/CHECKPOINT.md, byte by byte."""
import pathlib
import re
import struct
import unittest
import zlib

import numpy as np
import rhumb_agent
from rhumb_agent import checkpoint

CHECKPOINTS = pathlib.Path(__file__).resolve().parents[3] / "agents" / "neural" / "checkpoints"


def written(number, about=(), weights=None, rest=b"", features=2):
    """A file made as the page says, by hand."""
    if weights is None:
        weights = np.arange(3928, dtype="<f4")
    data = b"RHUMBNN\n" + struct.pack("<III", number, features, len(about))
    for text in about:
        for part in text:
            data += struct.pack("<I", len(part)) + part.encode()
    data += struct.pack("<I", len(weights)) + weights.tobytes() + rest
    return data + struct.pack("<I", zlib.crc32(data))


class CheckpointTest(unittest.TestCase):
    def test_every_shipped_checkpoint_is_read_whole(self):
        kinds = {}
        for path in sorted(CHECKPOINTS.glob("*.ckpt")):
            read = rhumb_agent.load(path)
            kinds[path.stem] = read.kind
            self.assertIn("seed", read.about)
            numbers = sum(layer.weights.size for layer in read.network.values())
            self.assertGreater(numbers, 3000)
            self.assertEqual(bool(read.price_head), read.kind == "packet")
        self.assertEqual(kinds, {"default": "mlu", "packet": "packet", "plan": "plan"})

    def test_a_file_written_by_hand_is_read_as_it_was_written(self):
        read = rhumb_agent.parse(written(1, [("seed", "7"), ("config", "a = 1\n")]))
        self.assertEqual(read.about, {"seed": "7", "config": "a = 1\n"})
        self.assertEqual(read.kind, "mlu")
        # scenario_mix comes first, 4 x 8 without biases; then scenario_hidden, 16 x 8 and 16.
        np.testing.assert_array_equal(read.network["scenario_mix"].weights[1], np.arange(8, 16))
        np.testing.assert_array_equal(read.network["scenario_hidden"].weights[0], range(32, 40))
        np.testing.assert_array_equal(read.network["scenario_hidden"].bias, range(160, 176))
        self.assertEqual(read.network["path_out"].bias[-1], 3927)
        self.assertEqual(rhumb_agent.parse(written(3, rest=struct.pack("<I", 1))).kind, "plan")
        head = np.arange(3261, dtype="<f4")
        rest = struct.pack("<II", 1, len(head)) + head.tobytes()
        read = rhumb_agent.parse(written(2, rest=rest))
        self.assertEqual(read.kind, "packet")
        np.testing.assert_array_equal(read.price_head["log_sigma"].weights[0], head[-6:])

    def test_the_page_tells_of_every_block_where_it_is(self):
        page = (pathlib.Path(checkpoint.__file__).parents[1] / "CHECKPOINT.md").read_text()
        rows = re.findall(
            r"^\| `(\w+)` \| (\d+) \| (\d+) \| (yes|–) \| ([\d,]+) \|", page, re.MULTILINE
        )
        expected = []
        for table in (checkpoint.NETWORK, checkpoint.PRICE_HEAD, checkpoint.FEEDBACK):
            first = 0
            for name, height, width, bias in table:
                expected.append((name, str(height), str(width), "yes" if bias else "–", first))
                first += height * width + (height if bias else 0)
            self.assertIn(f"{first:,}", page)
        found = [(*row[:4], int(row[4].replace(",", ""))) for row in rows]
        self.assertEqual(found, expected)

    def test_a_layer_is_weights_times_input_and_bias(self):
        layer = checkpoint.Layer(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 20.0]))
        np.testing.assert_array_equal(
            layer(np.array([[1.0, 1.0], [0.0, 2.0]])), [[13, 27], [14, 28]]
        )

    def test_what_is_torn_foreign_or_newer_is_refused(self):
        good = written(1)
        cases = [
            (b"", "not a checkpoint"),
            (b"PK\x03\x04" + good, "not a checkpoint"),
            (good[:9], "torn"),
            (good[:-1], "checksum"),
            (good[:40] + b"\x01" + good[41:], "checksum"),
            (written(5), "format 5"),
            (written(4, rest=struct.pack("<II", 1, 2)), "feedback layout"),
            (written(1, features=3), "feature layout 3"),
            (written(1, weights=np.zeros(10, "<f4")), "10 weights"),
            (written(1, weights=np.full(3928, np.nan, "<f4")), "finite"),
            (written(1, rest=b"more"), "after its last field"),
            (written(3, rest=struct.pack("<I", 2)), "plan layout"),
            (written(2, rest=struct.pack("<I", 2)), "price layout"),
            (written(2, rest=struct.pack("<II", 1, 1) + b"\0" * 4), "price head"),
        ]
        for data, words in cases:
            with self.subTest(words), self.assertRaisesRegex(rhumb_agent.CheckpointError, words):
                rhumb_agent.parse(data)

    def test_a_file_that_is_refused_is_named(self):
        with self.assertRaisesRegex(rhumb_agent.CheckpointError, "checkpoint_test.py"):
            rhumb_agent.load(__file__)


if __name__ == "__main__":
    unittest.main()
