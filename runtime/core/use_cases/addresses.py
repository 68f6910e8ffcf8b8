"""How somebody proves that an address is theirs, and how its owner says that it was not them.

    start    ─► a proof's row ─► notify sends its mail: a link of ours, or, if SES may not write there yet, SES's own
    look     ─► proven, once SES says so: only a proof that SES's own mail was sent for
    confirm  ─► proven, by the link: in the browser that opens it
    stop     ─► nothing from before counts any more, and no more proof mails for a while

What the API answers, and what it does before it answers, is the same for every address: whatever depends on what is
known of it, is done by `notify`, later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runtime.core import events, keys, links, tokens
from runtime.core.addresses import (
    PROOF_SECONDS,
    STOP_SECONDS,
    TOKEN_SECONDS,
    AddressToken,
    Proof,
    SentAs,
    Verification,
    address_of,
    name_of,
)
from runtime.core.bounce import MailKind, MessageTags
from runtime.core.errors import AddressUnverified, BadRequest, Retryable
from runtime.core.insist import insist
from runtime.core.mail import compose

if TYPE_CHECKING:
    from runtime.core.addresses import Standing
    from runtime.core.limits import DailyLimit
    from runtime.core.ports import (
        Addresses,
        AddressTokens,
        Clock,
        Counters,
        Log,
        Mailer,
        Notifications,
        Proofs,
        Requests,
        Tokens,
    )

LOOK_UP_SECONDS: Final = 1.0
"""SES answers one look-up a second, for a whole account."""

AT_ONCE: Final = 50
"""SES tells of 100 identities at once: of so many addresses, with their domains."""

_LOOK_UPS: Final = "ses-look-ups"
_TOO_MANY: Final = "So many addresses were proven today that no more mails go out; try again tomorrow."


@dataclass(frozen=True)
class StartedProof:
    """A proof that was started: the token is shown this once; the link expires (seconds since the epoch)."""

    proof_id: str
    proof_token: str
    expires_at: float
    verification: Verification


@dataclass(frozen=True)
class StartProof:
    """The use case, with the ports that it needs, and how addresses are proven."""

    proofs: Proofs
    notifications: Notifications
    limit: DailyLimit
    clock: Clock
    tokens: Tokens
    log: Log
    verification: Verification

    def __call__(self, email: str) -> StartedProof:
        """Have a mail sent by which the address can be proven, if it may get one.

        Raises:
            BadRequest: It is no address.
            LimitReached: Too many were asked for today, whosever.
        """
        address, now = address_of(email), self.clock.now()
        self.limit.spend(now, self.log, _TOO_MANY)
        proof_token = self.tokens.new()
        proof = Proof(
            proof_id=self.tokens.new(),
            email=address,
            token_hash=tokens.hashed(proof_token),
            mail_secret=self.tokens.new(),
            opened_at=now,
        )
        self.proofs.open(proof)
        self.notifications.prove(proof.proof_id)
        self.log.emit(events.ProofOpened(proof=proof.proof_id))
        return StartedProof(proof.proof_id, proof_token, proof.link_until, self.verification)


@dataclass(frozen=True)
class SendProof:
    """What `notify` does for a proof, with the ports that it needs, who the mail is from, and where its links lead.

    Attributes:
        limit: How many proof mails an address gets a day.
        lease_seconds: How long others are kept from the same mail.
    """

    proofs: Proofs
    addresses: Addresses
    mailer: Mailer
    limit: DailyLimit
    clock: Clock
    log: Log
    verification: Verification
    sender: str
    site: str
    lease_seconds: float

    def __call__(self, proof_id: str) -> None:
        """Send the proof's mail, if its address may get one and it was not sent before.

        Raises:
            Retryable: Not now; the same proof may be handed in again.
        """
        proof, now = self.proofs.get(proof_id), self.clock.now()
        if proof is None or proof.sent_as or now >= proof.link_until:
            self.log.emit(events.MessageIgnored(queue="notify", cause="settled" if proof else "no_proof"))
            return
        if not self.proofs.begin(proof_id, now=now, lease_until=now + self.lease_seconds):
            raise Retryable("another delivery is sending it, or died and still has its lease")
        if cause := self._why_not(proof, now):
            self._unsent(proof, cause)
            return
        try:
            self._mail(proof)
        except Retryable:
            self.proofs.give_back(proof_id)
            raise

    def _why_not(self, proof: Proof, now: float) -> str | None:
        """Why the address gets no mail. A proof is counted once, however often its message is delivered."""
        name = name_of(proof.email)
        if self.addresses.get(name).stopped(now):
            return "stopped"
        if not proof.counted:
            if not self.limit.take(now, name):
                return "limit"
            self.proofs.counted(proof.proof_id)
        return None

    def _mail(self, proof: Proof) -> None:
        """Our own mail, if SES lets us write to the address; else SES's, if that is how addresses are proven."""
        try:
            letter = compose.proof(
                proof,
                confirm=links.confirm(self.site, proof.confirm_token),
                not_me=links.not_me(self.site, proof.stop_token),
                sender=self.sender,
            )
            message_id = self.mailer.send(letter, proof.email, MessageTags(MailKind.PROOF, proof.proof_id))
        except AddressUnverified:
            if self.verification is Verification.LINK:
                self._unsent(proof, "sandbox")
                return
            self._ask_ses(proof)
            return
        insist(lambda: self.proofs.sent(proof.proof_id, SentAs.LINK))
        self.log.emit(events.ProofMailed(proof=proof.proof_id, kind=SentAs.LINK, message_id=message_id))

    def _ask_ses(self, proof: Proof) -> None:
        """First it is noted that SES is asked: an identity that nobody knows of could not be deleted again."""
        self.addresses.asked(name_of(proof.email), proof.email, self.clock.now())
        self.mailer.ask_to_verify(proof.email)
        insist(lambda: self.proofs.sent(proof.proof_id, SentAs.SES))
        self.log.emit(events.ProofMailed(proof=proof.proof_id, kind=SentAs.SES))

    def _unsent(self, proof: Proof, cause: str) -> None:
        self.proofs.sent(proof.proof_id, SentAs.NOTHING)
        self.log.emit(events.ProofUnsent(proof=proof.proof_id, cause=cause))


