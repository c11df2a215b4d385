"""Plain sockets that ask, well or badly."""

import http.client
import socket
from dataclasses import dataclass

HERE = "127.0.0.1"


@dataclass(frozen=True)
class Told:
    status: int
    body: str
    headers: dict[str, str]


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Told:
    """Ask as a well-behaved client does."""
    client = http.client.HTTPConnection(HERE, port, timeout=10)
    try:
        client.request(method, path, headers=headers)
        answer = client.getresponse()
        fields = {name.casefold(): value for name, value in answer.getheaders()}
        return Told(answer.status, answer.read().decode(), fields)
    finally:
        client.close()


def connected(port: int) -> socket.socket:
    return socket.create_connection((HERE, port), timeout=10)


def said(port: int, octets: bytes) -> bytes:
    """Send octets as they are; return all that comes back."""
    with connected(port) as client:
        client.sendall(octets)
        client.shutdown(socket.SHUT_WR)
        return heard(client)


def heard(client: socket.socket) -> bytes:
    """Return all that comes until the connection ends, however it does."""
    found = b""
    try:
        while octets := client.recv(65_536):
            found += octets
    except ConnectionError:
        pass
    return found
