"""A receiver that does to its client what a script says.

    fault_server.py SCRIPT

SCRIPT is a JSON file:

    host, port, unix    where to listen (default 127.0.0.1 and any port); unix is the path of a socket instead
    tls                 {certificate, key, clientCA?, alpn?, maximumVersion?}: speak TLS from the first byte
    tunnel              the same: after a CONNECT, be the server at the other end of the tunnel
    answers             what to do with each request, in their order; the last one for all that follow

An answer:

    read                how much of the request to read: "request" (default), "head", or a number of bytes of the body
    send                the bytes to send, in base64
    fill                how many spaces to send after them
    pause               seconds between the bytes of `send`
    then                "keep" (default), "close", "reset", "hang", or "tunnel"

A connection that negotiates h2 is answered by `http2.py`.

Events go to standard output, one JSON object a line, each before the client can know of it: the address, connections,
requests, failed handshakes. The server ends when its standard input does.
"""

import base64
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time

import http2

output_lock = threading.Lock()


def log(event, **fields):
    with output_lock:
        print(json.dumps({"event": event, **fields}), flush=True)


class Answers:
    """The prepared answers, the last one for ever."""

    def __init__(self, answers):
        self.answers = answers
        self.lock = threading.Lock()

    def next(self):
        with self.lock:
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def tls_context(settings):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings["certificate"], settings["key"])
    if "clientCA" in settings:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(settings["clientCA"])
    if "alpn" in settings:
        context.set_alpn_protocols(settings["alpn"])
    if "maximumVersion" in settings:
        # Distributions forbid the old versions by the security level.
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = ssl.TLSVersion[settings["maximumVersion"]]
    return context


class Connection:
    """One connection, served by a thread of its own."""

    def __init__(self, number, plain, script, answers):
        self.number, self.socket, self.script, self.answers = number, plain, script, answers
        self.buffer = b""
        self.tls = {}

    def serve(self):
        try:
            if "tls" in self.script:
                self.start_tls(self.script["tls"])
            if self.tls.get("alpn") == "h2":
                http2.serve(self.socket, self.answers.next, self.log_request)
            else:
                while self.answer():
                    pass
        except (ConnectionError, ssl.SSLError, EOFError) as error:
            log("broken", connection=self.number, reason=str(error))
        finally:
            self.socket.close()

    def start_tls(self, settings):
        context = tls_context(settings)
        names = []
        context.sni_callback = lambda _socket, name, _context: names.append(name)
        try:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
            self.socket.do_handshake()
            # In TLS 1.3 the server judges the client's certificate after the client's handshake is over.
            subject = dict(pair for part in (self.socket.getpeercert() or {}).get("subject", ()) for pair in part)
        except ssl.SSLError as error:
            log("refused", connection=self.number, reason=error.reason or str(error))
            self.drain()
            raise
        self.tls = {
            "version": self.socket.version(),
            "serverName": names[0] if names else None,
            "alpn": self.socket.selected_alpn_protocol(),
            "client": subject.get("commonName"),
        }

    def drain(self):
        """Reads what the client has sent, for a close with bytes unread would reset the connection under the alert."""
        plain = socket.socket(fileno=os.dup(self.socket.fileno()))
        plain.settimeout(10)
        try:
            plain.shutdown(socket.SHUT_WR)
            while plain.recv(65536):
                pass
        except OSError:
            # The client has gone already.
            pass
        finally:
            plain.close()

    def fill_buffer(self):
        more = self.socket.recv(65536)
        if not more:
            raise EOFError("the client closed the connection")
        self.buffer += more

    def take(self, count):
        while len(self.buffer) < count:
            self.fill_buffer()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def read_head(self):
        while b"\r\n\r\n" not in self.buffer:
            self.fill_buffer()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = [line.split(":", 1) for line in lines[1:]]
        return lines[0].split(" "), {name.lower(): value.strip() for name, value in headers}

    def log_request(self, method, target, protocol, headers, body):
        log(
            "request",
            connection=self.number,
            method=method,
            target=target,
            protocol=protocol,
            headers=headers,
            body=base64.b64encode(body).decode(),
            **({"tls": self.tls} if self.tls else {}),
        )

    def answer(self):
        """Answers one request; returns whether the connection is still good for another one."""
        if not self.buffer:
            self.fill_buffer()
        answer = self.answers.next()
        (method, target, protocol), headers = self.read_head()
        read = answer.get("read", "request")
        length = int(headers.get("content-length", 0))
        body = self.take(length if read == "request" else 0 if read == "head" else min(read, length))
        # What was read in part did not arrive.
        if len(body) == length:
            self.log_request(method, target, protocol, headers, body)
        else:
            log("partial", connection=self.number, bytes=len(body))
        self.send(answer)
        return self.finish(answer.get("then", "keep"))

    def send(self, answer):
        data = base64.b64decode(answer.get("send", ""))
        if "pause" in answer:
            for byte in data:
                self.socket.sendall(bytes([byte]))
                time.sleep(answer["pause"])
        else:
            self.socket.sendall(data)
        if "fill" in answer:
            self.socket.sendall(b" " * answer["fill"])

    def finish(self, action):
        if action == "keep":
            return True
        if action == "tunnel":
            self.start_tls(self.script["tunnel"])
            return True
        if action == "reset":
            # Closing with a linger time of zero sends RST.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif action == "hang":
            try:
                while self.socket.recv(65536):
                    pass
            except OSError:
                pass
        return False


def listen(script):
    if "unix" in script:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(script["unix"])
        listener.listen()
        log("listening", port=0)
    else:
        host = script.get("host", "127.0.0.1")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, script.get("port", 0)), family=family)
        log("listening", port=listener.getsockname()[1])
    return listener


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        script = json.load(file)
    answers = Answers(script["answers"])
    listener = listen(script)

    def accept():
        number = 0
        while True:
            connected, _ = listener.accept()
            number += 1
            log("connection", connection=number)
            connection = Connection(number, connected, script, answers)
            threading.Thread(target=connection.serve, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.buffer.read()


main()