@dataclass(frozen=True)
class Verifier:
    """What SES says of addresses, noted in our table: it is asked once a second at most, by all of us together."""

    addresses: Addresses
    counters: Counters
    mailer: Mailer
    clock: Clock
    verification: Verification

    def verified(self, standing: Standing, email: str) -> bool | None:
        """Whether the address is proven; None if SES would have to be asked and it is not our turn."""
        if standing.proven or self.verification is Verification.LINK:
            return standing.proven
        now = self.clock.now()
        if not self.counters.turn(_LOOK_UPS, now=now, seconds=LOOK_UP_SECONDS):
            return None
        if not self.mailer.verified([email]):
            return False
        self.addresses.proven(standing.name, now)
        return True


@dataclass(frozen=True)
class Identities:
    """What SES was asked to verify. It knows 10,000 at most: who does not answer its mail is not to use them up."""

    addresses: Addresses
    counters: Counters
    mailer: Mailer
    clock: Clock
    log: Log

    def forget_stale(self) -> int:
        """Have SES forget whom it was asked about a day ago, in vain; how many.

        Raises:
            Retryable: SES is busy; the next sweep goes on.
        """
        now = self.clock.now()
        names = self.addresses.asked_before(now - PROOF_SECONDS)
        stale = [standing for standing in map(self.addresses.get, names[:AT_ONCE]) if standing.asked_at]
        if not stale or not self.counters.turn(_LOOK_UPS, now=now, seconds=LOOK_UP_SECONDS):
            return 0
        verified = self.mailer.verified([standing.email for standing in stale])
        for standing in stale:
            if standing.email in verified:
                self.addresses.proven(standing.name, now)
            else:
                self.mailer.forget(standing.email)
                self.addresses.forget_asked(standing.name, standing.asked_at)
                self.log.emit(events.IdentityForgotten())
        return len(stale)


