// Made from crates/protocol and crates/model by `UPDATE_EXPECT=1 cargo test -p protocol`.

/**
 * What the judge finds about an absence; never the software (在线诉讼规则 art. 25).
 */
export type AbsenceFinding = "network" | "device" | "power" | "force_majeure" | "left_without_leave" | "refused";

/**
 * One account that may sit for the court.
 */
export type AccountLine = { 
/**
 * Its number.
 */
id: number, 
/**
 * Name shown.
 */
name: string, 
/**
 * Judge, clerk or mediator, as the wire calls it.
 */
kind: string, };

/**
 * What somebody does with an application.
 */
export type Act = { "act": "return", 
/**
 * Why.
 */
ground: ReturnGround, 
/**
 * What exactly.
 */
note: string, } | { "act": "ask_other_side", } | { "act": "other_side_answers", 
/**
 * Agrees or not.
 */
agrees: boolean, 
/**
 * Why not.
 */
note: string, } | { "act": "name_mediator", 
/**
 * Whom.
 */
name: string, 
/**
 * Both chose them; otherwise the court did.
 */
by_both: boolean, 
/**
 * A judge mediates: the time runs from the consent of the parties.
 */
judge: boolean, } | { "act": "accept", 
/**
 * What is disclosed; empty when there is nothing.
 */
disclosure: string, } | { "act": "decline", 
/**
 * Why.
 */
reason: string, } | { "act": "schedule", 
/**
 * Which.
 */
hearing: HearingId, } | { "act": "extend", 
/**
 * Until when.
 */
until: Timestamp, 
/**
 * How both agreed.
 */
how: string, } | { "act": "agree", 
/**
 * Since when.
 */
effective_at: Timestamp, } | { "act": "request_confirmation", } | { "act": "fail", 
/**
 * Why.
 */
ground: FailureGround, 
/**
 * What is worth to know.
 */
note: string, } | { "act": "withdraw", 
/**
 * Why.
 */
reason: string, };

/**
 * Who acted.
 */
export type Actor = { "who": "participant", 
/**
 * Which.
 */
id: ParticipantId, } | { "who": "server" };

/**
 * What kind of address somebody came from.
 */
export type AddressClass = "here" | "inside" | "internet";

/**
 * Why a sitting is adjourned (民事诉讼法 art. 149).
 */
export type AdjournGround = "missing_person" | "challenge" | "new_evidence" | "other";

/**
 * `GET /api/announcements`.
 */
export type Announcements = { 
/**
 * The notices, one paragraph each.
 */
notices: string[], };

/**
 * The body of every refusal of the HTTP API.
 */
export type ApiRefusal = { 
/**
 * Why.
 */
why: Refusal, 
/**
 * The sentence, Chinese.
 */
zh: string, 
/**
 * The sentence, English.
 */
en: string, };

/**
 * One application.
 */
export type Application = { 
/**
 * Where it stands.
 */
state: State, 
/**
 * Before or after filing.
 */
standing: Standing, 
/**
 * The deadline that runs.
 */
running: Running | null, 
/**
 * When the parties agreed to mediate.
 */
agreed_at: Timestamp | null, 
/**
 * A judge mediates.
 */
judge: boolean, 
/**
 * What was done, in order.
 */
taken: Array<Taken>, };

/**
 * One application as it stands.
 */
export type ApplicationLine = { 
/**
 * Its number.
 */
id: number, 
/**
 * When it was made.
 */
made_at: Timestamp, 
/**
 * What it is about.
 */
matter: Matter, 
/**
 * Where it stands.
 */
application: Application, 
/**
 * Whether a deadline has passed.
 */
overdue: boolean, };

/**
 * `GET /api/mediations`.
 */
export type ApplicationList = { 
/**
 * One line each, newest first.
 */
lines: Array<ApplicationLine>, };

/**
 * What was found in one hearing.
 */
export type ArchiveFound = { 
/**
 * Where its record stands.
 */
stage: RecordStage, 
/**
 * When the phase that was searched for began, ms on the media time line.
 */
phase_ms: number | null, 
/**
 * Passages with the words, the first few.
 */
passages: Array<Passage>, };

/**
 * One line of the archive list.
 */
export type ArchiveLine = { 
/**
 * The hearing.
 */
hearing: HearingId, 
/**
 * Court, case number, cause, due time.
 */
heading: Heading, 
/**
 * What was settled beforehand.
 */
brief: Brief, 
/**
 * Who was on the docket.
 */
attendees: Array<Attendee>, 
/**
 * When it was opened, if it was.
 */
opened_at: Timestamp | null, 
/**
 * When it was closed, if it was.
 */
closed_at: Timestamp | null, 
/**
 * Whether the ledger is sealed.
 */
sealed: boolean, 
/**
 * Bytes of media kept.
 */
bytes: number, };

/**
 * Answer of `GET /api/archive?case=&party=&judge=&words=&from=&to=&site=&kind=&phase=&page=`, with
 * `q` for any of the words; what is not named does not matter. `GET /api/archive/{hearing}` answers
 * `model::archive::ArchiveRecord`, `GET /api/archive/{hearing}/verify` answers
 * `model::archive::Verdict`, and `GET /api/archive/{hearing}/{participant}/{camera|screen}` the
 * playable file, by range.
 */
export type ArchiveList = { 
/**
 * One page of the hearings that fit, newest first.
 */
hearings: Array<ArchiveLine>, 
/**
 * What was found in each of them, in the same order.
 */
found: Array<ArchiveFound>, 
/**
 * How many fit.
 */
total: number, 
/**
 * How many one page shows.
 */
page_size: number, };

/**
 * Everything about one archived hearing.
 */
export type ArchiveRecord = { 
/**
 * The line of the list.
 */
line: ArchiveLine, 
/**
 * Zero of the media time line: UTC of media millisecond 0.
 */
media_zero: Timestamp | null, 
/**
 * Length of the media time line, ms.
 */
media_ms: number, 
/**
 * Each person's stretches of sound and picture, ms on the media time line.
 */
stretches: Array<Stretch>, 
/**
 * When somebody spoke, as far as the sizes of their sound tell; empty where they do not.
 */
voices: Array<Stretch>, 
/**
 * What is missing.
 */
gaps: Array<Gap>, 
/**
 * The procedure.
 */
minutes: Array<Minute>, 
/**
 * Digest of the ledger's last entry, hexadecimal SHA-256.
 */
head_sha256: string, 
/**
 * The same, SM3.
 */
head_sm3: string, };

/**
 * One request to the hearing's procedure.
 */
export type Ask = { "do": "open_check_in" } | { "do": "check_in", 
/**
 * The discipline (法庭纪律) was read and accepted, including not to record.
 */
discipline: boolean, 
/**
 * Other people in the room, as declared; empty when alone.
 */
others_present: string, 
/**
 * The camera test passed.
 */
camera: boolean, 
/**
 * The microphone test passed.
 */
microphone: boolean, 
/**
 * What did not work in the device test.
 */
faults: Array<DeviceFault>, 
/**
 * Which version of the discipline was read; empty where the court has no text of its own.
 */
version: string, } | { "do": "admit", 
/**
 * Who.
 */
who: ParticipantId, } | { "do": "dismiss", 
/**
 * Who.
 */
who: ParticipantId, } | { "do": "preview", 
/**
 * Who.
 */
who: ParticipantId | null, } | { "do": "open" } | { "do": "recess", 
/**
 * The ground.
 */
ground: Ground, } | { "do": "resume" } | { "do": "close" } | { "do": "lock", 
/**
 * Who.
 */
who: ParticipantId, } | { "do": "unlock", 
/**
 * Who.
 */
who: ParticipantId, } | { "do": "lock_all" } | { "do": "unlock_all" } | { "do": "allow_screen", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Leave given or taken back.
 */
allowed: boolean, } | { "do": "warn", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Why, in the judge's words.
 */
reason: string, } | { "do": "remove", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Why, in the judge's words.
 */
reason: string, 
/**
 * Why without a warning before; empty where there was one.
 */
unwarned: string, } | { "do": "hand", 
/**
 * Raised or lowered.
 */
raised: boolean, } | { "do": "devices", 
/**
 * Kinds that are switched on.
 */
on: Array<TrackKind>, } | { "do": "consent", 
/**
 * Which step.
 */
step: Step, 
/**
 * Agreed or not.
 */
given: boolean, } | { "do": "note_consent", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Which step.
 */
step: Step, 
/**
 * Agreed or not.
 */
given: boolean, 
/**
 * How it was said.
 */
how: string, } | { "do": "check_identity", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * How.
 */
method: IdentityMethod, 
/**
 * What was seen; never a number of a document.
 */
note: string, } | { "do": "waive_identity", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Why.
 */
reason: string, } | { "do": "check_power", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * What it allows.
 */
power: Power, } | { "do": "note_absent", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Not here, or here after all.
 */
absent: boolean, 
/**
 * What is known.
 */
reason: string, } | { "do": "answer_barred", 
/**
 * Those that are present; none allows to go on.
 */
grounds: Array<BarredGround>, 
/**
 * Remarks.
 */
note: string, } | { "do": "call_in", 
/**
 * How long, at most `limits::COUNTDOWN_MAX`.
 */
seconds: number, } | { "do": "read_discipline" } | { "do": "enter_phase", 
/**
 * Which.
 */
phase: Phase, 
/**
 * Why out of turn; empty in turn.
 */
reason: string, } | { "do": "interrupt", 
/**
 * What is wrong.
 */
reason: string, } | { "do": "deliberate" } | { "do": "adjourn", 
/**
 * The ground.
 */
ground: AdjournGround, 
/**
 * What comes next.
 */
note: string, } | { "do": "go_offline", 
/**
 * Why.
 */
reason: string, } | { "do": "call_off", 
/**
 * Why.
 */
reason: string, } | { "do": "challenge", 
/**
 * Whom.
 */
whom: ParticipantId, 
/**
 * Why.
 */
reason: string, } | { "do": "dispose_challenge", 
/**
 * The challenged person withdraws.
 */
upheld: boolean, 
/**
 * Why, and who decided.
 */
reason: string, } | { "do": "prompt", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * About what.
 */
reason: string, } | { "do": "reprimand", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Why.
 */
reason: string, } | { "do": "readmit", 
/**
 * Who.
 */
who: ParticipantId, } | { "do": "give_floor", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * For so long; none is without a limit.
 */
seconds: number | null, } | { "do": "end_floor" } | { "do": "strict_floor", 
/**
 * Strict or not.
 */
strict: boolean, } | { "do": "spotlight", 
/**
 * Who.
 */
who: ParticipantId | null, } | { "do": "set_layout", 
/**
 * How.
 */
layout: Layout, } | { "do": "find_absence", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * What the judge finds.
 */
finding: AbsenceFinding, 
/**
 * On which facts.
 */
note: string, } | { "do": "confront", 
/**
 * Begin or end.
 */
on: boolean, 
/**
 * Why.
 */
reason: string, } | { "do": "sign_guarantee", 
/**
 * Who signed on paper; none is who asks.
 */
who: ParticipantId | null, 
/**
 * The name, typed out.
 */
name: string, } | { "do": "note_guarantee_refused", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * What was said.
 */
reason: string, } | { "do": "testify", 
/**
 * Who.
 */
who: ParticipantId, } | { "do": "shield", 
/**
 * Whose, from whom, and what; nothing of both lifts it.
 */
shield: Shield, } | { "do": "interpret", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Beside or in turn.
 */
simultaneous: boolean, } | { "do": "listen", 
/**
 * Which interpreter; none is the court.
 */
to: ParticipantId | null, } | { "do": "note", 
/**
 * The words.
 */
text: string, } | { "do": "record_deliberation", 
/**
 * What is done to it.
 */
act: DeliberationAct, } | { "do": "consult", 
/**
 * Whom to ask.
 */
with: Array<ParticipantId>, } | { "do": "answer_consultation", 
/**
 * Whose consultation.
 */
by: ParticipantId, 
/**
 * Come or not.
 */
accept: boolean, } | { "do": "leave_chamber" } | { "do": "lock_chamber", 
/**
 * Locked or not.
 */
locked: boolean, } | { "do": "caucus", 
/**
 * Which side; none is everybody.
 */
side: Side | null, } | { "do": "show_evidence", 
/**
 * Which.
 */
item: EvidenceId, 
/**
 * From which page, from 1.
 */
page: number, } | { "do": "turn_page", 
/**
 * Which page, from 1.
 */
page: number, } | { "do": "play_evidence", 
/**
 * Play, or hold.
 */
running: boolean, 
/**
 * From where, milliseconds from its beginning.
 */
at_ms: number, } | { "do": "hide_evidence" } | { "do": "opine", 
/**
 * Which.
 */
item: EvidenceId, 
/**
 * What is said of it.
 */
opinion: Opinion, } | { "do": "allow_drawing", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Leave given or taken back.
 */
allowed: boolean, } | { "do": "draw", 
/**
 * The line.
 */
stroke: Stroke, } | { "do": "clear_drawing" } | { "do": "tick", 
/**
 * Which.
 */
check: Check, 
/**
 * How.
 */
note: string, } | { "do": "set_record_mode", 
/**
 * How.
 */
mode: RecordMode, } | { "do": "write_sheet", 
/**
 * Which.
 */
sheet: Sheet, 
/**
 * The version that was changed, 0 for none.
 */
base: number, 
/**
 * The whole text.
 */
text: string, } | { "do": "read_back", 
/**
 * Which.
 */
sheet: Sheet, 
/**
 * Which version.
 */
version: number, } | { "do": "sign", 
/**
 * Who signed on paper; none is who asks.
 */
who: ParticipantId | null, 
/**
 * Which.
 */
sheet: Sheet, 
/**
 * Which version.
 */
version: number, 
/**
 * How.
 */
method: SigningMethod, 
/**
 * The name typed out, or the drawing as an SVG path; on paper, where the paper is.
 */
mark: string, } | { "do": "refuse_signing", 
/**
 * Who refused; none is who asks.
 */
who: ParticipantId | null, 
/**
 * Which.
 */
sheet: Sheet, 
/**
 * Why.
 */
reason: string, } | { "do": "fail_mediation", 
/**
 * Why.
 */
ground: FailureGround, 
/**
 * What is worth to know, costs and conduct; no concession.
 */
note: string, } | { "do": "call_roll" } | { "do": "confirm_presence", 
/**
 * How many listen.
 */
people: number, };

/**
 * How somebody attends.
 */
export type Attendance = "online" | "in_court";

/**
 * One person of a hearing as written at the head of its ledger.
 */
export type Attendee = { 
/**
 * Who.
 */
id: ParticipantId, 
/**
 * In which role.
 */
role: Role, 
/**
 * Name.
 */
name: string, 
/**
 * Which side, where the role does not say it.
 */
side: Side | null, 
/**
 * For whom an agent, representative, interpreter or attendant is here.
 */
acts_for: ParticipantId | null, 
/**
 * What an agent may do, as the papers say.
 */
power: Power | null, 
/**
 * How the person attends.
 */
attendance: Attendance, 
/**
 * At which place of the court's list.
 */
site: SiteId | null, 
/**
 * Name of that place.
 */
site_name: string, 
/**
 * Steps the person agreed beforehand to hold online.
 */
consents: Array<Step>, };

/**
 * What is done.
 */
export type AuditAct = "viewed" | "played" | "verified" | "part_taken" | "film_taken" | "sound_taken" | "note_made" | "paper_taken" | "explained" | "hold_placed" | "hold_lifted" | "link_made" | "asked" | "granted" | "refused" | "erased" | "real_name_entered" | "real_name_read" | "real_name_sought" | "real_name_released" | "signed_in" | "signed_out" | "joined" | "code_issued" | "denied" | "setting_changed" | "cases_moved" | "audit_read";

/**
 * `POST /api/audit/check`: the whole log read as a chain.
 */
export type AuditChecked = { 
/**
 * How many lines there are.
 */
lines: number, 
/**
 * SHA-256 of the last one; `-` when there is none.
 */
head: string, 
/**
 * The first line that does not follow, if one does not.
 */
broken: number | null, };

/**
 * One line of the audit log.
 */
export type AuditLine = { 
/**
 * Its number, from 1 without a hole.
 */
n: number, 
/**
 * When.
 */
at: Timestamp, 
/**
 * About which hearing, if about one.
 */
hearing: HearingId | null, 
/**
 * Who: the name, and what they are.
 */
by: string, 
/**
 * What.
 */
act: AuditAct, 
/**
 * More of it.
 */
detail: string, 
/**
 * What came of it: `done`, `ordered`, or the code of a refusal.
 */
result: string, 
/**
 * SHA-256 of the line, which names the one before it.
 */
sha256: string, };

/**
 * `GET /api/audit?from=&to=&act=&by=&hearing=&before=`, for an audit administrator: newest first.
 * `from` and `to` are milliseconds since 1970, `before` is the number of the last line of the page
 * before.
 */
export type AuditPage = { 
/**
 * The lines found.
 */
lines: Array<AuditLine>, 
/**
 * Whether there are older ones.
 */
more: boolean, };

/**
 * One of the seven grounds that bar an online hearing (在线诉讼规则 art. 21).
 */
export type BarredGround = "refused" | "no_means" | "must_be_seen" | "complex" | "state_secret" | "public_impact" | "other";

/**
 * A bookmark of one account.
 */
export type Bookmark = { 
/**
 * Its number.
 */
id: number, 
/**
 * Where, ms on the media time line.
 */
at_ms: number, 
/**
 * What for.
 */
label: string, };

/**
 * What is settled before the sitting starts.
 */
export type Brief = { 
/**
 * What kind of sitting.
 */
kind: Kind, 
/**
 * The order of its phases.
 */
course: Course, 
/**
 * Who may watch.
 */
publicity: Publicity, 
/**
 * Gallery seats; one more is refused.
 */
gallery_seats: number, 
/**
 * The sitting this one continues.
 */
continues: HearingId | null, 
/**
 * Cases heard together with the lead case of the heading.
 */
further_cases: Array<FurtherCase>, 
/**
 * Special measures ordered beforehand.
 */
shields: Array<Shield>, 
/**
 * People whose simple notice is not confirmed: no default judgment may rest on it
 * (民诉法解释 art. 261).
 */
notice_unconfirmed: Array<ParticipantId>, 
/**
 * The notice came less than three days before the sitting (民事诉讼法 art. 139).
 */
notice_late: boolean, 
/**
 * Approval of the court's president to sit elsewhere than in a courtroom
 * (在线诉讼规则 art. 24); empty when not needed.
 */
elsewhere_approved: string, };

/**
 * Why the server ends a socket. Each has a close code.
 */
export type Bye = "replaced" | "removed" | "closed" | "sign_in_needed" | "version" | "violation" | "too_slow" | "restart" | "fault";

/**
 * One sitting in the calendar.
 */
export type CalendarLine = { 
/**
 * Which.
 */
hearing: HearingId, 
/**
 * What stands on the door.
 */
heading: Heading, 
/**
 * What is settled.
 */
brief: Brief, 
/**
 * Booked for so many minutes.
 */
minutes: number, 
/**
 * How it is held.
 */
mode: Mode, 
/**
 * Name of its tribunal.
 */
tribunal: string, 
/**
 * Name of its place.
 */
site: string, 
/**
 * Where it stands.
 */
stage: Stage, 
/**
 * How it ended, once it did.
 */
closing: Closing | null, 
/**
 * Who leads it.
 */
leader: string, 
/**
 * Names of the parties.
 */
parties: string[], 
/**
 * How many things the clerk should look at.
 */
warnings: number, 
/**
 * The seat of the account that asks.
 */
my_seat: ParticipantId | null, };

/**
 * `GET /api/calendar`.
 */
export type CalendarList = { 
/**
 * One line each, by due time.
 */
lines: Array<CalendarLine>, };

/**
 * One call between a station and the court. Prints as `c5`.
 */
export type CallId = number;

/**
 * `POST /api/hearings/{hearing}/call-off`.
 */
export type CallOff = { 
/**
 * Why.
 */
reason: string, };

/**
 * Where a call stands.
 */
export type CallState = "ringing" | "accepted" | "declined" | "missed" | "busy" | "cancelled" | "ended";

