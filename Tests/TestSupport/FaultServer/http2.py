"""As much of HTTP/2 (RFC 9113) as a server needs that is asked one thing at a time."""

import base64

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 7, 8
END_STREAM, ACK, END_HEADERS = 1, 1, 4
REFUSED_STREAM = 7
# HPACK's static table (RFC 7541, appendix A) has these statuses.
STATUSES = {200: 0x88, 400: 0x8C, 404: 0x8D, 500: 0x8E}


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError("the client closed the connection")
        data += more
    return data


def serve(connection, next_answer, log_request):
    """Reads requests and answers each with its `status`, or refuses the stream where the answer says `refuse`.

    Headers are not decoded: they are tested over HTTP/1.1.
    """
    if read_exactly(connection, len(PREFACE)) != PREFACE:
        raise EOFError("no preface")
    connection.sendall(frame(SETTINGS, 0, 0))
    bodies = {}
    while True:
        head = read_exactly(connection, 9)
        length, kind, flags, stream = int.from_bytes(head[:3], "big"), head[3], head[4], int.from_bytes(head[5:], "big")
        payload = read_exactly(connection, length)
        if kind == SETTINGS and not flags & ACK:
            connection.sendall(frame(SETTINGS, ACK, 0))
        elif kind == DATA and length > 0:
            bodies[stream] = bodies.get(stream, b"") + payload
            # Room for as much again, for the connection and for the stream.
            for target in (0, stream):
                connection.sendall(frame(WINDOW_UPDATE, 0, target, length.to_bytes(4, "big")))
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            answer = next_answer()
            if answer.get("refuse"):
                connection.sendall(frame(RST_STREAM, 0, stream, REFUSED_STREAM.to_bytes(4, "big")))
                continue
            log_request("", "", "HTTP/2", {}, bodies.pop(stream, b""))
            status = bytes([STATUSES[answer.get("status", 200)]])
            body = base64.b64decode(answer.get("send", ""))
            connection.sendall(frame(HEADERS, END_HEADERS, stream, status))
            connection.sendall(frame(DATA, END_STREAM, stream, body))
