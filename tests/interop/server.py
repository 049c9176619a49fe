"""A small HTTP/1.1 server in a thread, on a free loopback port unless told where: keeps connections alive, counts them,
and keeps the raw text of each request so that it can be sent again. What is answered is left to the proxy and the
metadata service."""
import dataclasses
import http.server
import threading
import time


@dataclasses.dataclass
class Request:
    """As it came in, `at` in monotonic seconds."""

    at: float
    method: str
    url: str
    headers: list
    body: bytes

    def as_text(self):
        """What tests/bench/bare_loop.c reads."""
        lines = [f"{self.method} {len(self.headers)} {len(self.body)}", self.url]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\n".join(lines).encode() + b"\n" + self.body


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one packet

    def setup(self):
        super().setup()
        self.server.owner.connections += 1

    def parse_request(self):
        self.came = time.monotonic()  # what reading it costs here is not the client's
        return super().parse_request()

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        owner = self.server.owner
        headers = list(self.headers.items())
        owner.recorded.append(Request(self.came, self.command, owner.url + self.path, headers, body))
        answer = owner.answer(self, body)
        if answer is None:  # the connection ends without an answer
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        date = self.date_time_string(time.time() + owner.ahead_seconds)
        headers = {"Date": date, **answer.headers, "Content-Length": str(len(answer.body))}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    do_GET = do_PUT = do_POST = handle_any

    def log_message(self, format, *arguments):
        pass


class Listener(http.server.ThreadingHTTPServer):
    request_queue_size = 128  # with the five of the library, a client that asks side by side waits a second to connect


class Server:
    def __init__(self, address=("127.0.0.1", 0)):
        self.connections = 0
        self.ahead_seconds = 0  # by how much its clock is ahead of this machine's
        self.recorded = []
        self.http = Listener(address, Handler)
        self.http.owner = self
        self.http.daemon_threads = True
        # A client that was killed is no news here.
        self.http.handle_error = lambda request, address: None
        self.url = f"http://{address[0]}:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def answer(self, request, body):
        raise NotImplementedError

    def close(self):
        self.http.shutdown()
        self.http.server_close()
