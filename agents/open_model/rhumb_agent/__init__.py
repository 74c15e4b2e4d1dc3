"""Rhumb's trained agents in numpy, readable and changeable without C++.

    import rhumb_agent
    agent = rhumb_agent.Agent("agents/neural/checkpoints/plan.ckpt")
    ratios = agent.decide(network, rates_bps)

Needs numpy and nothing else.
"""
from rhumb_agent.agent import Agent
from rhumb_agent.checkpoint import Checkpoint, CheckpointError, load, parse
from rhumb_agent.path_graph import PathGraph

__all__ = ["Agent", "Checkpoint", "CheckpointError", "PathGraph", "load", "parse"]
