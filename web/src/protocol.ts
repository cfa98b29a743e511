// Made from crates/protocol and crates/model by `UPDATE_EXPECT=1 cargo test -p protocol`.

/**
 * Who acted.
 */
export type Actor = { "who": "participant", 
/**
 * Which.
 */
id: ParticipantId, } | { "who": "server" };

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
 * Answer of `GET /api/archive`. `GET /api/archive/{hearing}` answers `model::archive::ArchiveRecord`,
 * `GET /api/archive/{hearing}/verify` answers `model::archive::Verdict`, and
 * `GET /api/archive/{hearing}/{participant}/{camera|screen}` the playable file, by range.
 */
export type ArchiveList = { 
/**
 * One line each, newest first.
 */
hearings: Array<ArchiveLine>, };

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
microphone: boolean, } | { "do": "admit", 
/**
 * Who.
 */
who: ParticipantId, } | { "do": "dismiss", 
/**
 * Who.
 */
who: ParticipantId, } | { "do": "open" } | { "do": "recess", 
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
reason: string, } | { "do": "hand", 
/**
 * Raised or lowered.
 */
raised: boolean, } | { "do": "devices", 
/**
 * Kinds that are switched on.
 */
on: Array<TrackKind>, };

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
name: string, };

/**
 * Why the server ends a socket. Each has a close code.
 */
export type Bye = "replaced" | "removed" | "closed" | "sign_in_needed" | "version" | "violation" | "too_slow" | "restart" | "fault";

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
test: LineTest, } | { "type": "pong", 
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
microphone: boolean, } | { "fact": "admitted", 
/**
 * Who.
 */
who: ParticipantId, } | { "fact": "dismissed", 
/**
 * Who.
 */
who: ParticipantId, } | { "fact": "opening_announced" } | { "fact": "opened" } | { "fact": "opening_failed", 
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
reason: string, } | { "fact": "link_lost", 
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
fault: RecordFault, } | { "fact": "record_mended" } | { "fact": "node_stopped" } | { "fact": "node_restarted" } | { "fact": "closed" };

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
 * Line quality as shown to people (HMCTS bounds: below 10 % good, below 15 % poor, else bad).
 */
export type Grade = "good" | "poor" | "bad";

/**
 * The only grounds on which recording may pause (法释〔2017〕5号 art. 3).
 */
export type Ground = "recess" | "non_public_evidence" | "unrecorded_mediation";

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
 * `POST /api/join`: exchanges a join code for a seat cookie. A code works once.
 */
export type Join = { 
/**
 * Eight digits; spaces are ignored.
 */
code: string, };

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
 * Live hearings.
 */
hearings: Array<OpsHearing>, };

/**
 * One person's seat in one hearing, unique in the docket. Prints as `p3`.
 */
export type ParticipantId = number;

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
 * Kinds switched on at their end.
 */
devices: Array<TrackKind>, 
/**
 * Who else is in their room, as declared; only the court sees it.
 */
others_present: string, 
/**
 * Whether camera and microphone tests passed; only the court sees it.
 */
tested: boolean, 
/**
 * What their page found in its connection test, once it made one; only the court sees it.
 */
line_test: LineTest | null, 
/**
 * Their line; only the court sees it.
 */
grade: Grade | null, 
/**
 * What is wrong with their line; only the court sees it.
 */
trouble: Trouble | null, 
/**
 * Kinds that are switched on and granted but bring no packet for `limits::UNHEARD_WAIT`; only
 * the court and the person see it.
 */
unheard: Array<TrackKind>, };

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
 * Why the record is at risk.
 */
export type RecordFault = "disk_full" | "unwritable" | "disk_slow" | "silent" | "tape_lost" | "no_frames";

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
export type Refusal = "not_your_right" | "wrong_stage" | "nobody_there" | "not_checked_in" | "not_admitted" | "discipline_not_accepted" | "not_connected" | "already_there" | "witness_not_before_call" | "one_witness_at_a_time" | "judge_not_seen" | "nobody_admitted" | "record_not_confirmed" | "record_at_risk" | "warn_first" | "reason_missing" | "text_too_long" | "not_the_court" | "locked" | "removed" | "hearing_closed" | "not_yet_open" | "full" | "too_fast" | "code_unknown" | "code_used" | "code_expired" | "sign_in_wrong" | "sign_in_locked" | "sign_in_needed" | "not_found" | "offer_unusable" | "malformed" | "server_fault";

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
 * The seat's role (court-domain names in Chinese beside each).
 */
export type Role = "presiding_judge" | "clerk" | "plaintiff" | "defendant" | "third_party" | "witness" | "gallery";

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
health: Health, } | { "type": "ping", 
/**
 * To be sent back.
 */
number: number, } | { "type": "bye", 
/**
 * Why.
 */
why: Bye, };

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
 * What a staff account is for.
 */
export type StaffKind = "judge" | "clerk" | "ops";

/**
 * Where the hearing stands (court-domain §7.1; later stages join here).
 */
export type Stage = { "name": "scheduled" } | { "name": "check_in" } | { "name": "opening" } | { "name": "in_session" } | { "name": "recess", 
/**
 * The ground.
 */
ground: Ground, } | { "name": "closed" };

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
 * How one step of the test went.
 */
export type Trial = "passed" | "failed" | "untried";

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
findings: Array<string>, };

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
people: Array<Person>, };

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
    zh: "当前庭审阶段不能进行此操作。",
    en: "This is not possible at this stage of the hearing.",
  },
  nobody_there: {
    zh: "没有找到该参加人，请刷新名单后再试。",
    en: "No such person in this hearing; refresh the list and try again.",
  },
  not_checked_in: {
    zh: "该参加人尚未签到。",
    en: "That person has not checked in yet.",
  },
  not_admitted: {
    zh: "您尚未获准入庭，请等候法官准许。",
    en: "You have not been admitted yet; wait for the judge.",
  },
  discipline_not_accepted: {
    zh: "请先阅读并同意法庭纪律。",
    en: "Read and accept the court discipline first.",
  },
  not_connected: {
    zh: "该参加人目前不在线。",
    en: "That person is not connected at the moment.",
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
  warn_first: {
    zh: "责令退出前须先警告。",
    en: "Warn the person before ordering them to leave.",
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
    zh: "您已被责令退出本次庭审。",
    en: "You were ordered to leave this hearing.",
  },
  hearing_closed: {
    zh: "庭审已经结束。",
    en: "The hearing is closed.",
  },
  not_yet_open: {
    zh: "庭审尚未开始签到，请稍候。",
    en: "Check-in has not started yet; please wait.",
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
  server_fault: {
    zh: "服务器出现故障，已通知运维，请稍后重试。",
    en: "The server had a fault; operations have been told. Try again.",
  },
};
