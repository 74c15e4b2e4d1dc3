"""Rules as OpenFlow 1.3 messages, with the Nicira extensions where the split needs them."""
from os_ken.ofproto import nicira_ext

from rhumb_osken import rules
from rhumb_osken.rules import Deliver, Group, Ingress, Local, Rule, Split, Transit

_MPLS = 0x8847
_IPV4 = 0x0800
_PRIORITY, _REST_PRIORITY = 100, 90
_HASH_SYMMETRIC_L3L4_UDP = 3  # NX_HASH_FIELDS_SYMMETRIC_L3L4_UDP; os-ken names only the first two
_HASH_REGISTER, _SPLIT_REGISTER = "reg0", "reg1"


def add(datapath, rule: Rule):
    """Installs the rule. One with the same match and another cookie is replaced at once, and its
    counters go on."""
    if isinstance(rule.content, Group):
        return _group(datapath, rule.content, datapath.ofproto.OFPGC_ADD)
    table, match, instructions = _flow(datapath, rule.content)
    parser, ofproto = datapath.ofproto_parser, datapath.ofproto
    takes_rest = isinstance(rule.content, Split) and not rule.content.mask
    return parser.OFPFlowMod(
        datapath,
        cookie=rule.cookie,
        table_id=table,
        command=ofproto.OFPFC_ADD,
        priority=_REST_PRIORITY if takes_rest else _PRIORITY,
        match=match,
        instructions=instructions,
    )


def delete(datapath, rule: Rule):
    """Removes this very rule, and not one that took its place."""
    if isinstance(rule.content, Group):
        return delete_group(datapath, rule.content.group)
    return delete_cookie(datapath, rule.cookie)


def delete_cookie(datapath, cookie: int, mask: int = (1 << 64) - 1):
    ofproto = datapath.ofproto
    return datapath.ofproto_parser.OFPFlowMod(
        datapath,
        cookie=cookie,
        cookie_mask=mask,
        table_id=ofproto.OFPTT_ALL,
        command=ofproto.OFPFC_DELETE,
        out_port=ofproto.OFPP_ANY,
        out_group=ofproto.OFPG_ANY,
    )


def delete_group(datapath, group: int):
    ofproto = datapath.ofproto
    return datapath.ofproto_parser.OFPGroupMod(
        datapath, ofproto.OFPGC_DELETE, ofproto.OFPGT_SELECT, group
    )


def flow_stats_request(datapath, cookie: int, mask: int):
    ofproto = datapath.ofproto
    return datapath.ofproto_parser.OFPFlowStatsRequest(
        datapath, 0, ofproto.OFPTT_ALL, ofproto.OFPP_ANY, ofproto.OFPG_ANY, cookie, mask
    )


def label_of(stats):
    """The label that a flow in a stats reply matches, or None."""
    return stats.match.get("mpls_label")


def _flow(datapath, content):
    """Table, match, instructions."""
    parser, ofproto = datapath.ofproto_parser, datapath.ofproto

    def apply(*actions):
        return parser.OFPInstructionActions(ofproto.OFPIT_APPLY_ACTIONS, list(actions))

    def output(port):
        return parser.OFPActionOutput(port, ofproto.OFPCML_NO_BUFFER)

    def to_host(host):
        return ([parser.OFPActionSetField(eth_dst=host.mac)] if host.mac else []) + [
            output(host.port)
        ]

    def push(label, port):
        return [
            parser.OFPActionPushMpls(_MPLS),
            parser.OFPActionSetField(mpls_label=label),
            output(port),
        ]

    def to_prefix(prefix):
        return parser.OFPMatch(
            eth_type=_IPV4, ipv4_dst=(str(prefix.network_address), str(prefix.netmask))
        )

    if isinstance(content, Transit):
        return (
            rules.TABLE_CLASSIFY,
            parser.OFPMatch(eth_type=_MPLS, mpls_label=content.label),
            [apply(parser.OFPActionSetField(mpls_label=content.next_label), output(content.port))],
        )
    if isinstance(content, Deliver):
        match = parser.OFPMatch(eth_type=_MPLS, mpls_label=content.label)
        pop = parser.OFPActionPopMpls(_IPV4)
        if content.host is not None:
            return rules.TABLE_CLASSIFY, match, [apply(pop, *to_host(content.host))]
        return (
            rules.TABLE_CLASSIFY,
            match,
            [apply(pop), parser.OFPInstructionGotoTable(rules.TABLE_DELIVER)],
        )
    if isinstance(content, Local):
        return content.table, to_prefix(content.host.prefix), [apply(*to_host(content.host))]
    if isinstance(content, Split):
        fields = {_SPLIT_REGISTER: content.split}
        if content.mask:
            fields[_HASH_REGISTER] = content.value, content.mask
        match = parser.OFPMatch(**fields)
        return rules.TABLE_SPLIT, match, [apply(*push(content.next_label, content.port))]
    if not isinstance(content, Ingress):
        raise TypeError(f"no flow for {content!r}")
    match = to_prefix(content.prefix)
    if content.way is not None:
        return rules.TABLE_CLASSIFY, match, [apply(*push(content.way.next_label, content.way.port))]
    if content.group is not None:
        return rules.TABLE_CLASSIFY, match, [apply(parser.OFPActionGroup(content.group))]
    choose = parser.NXActionMultipath(
        fields=_HASH_SYMMETRIC_L3L4_UDP,
        basis=0,
        algorithm=nicira_ext.NX_MP_ALG_MODULO_N,
        max_link=(1 << rules.SPLIT_BITS) - 1,
        arg=0,
        ofs_nbits=nicira_ext.ofs_nbits(0, rules.SPLIT_BITS - 1),
        dst=_HASH_REGISTER,
    )
    mark = parser.NXActionRegLoad(
        ofs_nbits=nicira_ext.ofs_nbits(0, 31), dst=_SPLIT_REGISTER, value=content.split
    )
    return (
        rules.TABLE_CLASSIFY,
        match,
        [apply(choose, mark), parser.OFPInstructionGotoTable(rules.TABLE_SPLIT)],
    )


def _group(datapath, content: Group, command):
    parser, ofproto = datapath.ofproto_parser, datapath.ofproto
    buckets = [
        parser.OFPBucket(
            weight=bucket.weight,
            watch_port=ofproto.OFPP_ANY,
            watch_group=ofproto.OFPG_ANY,
            actions=[
                parser.OFPActionPushMpls(_MPLS),
                parser.OFPActionSetField(mpls_label=bucket.next_label),
                parser.OFPActionOutput(bucket.port),
            ],
        )
        for bucket in content.buckets
    ]
    return parser.OFPGroupMod(datapath, command, ofproto.OFPGT_SELECT, content.group, buckets)