/**
 * Answer of the paths under `/api/calls`: the call as it stands now.
 */
export type CallView = { 
/**
 * Which.
 */
call: CallId, 
/**
 * The station.
 */
station: StationId, 
/**
 * Its name.
 */
station_name: string, 
/**
 * The tribunal it calls.
 */
tribunal: string, 
/**
 * Who rang whom.
 */
direction: Direction, 
/**
 * Whom the station asked for.
 */
wanted: Wanted, 
/**
 * Where it stands.
 */
state: CallState, 
/**
 * When it rang.
 */
rang_at: Timestamp, 
/**
 * Who of the court took it, or rang back.
 */
staff_name: string | null, 
/**
 * The sitting it became; both sides enter it by `/ws/{hearing}`.
 */
hearing: HearingId | null, 
/**
 * Whether somebody rang a missed caller back, or saw to it otherwise.
 */
handled: boolean, };

/**
 * A challenge that waits for its decision.
 */
export type ChallengeView = { 
/**
 * Who challenges.
 */
by: ParticipantId, 
/**
 * Whom.
 */
whom: ParticipantId, 
/**
 * Why.
 */
reason: string, };

/**
 * What a room beside the hearing is for.
 */
export type Chamber = { "name": "deliberation", } | { "name": "caucus", 
/**
 * Which side.
 */
side: Side, } | { "name": "consultation", 
/**
 * Who opened it.
 */
by: ParticipantId, };

/**
 * Somebody of a room beside the hearing.
 */
export type ChamberPerson = { 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * What they answered.
 */
answer: Invitation, };

/**
 * A room beside the hearing as one participant may see it. Its talk is not for those outside;
 * who waits while the other side is in caucus learns no more than that it goes on.
 */
export type ChamberView = { 
/**
 * What for.
 */
chamber: Chamber, 
/**
 * Whether this person is in it.
 */
mine: boolean, 
/**
 * Whether nobody else is asked in.
 */
locked: boolean, 
/**
 * Who was asked, and what they answered; only for those asked, inside, or of the court where
 * it is the court's.
 */
people: Array<ChamberPerson>, };

/**
 * What kind of change.
 */
export type ChangeKind = "added" | "edited" | "court" | "rescheduled" | "called_off" | "real_name_released";

/**
 * What was changed.
 */
export type ChangeLine = { 
/**
 * When.
 */
at: Timestamp, 
/**
 * By whom; empty when by the case system.
 */
by: string, 
/**
 * What.
 */
what: ChangeKind, 
/**
 * What exactly.
 */
detail: string, 
/**
 * Why.
 */
reason: string, };

/**
 * How a notice goes.
 */
export type Channel = "sms" | "email" | "webhook" | "paper";

/**
 * What must be done before joint talk (在线调解规则 art. 13, 17).
 */
export type Check = "identity" | "sham_warning" | "rights" | "disclosure" | "service_address";

/**
 * Somebody who is to confirm.
 */
export type CheckPerson = { 
/**
 * Who.
 */
id: ParticipantId, 
/**
 * In which role.
 */
role: Role, 
/**
 * Name.
 */
name: string, 
/**
 * When they confirmed, UTC ms; none when they did not.
 */
confirmed_at: Timestamp | null, };

/**
 * A check value: digests of the record's `seal.json`, which anybody can compute again.
 */
export type CheckState = { 
/**
 * SHA-256, hexadecimal: the value that is shown and confirmed.
 */
sha256: string, 
/**
 * The same by SM3.
 */
sm3: string, 
/**
 * Fingerprint of the key that signed the seal, hexadecimal, where it is signed.
 */
fingerprint: string | null, 
/**
 * Who confirmed it, in order.
 */
confirmed: Array<Confirmed>, };

/**
 * Answer of `GET` and `POST /api/hearings/{hearing}/check-value`. Parties see themselves among
 * `people`, the court everybody who is to confirm.
 */
export type CheckValueView = { 
/**
 * The value; none while the record is not sealed yet.
 */
value: CheckState | null, 
/**
 * Who is to confirm it.
 */
people: Array<CheckPerson>, };

/**
 * A message from a page. Unknown kinds and unknown fields are violations.
 */
export type ClientMessage = { "type": "hello", 
/**
 * The protocol version the page speaks.
 */
version: number, } | { "type": "ask", 
/**
 * Chosen by the page, rising.
 */
request: number, 
/**
 * What is asked.
 */
ask: Ask, } | { "type": "offer", 
/**
 * Chosen by the page, rising, from the same count as `ask`.
 */
request: number, 
/**
 * The page's connection number; a higher one replaces the former connection.
 */
connection: number, 
/**
 * The session description (RFC 8866, JSEP RFC 8829).
 */
sdp: string, 
/**
 * What each line of it is for.
 */
lines: Array<Line>, } | { "type": "tiles", 
/**
 * Lines that are shown.
 */
tiles: Array<Tile>, } | { "type": "stats", 
/**
 * The figures, one for each publisher.
 */
figures: Array<ClientStats>, 
/**
 * How the page's own media travels; none while it does not.
 */
path: MediaPath | null, } | { "type": "line_test", 
/**
 * The result.
 */
test: LineTest, } | { "type": "read_along", 
/**
 * Which page: a name by chance that it keeps over a reload.
 */
desk: string, 
/**
 * The last step it has; 0 for none.
 */
since: number, } | { "type": "write", 
/**
 * Which page.
 */
desk: string, 
/**
 * The page's count, rising.
 */
seq: number, 
/**
 * What to do, at most `limits::TRANSCRIPT_EDITS_MAX`.
 */
edits: Array<TranscriptEdit>, } | { "type": "pong", 
/**
 * From the ping.
 */
number: number, } | { "type": "bye", };

/**
 * What a page measures of one person it receives.
 */
export type ClientStats = { 
/**
 * Whose tracks.
 */
from: ParticipantId, 
/**
 * Picture frames decoded since the last message.
 */
frames: number, 
/**
 * Time the picture stood still since the last message, ms.
 */
frozen_ms: number, 
/**
 * Sound samples concealed since the last message, per mille.
 */
concealed_permille: number, 
/**
 * Delay of the jitter buffer, ms.
 */
buffer_ms: number, };

/**
 * One look at the clock.
 */
export type ClockReading = { 
/**
 * The time servers that answered, or were asked; empty when none is configured, and the
 * machine's own clock is taken unchecked.
 */
source: string, 
/**
 * How far this server's clock is ahead of them, milliseconds; none when they did not answer.
 */
offset_ms: number | null, 
/**
 * No further off than this may a recorded sitting be opened, milliseconds.
 */
limit_ms: number, };

/**
 * `POST /api/help/{ticket}/close`.
 */
export type CloseTicket = { 
/**
 * What was found and done.
 */
outcome: string, };

/**
 * How and when a sitting ended.
 */
export type Closing = { 
/**
 * When it was opened; none when it never was.
 */
opened_at: Timestamp | null, 
/**
 * When it ended.
 */
ended_at: Timestamp, 
/**
 * How.
 */
ending: Ending, 
/**
 * What came of it.
 */
outcome: Outcome, };

/**
 * Answer of `POST /api/hearings/{hearing}/participants/{participant}/code`: a new join code; the
 * former code and the former device's pass stop working.
 */
export type CodeIssued = { 
/**
 * Eight digits.
 */
code: string, 
/**
 * Until when it works.
 */
expires_at: Timestamp, };

/**
 * How a one-time code came to who signs.
 */
export type CodeWay = "told" | "sms";

/**
 * An outside service's answer, as it was given. Neither picture nor number is part of it.
 */
export type Comparison = { 
/**
 * What it says.
 */
likeness: Likeness, 
/**
 * Its score, per mille; none where it gives none.
 */
score: number | null, 
/**
 * Under what it can be asked about again, at most `limits::REFERENCE_CHARS_MAX`.
 */
reference: string, };

/**
 * `POST /api/hearings/{hearing}/check-value`: the person confirms what was shown.
 */
export type ConfirmCheckValue = { 
/**
 * The value that was shown: SHA-256, hexadecimal.
 */
sha256: string, };

/**
 * One confirmation.
 */
export type Confirmed = { 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * When, UTC ms.
 */
at: Timestamp, };

/**
 * How consent was given (在线诉讼规则 art. 4).
 */
export type ConsentForm = "written" | "oral" | "phone" | "online";

/**
 * Who said what about holding a step online: a line of the consent ledger.
 */
export type ConsentLine = { 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Which step.
 */
step: Step, 
/**
 * Agreed or not.
 */
given: boolean, 
/**
 * How it was said.
 */
form: ConsentForm, 
/**
 * How the person was told of rights and consequences.
 */
told: string, 
/**
 * When.
 */
at: Timestamp, };

/**
 * `POST /api/archive/{hearing}/requests/{request}`.
 */
export type CopyDecision = { 
/**
 * Granted or refused.
 */
grant: boolean, 
/**
 * Why; needed for a refusal.
 */
reason: string, 
/**
 * For how many days a grant is good, 1 to 30.
 */
days: number, };

/**
 * What somebody of the case may ask for.
 */
export type CopyKind = "view" | "audio" | "transcribe" | "video";

/**
 * A request for a view or a copy.
 */
export type CopyRequest = { 
/**
 * Its number.
 */
id: number, 
/**
 * Who asks.
 */
who: ParticipantId, 
/**
 * For what.
 */
what: CopyKind, 
/**
 * Why.
 */
reason: string, 
/**
 * When.
 */
at: Timestamp, 
/**
 * What became of it.
 */
state: CopyState, 
/**
 * When it was decided.
 */
decided_at: Timestamp | null, 
/**
 * By whom.
 */
decided_by: string, 
/**
 * Why.
 */
decision: string, 
/**
 * Until when a grant is good.
 */
until: Timestamp | null, };

/**
 * What became of a request.
 */
export type CopyState = "waiting" | "granted" | "refused";

/**
 * The order of phases, as named variants and never as free jumps (court-domain §4.1).
 */
export type Course = { 
/**
 * Under which procedure.
 */
procedure: Procedure, 
/**
 * 先行调解: mediation (P10) comes before the investigation
 * (最高人民法院关于适用简易程序审理民事案件的若干规定 art. 14).
 */
mediation_first: boolean, 
/**
 * 法庭调查与法庭辩论合并: P4 to P8 are one phase, by consent (民诉法解释 art. 230).
 */
merged: boolean, 
/**
 * Identity, rights and discipline were told and confirmed before opening: P3 asks for
 * challenges alone (简易程序规定 art. 19).
 */
told_before: boolean, 
/**
 * A panel hears the case: P11 is a deliberation.
 */
panel: boolean, };

/**
 * A private note among the court's own. Never a minute, never recorded, kept in no ledger and no archive, and deleted
 * when the sitting is over.
 */
export type CourtNote = { 
/**
 * Who wrote it.
 */
from: ParticipantId, 
/**
 * When.
 */
at: Timestamp, 
/**
 * The words.
 */
text: string, };

/**
 * `GET /api/archive/{hearing}/custody`: what is kept beside a record, for the court.
 */
export type Custody = { 
/**
 * Where the record stands.
 */
stage: RecordStage, 
/**
 * Faults of the equipment the ledger names.
 */
faults: number, 
/**
 * The drafted explanation, where one is needed and not signed.
 */
draft: string | null, 
/**
 * The signed explanation.
 */
explanation: Explanation | null, 
/**
 * Whether the asker presides, and so may sign it.
 */
may_sign: boolean, 
/**
 * Until when it is kept; none is for ever, or not yet known.
 */
kept_until: Timestamp | null, 
/**
 * The hold on it, if there is one.
 */
hold: Hold | null, 
/**
 * Whether the asker may lift it.
 */
may_lift: boolean, 
/**
 * The asker's own bookmarks, in order of time.
 */
bookmarks: Array<Bookmark>, 
/**
 * What people of the case asked for, newest first.
 */
requests: Array<CopyRequest>, 
/**
 * People to whom the record may be opened.
 */
readers: Array<Reader>, 
/**
 * What was done with the record, newest first.
 */
audit: Array<AuditLine>, };

/**
 * One thing done to the record of a deliberation.
 */
export type DeliberationAct = { "kind": "write", 
/**
 * The version that was changed, 0 for none.
 */
base: number, 
/**
 * The whole text.
 */
text: string, } | { "kind": "conclude", 
/**
 * The version that was read.
 */
base: number, 
/**
 * The outcome.
 */
text: string, } | { "kind": "dissent", 
/**
 * The opinion.
 */
text: string, } | { "kind": "sign", 
/**
 * Which version.
 */
version: number, 
/**
 * The name, typed out.
 */
name: string, };

/**
 * `GET /api/archive/{hearing}/deliberation`, for the panel and its clerk.
 */
export type DeliberationRecord = { 
/**
 * The record.
 */
record: DeliberationView, 
/**
 * SHA-256 of its last line, hexadecimal.
 */
head_sha256: string, };

/**
 * A signature under the record of a deliberation.
 */
export type DeliberationSignature = { 
/**
 * Whose.
 */
who: ParticipantId, 
/**
 * When.
 */
at: Timestamp, 
/**
 * The name, typed out.
 */
name: string, };

/**
 * The record of a deliberation as its readers see it.
 */
export type DeliberationView = { 
/**
 * Which version; 0 before the first word. Every change but a signature counts.
 */
version: number, 
/**
 * The talk.
 */
text: string, 
/**
 * What the majority decided.
 */
conclusion: string, 
/**
 * Members' differing opinions.
 */
dissents: Array<Dissent>, 
/**
 * Who must sign.
 */
signers: Array<ParticipantId>, 
/**
 * Who signed this version, and when.
 */
signed: Array<DeliberationSignature>, };

/**
 * One delivery.
 */
export type DeliveryLine = { 
/**
 * Its number.
 */
id: number, 
/**
 * Which webhook.
 */
webhook: number, 
/**
 * Which event.
 */
event: string, 
/**
 * `waiting`, `delivered` or `given_up`.
 */
state: string, 
/**
 * How often it was tried.
 */
tries: number, 
/**
 * The last HTTP status.
 */
status: number | null, 
/**
 * What went wrong last.
 */
fault: string, 
/**
 * When it was made.
 */
made_at: Timestamp, };

/**
 * Every event of `GET /api/desk`: what is at the desk for who asks, whole each time.
 */
export type DeskPicture = { 
/**
 * The server's clock.
 */
server_time: Timestamp, 
/**
 * The station this is; none on other pages.
 */
station: StationFace | null, 
/**
 * Duty; for judges, clerks.
 */
duty: DutyPicture | null, 
/**
 * Live calls of who asks.
 */
calls: Array<CallView>, 
/**
 * Past calls of the tribunals where who asks is on duty, or of this station; newest first.
 */
past: Array<CallView>, 
/**
 * Own calls for help; for operators everybody's, the open ones first.
 */
tickets: Array<Ticket>, };

/**
 * What did not work in the device test (court-domain §6 row 20).
 */
export type DeviceFault = "camera" | "microphone" | "speaker" | "bad_line" | "incomplete" | "camera_denied" | "camera_missing" | "camera_busy" | "camera_dark" | "microphone_denied" | "microphone_missing" | "microphone_busy" | "microphone_silent";

/**
 * Who rang whom.
 */
export type Direction = "from_station" | "to_station";

/**
 * The discipline everybody but the court accepts before checking in (法庭纪律). Another text is
 * another version.
 */
export type Discipline = { 
/**
 * Which version: follows from the text alone.
 */
version: string, 
/**
 * The very words.
 */
text: string, };

/**
 * A member's differing opinion.
 */
export type Dissent = { 
/**
 * Whose.
 */
who: ParticipantId, 
/**
 * The opinion.
 */
text: string, };

/**
 * One hearing on the docket.
 */
export type DocketLine = { 
/**
 * The hearing.
 */
hearing: HearingId, 
/**
 * The seat of the account that asks.
 */
my_seat: ParticipantId, 
/**
 * Court, case number, cause, due time.
 */
heading: Heading, 
/**
 * Where it stands.
 */
stage: Stage, 
/**
 * Who is on it.
 */
people: Array<DocketPerson>, };

/**
 * Answer of `GET /api/docket`: hearings this account sits in, by due time.
 */
export type DocketList = { 
/**
 * One line each.
 */
hearings: Array<DocketLine>, };

/**
 * One person on the docket.
 */
export type DocketPerson = { 
/**
 * Seat.
 */
id: ParticipantId, 
/**
 * Role.
 */
role: Role, 
/**
 * Name.
 */
name: string, 
/**
 * Whether a join code was used and its device may enter.
 */
joined: boolean, };

/**
 * Where a draft comes from.
 */
export type Draft = { 
/**
 * Which turn of speech.
 */
turn: number, 
/**
 * Which engine and model.
 */
engine: string, 
/**
 * How sure the engine is of its least sure words, in percent; none if it does not say.
 */
confidence: number | null, 
/**
 * Whether nobody has looked at it yet. A text somebody touched or accepted is no draft, and
 * what the engine says later of that turn begins a line of its own.
 */
open: boolean, };

/**
 * What an engine added to a draft.
 */
export type DraftMore = { 
/**
 * Where the words end on the hearing's time line, ms.
 */
to_ms: number, 
/**
 * How sure the engine is of its least sure words so far.
 */
confidence: number | null, };

/**
 * `POST /api/duty`: come on duty somewhere (值班), or go away (离开).
 */
export type Duty = { 
/**
 * Where; none is away.
 */
tribunal: string | null, };

/**
 * Somebody on duty now.
 */
export type DutyPerson = { 
/**
 * Where.
 */
tribunal: string, 
/**
 * Name shown.
 */
name: string, 
/**
 * Judge or clerk.
 */
staff: StaffKind, 
/**
 * Whether they are in a call.
 */
in_call: boolean, };

/**
 * Duty as a member of the staff sees it.
 */
export type DutyPicture = { 
/**
 * Where this person is on duty now (值班); none is away (离开).
 */
mine: string | null, 
/**
 * Tribunals stations call.
 */
tribunals: Array<string>, 
/**
 * Who can be rung now.
 */
on: Array<DutyPerson>, 
/**
 * Turns of duty of today and later.
 */
turns: Array<DutyTurn>, };

/**
 * One turn of duty of the roster.
 */
export type DutyTurn = { 
/**
 * Its number.
 */
turn: number, 
/**
 * Where.
 */
tribunal: string, 
/**
 * Name shown.
 */
name: string, 
/**
 * Judge or clerk.
 */
staff: StaffKind, 
/**
 * From when.
 */
from: Timestamp, 
/**
 * Until when.
 */
until: Timestamp, };

/**
 * How a sitting ended. Nothing leads back; a new sitting is a new hearing that continues it.
 */
export type Ending = "closed" | "adjourned" | "offline" | "called_off";

/**
 * `POST /api/station/enrol`: this terminal becomes the station; sets its cookie.
 */
export type Enrol = { 
/**
 * Eight digits.
 */
code: string, };

/**
 * Somebody entered.
 */
export type EntryLine = { 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * How.
 */
way: EntryWay, 
/**
 * From what kind of address.
 */
from: AddressClass, 
/**
 * By what device, as far as it says.
 */
device: string, 
/**
 * When first.
 */
at: Timestamp, 
/**
 * When last, within an hour of the time before.
 */
last_at: Timestamp, 
/**
 * How often.
 */
times: number, };

/**
 * How somebody entered.
 */
export type EntryWay = "page" | "code" | "link" | "sitting";

/**
 * The part `about` of `POST /api/hearings/{hearing}/evidence` (`multipart/form-data`), before the
 * part `file`. Answered with the new `EvidenceItem`.
 */
export type EvidenceAbout = { 
/**
 * Whose evidence; none is one's own side, and the court's own for the court.
 */
side: Side | null, 
/**
 * Its name on the list.
 */
name: string, 
/**
 * What kind.
 */
kind: EvidenceKind, 
/**
 * What it is to prove (证明目的).
 */
purpose: string, 
/**
 * Original or copy.
 */
form: EvidenceForm, };

/**
 * `PATCH /api/hearings/{hearing}/evidence/{item}`: what is not named stays as it is.
 */
