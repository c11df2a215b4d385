"""A server of DNS names: it knows a few texts, and nothing else exists."""

import socket
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
from dns.rdataclass import IN
from dns.rdatatype import TXT

HOST = "127.0.0.1"


class NameServer:
    """Answers for `texts`; with None it can answer nothing at all."""

    def __init__(self, texts: Mapping[str, Sequence[str]] | None) -> None:
        self._texts = texts
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._thread = threading.Thread(target=self._answer, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    def resolver(self) -> dns.resolver.Resolver:
        """Return one that asks here and nowhere else."""
        asking = dns.resolver.Resolver(configure=False)
        asking.nameservers = [HOST]
        asking.port = self._socket.getsockname()[1]
        return asking

    def _answer(self) -> None:
        while True:
            asked, client = self._socket.recvfrom(4096)
            if not asked:
                return
            query = dns.message.from_wire(asked)
            self._socket.sendto(self._answer_to(query).to_wire(), client)

    def _answer_to(self, query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        name = query.question[0].name
        if self._texts is None:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif texts := self._texts.get(name.to_text(omit_final_dot=True)):
            quoted = [f'"{each}"' for each in texts]
            answer.answer.append(dns.rrset.from_text(name, 300, IN, TXT, *quoted))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer
