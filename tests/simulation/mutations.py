"""Deliberate bugs, which the simulation has to see."""

from __future__ import annotations

from typing import Final

from tests.simulation.mutation import Mutation

_BATCH: Final = "runtime.handlers.batch"
_COUNT: Final = "runtime.core.use_cases.count"
_DEADLINE: Final = "runtime.core.use_cases.deadline"
_INGEST: Final = "runtime.core.use_cases.ingest"
_NOTIFY: Final = "runtime.core.use_cases.notify"
_PUBLISH: Final = "runtime.core.use_cases.publish"
_TYPES: Final = "runtime.core.types"
_FAKES: Final = "tests.runtime.fakes"

MUTATIONS: Final = (
    Mutation(
        "image deleted before the transcript is durable",
        _INGEST,
        "            transcript = transcribe(reading)\n",
        "            transcript = transcribe(reading)\n            self.images.delete(claim.key)\n",
    ),
    Mutation(
        "no generation check in count",
        _COUNT,
        "record is None or record.generation != generation",
        "record is None",
    ),
    Mutation(
        "no generation check where a record becomes READY",
        _FAKES,
        "        if row is None or row.generation != generation:\n            return False\n        self.rows[count.key]",
        "        if row is None:\n            return False\n        self.rows[count.key]",
    ),
    Mutation(
        "waiters read before the record is written",
        _PUBLISH,
        "        now = self.clock.now()\n",
        "        now, early = self.clock.now(), self.waiters.of(key)\n",
        (("        waiting = self.waiters.of(key)\n", "        waiting = early\n"),),
    ),
    Mutation(
        "sent marked before sending",
        _NOTIFY,
        "            message_id = self._mail(request, outcome)\n",
        "            done = RequestState.FAILED if reason else RequestState.SENT\n"
        "            self.requests.settle(request.request_id, attempt, done, self.clock.now(), reason)\n"
        "            message_id = self._mail(request, outcome)\n",
    ),
    Mutation(
        "claim without asking whether it is free",
        _INGEST,
        "        if seen and not (seen.claimable(now) or seen.ready(now)):",
        "        if False:",
    ),
    Mutation(
        "claim without condition",
        _FAKES,
        "        if unchanged:\n",
        "        unchanged = True\n        if unchanged:\n",
    ),
    Mutation(
        "batch acknowledged whole",
        _BATCH,
        'return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}',
        'return {"batchItemFailures": [] and failed}',
    ),
    Mutation(
        "join without reading again",
        _INGEST,
        "        if record.state in (RecordState.READY, RecordState.FAILED):\n            self._tell",
        "        if False:\n            self._tell",
    ),
    Mutation(
        "hit without comparing SHA-256",
        _INGEST,
        "return record is not None and record.content != content and record.fresh(self.clock.now())",
        "return False",
    ),
    # Beyond the eight that were asked for.
    Mutation(
        "own unfinished claim taken for another's",
        _INGEST,
        "        elif record.state is RecordState.CLAIMED:  #",
        "        elif False:  #",
    ),
    Mutation(
        "upload deleted before its bytes are kept",
        _INGEST,
        "        pictures.check(data)\n",
        "        self.uploads.delete(upload.object_key, upload.etag)\n        pictures.check(data)\n",
    ),
    Mutation(
        "a claim given back is never free",
        _TYPES,
        "            return self.lease_until <= now\n",
        "            return 0 < self.lease_until <= now\n",
    ),
    Mutation(
        "a lease that is over half a minute early",
        _TYPES,
        "            return self.lease_until <= now\n",
        "            return self.lease_until <= now + 30\n",
    ),
    Mutation(
        "transcript deleted before its count is written",
        _COUNT,
        "        counted = word_count.tally(key, transcript)\n",
        "        counted = word_count.tally(key, transcript)\n"
        "        self.results.delete_transcript(key, generation)\n",
    ),
    Mutation(
        "record written without asking whose it is",
        _FAKES,
        "        return row if row and row.claim == claim and row.state is RecordState.CLAIMED else None\n",
        "        return row\n",
    ),
    Mutation(
        "form used again binds anew",
        _FAKES,
        "        if row.etag is not None and (row.etag, row.content) != (etag, content):\n",
        "        if False:\n",
    ),
    Mutation(
        "attempts that OCR throttled are counted",
        _FAKES,
        "row, lease_until=0, attempts=row.attempts - 1, first_generation",
        "row, lease_until=0, first_generation",
    ),
    Mutation(
        "generations begin anew when a row is forgotten",
        _INGEST,
        "generation = seen.generation + 1 if seen else int(now)",
        "generation = seen.generation + 1 if seen else 1",
    ),
    Mutation(
        "proof not asked for again before sending",
        _NOTIFY,
        "        if not self.mailer.verified(request.email):\n",
        "        if False:\n",
    ),
    Mutation(
        "an expired record is a hit",
        _TYPES,
        "        return self.state is RecordState.READY and self.fresh(now)\n",
        "        return self.state is RecordState.READY\n",
    ),
    Mutation(
        "no lease while a mail is sent",
        _FAKES,
        "self.senders[request_id][1] > now",
        "False",
    ),
    Mutation(
        "the right to send is not given back when SES is busy",
        _NOTIFY,
        "            self.requests.stop_sending(request.request_id, attempt)\n            raise\n",
        "            return\n",
    ),
    Mutation(
        "who waits is not told of a refusal",
        _INGEST,
        "            if waiting != own.request_id:\n                self._tell(waiting, record)\n",
        "            del waiting\n",
    ),
    Mutation(
        "who was answered is told of lateness",
        _DEADLINE,
        "        if request.state.settled or Stage.LATE in request.times:\n",
        "        if Stage.LATE in request.times:\n",
    ),
)