export type EvidenceChange = { 
/**
 * Its number on the list of the side; whoever has it gets this one's.
 */
number: number | null, 
/**
 * Its name.
 */
name: string | null, 
/**
 * What kind.
 */
kind: EvidenceKind | null, 
/**
 * What it is to prove.
 */
purpose: string | null, 
/**
 * Original or copy.
 */
form: EvidenceForm | null, };

/**
 * Whether the original exists (在线诉讼规则 art. 11–13).
 */
export type EvidenceForm = "original" | "copy" | "electronic";

/**
 * Names a piece of evidence, unique in the docket.
 */
export type EvidenceId = number;

/**
 * One piece of evidence.
 */
export type EvidenceItem = { 
/**
 * Its id.
 */
id: EvidenceId, 
/**
 * Whose evidence; none is the court's own.
 */
side: Side | null, 
/**
 * Who handed it in.
 */
by: ParticipantId, 
/**
 * Its number on the list of the side, from 1.
 */
number: number, 
/**
 * Its name on the list.
 */
name: string, 
/**
 * What kind.
 */
kind: EvidenceKind, 
/**
 * What it is to prove (证明目的).
 */
purpose: string, 
/**
 * Original or copy.
 */
form: EvidenceForm, 
/**
 * Media type found in the bytes, one of `application/pdf`, `image/png`, `image/jpeg`,
 * `audio/…`, `video/…`.
 */
media_type: string, 
/**
 * Pages of a document; 1 for everything else.
 */
pages: number, 
/**
 * Size, bytes.
 */
bytes: number, 
/**
 * SHA-256 of the bytes, hexadecimal.
 */
sha256: string, 
/**
 * SM3 of the bytes, hexadecimal.
 */
sm3: string, 
/**
 * Whether it was exchanged: the other sides may see it.
 */
exchanged: boolean, };

/**
 * The kinds of evidence (民事诉讼法 art. 66).
 */
export type EvidenceKind = "statement" | "document" | "object" | "audio_visual" | "electronic_data" | "testimony" | "expert_opinion" | "inspection_record";

/**
 * Answer of `GET /api/hearings/{hearing}/evidence`: what the asker may see of it.
 */
export type EvidenceList = { 
/**
 * Own evidence and what was exchanged, the court all; by side and number.
 */
items: Array<EvidenceItem>, 
/**
 * The side the asker hands in for; none for the court and for those who hand in nothing.
 */
side: Side | null, 
/**
 * Whether the asker may hand in something now.
 */
may_add: boolean, 
/**
 * Bytes taken by the evidence of the hearing; told to the court only.
 */
bytes: number | null, };

/**
 * Evidence as one participant may see it.
 */
export type EvidenceView = { 
/**
 * Own evidence and what was exchanged; the court sees all.
 */
items: Array<EvidenceItem>, 
/**
 * What is shown to all now.
 */
shown: ShownEvidence | null, 
/**
 * Opinions so far.
 */
opinions: Array<OpinionView>, };

/**
 * A signed explanation of faults (情况说明).
 */
export type Explanation = { 
/**
 * The text.
 */
text: string, 
/**
 * The name, typed out.
 */
signature: string, 
/**
 * When.
 */
at: Timestamp, 
/**
 * SHA-256 of the text, hexadecimal; it stands in the audit log.
 */
sha256: string, };

/**
 * What happened. Free words are private: they stand in the ledger, never in a log.
 */
export type Fact = { "fact": "check_in_opened" } | { "fact": "arrived", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Who else is in the room, as declared.
 */
others_present: string, 
/**
 * Camera test passed.
 */
camera: boolean, 
/**
 * Microphone test passed.
 */
microphone: boolean, 
/**
 * What did not work in the device test.
 */
faults: Array<DeviceFault>, 
/**
 * Which version of the discipline was accepted; empty for who need not.
 */
version: string, } | { "fact": "discipline_set", 
/**
 * Version and words.
 */
discipline: Discipline, } | { "fact": "admitted", 
/**
 * Who.
 */
who: ParticipantId, } | { "fact": "dismissed", 
/**
 * Who.
 */
who: ParticipantId, } | { "fact": "previewed", 
/**
 * Who; none ends it.
 */
who: ParticipantId | null, } | { "fact": "opening_announced" } | { "fact": "opened" } | { "fact": "opening_failed", 
/**
 * Why.
 */
why: Refusal, } | { "fact": "recess_called", 
/**
 * The ground.
 */
ground: Ground, } | { "fact": "resumed" } | { "fact": "locked", 
/**
 * Whose.
 */
who: ParticipantId, } | { "fact": "unlocked", 
/**
 * Whose.
 */
who: ParticipantId, } | { "fact": "screen_allowed", 
/**
 * Whose.
 */
who: ParticipantId, 
/**
 * Given or taken back.
 */
allowed: boolean, } | { "fact": "hand", 
/**
 * Whose.
 */
who: ParticipantId, 
/**
 * Raised or lowered.
 */
raised: boolean, } | { "fact": "warned", 
/**
 * To whom.
 */
who: ParticipantId, 
/**
 * Why.
 */
reason: string, } | { "fact": "removed", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Why.
 */
reason: string, 
/**
 * Why without a warning before; empty where there was one.
 */
unwarned: string, } | { "fact": "link_lost", 
/**
 * Whose.
 */
who: ParticipantId, 
/**
 * What is known about it.
 */
cause: LinkCause, } | { "fact": "link_back", 
/**
 * Whose.
 */
who: ParticipantId, } | { "fact": "refused", 
/**
 * Who asked.
 */
who: ParticipantId, 
/**
 * What was asked, by its wire name (`open`, `remove`, …).
 */
asked: string, 
/**
 * Why not.
 */
why: Refusal, } | { "fact": "record_failed", 
/**
 * What is wrong.
 */
fault: RecordFault, } | { "fact": "record_mended" } | { "fact": "clock_read", 
/**
 * The look at it.
 */
reading: ClockReading, } | { "fact": "node_stopped" } | { "fact": "node_restarted" } | { "fact": "closed", 
/**
 * How it ended.
 */
ending: Ending, 
/**
 * The ground of an adjournment.
 */
ground: AdjournGround | null, 
/**
 * Why, or what comes next; empty for an ordinary closing.
 */
note: string, } | { "fact": "consented", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Which step.
 */
step: Step, 
/**
 * Agreed or not.
 */
given: boolean, 
/**
 * How it was said; empty when by the person's own page.
 */
how: string, } | { "fact": "identity_checked", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * How.
 */
method: IdentityMethod, 
/**
 * What was seen.
 */
note: string, } | { "fact": "face_compared", 
/**
 * Whose.
 */
who: ParticipantId, 
/**
 * What it answered.
 */
comparison: Comparison, } | { "fact": "identity_waived", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Why.
 */
reason: string, } | { "fact": "power_checked", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * What it allows.
 */
power: Power, } | { "fact": "absence_noted", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Not here, or here after all.
 */
absent: boolean, 
/**
 * What is known.
 */
reason: string, } | { "fact": "barred_answered", 
/**
 * Those that are present.
 */
grounds: Array<BarredGround>, 
/**
 * Remarks.
 */
note: string, } | { "fact": "called_in", 
/**
 * How long it runs.
 */
seconds: number, } | { "fact": "discipline_read" } | { "fact": "phase_entered", 
/**
 * Which.
 */
phase: Phase, 
/**
 * Why out of turn; empty in turn.
 */
reason: string, } | { "fact": "interrupted", 
/**
 * Whose link, when by rule.
 */
who: ParticipantId | null, 
/**
 * What is wrong, in the judge's words.
 */
reason: string, } | { "fact": "deliberation_began" } | { "fact": "challenged", 
/**
 * Who challenges.
 */
by: ParticipantId, 
/**
 * Whom.
 */
whom: ParticipantId, 
/**
 * Why.
 */
reason: string, } | { "fact": "challenge_disposed", 
/**
 * The challenged person withdraws.
 */
upheld: boolean, 
/**
 * Why, and who decided.
 */
reason: string, } | { "fact": "prompted", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * About what.
 */
reason: string, } | { "fact": "reprimanded", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Why.
 */
reason: string, } | { "fact": "readmitted", 
/**
 * Who.
 */
who: ParticipantId, } | { "fact": "floor_given", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * For so long; none is without a limit.
 */
seconds: number | null, } | { "fact": "floor_ended", 
/**
 * Who.
 */
who: ParticipantId, } | { "fact": "floor_strict", 
/**
 * Strict or not.
 */
strict: boolean, } | { "fact": "spotlit", 
/**
 * Who.
 */
who: ParticipantId | null, } | { "fact": "layout_set", 
/**
 * How.
 */
layout: Layout, } | { "fact": "absence_found", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * What.
 */
finding: AbsenceFinding, 
/**
 * On which facts.
 */
note: string, } | { "fact": "confrontation", 
/**
 * Began or ended.
 */
on: boolean, 
/**
 * Why.
 */
reason: string, } | { "fact": "isolation", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Media packets forwarded to them before the call.
 */
packets: number, 
/**
 * Who sat at the same place or behind the same address at the call.
 */
beside: Array<ParticipantId>, } | { "fact": "guarantee_signed", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * The name, typed out.
 */
name: string, } | { "fact": "guarantee_refused", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * What was said.
 */
reason: string, } | { "fact": "testimony_began", 
/**
 * Who.
 */
who: ParticipantId, } | { "fact": "shielded", 
/**
 * Whose, from whom, and what.
 */
shield: Shield, } | { "fact": "interpreting", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Beside or in turn.
 */
simultaneous: boolean, } | { "fact": "listening", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Which interpreter; none is the court.
 */
to: ParticipantId | null, } | { "fact": "chamber_opened", 
/**
 * What for.
 */
chamber: Chamber, 
/**
 * Who is asked in.
 */
asked: Array<ParticipantId>, } | { "fact": "chamber_answered", 
/**
 * Which.
 */
chamber: Chamber, 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Came, or not.
 */
accept: boolean, } | { "fact": "chamber_left", 
/**
 * Which.
 */
chamber: Chamber, 
/**
 * Who.
 */
who: ParticipantId, } | { "fact": "chamber_locked", 
/**
 * Which.
 */
chamber: Chamber, 
/**
 * Locked or not.
 */
locked: boolean, } | { "fact": "chamber_closed", 
/**
 * Which.
 */
chamber: Chamber, } | { "fact": "evidence_shown", 
/**
 * What it is, digests included.
 */
item: EvidenceItem, 
/**
 * From which page.
 */
page: number, } | { "fact": "page_turned", 
/**
 * To which page.
 */
page: number, } | { "fact": "evidence_played", 
/**
 * Plays, or is held.
 */
running: boolean, 
/**
 * From where, milliseconds from its beginning.
 */
at_ms: number, } | { "fact": "evidence_hidden" } | { "fact": "opined", 
/**
 * Which.
 */
item: EvidenceItem, 
/**
 * What is said of it.
 */
opinion: Opinion, } | { "fact": "drawing_allowed", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Leave given or taken back.
 */
allowed: boolean, } | { "fact": "drawn", 
/**
 * The line.
 */
stroke: Stroke, } | { "fact": "drawing_cleared" } | { "fact": "ticked", 
/**
 * Which.
 */
check: Check, 
/**
 * How.
 */
note: string, } | { "fact": "record_mode_set", 
/**
 * How.
 */
mode: RecordMode, } | { "fact": "sheet_written", 
/**
 * Which.
 */
sheet: Sheet, 
/**
 * Which version, from 1.
 */
version: number, 
/**
 * The whole text.
 */
text: string, } | { "fact": "sheet_read", 
/**
 * Which.
 */
sheet: Sheet, 
/**
 * Which version.
 */
version: number, } | { "fact": "signed", 
/**
 * Which.
 */
sheet: Sheet, 
/**
 * Which version.
 */
version: number, 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * How.
 */
method: SigningMethod, 
/**
 * The name typed out, or the drawing as an SVG path; on paper, where the paper is.
 */
mark: string, } | { "fact": "signing_refused", 
/**
 * Which.
 */
sheet: Sheet, 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Why.
 */
reason: string, } | { "fact": "agreement_effective", 
/**
 * Which version.
 */
version: number, } | { "fact": "mediation_failed", 
/**
 * Why.
 */
ground: FailureGround, 
/**
 * What is worth to know; no concession.
 */
note: string, } | { "fact": "spoken", 
/**
 * Each side's total.
 */
sides: Array<SideTime>, } | { "fact": "presence_asked", 
/**
 * How long a site has to answer; none is until the next roll.
 */
seconds: number | null, } | { "fact": "presence_over", 
/**
 * Sites in the lecture that did not answer.
 */
silent: Array<ParticipantId>, } | { "fact": "presence_confirmed", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * How many listen.
 */
people: number, } | { "fact": "transcript" } & TranscriptMinute;

/**
 * Why a mediation ends without an agreement (在线调解规则 art. 25).
 */
export type FailureGround = "withdrawn" | "no_agreement" | "absent" | "time_over" | "sham" | "not_mediable" | "no_mediator" | "other";

/**
 * What may be wrong with a field. The code is stable.
 */
export type FieldFault = "empty" | "too_long" | "too_short" | "bad_text" | "out_of_bounds" | "unknown_word" | "too_many" | "twice" | "no_such_thing" | "case_number_missing" | "in_the_past" | "nobody_leads" | "two_lead" | "side_missing" | "role_not_here" | "panel_size" | "no_panel" | "sole_judge_only" | "variant_unfit" | "acts_for_missing" | "not_a_party" | "power_missing" | "power_unfit" | "side_unfit" | "gallery_in_closed" | "mediation_public" | "nobody_in_court" | "account_unfit" | "account_twice" | "site_taken" | "person_taken" | "site_too_small" | "shield_unfit" | "cannot_continue" | "unreadable" | "begun" | "time_over" | "reason_missing" | "id_unreadable" | "id_length" | "id_old_form" | "id_check_digit" | "id_birth_day" | "real_name_taken" | "real_name_twice" | "real_name_bound" | "real_name_holds" | "real_name_unfit" | "real_name_differs" | "real_name_elsewhere";

/**
 * Figures of some sittings.
 */
export type Figures = { 
/**
 * Sittings that were opened.
 */
sittings: number, 
/**
 * Among them hearings.
 */
hearings: number, 
/**
 * Among them mediations.
 */
mediations: number, 
/**
 * Mediations that came to an agreement in force.
 */
agreements: number, 
/**
 * Mediations that failed.
 */
failed: number, 
/**
 * Lectures.
 */
lectures: number, 
/**
 * Adjourned.
 */
adjourned: number, 
/**
 * Turned offline.
 */
offline: number, 
/**
 * Called off before opening.
 */
called_off: number, 
/**
 * From opening to end, minutes.
 */
minutes: number, };

/**
 * Where the film of a hearing stands.
 */
export type FilmState = { "state": "none" } | { "state": "queued", 
/**
 * How many come before it.
 */
ahead: number, } | { "state": "making", 
/**
 * How much is done, thousandths.
 */
thousandths: number, } | { "state": "ready", 
/**
 * Bytes of the film.
 */
bytes: number, 
/**
 * Bytes of the sound alone.
 */
sound_bytes: number, 
/**
 * When it was made.
 */
made_at: Timestamp, } | { "state": "failed", 
/**
 * Why, a plain sentence without names.
 */
why: string, };

/**
 * Who may speak.
 */
export type FloorView = { 
/**
 * Whether only who has the floor is heard, the bench aside.
 */
strict: boolean, 
/**
 * Who has it.
 */
holder: ParticipantId | null, 
/**
 * Since when.
 */
since: Timestamp | null, 
/**
 * Until when; none without a limit.
 */
until: Timestamp | null, };

/**
 * The part of a version that somebody who was called signs: what was written while they were in
 * the courtroom. Its canonical text stands in `transcript-<version>-p<who>.json`.
 */
export type FrozenPart = { 
/**
 * Whose.
 */
who: ParticipantId, 
/**
 * SHA-256 of that file, hexadecimal.
 */
sha256: string, 
/**
 * SM3 of the same.
 */
sm3: string, 
/**
 * How many lines it has.
 */
lines: number, };

/**
 * A further case heard in the same sitting.
 */
export type FurtherCase = { 
/**
 * Case number (案号).
 */
case_number: string, 
/**
 * Cause of action (案由).
 */
cause: string, };

/**
 * What a stretch without record is called in the ledger.
 */
export type Gap = { 
/**
 * The track, or none for the whole hearing.
 */
track: TrackId | null, 
/**
 * First moment missing, UTC ms.
 */
from: Timestamp, 
/**
 * First moment present again, UTC ms.
 */
to: Timestamp, };

/**
 * The words of one tribunal, or of all: `PUT /api/glossary` sets them, all anew.
 */
export type Glossary = { 
/**
 * Which tribunal; none for the words of all.
 */
tribunal: number | null, 
/**
 * The words.
 */
terms: Array<GlossaryTerm>, };

/**
 * One change of a list of words.
 */
export type GlossaryChange = { 
/**
 * When.
 */
at: Timestamp, 
/**
 * Who.
 */
by: string, 
/**
 * Of which tribunal; none for the words of all.
 */
tribunal: number | null, 
/**
 * What.
 */
what: TermsChanged, };

/**
 * `GET /api/glossary`, and the answer to `PUT`.
 */
export type GlossaryList = { 
/**
 * Each list that holds words.
 */
lists: Array<Glossary>, 
/**
 * What was changed last, newest first.
 */
changes: Array<GlossaryChange>, };

/**
 * One word.
 */
export type GlossaryTerm = { 
/**
 * The word: 2 to 10 letters or digits.
 */
word: string, 
/**
 * How much it weighs, 1 to 100; 20 is usual.
 */
weight: number, 
/**
 * What it is.
 */
kind: TermKind, };

/**
 * Line quality as shown to people (HMCTS bounds: below 10 % good, below 15 % poor, else bad).
 */
export type Grade = "good" | "poor" | "bad";

/**
 * The only grounds on which recording may pause (法释〔2017〕5号 art. 3).
 */
export type Ground = "recess" | "non_public_evidence" | "unrecorded_mediation";

/**
 * What goes back to the filing or hearing system when a mediation failed
 * (在线调解规则 art. 18, 21): identities and undisputed facts, never a concession.
 */
export type Handover = { 
/**
 * Which mediation.
 */
hearing: HearingId, 
/**
 * Its name in the case system.
 */
external_id: string | null, 
/**
 * Court, number, cause, time.
 */
heading: Heading, 
/**
 * How and when it ended.
 */
closing: Closing, 
/**
 * Who took part.
 */
people: Array<HandoverPerson>, 
/**
 * What happened, by name and time; no word that was said.
 */
course: Array<HandoverStep>, 
/**
 * The undisputed facts, when every party signed them.
 */
facts: HandoverFacts | null, 
/**
 * What the mediator noted about the failure.
 */
note: string, };

/**
 * The signed sheet of undisputed facts.
 */
export type HandoverFacts = { 
/**
 * Its text.
 */
text: string, 
/**
 * Who signed.
 */
signed: Array<ParticipantId>, };

/**
 * One person of a hand-over.
 */
export type HandoverPerson = { 
/**
 * Seat.
 */
id: ParticipantId, 
/**
 * Role.
 */
role: Role, 
/**
 * Name.
 */
name: string, 
/**
 * For whom.
 */
acts_for: ParticipantId | null, 
/**
 * Whether the identity was checked.
 */
identity_checked: boolean, };

/**
 * One step of its course.
 */
export type HandoverStep = { 
/**
 * When.
 */
at: Timestamp, 
/**
 * What, by its name in the ledger.
 */
fact: string, };

/**
 * What stands on the door.
 */
export type Heading = { 
/**
 * Name of the court and tribunal.
 */
court: string, 
/**
 * Case number (案号) or pre-filing number.
 */
case_number: string, 
/**
 * Cause of action (案由).
 */
cause: string, 
/**
 * When the hearing is due.
 */
scheduled_at: Timestamp, };

/**
 * Measured on the server over the last interval (2 s), except where it says "so far".
 */
export type Health = { 
/**
 * Packets lost from the person to the server, per mille.
 */
loss_up_permille: number, 
/**
 * Packets lost from the server to the person, per mille (receiver reports).
 */
loss_down_permille: number, 
/**
 * Interarrival jitter of the person's sound, ms (RFC 3550 §6.4.1).
 */
jitter_ms: number, 
/**
 * Round-trip time, ms (RFC 3550 §6.4.1, or STUN checks); none before the first measurement.
 */
round_trip_ms: number | null, 
/**
 * Bits per second from the person.
 */
up_bps: number, 
/**
 * Bits per second to the person.
 */
down_bps: number, 
/**
 * What the line to the person carries, bits per second, as the server estimates it; none
 * without transport feedback.
 */
estimate_bps: number | null, 
/**
 * How long packets to the person stand in a queue on the way, ms, as the server estimates it.
 */
queue_ms: number, 
/**
 * Picture lines that are frozen because the line carries no more.
 */
frozen_lines: number, 
/**
 * Share of time pictures stood still at the person's page, per mille (the page's own figures).
 */
freeze_permille: number, 
/**
 * How long the person spoke so far, ms: granted sound louder than noise, by the levels its
 * packets declare (RFC 6464); 0 where none are. Starts anew when the server does.
 */
speech_ms: number, 
/**
 * Packets of sound and pictures sent to the person so far, repeats not counted. Starts anew
 * when the server does.
 */
packets_down: number, };

/**
 * One hearing (one sitting of a case), unique in the court's docket. Prints as `h17`.
 */
export type HearingId = number;

/**
 * `POST /api/help`: a call for help, with what the page knows of its connection.
 */
export type Help = { 
/**
 * What is wrong, in the person's words; may be empty.
 */
words: string, 
/**
 * What the page knows.
 */
facts: HelpFacts, };

/**
 * What a page knows of its connection.
 */
export type HelpFacts = { 
/**
 * Whether the signaling connection stands.
 */
link: boolean, 
/**
 * Whether media flows.
 */
media: boolean, 
/**
 * How media travels.
 */
path: MediaPath | null, 
/**
 * Round trip, ms.
 */
round_trip_ms: number | null, 
/**
 * Packets lost on the way up, per thousand.
 */
loss_up_permille: number | null, 
/**
 * Packets lost on the way down, per thousand.
 */
loss_down_permille: number | null, 
/**
 * What is wrong with the line.
 */
trouble: Trouble | null, 
/**
 * The connection test, where one was made.
 */
line_test: LineTest | null, 
/**
 * The camera works.
 */
camera: boolean | null, 
/**
 * The microphone works.
 */
microphone: boolean | null, 
/**
 * Name and version of the browser, at most `limits::NAME_CHARS_MAX`.
 */
browser: string, };

/**
 * A legal hold: the record is kept whatever the schedule says.
 */
export type Hold = { 
/**
 * Since when.
 */
at: Timestamp, 
/**
 * Who placed it.
 */
by: string, 
/**
 * Why.
 */
reason: string, };

/**
 * What kind of document.
 */
export type IdKind = "id_card" | "passport" | "home_return_permit" | "credit_code";

/**
 * How an identity was checked (在线诉讼规则 art. 7).
 */
export type IdentityMethod = "id_card" | "face_match" | "other_document" | "lawyer_licence" | "known_to_court";

/**
 * What became of an import: of a list of places or of sittings.
 */
export type ImportReport = { 
/**
 * Rows put down new.
 */
added: number, 
/**
 * Rows that changed something known.
 */
changed: number, 
/**
 * Rows that said what is known already.
 */
same: number, 
/**
 * Rows not taken, each with what is wrong.
 */
refused: Array<RefusedRow>, 
/**
 * The hearing of each row that was taken, by `external_id`.
 */
hearings: Array<ImportedRow>, };

/**
 * A row that was taken.
 */
export type ImportedRow = { 
/**
 * Its name in the case system.
 */
external_id: string, 
/**
 * The hearing.
 */
hearing: HearingId, };

/**
 * A technical interruption.
 */
export type InterruptionView = { 
/**
 * Whose link, when by rule.
 */
who: ParticipantId | null, 
/**
 * What is wrong, in the judge's words.
 */
reason: string, };

/**
 * Where an invited person stands with a consultation (court-domain §6 row 37).
 */
export type Invitation = "ringing" | "accepted" | "declined" | "unanswered" | "left";

/**
 * `POST /api/join`: exchanges a join code for a seat cookie. A code works once.
 */
export type Join = { 
/**
 * Eight digits; spaces are ignored.
 */
code: string, };

/**
 * What kind of sitting it is (court-domain §6 row 1).
 */
export type Kind = "hearing" | "mediation" | "evidence_exchange" | "inquiry" | "lecture" | "consultation" | "call";

/**
 * How the picture of the courtroom is arranged for everybody.
 */
export type Layout = "court" | "grid" | "speaker";

/**
 * What an outside service says of a face.
 */
export type Likeness = "same" | "different" | "unclear";

/**
 * One media line of an offer.
 */
export type Line = { 
/**
 * The line's `mid` in the session description (RFC 5888), at most 16 characters.
 */
mid: string, 
/**
 * What it is for.
 */
purpose: LinePurpose, };

/**
 * Names a line for ever: chosen by whoever makes it, so that a page goes on typing at once. Small
 * letters, digits and hyphens, at most `limits::TRANSCRIPT_NAME_CHARS_MAX`.
 */
export type LineId = string;

/**
 * What a line is.
 */
export type LineKind = "heading" | "note" | "speech";

/**
 * What one media line is for, as declared by the page beside its offer.
 */
export type LinePurpose = { "for": "publish", 
/**
 * Which kind.
 */
kind: TrackKind, } | { "for": "seat", 
/**
 * Number of the seat slot, from 0.
 */
slot: number, 
/**
 * Which half of the pair.
 */
medium: Medium, } | { "for": "screen", 
/**
 * Number of the screen slot, from 0.
 */
slot: number, } | { "for": "stage", 
/**
 * Sound or picture.
 */
medium: Medium, };

/**
 * The result of the whole test.
 */
export type LineTest = { 
/**
 * The signaling connection (WSS).
 */
signaling: Trial, 
/**
 * Media over UDP.
 */
udp: Trial, 
/**
 * Media over TCP.
 */
tcp: Trial, 
/**
 * Media over TLS.
 */
tls: Trial, 
/**
 * The camera.
 */
camera: Trial, 
/**
 * The microphone.
 */
microphone: Trial, 
/**
 * The loudspeaker.
 */
speaker: Trial, 
/**
 * From the page to the server, kilobits per second; none when it could not be measured.
 */
up_kbps: number | null, 
/**
 * From the server to the page, kilobits per second; none when it could not be measured.
 */
down_kbps: number | null, };

/**
 * Why a participant's link went away; facts only, never a verdict (在线诉讼规则 art. 25).
 */
export type LinkCause = "page_closed" | "socket_lost" | "media_silent" | "node_stopped" | "replaced";

/**
 * Answer of `POST /api/archive/{hearing}/links`: `/view#key` opens the person's page once per browser
 * until it ends.
 */
export type LinkMade = { 
/**
 * What stands behind `#`.
 */
key: string, 
/**
 * Until when.
 */
expires_at: Timestamp, };

/**
 * What an application is about: told once, never asked again (在线调解规则 art. 8).
 */
export type Matter = { 
/**
 * Case number or pre-filing number; may be empty before filing.
 */
case_number: string, 
/**
 * Cause.
 */
cause: string, 
/**
 * Who applies.
 */
applicant: string, 
/**
 * Their telephone.
 */
applicant_phone: string, 
/**
 * The other side.
 */
respondent: string, 
/**
 * Their telephone.
 */
respondent_phone: string, 
/**
 * Facts and wishes.
 */
facts: string, };

/**
 * The person a view is for.
 */
export type Me = { 
/**
 * Who.
 */
id: ParticipantId, 
/**
 * In which role.
 */
role: Role, 
/**
 * Name.
 */
name: string, 
/**
 * Where.
 */
place: Place, 
/**
 * Whether check-in is done.
 */
checked_in: boolean, 
/**
 * Whether the judge muted and locked this person.
 */
locked: boolean, 
/**
 * Whether this person's hand is raised.
 */
hand: boolean, 
/**
 * How many warnings were given.
 */
warnings: number, 
/**
 * Which side this person is on.
 */
side: Side | null, 
/**
 * For whom this person is here.
 */
acts_for: ParticipantId | null, 
/**
 * What an agent may do.
 */
power: Power | null, 
/**
 * Steps this person agreed to hold online.
 */
consents: Array<Step>, 
/**
 * Steps this person did not agree to hold online, or no more.
 */
declined: Array<Step>, 
/**
 * Whether who leads sees and hears this person, who waits.
 */
previewed: boolean, 
/**
 * Whether this person signed the guarantee; none where none is needed.
 */
guarantee: boolean | null, 
/**
 * Which interpreter this person hears instead of the court.
 */
listens_to: ParticipantId | null, 
/**
 * Kinds this person has switched on but of which the server gets no packet.
 */
unheard: Array<TrackKind>, 
/**
 * Kinds this person may publish now.
 */
may_publish: Array<TrackKind>, 
/**
 * Names of the asks that would not be refused for want of right or stage (`open`, `admit`…).
 */
may_ask: Array<string>, };

/**
 * How the media of a page travels.
 */
export type MediaPath = "udp" | "tcp" | "relay_udp" | "relay_tcp" | "relay_tls";

/**
 * A mediation as one participant may see it.
 */
export type MediationView = { 
/**
 * Points of the checklist that are done.
 */
done: Array<Check>, 
/**
 * How it is taken down.
 */
record_mode: RecordMode, 
/**
 * Whether this person waits while the others talk (背靠背).
 */
waits: boolean, 
/**
 * The sheets there are.
 */
sheets: Array<SheetView>, 
/**
 * When the agreement came into force.
 */
effective_at: Timestamp | null, 
/**
 * Why it failed, once it did.
 */
failed: FailureGround | null, };

/**
 * Sound or picture.
 */
export type Medium = "sound" | "picture";

/**
 * A procedural fact with its time and actor.
 */
export type Minute = { 
/**
 * When, on the wall clock.
 */
at: Timestamp, 
/**
 * Who acted.
 */
by: Actor, 
/**
 * What happened.
 */
fact: Fact, };

/**
 * How a sitting is held.
 */
export type Mode = "online" | "mixed" | "in_court";

/**
 * `POST /api/my/consent`.
 */
export type MyConsent = { 
/**
 * Which step.
 */
step: Step, 
/**
 * Agreed or not.
 */
given: boolean, };

/**
 * What a person was told about their sitting.
 */
export type MyNotice = { 
/**
 * The text.
 */
text: string, 
/**
 * Whether it was confirmed.
 */
confirmed: boolean, };

/**
 * `GET /api/my`, and the answer of everything that is done on it: a person's own page.
 */
export type MyPage = { 
/**
 * Which sitting.
 */
hearing: HearingId, 
/**
 * In which role.
 */
role: Role, 
/**
 * Name.
 */
name: string, 
/**
 * Court, case number, cause, due time.
 */
heading: Heading, 
/**
 * What kind of sitting.
 */
kind: Kind, 
/**
 * Booked for so many minutes.
 */
minutes: number, 
/**
 * How it is held.
 */
mode: Mode, 
/**
 * How the person attends.
 */
attendance: Attendance, 
/**
 * The place the person comes to; none when they attend from wherever they are.
 */
place: MyPlace | null, 
/**
 * Where the sitting stands.
 */
stage: Stage, 
/**
 * How it ended, once it did.
 */
closing: Closing | null, 
/**
 * The last notice to the person.
 */
notice: MyNotice | null, 
/**
 * What the person is asked to agree to, each by itself.
 */
steps: Array<MyStep>, 
/**
 * Their real name; none for people of the court.
 */
real_name: MyRealName | null, 
/**
 * Whether this browser has the seat.
 */
seated: boolean, 
/**
 * Whether the seat was taken, here or elsewhere.
 */
taken: boolean, };

/**
 * Where a person goes.
 */
export type MyPlace = { 
/**
 * Name.
 */
name: string, 
/**
 * Where it is.
 */
address: string, 
/**
 * Who helps there.
 */
contact: string, 
/**
 * Their telephone.
 */
phone: string, };

/**
 * A person's own real name, on their own page.
 */
export type MyRealName = { 
/**
 * Where it stands.
 */
state: RealNameState, 
/**
 * What kind of document; none until they have entered it themselves.
 */
kind: IdKind | null, 
/**
 * Its number, masked; empty until they have entered it themselves.
 */
masked: string, };

/**
 * One step a person is asked about.
 */
export type MyStep = { 
/**
 * Which.
 */
step: Step, 
/**
 * What they said last; none when they have not.
 */
given: boolean | null, 
/**
 * When.
 */
at: Timestamp | null, };

/**
 * `POST /api/mediations/{application}/acts`.
 */
export type NewAct = { 
/**
 * What is done.
 */
act: Act, };

/**
 * `POST /api/mediations`: somebody applies.
 */
export type NewApplication = { 
/**
 * What it is about.
 */
matter: Matter, 
/**
 * Before or after filing.
 */
standing: Standing, 
/**
 * The tribunal that deals with it.
 */
tribunal: number | null, 
/**
 * Its name in the case system.
 */
external_id: string | null, };

/**
 * `POST /api/archive/{hearing}/bookmarks`.
 */
export type NewBookmark = { 
/**
 * Where, ms on the media time line.
 */
at_ms: number, 
/**
 * What for.
 */
label: string, };

/**
 * `POST /api/hearings/{hearing}/participants/{participant}/consents`.
 */
export type NewConsent = { 
/**
 * Which step; each needs its own (在线诉讼规则 art. 4).
 */
step: Step, 
/**
 * Agreed or not.
 */
given: boolean, 
/**
 * How it was said.
 */
form: ConsentForm, 
/**
 * How the person was told of rights and consequences.
 */
told: string, };

/**
 * `POST /api/view/requests`.
 */
export type NewCopyRequest = { 
/**
 * For what.
 */
what: CopyKind, 
/**
 * Why.
 */
reason: string, };

/**
 * `POST /api/archive/{hearing}/explanation`.
 */
export type NewExplanation = { 
/**
 * The text, completed.
 */
text: string, 
/**
 * The name, typed out.
 */
signature: string, };

/**
 * `POST /api/archive/{hearing}/links`.
 */
export type NewLink = { 
/**
 * For whom.
 */
who: ParticipantId, 
/**
 * For how many days, 1 to 30.
 */
days: number, };

/**
 * `POST /api/hearings/{hearing}/notices`: writes and sends.
 */
export type NewNotice = { 
/**
 * How.
 */
channel: Channel, 
/**
 * To whom; everybody who is not of the court when empty.
 */
people: Array<ParticipantId>, };

/**
 * Somebody's identity document: with a person of a form, in an import,
 * `POST /api/hearings/{hearing}/participants/{participant}/real-name`, and what is looked up by
 * `POST /api/hearings/{hearing}/real-names/look-up`.
 */
export type NewRealName = { 
/**
 * What kind of document.
 */
kind: IdKind, 
/**
 * Its number. It is enciphered at once; every answer shows it masked.
 */
number: string, };

/**
 * `POST /api/notices/{notice}`: a receipt, by the clerk or the carrier.
 */
export type NewReceipt = { 
/**
 * What became of it.
 */
state: NoticeState, 
/**
 * How that is known.
 */
how: string, };

/**
 * `POST /api/stations`: a terminal of the court's is put on the list.
 */
export type NewStation = { 
/**
 * Name people know the place by.
 */
name: string, 
/**
 * Name of the tribunal it calls.
 */
tribunal: string, 
/**
 * Its place on the court's list, if it has one.
 */
site: SiteId | null, };

/**
 * `POST /api/tokens`.
 */
export type NewToken = { 
/**
 * What it is for.
 */
name: string, 
/**
 * What it may do: `import`, `export`, `receipts`.
 */
scopes: Array<string>, 
/**
 * For so many days.
 */
days: number, };

/**
 * `POST /api/duty/turns`: put a turn of duty on the roster.
 */
export type NewTurn = { 
/**
 * Where.
 */
tribunal: string, 
/**
 * Whose: the name they sign in with.
 */
account: string, 
/**
 * From when.
 */
from: Timestamp, 
/**
 * Until when.
 */
until: Timestamp, };

/**
 * `POST /api/webhooks`.
 */
export type NewWebhook = { 
/**
 * Where, `http://` or `https://`.
 */
url: string, 
/**
 * Which events: `session`, `closed`, `notice`, `handover`, `mediation`; all when empty.
 */
events: Array<string>, };

/**
 * One notice to one person.
 */
export type NoticeLine = { 
/**
 * Its number.
 */
id: number, 
/**
 * To whom.
 */
who: ParticipantId, 
/**
 * How.
 */
channel: Channel, 
/**
 * What became of it.
 */
state: NoticeState, 
/**
 * When it was written.
 */
made_at: Timestamp, 
/**
 * When it was given to the carrier.
 */
sent_at: Timestamp | null, 
/**
 * When it arrived.
 */
delivered_at: Timestamp | null, 
/**
 * When it was confirmed.
 */
confirmed_at: Timestamp | null, 
/**
 * How it was confirmed.
 */
how: string, 
/**
 * Why it failed.
 */
fault: string, };

/**
 * What became of a notice.
 */
export type NoticeState = "waiting" | "sent" | "delivered" | "confirmed" | "failed";

/**
 * An objection to a line (申请补正) and what became of it; both versions stay.
 */
export type Objection = { 
/**
 * Number, from 1.
 */
number: number, 
/**
 * Of which version.
 */
version: number, 
/**
 * To which line.
 */
line: LineId, 
/**
 * By whom.
 */
who: ParticipantId, 
/**
 * When.
 */
at: Timestamp, 
/**
 * What should stand there instead, or what is missing.
 */
text: string, 
/**
 * The answer.
 */
answer: ObjectionAnswer | null, };

/**
 * The court's answer to an objection (民事诉讼法 art. 150).
 */
export type ObjectionAnswer = { "answer": "corrected", 
/**
 * The words before.
 */
before: string, 
/**
 * The words now.
 */
after: string, } | { "answer": "refused", 
/**
 * Why.
 */
reason: string, };

/**
 * Something in the way of the next step.
 */
export type Obstacle = { 
/**
 * Why the step would be refused.
 */
why: Refusal, 
/**
 * About whom, if about one person.
 */
who: ParticipantId | null, };

/**
 * `POST /api/my/open`: opens one's own page in this browser. Taking the seat is another thing:
 * the code stays unused.
 */
export type OpenMine = { 
/**
 * A join code, or what stands behind `#` in the link of a notice.
 */
key: string, };

/**
 * `POST /api/view/open`: opens the record in this browser for whoever the link is for.
 */
export type OpenView = { 
/**
 * What stands behind `#` in the link.
 */
key: string, };

/**
 * What one side says of a piece of evidence (质证意见).
 */
export type Opinion = { 
/**
 * 真实性.
 */
authentic: boolean, 
/**
 * 合法性.
 */
lawful: boolean, 
/**
 * 关联性.
 */
relevant: boolean, 
/**
 * Why; needed when one of them is denied.
 */
reason: string, };

/**
 * One opinion.
 */
export type OpinionView = { 
/**
 * On what.
 */
item: EvidenceId, 
/**
 * Whose.
 */
who: ParticipantId, 
/**
 * What was said.
 */
opinion: Opinion, };

/**
 * How the second copy of the records is doing.
 */
export type OpsCopy = { 
/**
 * Its store takes nothing at the moment.
 */
away: boolean, 
/**
 * Hearings whose copy is not what the archive has.
 */
differing: number, 
/**
 * Since when the live hearing worst off has not been copied completely, seconds.
 */
behind_seconds: number, };

/**
 * One live hearing on the ops page. No names: ops see seats.
 */
export type OpsHearing = { 
/**
 * The hearing.
 */
hearing: HearingId, 
/**
 * Where it stands.
 */
stage: Stage, 
/**
 * The recorder.
 */
record: RecordState, 
/**
 * Its people.
 */
people: Array<OpsPerson>, };

/**
 * One person on the ops page.
 */
