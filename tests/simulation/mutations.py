"""Deliberate bugs, which the simulation has to see."""

from __future__ import annotations

from typing import Final

from tests.simulation.mutation import Mutation

_BULK: Final = "runtime.core.use_cases.bulk"
_BOUNCES: Final = "runtime.core.use_cases.bounces"
_BATCH: Final = "runtime.handlers.batch"
_COUNT: Final = "runtime.core.use_cases.count"
_DEADLINE: Final = "runtime.core.use_cases.deadline"
_FAILURES: Final = "runtime.core.use_cases.failures"
_FAKES: Final = "tests.runtime.fakes"
_INGEST: Final = "runtime.core.use_cases.ingest"
_NOTIFY: Final = "runtime.core.use_cases.notify"
_PUBLISH: Final = "runtime.core.use_cases.publish"
_REDRIVE: Final = "runtime.core.use_cases.redrive"
_RESEND: Final = "runtime.core.use_cases.resend"
_SWEEP: Final = "runtime.core.use_cases.sweep"
_TELLING: Final = "runtime.core.use_cases.telling"
_NOTIFIED: Final = "runtime.handlers.notify"
_TYPES: Final = "runtime.core.types"

MUTATIONS: Final = (
    Mutation(
        "image deleted before the transcript is durable",
        _INGEST,
        "            transcript = transcribe(reading)\n",
        "            transcript = transcribe(reading)\n            self.images.delete(claim.key)\n",
        breaks=("an_image_is_deleted_only_when_read_or_refused",),
    ),
    Mutation(
        "no generation check in count",
        _COUNT,
        "record is None or record.generation != generation",
        "record is None",
        breaks=("what_is_overtaken_is_not_counted",),
        first=250,
    ),
    Mutation(
        "waiters read before the record is written",
        _PUBLISH,
        "        now = self.clock.now()\n",
        "        now, early = self.clock.now(), self.waiters.of(key)\n",
        breaks=("waiters_are_read_after_the_end_is_written",),
        more=(("        waiting = self.waiters.of(key)\n", "        waiting = early\n"),),
    ),
    Mutation(
        "sent marked before sending",
        _NOTIFY,
        "            message_id = self._mail(request, outcome, MessageTags(kind, request.request_id, attempt))\n",
        "            done = RequestState.FAILED if reason else RequestState.SENT\n"
        "            self.requests.settle(request.request_id, attempt, done, self.clock.now(), reason)\n"
        "            message_id = self._mail(request, outcome, MessageTags(kind, request.request_id, attempt))\n",
        breaks=("an_outcome_is_written_when_it_is_told",),
    ),
    Mutation(
        "claim without asking whether it is free",
        _INGEST,
        "        if seen and not (seen.claimable(now) or seen.ready(now)):",
        "        if False:",
        breaks=("what_is_read_is_not_read_again", "a_claim_is_its_attempts_until_its_lease_ends"),
    ),
    Mutation(
        "claim without condition",
        _FAKES,
        "        if unchanged:\n",
        "        unchanged = True\n        if unchanged:\n",
        breaks=("one_image_costs_one_call", "a_claim_is_its_attempts_until_its_lease_ends"),
    ),
    Mutation(
        "claim that does not look whether it was had",
        _INGEST,
        "        if not self.records.claim(claimed, seen):\n            return None\n",
        "        self.records.claim(claimed, seen)\n",
        breaks=("one_image_costs_one_call",),
    ),
    Mutation(
        "batch acknowledged whole",
        _BATCH,
        'return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}',
        'return {"batchItemFailures": [] and failed}',
        breaks=("only_what_went_well_is_acknowledged",),
    ),
    Mutation(
        "join without reading again",
        _INGEST,
        "        if record.state.ended:\n            self._telling",
        "        if False:\n            self._telling",
        breaks=("every_accepted_upload_has_an_outcome",),
        first=590,
    ),
    Mutation(
        "hit without comparing SHA-256",
        _INGEST,
        "return record is not None and record.content != content and record.fresh(self.clock.now())",
        "return False",
        breaks=("internal_has_a_cause",),
    ),
    # Beyond those that were asked for.
    Mutation(
        "own unfinished claim taken for another's",
        _INGEST,
        "        elif record.state is RecordState.CLAIMED:  #",
        "        elif False:  #",
        breaks=("messages_do_not_circle", "every_accepted_upload_has_an_outcome"),
        first=100,
    ),
    Mutation(
        "upload deleted before its bytes are kept",
        _INGEST,
        "        pictures.check(data)\n",
        "        self.uploads.delete(upload.object_key, upload.etag)\n        pictures.check(data)\n",
        breaks=("an_upload_is_deleted_only_when_nobody_needs_it",),
    ),
    Mutation(
        "a claim given back is never free",
        _TYPES,
        "            return self.lease_until <= now\n",
        "            return 0 < self.lease_until <= now\n",
        breaks=("messages_do_not_circle",),
        first=110,
    ),
    Mutation(
        "a lease that is over half a minute early",
        _TYPES,
        "            return self.lease_until <= now\n",
        "            return self.lease_until <= now + 30\n",
        breaks=("a_claim_is_its_attempts_until_its_lease_ends",),
    ),
    Mutation(
        "transcript deleted before its count is written",
        _COUNT,
        "        counted = word_count.tally(key, transcript)\n",
        "        counted = word_count.tally(key, transcript)\n"
        "        self.results.delete_transcript(key, generation)\n",
        breaks=("a_transcript_is_deleted_only_when_counted",),
    ),
    Mutation(
        "record written without asking whose it is",
        _FAKES,
        "        return row if held else None\n",
        "        return row\n",
        breaks=("a_record_only_moves_forward",),
    ),
    Mutation(
        "form used again binds anew",
        _FAKES,
        "        if row.etag is not None and (row.etag, row.content) != (etag, content):\n",
        "        if False:\n",
        breaks=("a_request_is_bound_once",),
        first=580,
    ),
    Mutation(
        "attempts that OCR throttled are counted",
        _FAKES,
        "row, lease_until=0, attempts=row.attempts - 1, first_generation",
        "row, lease_until=0, first_generation",
        breaks=("attempts_are_counted",),
        first=110,
    ),
    Mutation(
        "generations begin anew when a row is forgotten",
        _INGEST,
        "generation = seen.generation + 1 if seen else int(now)",
        "generation = seen.generation + 1 if seen else 1",
        breaks=("generations_only_rise",),
    ),
    Mutation(
        "proof not asked for again before sending",
        _NOTIFY,
        "        if not self.addresses.get(name).proven:\n",
        "        if False:\n",
        breaks=("mail_goes_to_the_asker_and_only_if_proven",),
    ),
    Mutation(
        "an expired record is a hit",
        _TYPES,
        "        return self.state is RecordState.READY and self.fresh(now)\n",
        "        return self.state is RecordState.READY\n",
        breaks=("a_hit_is_of_a_record_that_lives",),
    ),
    Mutation(
        "no lease while a mail is sent",
        _FAKES,
        "self.senders[request_id][1] > now",
        "False",
        breaks=("every_outcome_is_told_once",),
    ),
    Mutation(
        "the right to send is not given back when SES is busy",
        _NOTIFY,
        "            self.requests.stop_sending(request.request_id, attempt)\n            raise\n",
        "            return\n",
        breaks=("who_holds_a_right_and_ends_gives_it_back",),
    ),
    Mutation(
        "who waits is not told of a refusal",
        _TELLING,
        "            if request_id != but:\n                self.tell(request_id, record)\n",
        "            del request_id\n",
        breaks=("every_accepted_upload_has_an_outcome", "nobody_whom_a_letter_concerns_is_left_out"),
        first=100,
    ),
    Mutation(
        "a reason that may pass is written on the request",
        _TELLING,
        "        if record.reason and not explain(record.reason).retryable:\n",
        "        if record.reason:\n",
        breaks=("internal_has_a_cause",),
    ),
    Mutation(
        "who was answered is told of lateness",
        _DEADLINE,
        "        if request.state.settled or Stage.LATE in request.times:\n",
        "        if Stage.LATE in request.times:\n",
        breaks=("messages_do_not_circle",),
    ),
    Mutation(
        "a letter is told before it is kept",
        _FAILURES,
        "        self.dead_letters.keep(replace(letter, died_at=self.clock.now()))\n",
        "",
        breaks=("a_letter_is_kept_before_it_is_acknowledged",),
    ),
    Mutation(
        "a live attempt is given up",
        _FAILURES,
        "        if record.state is RecordState.CLAIMED and record.lease_until > now:\n",
        "        if False:\n",
        breaks=("only_what_nobody_works_on_is_given_up",),
        first=330,
    ),
    Mutation(
        "a letter gives up what is READY",
        _FAILURES,
        "        if record.state.ended:\n"
        "            self._tell_all(record)\n"
        "        else:\n"
        "            self._abandon(record)\n",
        "        self._abandon(record)\n",
        breaks=("only_what_nobody_works_on_is_given_up",),
        first=150,
    ),
    Mutation(
        "nobody is told of what was given up",
        _FAILURES,
        "        self._tell_all(replace(record, state=RecordState.FAILED, reason=Reason.INTERNAL))\n",
        "",
        breaks=("nobody_whom_a_letter_concerns_is_left_out",),
    ),
    Mutation(
        "a letter about an upload joins nobody",
        _FAILURES,
        "        self.waiters.add(key, request)\n",
        "",
        breaks=("nobody_whom_a_letter_concerns_is_left_out",),
        first=14_850,
    ),
    Mutation(
        "a sweep gives up what has a transcript",
        _SWEEP,
        "        if self.results.has_transcript(key, record.generation):\n",
        "        if False:\n",
        breaks=("only_what_nobody_works_on_is_given_up",),
    ),
    Mutation(
        "what is asked for again is not sent",
        _RESEND,
        "        self.notifications.send(request.request_id)\n",
        "",
        breaks=("every_accepted_upload_has_an_outcome",),
    ),
    Mutation(
        "what is asked for again is not taken up",
        _RESEND,
        "        self.requests.reopen(request, forget_reason=request.may_end_otherwise)\n",
        "",
        breaks=("who_asks_again_is_answered",),
        first=280,
    ),
    Mutation(
        "a letter is forgotten before it is back",
        _REDRIVE,
        "        self.replays.send(letter)\n        self.dead_letters.forget(letter)\n",
        "        self.dead_letters.forget(letter)\n        self.replays.send(letter)\n",
        breaks=("what_died_is_kept_and_told",),
        first=100,
    ),
    Mutation(
        "hit without its object",
        _INGEST,
        "        if current and not self.results.complete(record.key):\n            return False\n",
        "",
        breaks=("a_hit_is_of_a_record_that_lives",),
    ),
    Mutation(
        "a run is settled while it is under way",
        _BULK,
        "            if state in UNDER_WAY:\n",
        "            if False:\n",
        breaks=("a_document_is_in_one_run_at_a_time", "one_run_at_a_time_is_started"),
    ),
    Mutation(
        "a run that was noted is not looked for",
        _BULK,
        "self.glue.find(run.name) or self.glue.start(run.name)",
        "self.glue.start(run.name)",
        breaks=("one_run_at_a_time_is_started",),
        first=1_260,
    ),
    Mutation(
        "runs are started by whoever wants to",
        _FAKES,
        "        if self.row.lease_until > now and self.row.attempt != attempt:\n            return None\n",
        "",
        breaks=("a_document_is_in_one_run_at_a_time", "one_run_at_a_time_is_started"),
    ),
    Mutation(
        "whom Glue has refused a run takes it for another's",
        _BULK,
        "not starter.run.job_run if starter.run else starter.look_at <= self.clock.now()",
        "starter.run is None and starter.look_at <= self.clock.now()",
        breaks=("every_accepted_upload_has_an_outcome", "messages_do_not_circle"),
        first=910,
    ),
    Mutation(
        "the right to start runs is not given back when a service is busy",
        _BULK,
        "                self.starters.release(attempt)\n            raise\n",
        "                pass\n            raise\n",
        breaks=("who_holds_a_right_and_ends_gives_it_back",),
    ),
    Mutation(
        "an end that is told too early is no end",
        _BULK,
        "                if ended == run.job_run:\n",
        "                if False:\n",
        breaks=("every_accepted_upload_has_an_outcome", "messages_do_not_circle"),
    ),
    Mutation(
        "what runs die with is tried for ever",
        _BULK,
        '        if document.failed_in not in ("", run.name):',
        "        if False:",
        breaks=("a_document_is_in_two_runs_at_most",),
    ),
    Mutation(
        "what one run dies with fails",
        _BULK,
        '        if document.failed_in not in ("", run.name):',
        "        if True:",
        breaks=("internal_has_a_cause",),
    ),
    Mutation(
        "what a busy store keeps from being counted fails",
        _BULK,
        "        if outcome.reason is Cause.UNAVAILABLE:\n",
        "        if False:\n",
        breaks=("internal_has_a_cause",),
    ),
    Mutation(
        "what an overtaken attempt failed with fails the one that goes on",
        _BULK,
        "        if record and record.generation == document.generation:",
        "        if record:",
        breaks=("internal_has_a_cause",),
        first=900,
    ),
    Mutation(
        "what could not be counted waits no longer, and then is told",
        _BULK,
        "        record = self.records.get(document.key)\n",
        "        self.pending.remove(document.key, document.generation)\n"
        "        record = self.records.get(document.key)\n",
        breaks=("what_waits_is_never_forgotten",),
    ),
    Mutation(
        "nobody takes note of what came back",
        _NOTIFIED,
        "                note_bounce(bounce)\n",
        "                pass\n",
        breaks=("what_came_back_is_undeliverable_and_nothing_else", "every_message_leaves_a_line"),
    ),
    Mutation(
        "what came back while it was being sent is passed over",
        _BOUNCES,
        "        if request.state is RequestState.SENDING:\n",
        "        if False:\n",
        breaks=("what_came_back_is_undeliverable_and_nothing_else",),
    ),
    Mutation(
        "whose mail came back does not matter",
        _FAKES,
        ' or self.senders.get(request_id, ("", 0.0))[0] != attempt:\n            return False\n        times',
        ":\n            return False\n        times",
        breaks=("what_came_back_is_undeliverable_and_nothing_else",),
    ),
    Mutation(
        "an address that takes no mail stays proven",
        _BOUNCES,
        " and bounce.permanent:",
        " and not bounce.permanent:",
        breaks=("an_address_that_takes_no_mail_is_proven_no_more",),
    ),
    Mutation(
        "a full mailbox is no address",
        _BOUNCES,
        " and bounce.permanent:",
        ":",
        breaks=("an_address_loses_its_proof_for_a_reason",),
    ),
    Mutation(
        "a bounce counts against who has proven the address since",
        _FAKES,
        "if unless_proven_after is None or self.get(name).proven_at <= unless_proven_after:",
        "if True:",
        breaks=("an_address_loses_its_proof_for_a_reason",),
        first=790,
    ),
    Mutation(
        "what came back is no outcome, and is taken up as one",
        _FAKES,
        "(row.state, row.reason) != (RequestState.UNDELIVERABLE, request.reason)",
        "row.state is not RequestState.UNDELIVERABLE",
        breaks=("every_outcome_is_the_pictures",),
        first=10_820,
    ),
    Mutation(
        "a bounce that died is kept with all that SES tells",
        "runtime.handlers.failures",
        "json.dumps(nameless(told))",
        "body",
        breaks=("a_letter_names_nobody",),
    ),
)
