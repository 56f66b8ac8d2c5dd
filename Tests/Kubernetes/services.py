#!/usr/bin/env python3
"""Makes the cluster's services reachable, by name and by address, in place of kube-proxy and CoreDNS.

Usage: services.py API TOKEN ADDRESS

Asks the API once a second. A connection to a service's address is led to one of its ready pods, by a map of nftables
in this network namespace. Port 53 of ADDRESS answers for NAME.NAMESPACE.svc.cluster.local.
"""

import json
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.request

RULES = """
table ip services {
    map pods { type ipv4_addr . inet_service : ipv4_addr . inet_service; }
    chain from_node { type nat hook output priority -100; dnat ip to ip daddr . tcp dport map @pods; }
    chain from_pods { type nat hook prerouting priority -100; dnat ip to ip daddr . tcp dport map @pods; }
    # Answers come back this way too. Otherwise two pods on one bridge would answer each other directly.
    chain back { type nat hook postrouting priority 100; ct status dnat masquerade; }
}
"""

api, token, address = sys.argv[1:]
names = {}


def ask(path):
    request = urllib.request.Request(f"{api}/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
    # The API server has made its certificate itself.
    with urllib.request.urlopen(request, context=ssl._create_unverified_context(), timeout=5) as response:
        return json.load(response)["items"]


def nft(commands):
    subprocess.run(["nft", "-f", "-"], input=commands, text=True, check=True)


def targets_of(endpoints):
    """The first ready pod for each named port."""
    return {
        port.get("name"): (subset["addresses"][0]["ip"], port["port"])
        for subset in endpoints.get("subsets", [])
        if subset.get("addresses")
        for port in subset.get("ports", [])
    }


def follow():
    before = None
    while True:
        try:
            endpoints = {(e["metadata"]["namespace"], e["metadata"]["name"]): targets_of(e) for e in ask("endpoints")}
            elements = []
            for service in ask("services"):
                key = (service["metadata"]["namespace"], service["metadata"]["name"])
                own = service["spec"]["clusterIP"]
                names[f"{key[1]}.{key[0]}.svc.cluster.local"] = own
                for port in service["spec"].get("ports", []):
                    target = endpoints.get(key, {}).get(port.get("name"))
                    if target and own != "None":
                        elements.append(f"{own} . {port['port']} : {target[0]} . {target[1]}")
            if elements != before:
                added = f"add element ip services pods {{ {', '.join(elements)} }}" if elements else ""
                nft(f"flush map ip services pods\n{added}\n")
                before = elements
        except OSError as error:
            print(error, file=sys.stderr, flush=True)
        time.sleep(1)


def answer(query):
    """The answer to a question for an address: one, none of this type, or no such name."""
    labels, place = [], 12
    while query[place]:
        labels.append(query[place + 1 : place + 1 + query[place]].decode().lower())
        place += 1 + query[place]
    question = query[12 : place + 5]
    kind = struct.unpack("!H", query[place + 1 : place + 3])[0]
    found = names.get(".".join(labels))
    records = b""
    if found and kind == 1:
        records = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 5, 4) + socket.inet_aton(found)
    flags = 0x8580 if found else 0x8583
    return query[:2] + struct.pack("!HHHHH", flags, 1, 1 if records else 0, 0, 0) + question + records


nft(RULES)
threading.Thread(target=follow, daemon=True).start()
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((address, 53))
while True:
    query, client = server.recvfrom(512)
    try:
        server.sendto(answer(query), client)
    except (IndexError, UnicodeDecodeError, struct.error) as error:
        print(f"a query that is not understood: {error}", file=sys.stderr, flush=True)