export type OpsPerson = { 
/**
 * Seat.
 */
id: ParticipantId, 
/**
 * Role.
 */
role: Role, 
/**
 * Where.
 */
place: Place, 
/**
 * Page connected.
 */
online: boolean, 
/**
 * Media connected.
 */
media: boolean, 
/**
 * From offer to connected, ms.
 */
join_ms: number | null, 
/**
 * Line figures.
 */
health: Health | null, 
/**
 * Their grade.
 */
grade: Grade | null, 
/**
 * What is wrong with their line.
 */
trouble: Trouble | null, 
/**
 * Kinds switched on of which no packet arrives.
 */
unheard: Array<TrackKind>, 
/**
 * How their media travels.
 */
path: MediaPath | null, 
/**
 * Delay of the jitter buffer at their page, the longest, ms.
 */
buffer_ms: number | null, 
/**
 * What their page found in its connection test.
 */
line_test: LineTest | null, };

/**
 * Answer of `GET /api/ops`.
 */
export type OpsPicture = { 
/**
 * The server's clock.
 */
server_time: Timestamp, 
/**
 * Since when this node runs.
 */
started_at: Timestamp, 
/**
 * Version of the product.
 */
version: string, 
/**
 * Free space in the archive folder, bytes.
 */
archive_free_bytes: number | null, 
/**
 * Forwarding delay in the server over the last minute, µs: p50, p95, p99.
 */
forward_delay_micros: [number, number, number] | null, 
/**
 * The second copy of the records; none when none is kept.
 */
copy: OpsCopy | null, 
/**
 * The last reconciliation; none before the first.
 */
reconciled: OpsReconciled | null, 
/**
 * Live hearings.
 */
hearings: Array<OpsHearing>, };

/**
 * What the last reconciliation came to.
 */
export type OpsReconciled = { 
/**
 * When it ended.
 */
at: Timestamp, 
/**
 * What was missing or different.
 */
findings: number, };

/**
 * What came of a sitting beside its ending.
 */
export type Outcome = { "name": "none" } | { "name": "agreement" } | { "name": "failed", 
/**
 * Why (在线调解规则 art. 25).
 */
ground: FailureGround, };

/**
 * `POST /api/my/real-name`: a person's own name and number, as their document has them.
 */
export type OwnRealName = { 
/**
 * Name.
 */
name: string, 
/**
 * What kind of document.
 */
kind: IdKind, 
/**
 * Its number.
 */
number: string, };

/**
 * Which document it is.
 */
export type PaperForm = "transcript" | "mediation_record" | "agreement" | "undisputed_facts" | "recording_note" | "explanation" | "attendance" | "service" | "isolation" | "hand_over";

/**
 * What a document is written as.
 */
export type PaperFormat = "pdf" | "docx" | "txt" | "json" | "csv" | "vtt";

/**
 * A document that can be taken out.
 */
export type PaperLine = { 
/**
 * Which.
 */
form: PaperForm, 
/**
 * As what: `GET …/papers/{name}.{ending}`.
 */
formats: Array<PaperFormat>, 
/**
 * Its name in that path.
 */
name: string, 
/**
 * What a reader compares with the foot of a copy.
 */
code: string, };

/**
 * `GET /api/archive/{hearing}/papers`, and `GET /api/my/papers` for a party of the case.
 */
export type PaperList = { 
/**
 * What there is.
 */
papers: Array<PaperLine>, };

/**
 * One person's seat in one hearing, unique in the docket. Prints as `p3`.
 */
export type ParticipantId = number;

/**
 * `GET /api/view`, and the answer of everything done there: a record as somebody of the case sees
 * it. `GET /api/view/{participant}/{camera|screen}` plays, `GET /api/view/sound` is the copy of the
 * sound.
 */
export type PartyView = { 
/**
 * Which hearing.
 */
hearing: HearingId, 
/**
 * What stood on its door.
 */
heading: Heading, 
/**
 * Who views.
 */
who: ParticipantId, 
/**
 * Their name, for the mark over the picture.
 */
name: string, 
/**
 * The server's time, for the mark.
 */
now: Timestamp, 
/**
 * Where the record stands.
 */
stage: RecordStage, 
/**
 * The record, once a view was granted: without people and parts that were kept from them.
 */
record: ArchiveRecord | null, 
/**
 * When each phase began, ms on the media time line, once a view was granted.
 */
phases: Array<PhaseMark>, 
/**
 * Until when they may view.
 */
view_until: Timestamp | null, 
/**
 * Until when they may take the copy of the sound; its length is the composed film's.
 */
sound_until: Timestamp | null, 
/**
 * Whether that copy is made.
 */
sound_ready: boolean, 
/**
 * What they asked for, newest first.
 */
requests: Array<CopyRequest>, 
/**
 * What was done with the record by them and for them, newest first.
 */
audit: Array<AuditLine>, };

/**
 * Some words of a record.
 */
export type Passage = { 
/**
 * Where they are from.
 */
what: PassageKind, 
/**
 * When, ms on the media time line; none for what belongs to no moment.
 */
at_ms: number | null, 
/**
 * The words.
 */
words: string, };

/**
 * Where words of a record are from.
 */
export type PassageKind = "heading" | "people" | "minute" | "transcript";

/**
 * Somebody else in the hearing.
 */
export type Person = { 
/**
 * Who.
 */
id: ParticipantId, 
/**
 * In which role.
 */
role: Role, 
/**
 * Name.
 */
name: string, 
/**
 * Where.
 */
place: Place, 
/**
 * Whether check-in is done.
 */
checked_in: boolean, 
/**
 * Whether their page is connected.
 */
online: boolean, 
/**
 * Whether media flows between them and the server.
 */
media: boolean, 
/**
 * Whether the judge muted and locked them.
 */
locked: boolean, 
/**
 * Whether they have leave to share a screen.
 */
screen_allowed: boolean, 
/**
 * Whether their hand is raised, and the order (1 is first; 0 is not raised).
 */
hand: number, 
/**
 * How many warnings were given.
 */
warnings: number, 
/**
 * How many prompts were given; only the court sees it.
 */
prompts: number, 
/**
 * How many reprimands were given.
 */
reprimands: number, 
/**
 * Which side they are on.
 */
side: Side | null, 
/**
 * For whom they are here.
 */
acts_for: ParticipantId | null, 
/**
 * What an agent may do.
 */
power: Power | null, 
/**
 * Whether the power was checked in this sitting; only the court sees it.
 */
power_checked: boolean, 
/**
 * How they attend.
 */
attendance: Attendance, 
/**
 * Name of the place they sit at; only the court sees it.
 */
site_name: string, 
/**
 * How their identity was checked in this sitting; only the court sees it.
 */
identity: IdentityMethod | null, 
/**
 * What an outside service said of their face; only the court sees it.
 */
compared: Comparison | null, 
/**
 * Whether the judge went on without an identity check; only the court sees it.
 */
identity_waived: boolean, 
/**
 * Whether their absence was noted.
 */
absent: boolean, 
/**
 * Steps they agreed to hold online; only the court sees it.
 */
consents: Array<Step>, 
/**
 * Steps they did not agree to hold online, or no more; only the court sees it.
 */
declined: Array<Step>, 
/**
 * Whether who leads sees and hears them while they wait; only the court sees it.
 */
previewed: boolean, 
/**
 * Others who sit at the same place or behind the same address; only the court sees it.
 */
beside: Array<ParticipantId>, 
/**
 * Since when their link is gone; none while it stands.
 */
lost_since: Timestamp | null, 
/**
 * Which room beside the hearing they are in; only for who may know.
 */
chamber: Chamber | null, 
/**
 * Whether they signed the guarantee; none where none is needed.
 */
guarantee: boolean | null, 
/**
 * Whether their testimony began.
 */
testifies: boolean, 
/**
 * Whether they interpret beside the court's sound.
 */
simultaneous: boolean, 
/**
 * Whether their picture is kept from this person.
 */
unseen: boolean, 
/**
 * Whether their voice is kept from this person.
 */
unheard_of: boolean, 
/**
 * What did not work in their device test; the court sees it, and who helps them at their
 * station.
 */
device_faults: Array<DeviceFault>, 
/**
 * Kinds switched on at their end.
 */
devices: Array<TrackKind>, 
/**
 * Who else is in their room, as declared; the court sees it, and who helps them.
 */
others_present: string, 
/**
 * Whether camera and microphone tests passed; the court sees it, and who helps them.
 */
tested: boolean, 
/**
 * What their page found in its connection test, once it made one; the court sees it, and who
 * helps them.
 */
line_test: LineTest | null, 
/**
 * Their line; the court sees it, and who helps them.
 */
grade: Grade | null, 
/**
 * What is wrong with their line; the court sees it, and who helps them.
 */
trouble: Trouble | null, 
/**
 * Kinds that are switched on and granted but bring no packet for `limits::UNHEARD_WAIT`; the
 * court, the person, and who helps them see it.
 */
unheard: Array<TrackKind>, };

/**
 * One person of it.
 */
export type PersonForm = { 
/**
 * The seat, when the person has one already.
 */
id: ParticipantId | null, 
/**
 * In which role.
 */
role: Role, 
/**
 * Name.
 */
name: string, 
/**
 * The account that sits there.
 */
account: number | null, 
/**
 * Which side, where the role does not say it.
 */
side: Side | null, 
/**
 * For whom: the place in the list, from 0.
 */
acts_for: number | null, 
/**
 * What an agent may do.
 */
power: Power | null, 
/**
 * How they attend.
 */
attendance: Attendance, 
/**
 * From which place.
 */
site: SiteId | null, 
/**
 * Telephone.
 */
phone: string, 
/**
 * E-mail address.
 */
email: string, 
/**
 * Steps agreed to beforehand in writing; read when the person is added.
 */
consents: Array<Step>, 
/**
 * From whom their picture or voice is kept.
 */
shields: Array<ShieldForm>, 
/**
 * Their identity document, when it is entered now. It is never given out again; how it
 * stands is in `Session::real_names`.
 */
real_name: NewRealName | null, };

/**
 * Where the course of a hearing stands (court-domain §4.1).
 */
export type Phase = "identity" | "rights" | "statements" | "issues" | "evidence" | "questions" | "debate" | "merged" | "last_words" | "mediation" | "deliberation" | "judgment" | "closing";

/**
 * A phase and when it began.
 */
export type PhaseMark = { 
/**
 * Which.
 */
phase: Phase, 
/**
 * When, ms on the media time line.
 */
at_ms: number, };

/**
 * One phase of the course.
 */
export type PhaseStep = { 
/**
 * Which.
 */
phase: Phase, 
/**
 * Whether it may not be left out without a reason.
 */
mandatory: boolean, 
/**
 * Whether it was gone through.
 */
done: boolean, };

/**
 * Why a picture is forwarded as it is.
 */
export type PictureReason = "best" | "size" | "bandwidth" | "frozen" | "hidden" | "starting";

/**
 * What is forwarded on one picture line now, and why.
 */
export type PictureUse = { 
/**
 * The line: a seat's picture or a screen.
 */
purpose: LinePurpose, 
/**
 * The layer that is forwarded, 0 is the lowest; none while nothing is.
 */
layer: number | null, 
/**
 * Why this one.
 */
reason: PictureReason, };

/**
 * Where a participant stands.
 */
export type Place = "expected" | "waiting" | "in_hearing" | "removed" | "left";

/**
 * How far shown sound or video has come, the same for all.
 */
export type Playing = { 
/**
 * Whether it has run since `since`; else it stands.
 */
running: boolean, 
/**
 * Where it was at `since`, milliseconds from its beginning.
 */
at_ms: number, 
/**
 * When that was.
 */
since: Timestamp, };

/**
 * What an agent may do for the party (民事诉讼法 art. 62).
 */
export type Power = "general" | "special";

/**
 * A site that confirmed its presence.
 */
export type PresenceSite = { 
/**
 * Which.
 */
who: ParticipantId, 
/**
 * How many listen there.
 */
people: number, };

/**
 * An attendance check of a lecture.
 */
export type PresenceView = { 
/**
 * When it was asked.
 */
asked_at: Timestamp, 
/**
 * Whether this person confirmed.
 */
mine: boolean, 
/**
 * How many confirmed.
 */
confirmed: number, 
/**
 * How many people listen at the sites that confirmed.
 */
people: number, 
/**
 * The sites that confirmed, each with how many listen; for who leads.
 */
sites: Array<PresenceSite>, 
/**
 * Until when it is answered; none without a limit.
 */
until: Timestamp | null, 
/**
 * Whether the time to answer is over.
 */
over: boolean, 
/**
 * Which roll of this lecture it is, from 1.
 */
number: number, 
/**
 * Whether it was asked by chance, and not by the lecturer.
 */
by_chance: boolean, 
/**
 * Sites that did not answer in time; for who leads. A fact, no verdict.
 */
silent: Array<ParticipantId>, };

/**
 * One thing that is wrong.
 */
export type Problem = { 
/**
 * Which field, as a path: `people.2.power`.
 */
field: string, 
/**
 * What is wrong.
 */
fault: FieldFault, 
/**
 * The sentence in Chinese.
 */
zh: string, 
/**
 * The sentence in English.
 */
en: string, };

/**
 * The body of a refusal that names fields (status 422).
 */
export type Problems = { 
/**
 * Always `not_plausible`.
 */
why: string, 
/**
 * The sentence, Chinese.
 */
zh: string, 
/**
 * The sentence, English.
 */
en: string, 
/**
 * What is wrong, field by field.
 */
problems: Array<Problem>, };

/**
 * The procedure the case is heard under.
 */
export type Procedure = "ordinary" | "simplified" | "small_claims";

/**
 * The course of the sitting as one participant may see it.
 */
export type ProcedureView = { 
/**
 * The phase it is in; none before opening and in sittings without phases.
 */
phase: Phase | null, 
/**
 * Since when.
 */
phase_since: Timestamp | null, 
/**
 * The phases of the course, in order.
 */
phases: Array<PhaseStep>, 
/**
 * The step that would follow by the course, for the one button of who leads: the name of an
 * ask (`open`, `enter_phase`, `close` …).
 */
next: string | null, 
/**
 * What stands in the way of that step, each with what to do; empty when nothing does. For who
 * leads and the clerk.
 */
obstacles: Array<Obstacle>, 
/**
 * When everybody ready is called in.
 */
countdown_until: Timestamp | null, 
/**
 * The floor.
 */
floor: FloorView, 
/**
 * How long each side has spoken since opening, ms.
 */
spoken: Array<SideTime>, 
/**
 * Who is shown large to everybody.
 */
spotlight: ParticipantId | null, 
/**
 * How the courtroom is arranged.
 */
layout: Layout, 
/**
 * A challenge that waits for its decision.
 */
challenge: ChallengeView | null, 
/**
 * A technical interruption, with the link that caused it.
 */
interruption: InterruptionView | null, 
/**
 * Whether the barred grounds were gone through, and those found present.
 */
barred: Array<BarredGround> | null, 
/**
 * Whether several called people are heard at once.
 */
confrontation: boolean, 
/**
 * How the sitting ended, once it did.
 */
ending: Ending | null, };

/**
 * Who may watch (民事诉讼法 art. 137, 在线诉讼规则 art. 27).
 */
export type Publicity = "public" | "closed_by_law" | "closed_on_request";

/**
 * Somebody to whom a record may be opened.
 */
export type Reader = { 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * In which role.
 */
role: Role, 
/**
 * Name.
 */
name: string, };

/**
 * An account with a real name.
 */
export type RealNameAccount = { 
/**
 * Name.
 */
name: string, 
/**
 * Since when.
 */
since: Timestamp, 
/**
 * In how many sittings it sits.
 */
sittings: number, };

/**
 * The answer of `POST /api/hearings/{hearing}/real-names/look-up`.
 */
export type RealNameFound = { 
/**
 * The account that has the number at this court.
 */
account: RealNameAccount | null, };

/**
 * Somebody's real name as it stands.
 */
export type RealNameLine = { 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Where it stands.
 */
state: RealNameState, 
/**
 * What kind of document; none while there is no number.
 */
kind: IdKind | null, 
/**
 * Its number, masked.
 */
masked: string, 
/**
 * When it was entered.
 */
at: Timestamp | null, 
/**
 * When the person last entered their own name and number.
 */
own_at: Timestamp | null, };

/**
 * The answer of `POST /api/hearings/{hearing}/participants/{participant}/real-name/number`.
 */
export type RealNameNumber = { 
/**
 * What kind of document.
 */
kind: IdKind, 
/**
 * Its number, whole.
 */
number: string, };

/**
 * Where somebody's real name stands.
 */
export type RealNameState = "open" | "filed" | "own_word" | "agreed" | "differs";

/**
 * `GET /api/hearings/{hearing}/real-names`.
 */
export type RealNames = { 
/**
 * Everybody who is not of the court.
 */
lines: Array<RealNameLine>, 
/**
 * Who entered when, by which device; the newest first.
 */
entries: Array<EntryLine>, };

/**
 * Why the record is at risk.
 */
export type RecordFault = "disk_full" | "unwritable" | "disk_slow" | "silent" | "tape_lost" | "no_frames";

/**
 * How a mediation is taken down (在线调解规则 art. 22).
 */
export type RecordMode = "text" | "recording";

/**
 * Where a record stands: sealed is closed off by the recorder; filed away (归档) it is when every
 * fault of the equipment was explained and signed (法释〔2017〕5号 art. 4).
 */
export type RecordStage = "open" | "unexplained" | "archived";

/**
 * What the recorder is doing.
 */
export type RecordState = { "name": "off" } | { "name": "starting" } | { "name": "rolling" } | { "name": "paused", 
/**
 * The ground.
 */
ground: Ground, } | { "name": "faulty", 
/**
 * What is wrong.
 */
fault: RecordFault, } | { "name": "sealed" };

/**
 * Why something asked was refused. The code is stable; the sentence says what to do.
 */
export type Refusal = "not_your_right" | "wrong_stage" | "nobody_there" | "not_checked_in" | "not_admitted" | "discipline_not_accepted" | "discipline_changed" | "not_connected" | "already_there" | "witness_not_before_call" | "one_witness_at_a_time" | "judge_not_seen" | "nobody_admitted" | "record_not_confirmed" | "record_at_risk" | "clock_off" | "warn_first" | "reason_missing" | "text_too_long" | "not_the_court" | "locked" | "removed" | "hearing_closed" | "not_yet_open" | "not_sealed" | "check_value_other" | "explanation_missing" | "explanation_open" | "still_kept" | "on_hold" | "no_video_copies" | "not_granted" | "part_too_large" | "full" | "too_fast" | "code_unknown" | "code_used" | "code_expired" | "font_missing" | "sign_in_wrong" | "sign_in_locked" | "sign_in_needed" | "not_found" | "offer_unusable" | "malformed" | "consent_missing" | "barred_not_answered" | "barred" | "party_unaccounted" | "identity_unchecked" | "power_unchecked" | "special_power_needed" | "phase_out_of_turn" | "phase_not_in_course" | "discipline_unread" | "still_inside" | "challenge_upheld" | "challenge_pending" | "not_challengeable" | "nothing_pending" | "no_floor" | "gallery_full" | "not_public" | "guarantee_needed" | "guarantee_refused" | "only_on_expert_topic" | "in_another_chamber" | "chamber_locked" | "no_chamber" | "not_your_people" | "not_exchanged" | "nothing_to_show" | "nothing_shown" | "no_such_page" | "checklist_open" | "recording_not_agreed" | "sheet_changed" | "read_back_needed" | "facts_sheet_needed" | "signs_themselves" | "not_in_court" | "already_effective" | "file_not_readable" | "file_encrypted" | "file_too_large" | "evidence_full" | "already_exchanged" | "evidence_altered" | "record_altered" | "text_moved" | "transcript_frozen" | "drafts_unchecked" | "transcript_open" | "code_needed" | "code_wrong" | "no_phone" | "certificate_form" | "certificate_text" | "certificate_untrusted" | "certificate_expired" | "certificate_other" | "certificate_unused" | "reading_over" | "place_taken" | "person_taken" | "case_number_missing" | "not_plausible" | "outside_silent" | "server_fault";

/**
 * A row that was not taken.
 */
