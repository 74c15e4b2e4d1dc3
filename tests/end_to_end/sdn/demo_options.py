"""Rhumb steering a real SDN on this machine: a scaled ESnet6 of Open vSwitch switches under
shortest path, then under the agent, with a link that fails in the middle. Needs root."""
import argparse


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/sdn-demo", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("--topology", default="esnet6-backbone", help="a shipped network")
    parser.add_argument(
        "--load",
        type=float,
        default=1.4,
        help="offered to shortest path's hottest link, over its capacity",
    )
    parser.add_argument("--packets", type=float, default=1500, help="a second, of all demands")
    parser.add_argument(
        "--seconds", type=float, default=12, help="that count, before and after the failure"
    )
    parser.add_argument("--seed", type=int, default=1, help="of demands and arrivals")
    return parser.parse_args()


# Read before anything is built, so that a typing error or --help costs no build.
if __name__ == "__main__":
    parse()