@dataclass(frozen=True)
class Issued:
    """An address token, for whom, and until when (seconds since the epoch)."""

    address_token: str
    email: str
    expires_at: float


@dataclass(frozen=True)
class ShowProof:
    """The use case, with the ports that it needs."""

    proofs: Proofs
    addresses: Addresses
    address_tokens: AddressTokens
    verifier: Verifier
    clock: Clock
    log: Log

    def __call__(self, proof_id: str, proof_token: str) -> Issued | None:
        """The address token, once SES has verified the address by a mail that was sent for this proof; None until then.

        Raises:
            BadRequest: There is no such proof, or the token is another's: the two are not told apart.
        """
        proof, now = self.proofs.get(proof_id) if keys.is_request_id(proof_id) else None, self.clock.now()
        if proof is None or not tokens.same(proof.token_hash, proof_token) or now >= proof.link_until:
            raise BadRequest("no_such_proof", "There is no such proof, or it has expired: begin anew.", 404)
        if proof.sent_as is not SentAs.SES:
            return None
        standing = self.addresses.get(name_of(proof.email))
        if not standing.honours(proof.opened_at) or not self.verifier.verified(standing, proof.email):
            return None
        issued = issue(self.address_tokens, proof, proof_token, now)
        self.log.emit(events.AddressProven(proof=proof_id, by=SentAs.SES))
        return issued


_UNKNOWN: Final = "We know no such link. Copy all of it from the mail, or begin anew."
_EXPIRED: Final = "The link has expired, or somebody has said that it was not them: begin anew."


@dataclass(frozen=True)
class ConfirmProof:
    """The use case, with the ports that it needs."""

    proofs: Proofs
    addresses: Addresses
    address_tokens: AddressTokens
    clock: Clock
    log: Log

    def __call__(self, token: str) -> Issued:
        """The address token, for who has opened the link in a proof's mail; the same one each time, within its day.

        Raises:
            BadRequest: There is no such link, or it has expired.
        """
        proof_id, now = token.partition(".")[0], self.clock.now()
        proof = self.proofs.get(proof_id) if keys.is_request_id(proof_id) else None
        ours = proof is not None and proof.mail_secret and tokens.same(tokens.hashed(proof.confirm_token), token)
        if proof is None or not ours:
            raise BadRequest("link_unknown", _UNKNOWN)
        name = name_of(proof.email)
        if now >= proof.link_until or not self.addresses.get(name).honours(proof.opened_at):
            raise BadRequest("link_expired", _EXPIRED)
        self.addresses.proven(name, now)
        issued = issue(self.address_tokens, proof, token, now)
        self.log.emit(events.AddressProven(proof=proof_id, by=SentAs.LINK))
        return issued


def issue(address_tokens: AddressTokens, proof: Proof, shown: str, now: float) -> Issued:
    """The address token for who has shown this token of a proof."""
    address_token = proof.address_token(shown)
    token_hash = tokens.hashed(address_token)
    kept = address_tokens.get(token_hash)
    if kept is None:
        kept = AddressToken(token_hash, name_of(proof.email), issued_at=now, expires_at=now + TOKEN_SECONDS)
        address_tokens.keep(kept)
    return Issued(address_token, proof.email, kept.expires_at)


@dataclass(frozen=True)
class StopMails:
    """The use case, with the ports that it needs."""

    proofs: Proofs
    requests: Requests
    addresses: Addresses
    clock: Clock
    log: Log

    def __call__(self, token: str) -> None:
        """No more proof mails for a while, and nothing that was proven before counts, for the address of this link.

        Raises:
            BadRequest: There is no such link.
        """
        row_id, now = token.partition(".")[0], self.clock.now()
        named = keys.is_request_id(row_id)
        proof, request = (self.proofs.get(row_id), self.requests.get(row_id)) if named else (None, None)
        for by, row in (("proof", proof), ("request", request)):
            if row and row.mail_secret and tokens.same(tokens.hashed(row.stop_token), token):
                self.addresses.stop(name_of(row.email), now, now + STOP_SECONDS)
                self.log.emit(events.AddressStopped(by=by))
                return
        raise BadRequest("link_unknown", _UNKNOWN)
