"""What is known of addresses, the proofs of them, and the tokens that prove them, in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime.adapters import rows
from runtime.core.addresses import KEPT_SECONDS

if TYPE_CHECKING:
    from runtime.adapters.table import Table
    from runtime.core.addresses import AddressToken, Proof, SentAs, Standing

_MOST: Final = 500
_NOT_ASKED: Final = f"REMOVE #asked_at, #email, #{rows.UNFINISHED}, #{rows.SINCE}"


class TableAddresses:
    """`core`'s addresses on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, name: str) -> Standing:
        """What is known; see the port."""
        return rows.to_standing(name, self._table.get(*rows.address_key(name)) or {})

    def proven(self, name: str, now: float) -> None:
        """It counts as proven; see the port."""
        self._change(name, f"{_NOT_ASKED} SET #proven_at = :now", now, {"now": now})

    def unproven(self, name: str, now: float, *, unless_proven_after: float | None = None) -> None:
        """It counts as proven no more; see the port."""
        values, condition = {"now": now}, ""
        if unless_proven_after is not None:
            values["after"] = unless_proven_after
            condition = "attribute_not_exists(#proven_at) OR #proven_at <= :after"
        self._change(name, "REMOVE #proven_at SET #unproven_at = :now", now, values, condition=condition)

    def stop(self, name: str, now: float, until: float) -> None:
        """Its owner said "not me"; see the port."""
        change = "REMOVE #proven_at SET #void_before = :now, #stopped_until = :until"
        self._change(name, change, now, {"now": now, "until": until})

    def asked(self, name: str, email: str, now: float) -> None:
        """SES is asked to verify it; see the port."""
        indexed = rows.unfinished(rows.IDENTITY, now)
        self._change(name, "SET #asked_at = :now", now, {"now": now}, {"email": email, **indexed})

    def forget_asked(self, name: str, asked_at: float) -> None:
        """SES is not asked any more; see the port."""
        key = rows.address_key(name)
        self._table.update(*key, _NOT_ASKED, {"asked_at": asked_at}, condition="#asked_at = :asked_at")

    def asked_before(self, before: float) -> list[str]:
        """Those that SES was asked about in vain; see the port."""
        found = self._table.older(rows.UNFINISHED, (rows.UNFINISHED, rows.IDENTITY), (rows.SINCE, before), most=_MOST)
        return [rows.name_in(row) for row in found]

    def _change(  # noqa: PLR0913  as the table's update
        self,
        name: str,
        change: str,
        now: float,
        values: dict[str, Any],
        also: dict[str, Any] | None = None,
        *,
        condition: str = "",
    ) -> None:
        kept = {"expires_at": rows.time_to_live(now + KEPT_SECONDS), **(also or {})}
        self._table.update(*rows.address_key(name), change, values, condition=condition, also=kept)


class TableProofs:
    """`core`'s proofs on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def open(self, proof: Proof) -> None:
        """Write a new one."""
        self._table.put(rows.of_proof(proof), "attribute_not_exists(pk)")

    def get(self, proof_id: str) -> Proof | None:
        """The proof."""
        row = self._table.get(*rows.proof_key(proof_id))
        return rows.to_proof(row) if row else None

    def begin(self, proof_id: str, *, now: float, lease_until: float) -> bool:
        """Take the right to send its mail; see the port."""
        return self._table.update(
            *rows.proof_key(proof_id),
            "SET #sender_until = :lease_until",
            {"now": now, "lease_until": lease_until},
            condition="attribute_exists(pk) AND attribute_not_exists(#sent_as)"
            " AND (attribute_not_exists(#sender_until) OR #sender_until <= :now)",
        )

    def give_back(self, proof_id: str) -> None:
        """Give that right back, unsent."""
        self._set(proof_id, "REMOVE #sender_until", {})

    def counted(self, proof_id: str) -> None:
        """It counts among its address's proofs of the day."""
        self._set(proof_id, "SET #counted = :yes", {"yes": True})

    def sent(self, proof_id: str, sent_as: SentAs) -> None:
        """Its mail is sent, or will not be."""
        self._set(proof_id, "SET #sent_as = :sent_as", {"sent_as": sent_as})

    def _set(self, proof_id: str, change: str, values: dict[str, Any]) -> None:
        self._table.update(*rows.proof_key(proof_id), change, values, condition="attribute_exists(pk)")


class TableAddressTokens:
    """`core`'s address tokens on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, token: AddressToken) -> None:
        """Keep one; see the port."""
        self._table.put(rows.of_address_token(token), "attribute_not_exists(pk)")

    def get(self, token_hash: str) -> AddressToken | None:
        """What a token is worth; see the port."""
        row = self._table.get(*rows.address_token_key(token_hash))
        return rows.to_address_token(row) if row else None