export type RefusedRow = { 
/**
 * Which: from 1, or as a spreadsheet counts.
 */
row: number, 
/**
 * What is wrong.
 */
problems: Array<Problem>, };

/**
 * One relay (RFC 8656), as a browser's `RTCIceServer` wants it.
 */
export type Relay = { 
/**
 * Addresses, best first (RFC 7065): `turn:host:port?transport=udp|tcp`, `turns:host:port`.
 */
urls: Array<string>, 
/**
 * Ends with its credential: expiry in Unix seconds, a colon, and a name.
 */
username: string, 
/**
 * The password of that name.
 */
credential: string, };

/**
 * How a request ended.
 */
export type RequestOutcome = { "result": "done", } | { "result": "refused", 
/**
 * Why.
 */
why: Refusal, };

/**
 * `POST /api/hearings/{hearing}/reschedule`.
 */
export type Reschedule = { 
/**
 * The new time.
 */
scheduled_at: Timestamp, 
/**
 * Why.
 */
reason: string, };

/**
 * A record and how long it is kept.
 */
export type RetentionLine = { 
/**
 * Which hearing.
 */
hearing: HearingId, 
/**
 * What stood on its door.
 */
heading: Heading, 
/**
 * When it ended.
 */
ended_at: Timestamp, 
/**
 * Until when it is kept; none is for ever.
 */
kept_until: Timestamp | null, 
/**
 * The hold on it.
 */
hold: Hold | null, };

/**
 * `GET /api/retention`, for an administrator.
 */
export type RetentionList = { 
/**
 * Records whose time is over and on which nothing holds, the oldest first, at most 100.
 */
over: Array<RetentionLine>, 
/**
 * Records under a hold, at most 100.
 */
held: Array<RetentionLine>, 
/**
 * What stays of deleted records, the newest first, at most 100.
 */
erased: Array<Tombstone>, };

/**
 * Why an application is returned (在线调解规则 art. 9).
 */
export type ReturnGround = "not_mediable" | "not_this_court" | "incomplete";

/**
 * What somebody wants done in the review.
 */
export type ReviewAsk = { "review": "freeze", } | { "review": "reopen", 
/**
 * Why.
 */
reason: string, } | { "review": "object", 
/**
 * Which version was read.
 */
version: number, 
/**
 * Which line.
 */
line: LineId, 
/**
 * What should stand there.
 */
text: string, } | { "review": "correct", 
/**
 * Which objection.
 */
number: number, 
/**
 * The words of the line from now on.
 */
text: string, } | { "review": "decline", 
/**
 * Which objection.
 */
number: number, 
/**
 * Why.
 */
reason: string, } | { "review": "sign", 
/**
 * Which version was read.
 */
version: number, 
/**
 * Its SHA-256 as it was shown: the exact text, nothing else, is signed.
 */
sha256: string, 
/**
 * How.
 */
method: SigningMethod, 
/**
 * The name typed out, or the drawing as an SVG path.
 */
mark: string, 
/**
 * With a typed name: the one-time code of the court, or the password of an account.
 */
code: string | null, } | { "review": "sign_certificate", 
/**
 * Which version was read.
 */
version: number, 
/**
 * Its SHA-256.
 */
sha256: string, 
/**
 * A detached signature (CMS, DER or PEM) over the bytes of the version, base64.
 */
signature: string, } | { "review": "sign_for", 
/**
 * Whose.
 */
who: ParticipantId, 
/**
 * Which version was read.
 */
version: number, 
/**
 * Its SHA-256, or that of the person's own part.
 */
sha256: string, 
/**
 * How.
 */
how: SignFor, } | { "review": "read_aloud", 
/**
 * Which version.
 */
version: number, 
/**
 * From which line.
 */
first: LineId, 
/**
 * To which.
 */
last: LineId, 
/**
 * To whom else than who had it read.
 */
to: Array<ParticipantId>, } | { "review": "refuse", 
/**
 * For whom; none for oneself.
 */
who: ParticipantId | null, 
/**
 * Which version.
 */
version: number, 
/**
 * Why.
 */
reason: string, };

/**
 * Where the review stands, as a page is told.
 */
export type ReviewView = { 
/**
 * Which version is frozen or was last; 0 for none yet.
 */
version: number, 
/**
 * Whether that version is to be read and signed now.
 */
frozen: boolean, 
/**
 * SHA-256 of its canonical text, hexadecimal.
 */
sha256: string, 
/**
 * SM3 of the same.
 */
sm3: string, 
/**
 * When it was frozen.
 */
frozen_at: Timestamp | null, 
/**
 * Until when it may be read, objected to and signed; none while the session lasts.
 */
until: Timestamp | null, 
/**
 * Who is to sign it.
 */
signers: Array<ParticipantId>, 
/**
 * Who is to sign their own part of it: who was called, and their lines alone.
 */
parts: Array<FrozenPart>, 
/**
 * Who signed this version.
 */
signed: Array<TranscriptSignature>, 
/**
 * Who will not.
 */
refused: Array<TranscriptRefusal>, 
/**
 * Every objection to any version, oldest first.
 */
objections: Array<Objection>, 
/**
 * To whom it was read aloud, oldest first; every version.
 */
read_aloud: Array<TranscriptReading>, 
/**
 * Whether everybody signed or refused.
 */
settled: boolean, };

/**
 * `POST /api/calls`: a station rings the court.
 */
export type Ring = { 
/**
 * Whom.
 */
wanted: Wanted, };

/**
 * `POST /api/calls/back`: somebody of the court rings a station.
 */
export type RingBack = { 
/**
 * Which.
 */
station: StationId, };

/**
 * The seat's role (court-domain §7.4; the name in Chinese beside each), in seating order.
 */
export type Role = "presiding_judge" | "judge" | "assessor" | "chair_mediator" | "mediator" | "lecturer" | "judge_assistant" | "clerk" | "recording_officer" | "bailiff" | "adviser" | "plaintiff" | "defendant" | "third_party" | "legal_representative" | "agent" | "witness" | "appraiser" | "inspector" | "expert" | "interpreter" | "sign_interpreter" | "attendant" | "visitor" | "learner" | "media" | "gallery";

/**
 * One line of the table.
 */
export type Row = { 
/**
 * Of what: a month, a tribunal, a place.
 */
name: string, 
/**
 * The figures.
 */
figures: Figures, 
/**
 * Mediations that succeeded among those decided, thousandths.
 */
success_permille: number | null, };

/**
 * A deadline that runs.
 */
export type Running = { 
/**
 * Which.
 */
term: Term, 
/**
 * Its last moment.
 */
ends_at: Timestamp, };

/**
 * Answer of `POST /api/join`.
 */
export type SeatPass = { 
/**
 * The hearing.
 */
hearing: HearingId, 
/**
 * The seat.
 */
participant: ParticipantId, 
/**
 * Its role.
 */
role: Role, 
/**
 * Name of the person.
 */
name: string, 
/**
 * Court, case number, cause, due time.
 */
heading: Heading, };

/**
 * A message to a page.
 */
export type ServerMessage = { "type": "welcome", 
/**
 * The protocol version.
 */
version: number, 
/**
 * How many slots the page should offer at first.
 */
slots: SlotCount, 
/**
 * Relays for a line on which UDP does not pass; good for `limits::RELAY_LIFE`.
 */
relays: Array<Relay>, 
/**
 * The hearing as this person may see it.
 */
view: View, } | { "type": "view", 
/**
 * The hearing as this person may see it.
 */
view: View, } | { "type": "outcome", 
/**
 * From the request.
 */
request: number, 
/**
 * Done or refused.
 */
outcome: RequestOutcome, } | { "type": "answer", 
/**
 * From the offer.
 */
request: number, 
/**
 * From the offer.
 */
connection: number, 
/**
 * The session description.
 */
sdp: string, } | { "type": "slots", 
/**
 * Filled slots.
 */
slots: Array<SlotUse>, 
/**
 * How many slots are needed; the page offers again with more lines when it has fewer.
 */
wanted: SlotCount, } | { "type": "pictures", 
/**
 * Picture lines in use.
 */
pictures: Array<PictureUse>, } | { "type": "reoffer", 
/**
 * Whether a new connection is needed.
 */
fresh: boolean, } | { "type": "speaking", 
/**
 * Speakers.
 */
who: Array<ParticipantId>, } | { "type": "health", 
/**
 * The figures.
 */
health: Health, } | { "type": "notes", 
/**
 * The notes, oldest first.
 */
notes: Array<CourtNote>, } | { "type": "minutes", 
/**
 * The minutes, oldest first.
 */
minutes: Array<Minute>, } | { "type": "transcript", 
/**
 * The step these lines are of.
 */
n: number, 
/**
 * The newest count of this page that is in them.
 */
done: number, 
/**
 * Whether they follow those of the message before.
 */
more: boolean, 
/**
 * Whether this is all.
 */
whole: boolean, 
/**
 * Whether this person may write.
 */
writes: boolean, 
/**
 * The lines, in order.
 */
lines: Array<TranscriptLine>, } | { "type": "transcript_steps", 
/**
 * The last step, known to this person or not.
 */
n: number, 
/**
 * The steps this person may know, in order.
 */
steps: Array<TranscriptStep>, } | { "type": "transcript_refused", 
/**
 * The page's count.
 */
seq: number, 
/**
 * Why.
 */
why: Refusal, } | { "type": "hearing", 
/**
 * Who speaks.
 */
who: ParticipantId, 
/**
 * Which turn of speech.
 */
turn: number, 
/**
 * The whole turn so far; empty when it is over.
 */
text: string, } | { "type": "turns", 
/**
 * The turns, the oldest first.
 */
turns: Array<SpeechTurn>, } | { "type": "recognition_away", 
/**
 * Why.
 */
why: string, } | { "type": "review", 
/**
 * The review.
 */
review: ReviewView, } | { "type": "ping", 
/**
 * To be sent back.
 */
number: number, } | { "type": "bye", 
/**
 * Why.
 */
why: Bye, };

/**
 * A sitting as it stands: `GET /api/hearings/{hearing}`, and each of `GET /api/export`.
 */
export type Session = { 
/**
 * Which.
 */
hearing: HearingId, 
/**
 * What was filled in, people with their seats.
 */
form: SessionForm, 
/**
 * Where it stands.
 */
stage: Stage, 
/**
 * How it ended, once it did.
 */
closing: Closing | null, 
/**
 * Name of its tribunal.
 */
tribunal_name: string, 
/**
 * Name of its place.
 */
site_name: string, 
/**
 * Who came with a code and has the seat.
 */
joined: Array<ParticipantId>, 
/**
 * Real names of everybody who is not of the court, numbers masked.
 */
real_names: Array<RealNameLine>, 
/**
 * What was said and agreed, in order.
 */
consents: Array<ConsentLine>, 
/**
 * Notices, in order.
 */
notices: Array<NoticeLine>, 
/**
 * What was changed, in order.
 */
changes: Array<ChangeLine>, 
/**
 * What the clerk should look at.
 */
warnings: Array<Warning>, };

/**
 * A sitting as somebody fills it in: `POST /api/hearings`, `PUT /api/hearings/{hearing}`, and
 * a row of `POST /api/import`.
 */
export type SessionForm = { 
/**
 * Court, case number or pre-filing number, cause, due time.
 */
heading: Heading, 
/**
 * What is settled. What the server finds out about notices is passed over, and `shields`
 * too: they stand with the people they protect.
 */
brief: Brief, 
/**
 * Booked for so many minutes.
 */
minutes: number, 
/**
 * How it is held.
 */
mode: Mode, 
/**
 * The tribunal that holds it.
 */
tribunal: number | null, 
/**
 * The place it is held from.
 */
site: SiteId | null, 
/**
 * Its name in the case system.
 */
external_id: string | null, 
/**
 * Who belongs to it, in seating order.
 */
people: Array<PersonForm>, 
/**
 * Why people of the court are changed; needed once the sitting has begun.
 */
reason: string, };

/**
 * A sheet people sign.
 */
export type Sheet = "facts" | "agreement";

/**
 * A sheet people sign.
 */
export type SheetView = { 
/**
 * Which.
 */
sheet: Sheet, 
/**
 * Which version, from 1.
 */
version: number, 
/**
 * Its text.
 */
text: string, 
/**
 * Whether this version was read out.
 */
read: boolean, 
/**
 * Who must sign it.
 */
signers: Array<ParticipantId>, 
/**
 * Who signed this version.
 */
signed: Array<Signature>, 
/**
 * Who refused.
 */
refused: Array<ParticipantId>, };

/**
 * A special measure: `who` is not seen or not heard by `from` (court-domain §6 row 41).
 */
export type Shield = { 
/**
 * Who is protected.
 */
who: ParticipantId, 
/**
 * From whom.
 */
from: ParticipantId, 
/**
 * The picture is kept from them.
 */
picture: boolean, 
/**
 * The voice is kept from them.
 */
sound: boolean, };

/**
 * A special measure as it is filled in with the person it protects.
 */
export type ShieldForm = { 
/**
 * From whom: the place in the list of people, from 0.
 */
from: number, 
/**
 * The picture is kept from them.
 */
picture: boolean, 
/**
 * The voice is kept from them.
 */
sound: boolean, };

/**
 * What is shown to all.
 */
export type ShownEvidence = { 
/**
 * What it is.
 */
item: EvidenceItem, 
/**
 * Who shows it.
 */
by: ParticipantId, 
/**
 * The page all see, from 1.
 */
page: number, 
/**
 * How far sound or video has come; none for what has pages.
 */
playing: Playing | null, 
/**
 * Lines drawn on it.
 */
strokes: Array<Stroke>, 
/**
 * Whether this person may turn its pages.
 */
may_turn: boolean, 
/**
 * Whether this person may draw on it.
 */
may_draw: boolean, };

/**
 * Which side of the dispute; in mediation the applicant is the plaintiff's side.
 */
export type Side = "plaintiff" | "defendant" | "third_party";

/**
 * How long a side has spoken.
 */
export type SideTime = { 
/**
 * Which side.
 */
side: Side, 
/**
 * So long, ms.
 */
ms: number, };

/**
 * How somebody without a page signs.
 */
export type SignFor = { "how": "on_paper", 
/**
 * Where the paper is.
 */
note: string, 
/**
 * JPEG, PNG or PDF, at most `limits::TRANSCRIPT_SCAN_BYTES_MAX`, base64.
 */
scan: string, } | { "how": "here", 
/**
 * The drawing as an SVG path.
 */
mark: string, };

/**
 * `POST /api/sign-in`.
 */
export type SignIn = { 
/**
 * Account name.
 */
name: string, 
/**
 * Password.
 */
password: string, };

/**
 * A signature on a sheet.
 */
export type Signature = { 
/**
 * Whose.
 */
who: ParticipantId, 
/**
 * When.
 */
at: Timestamp, 
/**
 * How.
 */
method: SigningMethod, };

/**
 * A file that belongs to a signature, in the hearing's folder.
 */
export type SignatureFile = { 
/**
 * Its name, `transcript-sign-<act>.jpg`.
 */
name: string, 
/**
 * Its length, bytes.
 */
bytes: number, 
/**
 * SHA-256 of it, hexadecimal.
 */
sha256: string, 
/**
 * SM3 of the same.
 */
sm3: string, };

/**
 * What a signature stands on besides the mark.
 */
export type SignatureProof = { "proof": "code", 
/**
 * How it came.
 */
way: CodeWay, } | { "proof": "password", } | { "proof": "terminal", } | { "proof": "scan", 
/**
 * Which file.
 */
file: SignatureFile, } | { "proof": "certificate", 
/**
 * Which file.
 */
file: SignatureFile, 
/**
 * Whom the certificate names.
 */
subject: string, 
/**
 * Who issued it.
 */
issuer: string, 
/**
 * Its serial number, hexadecimal.
 */
serial: string, };

/**
 * The code, or that it is on its way.
 */
export type SigningCode = { 
/**
 * How it comes to who signs.
 */
way: CodeWay, 
/**
 * The code, for who tells it; none where it was sent.
 */
code: string | null, 
/**
 * Until when it is good, UTC ms.
 */
until: Timestamp, };

/**
 * How somebody signs (在线诉讼规则 art. 33).
 */
export type SigningMethod = "typed" | "handwritten" | "on_paper" | "certificate";

/**
 * Names a place of the court's list: station, tribunal room, judge studio, circuit point.
 */
export type SiteId = number;

/**
 * What kind of place (one of the court's list).
 */
export type SiteKind = "tribunal" | "circuit_point" | "judge_studio" | "service_station" | "other";

/**
 * One place.
 */
export type SiteLine = { 
/**
 * Its number.
 */
id: SiteId, 
/**
 * Its tribunal.
 */
tribunal: number, 
/**
 * What kind.
 */
kind: SiteKind, 
/**
 * Name.
 */
name: string, 
/**
 * Where it is.
 */
address: string, 
/**
 * People it holds; 0 is unknown.
 */
capacity: number, 
/**
 * Who helps there.
 */
contact: string, 
/**
 * Their telephone.
 */
phone: string, };

/**
 * `GET /api/sites`.
 */
export type SiteList = { 
/**
 * Tribunals.
 */
tribunals: Array<TribunalLine>, 
/**
 * Places.
 */
sites: Array<SiteLine>, 
/**
 * Accounts that may sit for the court.
 */
accounts: Array<AccountLine>, };

/**
 * How many slots a page should offer.
 */
export type SlotCount = { 
/**
 * Seat slots (a sound and a picture line each).
 */
seats: number, 
/**
 * Screen slots (a picture line each).
 */
screens: number, };

/**
 * Who is in a slot now. A slot that is not listed is empty.
 */
export type SlotUse = { 
/**
 * The line this is about: a seat's sound, a seat's picture or a screen.
 */
purpose: LinePurpose, 
/**
 * The track that is forwarded there.
 */
track: TrackId, };

/**
 * A turn of speech, as who keeps the transcript is told of it.
 */
export type SpeechTurn = { 
/**
 * Its number, never used again in a hearing.
 */
turn: number, 
/**
 * Who speaks: whose microphone it is.
 */
who: ParticipantId, 
/**
 * First voice on the hearing's time line, ms.
 */
from_ms: number, 
/**
 * End of the last voice, ms; none while the turn is on.
 */
to_ms: number | null, 
/**
 * Milliseconds in which somebody else spoke too.
 */
cross_ms: number, };

/**
 * What a staff account is for.
 */
export type StaffKind = "judge" | "clerk" | "ops" | "mediator" | "admin" | "audit";

/**
 * Where the hearing stands (court-domain §7.1; later stages join here).
 */
export type Stage = { "name": "scheduled" } | { "name": "check_in" } | { "name": "pre_trial" } | { "name": "opening" } | { "name": "in_session" } | { "name": "recess", 
/**
 * The ground.
 */
ground: Ground, } | { "name": "tech_interrupted" } | { "name": "deliberation" } | { "name": "closed" };

/**
 * When the mediation takes place, which decides how long it may take (在线调解规则 art. 24).
 */
export type Standing = "before_filing" | "ordinary" | "simplified";

/**
 * Where an application stands.
 */
export type State = "applied" | "other_side_asked" | "choosing" | "mediator_named" | "accepted" | "scheduled" | "effective" | "confirmation_requested" | "failed" | "declined" | "returned" | "withdrawn";

/**
 * Answer of `POST /api/stations` and of `POST /api/stations/{station}/code`: type it at the
 * terminal, once. A new code ends the former terminal's pass.
 */
export type StationCode = { 
/**
 * Which station.
 */
station: StationId, 
/**
 * Eight digits.
 */
code: string, 
/**
 * Until when it works.
 */
expires_at: Timestamp, };

/**
 * What a station shows of itself.
 */
export type StationFace = { 
/**
 * Which station, its name, whom it calls.
 */
pass: StationPass, 
/**
 * Whether a judge of the tribunal can be rung now.
 */
judge: boolean, 
/**
 * Whether a clerk of the tribunal can be rung now.
 */
clerk: boolean, 
/**
 * Sittings of today at this place.
 */
sittings: Array<StationSitting>, };

/**
 * A station: a terminal the court knows by its enrolment. Prints as `s2`.
 */
export type StationId = number;

/**
 * One station as the court sees it.
 */
export type StationLine = { 
/**
 * Which.
 */
station: StationId, 
/**
 * Its name.
 */
name: string, 
/**
 * The tribunal it calls.
 */
tribunal: string, 
/**
 * Its place on the court's list.
 */
site: SiteId | null, 
/**
 * Whether a terminal is enrolled.
 */
enrolled: boolean, 
/**
 * Whether its page is open now.
 */
online: boolean, 
/**
 * When it was last here.
 */
seen_at: Timestamp | null, };

/**
 * Answer of `GET /api/stations`.
 */
export type StationList = { 
/**
 * Every station, by tribunal and name.
 */
stations: Array<StationLine>, };

/**
 * Answer of `POST /api/station/enrol`.
 */
export type StationPass = { 
/**
 * Which station this terminal is.
 */
station: StationId, 
/**
 * Its name.
 */
name: string, 
/**
 * The tribunal it calls.
 */
tribunal: string, };

/**
 * A sitting of today at a station. No names of people: everybody who passes may read it.
 */
export type StationSitting = { 
/**
 * Which.
 */
hearing: HearingId, 
/**
 * When it is due.
 */
scheduled_at: Timestamp, 
/**
 * Case number.
 */
case_number: string, 
/**
 * What kind of sitting.
 */
kind: Kind, 
/**
 * Where it stands.
 */
stage: Stage, };

/**
 * The whole table.
 */
export type Statistics = { 
/**
 * Everything.
 */
total: Figures, 
/**
 * Mediations that succeeded among those decided, thousandths.
 */
success_permille: number | null, 
/**
 * By month of the end.
 */
months: Array<Row>, 
/**
 * By tribunal.
 */
tribunals: Array<Row>, 
/**
 * By place.
 */
sites: Array<Row>, };

/**
 * A step that needs its own consent to be held online (在线诉讼规则 art. 4).
 */
export type Step = "mediation" | "evidence_exchange" | "inquiry" | "hearing" | "service" | "recording" | "record_for_transcript";

/**
 * A stretch of one track without a hole.
 */
export type Stretch = { 
/**
 * Whose.
 */
who: ParticipantId, 
/**
 * What.
 */
kind: TrackKind, 
/**
 * Start, ms.
 */
from_ms: number, 
/**
 * End, ms.
 */
to_ms: number, };

/**
 * A line drawn on a shown page; thousandths of the page's width and height.
 */
export type Stroke = { 
/**
 * The page it stands on, from 1.
 */
page: number, 
/**
 * At most `limits::STROKE_POINTS_MAX` points, each `[x, y]` from 0 to 1,000.
 */
points: Array<[number, number]>, };

/**
 * One step that was taken.
 */
export type Taken = { 
/**
 * When.
 */
at: Timestamp, 
/**
 * What.
 */
act: Act, };

/**
 * Which deadline.
 */
export type Term = "choose" | "name" | "answer" | "mediate" | "confirm";

/**
 * What a word is. An engine does not ask; people who look after the list do.
 */
export type TermKind = "term" | "name" | "dialect";

/**
 * What became of a list of words.
 */
export type TermsChanged = { 
/**
 * These came.
 */
added: Array<GlossaryTerm>, 
/**
 * These went.
 */
removed: Array<GlossaryTerm>, 
/**
 * These weigh otherwise, or are of another kind, now.
 */
altered: Array<GlossaryTerm>, };

/**
 * A piece of a change to a text, from its beginning on. What follows the last piece stays.
 * Lengths are in UTF-16 code units, as pages count; no character is ever cut in two.
 */
export type TextPart = { "keep": number } | { "drop": number } | { "put": string };

/**
 * A call for help as requester and operators see it.
 */
export type Ticket = { 
/**
 * Which.
 */
ticket: TicketId, 
/**
 * Where it stands.
 */
state: TicketState, 
/**
 * When help was called.
 */
opened_at: Timestamp, 
/**
 * In which hearing.
 */
hearing: HearingId | null, 
/**
 * From which seat.
 */
participant: ParticipantId | null, 
/**
 * Its role.
 */
role: Role | null, 
/**
 * From which station.
 */
station: StationId | null, 
/**
 * Name of the station or place.
 */
place: string, 
/**
 * In the person's words.
 */
words: string, 
/**
 * What the page knew.
 */
facts: HelpFacts, 
/**
 * Who is coming, or came.
 */
by: string | null, 
/**
 * Since when somebody is coming.
 */
acknowledged_at: Timestamp | null, 
/**
 * When it was closed.
 */
closed_at: Timestamp | null, 
/**
 * What was found.
 */
outcome: string, };

/**
 * One call for help. Prints as `t7`.
 */
export type TicketId = number;

/**
 * Where a call for help stands.
 */
export type TicketState = "open" | "acknowledged" | "closed";

/**
 * How large one picture line is drawn on a page now, in device pixels. 0 × 0: not shown at all.
 */
export type Tile = { 
/**
 * The line: a seat's picture or a screen.
 */
purpose: LinePurpose, 
/**
 * Width.
 */
width: number, 
/**
 * Height.
 */
height: number, };

/**
 * Wall-clock time: milliseconds since 1970-01-01 UTC. Shown to people and written to the record.
 */
export type Timestamp = number;

/**
 * One token.
 */
export type TokenLine = { 
/**
 * Its number.
 */
id: number, 
/**
 * What it is for.
 */
name: string, 
/**
 * What it may do.
 */
scopes: Array<string>, 
/**
 * Until when.
 */
expires_at: Timestamp, };

/**
 * Answer of `POST /api/tokens`: the token is shown once.
 */
export type TokenMade = { 
/**
 * Its number.
 */
id: number, 
/**
 * What goes behind `Authorization: Bearer`.
 */
token: string, };

/**
 * What stays of a record that was deleted after its time.
 */
export type Tombstone = { 
/**
 * Which hearing.
 */
hearing: HearingId, 
/**
 * Of which case.
 */
case_number: string, 
/**
 * When it was opened, if it was.
 */
opened_at: Timestamp | null, 
/**
 * When it was closed, if it was.
 */
closed_at: Timestamp | null, 
/**
 * Bytes of media there were.
 */
bytes: number, 
/**
 * Files there were.
 */
files: number, 
/**
 * Digest of the ledger's last entry, hexadecimal SHA-256.
 */
head_sha256: string, 
/**
 * The same, SM3.
 */
head_sm3: string, 
/**
 * Who deleted it.
 */
by: string, 
/**
 * When.
 */
at: Timestamp, 
/**
 * Why.
 */
reason: string, 
/**
 * Until when it had to be kept.
 */
kept_until: Timestamp, };

/**
 * One track: who sends it and what it is. Survives reconnects of its publisher.
 */
export type TrackId = { 
/**
 * The publisher.
 */
participant: ParticipantId, 
/**
 * The kind of track.
 */
kind: TrackKind, };

/**
 * The kind of a track.
 */
export type TrackKind = "microphone" | "camera" | "screen";

/**
 * What was done in the review: a minute of the hearing while its ledger is open, and a line of
 * `transcript.jsonl` in its folder always.
 */
export type TranscriptAct = { "act": "frozen", 
/**
 * Which.
 */
version: number, 
/**
 * SHA-256 of that file, hexadecimal.
 */
sha256: string, 
/**
 * SM3 of the same.
 */
sm3: string, 
/**
 * How many lines it has.
 */
lines: number, 
/**
 * Who is to sign it.
 */
signers: Array<ParticipantId>, 
/**
 * Who is to sign their own part.
 */
parts?: Array<FrozenPart>, } | { "act": "reopened", 
/**
 * Why.
 */
reason: string, } | { "act": "objected", 
/**
 * Number, from 1.
 */
number: number, 
/**
 * To which version.
 */
version: number, 
/**
 * To which line.
 */
line: LineId, 
/**
 * In which words.
 */
text: string, } | { "act": "answered", 
/**
 * Which.
 */
number: number, 
/**
 * How.
 */
answer: ObjectionAnswer, } | { "act": "signed", 
/**
 * Which version.
 */
version: number, 
/**
 * SHA-256 of it.
 */
sha256: string, 
/**
 * How.
 */
method: SigningMethod, 
/**
 * Name, drawing, or where the paper is.
 */
mark: string, 
/**
 * Whose signature it is, where somebody else notes it.
 */
who?: ParticipantId | null, 
/**
 * What it stands on besides.
 */
proof?: SignatureProof | null, } | { "act": "read_aloud", 
/**
 * Which version.
 */
version: number, 
/**
 * From which line.
 */
first: LineId, 
/**
 * To which.
 */
last: LineId, 
/**
 * How many lines.
 */
lines: number, 
/**
 * To whom.
 */
to: Array<ParticipantId>, 
/**
 * On which terminal.
 */
terminal: string, } | { "act": "refused", 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * Which version.
 */
version: number, 
/**
 * Why.
 */
reason: string, };

/**
 * Why somebody cannot sign on a page of their own now.
 */
export type TranscriptAway = "no_page" | "left" | "removed" | "cut_off" | "absent";

/**
 * What somebody wants done to the transcript.
 */
export type TranscriptEdit = { "edit": "add", 
/**
 * Its name, never used before.
 */
line: LineId, 
/**
 * Behind which line; none for the beginning.
 */
after: LineId | null, 
/**
 * What it is.
 */
kind: LineKind, 
/**
 * Who speaks.
 */
speaker: ParticipantId | null, 
/**
 * Its first words.
 */
text: string, 
/**
 * The turn of speech it writes down, as the page was told of it: the line is played from
 * where that began. A turn the server does not remember any more gives the line no place.
 */
turn: number | null, } | { "edit": "type", 
/**
 * Which.
 */
line: LineId, 
/**
 * Which revision was changed; another one is refused with `TextMoved`, and the page
 * brings its change onto the newest.
 */
rev: number, 
/**
 * How.
 */
change: Array<TextPart>, } | { "edit": "attribute", 
/**
 * Which.
 */
line: LineId, 
/**
 * What it is.
 */
kind: LineKind, 
/**
 * Who speaks.
 */
speaker: ParticipantId | null, } | { "edit": "accept", 
/**
 * Which.
 */
line: LineId, } | { "edit": "remove", 
/**
 * Which.
 */
line: LineId, };

/**
 * One line.
 */
export type TranscriptLine = { 
/**
 * Its name.
 */
id: LineId, 
/**
 * How often the text was changed.
 */
rev: number, 
/**
 * What it is.
 */
kind: LineKind, 
/**
 * Who speaks.
 */
speaker: ParticipantId | null, 
/**
 * How the speaker is written, `原告（张三）`; empty without one.
 */
label: string, 
/**
 * Among whom it was written.
 */
room: TranscriptRoom, 
/**
 * In which phase.
 */
phase: Phase | null, 
/**
 * When it was begun, UTC ms.
 */
at: Timestamp, 
/**
 * Where its words begin and end on the hearing's time line, ms; of what was heard alone.
 */
heard: [number, number] | null, 
/**
 * The draft it was or is.
 */
draft: Draft | null, 
/**
 * Called people (witnesses, appraisers) who were in the courtroom then. Never sent to a page.
 */
called?: Array<ParticipantId>, 
/**
 * The words.
 */
text: string, };

/**
 * An act as a minute of the hearing.
 */
export type TranscriptMinute = { 
/**
 * Number of the act in `transcript.jsonl`.
 */
n: number, 
/**
 * What was done.
 */
done: TranscriptAct, };

/**
 * What became of it, in the order of the log.
 */
export type TranscriptOp = { "op": "added", 
/**
 * Behind which line; none for the beginning.
 */
after: LineId | null, 
/**
 * The line.
 */
line: TranscriptLine, } | { "op": "typed", 
/**
 * Which.
 */
line: LineId, 
/**
 * The revision it has now.
 */
rev: number, 
/**
 * How.
 */
change: Array<TextPart>, 
/**
 * The engine went on, and the draft stays one.
 */
heard?: DraftMore | null, } | { "op": "attributed", 
/**
 * Which.
 */
line: LineId, 
/**
 * What it is.
 */
kind: LineKind, 
/**
 * Who speaks.
 */
speaker: ParticipantId | null, 
/**
 * How they are written.
 */
label: string, } | { "op": "accepted", 
/**
 * Which.
 */
line: LineId, } | { "op": "removed", 
/**
 * Which.
 */
line: LineId, };

/**
 * A person as a transcript names them.
 */
export type TranscriptPerson = { 
/**
 * Who.
 */
id: ParticipantId, 
/**
 * In which role.
 */
role: Role, 
/**
 * Name.
 */
name: string, 
/**
 * Whether the person has an account of the court, whose password goes with a typed name.
 */
account: boolean, 
/**
 * Whether the person sits in the courtroom.
 */
in_court: boolean, 
/**
 * Why the person cannot sign on a page now; none while they can.
 */
away: TranscriptAway | null, };

/**
 * A version was read aloud.
 */
export type TranscriptReading = { 
/**
 * When it ended.
 */
at: Timestamp, 
/**
 * Who had it read.
 */
by: ParticipantId, 
/**
 * Which version.
 */
version: number, 
/**
 * From which line.
 */
first: LineId, 
/**
 * To which.
 */
last: LineId, 
/**
 * How many lines.
 */
lines: number, 
/**
 * To whom.
 */
to: Array<ParticipantId>, 
/**
 * On which terminal.
 */
terminal: string, };

/**
 * A refusal to sign.
 */
export type TranscriptRefusal = { 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * When.
 */
at: Timestamp, 
/**
 * Why.
 */
reason: string, };

/**
 * Among whom a line was written, and so who may read it.
 */
export type TranscriptRoom = { "room": "court", } | { "room": "closed", } | { "room": "caucus", 
/**
 * Which.
 */
side: Side, };

/**
 * A signature under a version.
 */
export type TranscriptSignature = { 
/**
 * Who.
 */
who: ParticipantId, 
/**
 * When.
 */
at: Timestamp, 
/**
 * How.
 */
method: SigningMethod, 
/**
 * The name typed out, the drawing as an SVG path, or where the paper is.
 */
mark: string, 
/**
 * Who noted it, where that was not the signer.
 */
noted_by: ParticipantId | null, 
/**
 * What it stands on besides.
 */
proof: SignatureProof | null, };

/**
 * One step of the log: durable before anybody is told.
 */
export type TranscriptStep = { 
/**
 * Number, from 1.
 */
n: number, 
/**
 * When, UTC ms.
 */
at: Timestamp, 
/**
 * Who; none for what the machine drafted.
 */
by: ParticipantId | null, 
/**
 * Which page of theirs, and its own count: so a page that comes back knows what was done.
 */
desk: string, 
/**
 * The page's count.
 */
seq: number, 
/**
 * What.
 */
op: TranscriptOp, };

/**
 * A transcript over HTTP: live, frozen or in the archive, as far as the reader may see it.
 */
export type TranscriptView = { 
/**
 * Who reads; none for somebody of the court without a seat.
 */
me: ParticipantId | null, 
/**
 * Whether the reader keeps the transcript: freezes, corrects, answers.
 */
keeps: boolean, 
/**
 * The lines of the frozen version, or as they stand.
 */
lines: Array<TranscriptLine>, 
/**
 * Where the review stands.
 */
review: ReviewView, 
/**
 * Who the signers and speakers are.
 */
people: Array<TranscriptPerson>, 
/**
 * Whether the recording takes the transcript's place (庭审录音录像规定 art. 8).
 */
replaced: boolean, };

/**
 * How one step of the test went.
 */
export type Trial = "passed" | "failed" | "untried";

/**
 * One tribunal.
 */
export type TribunalLine = { 
/**
 * Its number.
 */
id: number, 
/**
 * Name.
 */
name: string, 
/**
 * Its court.
 */
court: string, };

/**
 * What is wrong with a line, the heaviest first.
 */
export type Trouble = "loss_up" | "loss_down" | "delay" | "jitter" | "freeze" | "narrow";

/**
 * What `assize verify` says.
 */
export type Verdict = { 
/**
 * Whether everything is intact.
 */
intact: boolean, 
/**
 * Whether the ledger is sealed.
 */
sealed: boolean, 
/**
 * Entries checked.
 */
entries: number, 
/**
 * Segments checked.
 */
segments: number, 
/**
 * Each thing found wrong, naming the entry or file.
 */
findings: Array<string>, 
/**
 * What else is to be known: who signed, when it was stamped, who confirmed, what was not
 * checked.
 */
remarks: Array<string>, };

/**
 * The hearing as one participant may see it.
 */
export type View = { 
/**
 * The hearing.
 */
hearing: HearingId, 
/**
 * Rises with every view sent to this person.
 */
version: number, 
/**
 * The server's clock when the view was made.
 */
server_time: Timestamp, 
/**
 * Court, case number and cause.
 */
heading: Heading, 
/**
 * Where the hearing stands.
 */
stage: Stage, 
/**
 * Since when.
 */
stage_since: Timestamp, 
/**
 * When the hearing was opened (宣布开庭), once it was.
 */
opened_at: Timestamp | null, 
/**
 * What the recorder is doing.
 */
record: RecordState, 
/**
 * The person this view is for.
 */
me: Me, 
/**
 * The people this person may know of, in seating order, without themselves. Empty in the
 * waiting room.
 */
people: Array<Person>, 
/**
 * What was settled beforehand; people who are not of the court see no shields and notices.
 */
brief: Brief, 
/**
 * The course of the sitting.
 */
procedure: ProcedureView, 
/**
 * Rooms beside the hearing this person may know of.
 */
chambers: Array<ChamberView>, 
/**
 * Evidence this person may see.
 */
evidence: EvidenceView, 
/**
 * The mediation, in a sitting that is one or in its phase P10; for those who take part.
 */
mediation: MediationView | null, 
/**
 * Whether attendance is being asked for, and who confirmed (lectures).
 */
presence: PresenceView | null, 
/**
 * The discipline this person has to accept, as long as they have not checked in.
 */
discipline: Discipline | null, 
/**
 * The record of the deliberation, for the panel and its clerk alone.
 */
deliberation: DeliberationView | null, };

/**
 * Whom a station asks for.
 */
export type Wanted = "judge" | "clerk";

/**
 * Something the clerk should look at.
 */
export type Warning = { 
/**
 * What.
 */
what: WarningKind, 
/**
 * Whom it concerns.
 */
who: ParticipantId | null, };

/**
 * What kind of warning.
 */
export type WarningKind = "day_off" | "notice_short" | "notice_missing" | "notice_unconfirmed" | "consent_missing";

/**
 * One webhook.
 */
export type WebhookLine = { 
/**
 * Its number.
 */
id: number, 
/**
 * Where.
 */
url: string, 
/**
 * Which events; all when empty.
 */
events: Array<string>, };

/**
 * `GET /api/webhooks`.
 */
export type WebhookList = { 
/**
 * One line each.
 */
webhooks: Array<WebhookLine>, 
/**
 * The last deliveries, newest first.
 */
deliveries: Array<DeliveryLine>, 
/**
 * Tokens of the case system.
 */
tokens: Array<TokenLine>, };

/**
 * Answer of `POST /api/webhooks`: the secret is shown once.
 */
export type WebhookMade = { 
/**
 * Its number.
 */
id: number, 
/**
 * What `X-Assize-Signature` is made with.
 */
secret: string, };

/**
 * Answer of `GET /api/me` and of `POST /api/sign-in`.
 */
export type WhoAmI = { "kind": "nobody", } | { "kind": "staff", 
/**
 * Name shown.
 */
name: string, 
/**
 * What the account is for.
 */
staff: StaffKind, } | { "kind": "seat", 
/**
 * Which seat.
 */
seat: SeatPass, };

/**
 * `POST /api/archive/{hearing}/hold`, `/hold/lift` and `/erase`.
 */
export type WithReason = { 
/**
 * Why.
 */
reason: string, };

/**
 * One such day.
 */
export type WorkingDay = { 
/**
 * As `2026-10-01`.
 */
day: string, 
/**
 * Worked (调休上班) or off (放假).
 */
working: boolean, };

/**
 * `GET /api/working-days`, `PUT /api/working-days`.
 */
export type WorkingDays = { 
/**
 * Days that are not what their weekday says.
 */
days: Array<WorkingDay>, };

/** The protocol's version, said in `hello`. */
export const VERSION = 1;

/** The WebSocket close code of each reason. */
export const CLOSE_CODE: Record<Bye, number> = {
  replaced: 4001,
  removed: 4002,
  closed: 4003,
  sign_in_needed: 4004,
  version: 4005,
  violation: 1002,
  too_slow: 4006,
  restart: 1012,
  fault: 1011,
};

/** The sentence of each refusal in both languages. */
export const REFUSAL_TEXT: Record<Refusal, { zh: string; en: string }> = {
  not_your_right: {
    zh: "您的身份不能进行此操作。",
    en: "Your role does not allow this.",
  },
  wrong_stage: {
    zh: "当前庭审阶段不能进行此操作，请按页面提示的下一步操作。",
    en: "This is not possible at this stage of the hearing; follow the next step shown on the page.",
  },
  nobody_there: {
    zh: "没有找到该参加人，请刷新名单后再试。",
    en: "No such person in this hearing; refresh the list and try again.",
  },
  not_checked_in: {
    zh: "该参加人尚未签到，请提醒其签到。",
    en: "That person has not checked in yet; ask them to.",
  },
  not_admitted: {
    zh: "您尚未获准入庭，请等候法官准许。",
    en: "You have not been admitted yet; wait for the judge.",
  },
  discipline_not_accepted: {
    zh: "请先阅读并同意法庭纪律。",
    en: "Read and accept the court discipline first.",
  },
  discipline_changed: {
    zh: "法庭纪律的内容已更新，请重新阅读后再同意。",
    en: "The court discipline was changed; read it again and accept it.",
  },
  not_connected: {
    zh: "该参加人目前不在线，请等其重新连接。",
    en: "That person is not connected at the moment; wait until they are back.",
  },
  already_there: {
    zh: "该操作已经完成，无需重复。",
    en: "This is done already.",
  },
  witness_not_before_call: {
    zh: "证人须在开庭后由法官传唤到庭。",
    en: "A witness enters only when called in session.",
  },
  one_witness_at_a_time: {
    zh: "已有证人在庭，请先请其退庭。",
    en: "Another witness is in the hearing; dismiss them first.",
  },
  judge_not_seen: {
    zh: "未收到法官的声音，请打开麦克风后再宣布开庭。",
    en: "The judge's microphone does not reach the server; switch it on and try again.",
  },
  nobody_admitted: {
    zh: "尚无当事人入庭，请先准许入庭。",
    en: "No party has been admitted; admit a party first.",
  },
  record_not_confirmed: {
    zh: "录音录像未能确认写入，未开庭。请联系运维后重试。",
    en: "The recorder did not confirm frames on disk; the hearing is not open. Call operations and try again.",
  },
  record_at_risk: {
    zh: "录音录像故障，暂不能进行此操作。请联系运维。",
    en: "The record cannot be kept at the moment; call operations.",
  },
  clock_off: {
    zh: "服务器时钟偏差超过允许范围，暂不能开庭。请联系运维校准时钟。",
    en: "The server's clock is further off than is allowed, so nothing recorded can be opened; call operations to set it.",
  },
  warn_first: {
    zh: "责令退出前须先警告；情况紧急未警告的，请说明理由。",
    en: "Warn the person before ordering them to leave, or say why there was no warning.",
  },
  reason_missing: {
    zh: "请填写理由。",
    en: "Give a reason.",
  },
  text_too_long: {
    zh: "文字过长，请缩短后再试。",
    en: "The text is too long; shorten it.",
  },
  not_the_court: {
    zh: "不能对审判人员进行此操作。",
    en: "This cannot be done to the court's own people.",
  },
  locked: {
    zh: "法官已将您静音，请举手申请发言。",
    en: "The judge muted you; raise your hand to speak.",
  },
  removed: {
    zh: "已被责令退出本次庭审，须经法官准许方可返回。",
    en: "Ordered to leave this hearing; only the judge may let the person back.",
  },
  hearing_closed: {
    zh: "庭审已经结束。",
    en: "The hearing is closed.",
  },
  not_yet_open: {
    zh: "庭审尚未开始签到，请稍候。",
    en: "Check-in has not started yet; please wait.",
  },
  not_sealed: {
    zh: "卷宗尚未封存，闭庭并封存后再制作。",
    en: "The record is not sealed yet; wait until the hearing is closed and its record sealed.",
  },
  check_value_other: {
    zh: "校验值与卷宗不一致，请刷新页面后重新核对。",
    en: "The check value is not that of the record; reload the page and compare again.",
  },
  explanation_missing: {
    zh: "录音录像有故障，须先由审判长或者独任审判员签署情况说明。",
    en: "The recording had a fault; who presided has to sign an explanation first.",
  },
  explanation_open: {
    zh: "情况说明尚有未补充之处，请补充完整后再签署。",
    en: "The explanation still has places to fill in; complete it before signing.",
  },
  still_kept: {
    zh: "保管期限未满，不得删除。",
    en: "The record must still be kept; it cannot be deleted.",
  },
  on_hold: {
    zh: "该卷宗已被责令保全，不得删除。",
    en: "A hold is on this record; it cannot be deleted.",
  },
  no_video_copies: {
    zh: "依照规定，当事人可以查阅录像、复制录音，不得复制录像。",
    en: "The rule gives people of a case a view and a copy of the sound, not a copy of the pictures.",
  },
  not_granted: {
    zh: "查阅、复制尚未获准或者期限已过，请先提出申请。",
    en: "Not granted, or its time is over; ask for it first.",
  },
  part_too_large: {
    zh: "所选片段过大，请缩短时间段或者减少人员后再试。",
    en: "That part is too large; choose a shorter time or fewer people.",
  },
  full: {
    zh: "席位或服务器已满，请联系法庭工作人员。",
    en: "There is no more room; contact the court.",
  },
  too_fast: {
    zh: "操作过于频繁，请稍后再试。",
    en: "Too many requests; wait a moment.",
  },
  code_unknown: {
    zh: "验证码不正确，请核对后重新输入。",
    en: "That code is not correct; check it and type it again.",
  },
  code_used: {
    zh: "验证码已在其他设备使用，请联系书记员重新发放。",
    en: "That code was already used on another device; ask the clerk for a new one.",
  },
  code_expired: {
    zh: "验证码已过期，请联系书记员重新发放。",
    en: "That code has expired; ask the clerk for a new one.",
  },
  font_missing: {
    zh: "服务器没有安装中文字体，暂时不能生成 PDF。请联系管理员安装 fonts-noto-cjk；Word 和文本仍可下载。",
    en: "The server has no Chinese font and cannot make a PDF: an administrator installs fonts-noto-cjk. Word and text can be downloaded.",
  },
  sign_in_wrong: {
    zh: "用户名或密码不正确。",
    en: "Name or password is not correct.",
  },
  sign_in_locked: {
    zh: "错误次数过多，请稍后再试。",
    en: "Too many wrong attempts; try again later.",
  },
  sign_in_needed: {
    zh: "请先登录。",
    en: "Sign in first.",
  },
  not_found: {
    zh: "没有找到，或您无权查看。",
    en: "Not found, or not for you to see.",
  },
  offer_unusable: {
    zh: "音视频连接协商失败，请刷新页面后重试。",
    en: "The media offer could not be used; reload the page.",
  },
  malformed: {
    zh: "请求内容有误，请刷新页面后重试。",
    en: "The request could not be read; reload the page.",
  },
  consent_missing: {
    zh: "有当事人尚未同意本环节在线进行，请先征得其同意或者转为线下。",
    en: "Somebody has not agreed to hold this step online; ask them, or go on offline.",
  },
  barred_not_answered: {
    zh: "请先核对不适用在线庭审的七种情形。",
    en: "Go through the seven grounds that bar an online hearing first.",
  },
  barred: {
    zh: "存在不适用在线庭审的情形，请转为线下。",
    en: "A ground bars an online hearing; go on offline.",
  },
  party_unaccounted: {
    zh: "有当事人既未入庭也未记明缺席，请先准许其入庭或者记明缺席。",
    en: "A party is neither admitted nor noted as absent; do one of the two.",
  },
  identity_unchecked: {
    zh: "有当事人身份尚未核对，请先核对或者由法官说明理由后继续。",
    en: "An identity has not been checked; check it, or go on with a reason.",
  },
  power_unchecked: {
    zh: "有代理人的授权委托尚未核对，请先核对授权委托书。",
    en: "An agent's power of attorney has not been checked; check it first.",
  },
  special_power_needed: {
    zh: "一般授权的代理人不能签署协议，须有特别授权或者由当事人本人签署。",
    en: "An agent with general power cannot sign this; special power or the party is needed.",
  },
  phase_out_of_turn: {
    zh: "该环节不是下一环节，请先完成前面的环节；如需跳转请说明理由。",
    en: "That phase does not follow; go through those before it, or give a reason to go there.",
  },
  phase_not_in_course: {
    zh: "本案程序不含该环节，请选择列出的环节。",
    en: "That phase is not part of this course; choose one that is listed.",
  },
  discipline_unread: {
    zh: "请先宣布法庭纪律，书记员未宣布的可由法官宣布。",
    en: "The court discipline has not been read; the clerk or the judge reads it first.",
  },
  still_inside: {
    zh: "该参加人在庭，不能记明缺席；如已离开，请先请其退到候庭。",
    en: "That person is in the hearing and cannot be noted as absent; send them to the waiting room first.",
  },
  challenge_upheld: {
    zh: "回避申请成立，本次庭审不能继续，请延期审理、转为线下或者闭庭。",
    en: "The challenge was upheld and this sitting cannot go on; adjourn, go on offline or close.",
  },
  challenge_pending: {
    zh: "回避申请尚未处理，请先作出决定。",
    en: "A challenge waits for its decision; decide it first.",
  },
  not_challengeable: {
    zh: "只能对审判人员、书记员、翻译人员、鉴定人、勘验人申请回避。",
    en: "Only the court, interpreters, appraisers and inspectors can be challenged.",
  },
  nothing_pending: {
    zh: "当前没有需要处理的事项。",
    en: "There is nothing to decide at the moment.",
  },
  no_floor: {
    zh: "当前无人持有发言权，请先指定发言人。",
    en: "Nobody has the floor; give it to somebody first.",
  },
  gallery_full: {
    zh: "旁听席已满。",
    en: "The gallery is full.",
  },
  not_public: {
    zh: "本案不公开审理，不设旁听。",
    en: "This case is not public; there is no gallery.",
  },
  guarantee_needed: {
    zh: "证人须先签署并宣读保证书。",
    en: "The guarantee must be signed and read first.",
  },
  guarantee_refused: {
    zh: "该证人拒绝签署保证书，不得作证。",
    en: "The guarantee was refused; there can be no testimony.",
  },
  only_on_expert_topic: {
    zh: "有专门知识的人仅就专业问题出庭，请在举证质证或法庭询问环节传唤。",
    en: "A person with special knowledge comes only while evidence or questions are heard.",
  },
  in_another_chamber: {
    zh: "该参加人正在其他会商中。",
    en: "That person is in another private room.",
  },
  chamber_locked: {
    zh: "该会商已锁定。",
    en: "That private room is locked.",
  },
  no_chamber: {
    zh: "没有该会商，可能已经结束。",
    en: "There is no such private room; it may have ended.",
  },
  not_your_people: {
    zh: "只能与本方当事人、代理人会商。",
    en: "You may consult only with your own side.",
  },
  not_exchanged: {
    zh: "该证据尚未交换，不能出示。",
    en: "That evidence has not been exchanged and cannot be shown.",
  },
  nothing_to_show: {
    zh: "证据列表中没有您可以出示的证据，请先提交并交换证据。",
    en: "There is no evidence you may show; hand it in and exchange it first.",
  },
  nothing_shown: {
    zh: "当前没有正在出示的证据。",
    en: "Nothing is being shown.",
  },
  no_such_page: {
    zh: "没有该页。",
    en: "There is no such page.",
  },
  checklist_open: {
    zh: "调解前须逐项完成核对和告知。",
    en: "Go through the mediation's checklist first.",
  },
  recording_not_agreed: {
    zh: "录音录像须经各方当事人明确同意。",
    en: "Every party must agree to a recording.",
  },
  sheet_changed: {
    zh: "文本已被修改，请查看最新版本后再操作。",
    en: "The text was changed meanwhile; read the newest version.",
  },
  read_back_needed: {
    zh: "请先宣读并说明该文本。",
    en: "Read the text out first.",
  },
  facts_sheet_needed: {
    zh: "以录音录像代替笔录的，无争议事实仍须书面记载并由各方确认。",
    en: "Where a recording replaces the record, the undisputed facts must be written and signed.",
  },
  signs_themselves: {
    zh: "该参加人有自己的页面，须由其本人在页面上签名或者拒绝。",
    en: "That person has a page of their own and signs, or refuses, on it.",
  },
  not_in_court: {
    zh: "纸质签名只能为在法庭现场的参加人记明。",
    en: "A signature on paper is noted only for somebody in the courtroom.",
  },
  already_effective: {
    zh: "协议已经生效，不能修改。",
    en: "The agreement is in force and cannot be changed.",
  },
  file_not_readable: {
    zh: "文件无法识别或与类型不符，请上传 PDF、图片、音频或视频文件。",
    en: "The file is not what it claims to be; upload a PDF, picture, sound or video.",
  },
  file_encrypted: {
    zh: "文件已加密，请取消密码后再上传。",
    en: "The file is encrypted; remove its password first.",
  },
  file_too_large: {
    zh: "文件过大，请压缩或分拆后再上传。",
    en: "The file is too large; make it smaller or split it.",
  },
  evidence_full: {
    zh: "本案证据的数量或者总大小已达上限，请先删除未交换的证据。",
    en: "This hearing has as much evidence as it may have; remove some that was not exchanged.",
  },
  already_exchanged: {
    zh: "该证据已经交换，不能自行修改或者删除，请联系法庭。",
    en: "That evidence has been exchanged; only the court may change it now.",
  },
  evidence_altered: {
    zh: "该证据文件与提交时的校验值不一致，不能出示。请联系运维核查。",
    en: "That file is no longer the one that was handed in and cannot be shown; call operations.",
  },
  record_altered: {
    zh: "合议笔录与保存时的校验值不一致，不能显示。请联系运维核查。",
    en: "The record of the deliberation is not what was written and is not shown; call operations.",
  },
  text_moved: {
    zh: "该行已被他人修改，正在合并。",
    en: "That line was changed meanwhile; the change is being merged.",
  },
  transcript_frozen: {
    zh: "笔录已经固定，正在核对签名；如需修改，请先恢复编辑。",
    en: "The transcript is frozen for reading and signing; take it up again before changing it.",
  },
  drafts_unchecked: {
    zh: "尚有未经核对的识别草稿，请逐条修改、采用或者删除后再固定。",
    en: "There are machine drafts nobody has checked; correct, accept or remove each before freezing.",
  },
  transcript_open: {
    zh: "笔录尚未固定，请在固定后核对、签名。",
    en: "The transcript is not frozen yet; read and sign it afterwards.",
  },
  code_needed: {
    zh: "输入姓名签名还须填写法院告知的验证码（法院人员为登录密码）。",
    en: "A typed name needs the court's one-time code besides; people of the court give their password.",
  },
  code_wrong: {
    zh: "验证码不正确或者已经失效，请核对或者重新获取。",
    en: "The code is wrong or no longer good; check it or ask for another.",
  },
  no_phone: {
    zh: "没有登记手机号码，请由书记员当面或者在庭上告知验证码。",
    en: "No telephone number is known; let the clerk tell the code.",
  },
  certificate_form: {
    zh: "所上传的文件不是可识别的数字签名文件（CMS/PKCS#7，.p7s）。",
    en: "That file is no signature that can be read (CMS/PKCS#7, .p7s).",
  },
  certificate_text: {
    zh: "该数字签名所签的不是本版笔录原文，请下载原文后重新签名。",
    en: "That signature is over another text; download the exact text and sign it again.",
  },
  certificate_untrusted: {
    zh: "签名证书不是由本院信任的机构颁发的，不能使用。",
    en: "The certificate was not issued by an authority this court trusts.",
  },
  certificate_expired: {
    zh: "签名证书不在有效期内，请更换有效证书。",
    en: "The certificate is not valid at this time.",
  },
  certificate_other: {
    zh: "证书上的姓名与签名人不一致，只能使用本人的证书。",
    en: "The certificate names somebody else; only one's own can be used.",
  },
  certificate_unused: {
    zh: "本院尚未设置受信任的证书颁发机构，请以手写或者输入姓名方式签名。",
    en: "This court has no trusted authorities set; sign by hand or by name.",
  },
  reading_over: {
    zh: "庭审笔录的阅读和补正期限（庭审后五日）已过。",
    en: "The five days for reading and correcting the transcript are over.",
  },
  place_taken: {
    zh: "该场所在此时段已被占用，请更换时间或场所。",
    en: "That place is taken at that time; choose another time or place.",
  },
  person_taken: {
    zh: "有人员在此时段已有安排。",
    en: "Somebody sits elsewhere at that time.",
  },
  case_number_missing: {
    zh: "请填写案号或者诉前编号。",
    en: "Give the case number or the pre-filing number.",
  },
  not_plausible: {
    zh: "填写内容不合要求，请核对后再试。",
    en: "Something filled in does not fit; check it and try again.",
  },
  outside_silent: {
    zh: "外部比对服务没有响应，请改用其他方式核对身份。",
    en: "The outside service does not answer; check the identity in another way.",
  },
  server_fault: {
    zh: "服务器出现故障，已通知运维，请稍后重试。",
    en: "The server had a fault; operations have been told. Try again.",
  },
};

/** What every role is called; `chief` is who presides over a panel. */
export const ROLE_NAME: Record<Role | 'chief', { zh: string; short: string; en: string }> = {
  chief: { zh: "审判长", short: "审判长", en: "Presiding judge" },
  presiding_judge: { zh: "审判员", short: "审判员", en: "Judge" },
  judge: { zh: "审判员", short: "审判员", en: "Panel judge" },
  assessor: { zh: "人民陪审员", short: "陪审员", en: "Assessor" },
  chair_mediator: { zh: "主持调解员", short: "主持调解员", en: "Chair mediator" },
  mediator: { zh: "调解员", short: "调解员", en: "Mediator" },
  lecturer: { zh: "主讲人", short: "主讲人", en: "Lecturer" },
  judge_assistant: { zh: "法官助理", short: "法官助理", en: "Judge’s assistant" },
  clerk: { zh: "书记员", short: "书记员", en: "Clerk" },
  recording_officer: { zh: "录音录像负责人", short: "录音录像", en: "Recording officer" },
  bailiff: { zh: "司法警察", short: "法警", en: "Bailiff" },
  adviser: { zh: "指导法官", short: "指导法官", en: "Adviser" },
  plaintiff: { zh: "原告", short: "原告", en: "Plaintiff" },
  defendant: { zh: "被告", short: "被告", en: "Defendant" },
  third_party: { zh: "第三人", short: "第三人", en: "Third party" },
  legal_representative: { zh: "法定代表人、法定代理人", short: "法定代表（代理）人", en: "Legal representative" },
  agent: { zh: "委托诉讼代理人", short: "诉讼代理人", en: "Agent" },
  witness: { zh: "证人", short: "证人", en: "Witness" },
  appraiser: { zh: "鉴定人", short: "鉴定人", en: "Appraiser" },
  inspector: { zh: "勘验人", short: "勘验人", en: "Inspector" },
  expert: { zh: "有专门知识的人", short: "专家辅助人", en: "Expert" },
  interpreter: { zh: "翻译人员", short: "翻译", en: "Interpreter" },
  sign_interpreter: { zh: "手语翻译人员", short: "手语翻译", en: "Sign interpreter" },
  attendant: { zh: "站点协助员", short: "协助员", en: "Attendant" },
  visitor: { zh: "来访人", short: "来访人", en: "Visitor" },
  learner: { zh: "学员", short: "学员", en: "Learner" },
  media: { zh: "媒体", short: "媒体", en: "Media" },
  gallery: { zh: "旁听人员", short: "旁听", en: "Gallery" },
};
