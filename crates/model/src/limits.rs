//! Every bound of the house on one page, with the answer to "full" and compile-time relations.

use core::time::Duration;

/// Hearings live on one node; one more is refused with `Full`.
pub const HEARINGS_MAX: usize = 200;
/// People on one hearing's docket, gallery included.
pub const PARTICIPANTS_MAX: usize = 256;
/// People who may be in the hearing and publish at once.
pub const PUBLISHERS_MAX: usize = 16;
/// Seat slots a connection may have.
pub const SEAT_SLOTS_MAX: u8 = 16;
/// Screen slots a connection may have.
pub const SCREEN_SLOTS_MAX: u8 = 2;
/// Lines of an offer: one per track kind, two per seat slot, one per screen slot.
pub const LINES_MAX: usize = 3 + 2 * SEAT_SLOTS_MAX as usize + SCREEN_SLOTS_MAX as usize;
/// Characters of a `mid`.
pub const MID_CHARS_MAX: usize = 16;
/// Bytes of a session description.
pub const SDP_BYTES_MAX: usize = 128 * 1024;
/// Bytes of one signaling message; a larger one is a violation.
pub const MESSAGE_BYTES_MAX: usize = 192 * 1024;
/// Characters of free text a person may send (reasons, declarations).
pub const TEXT_CHARS_MAX: usize = 500;
/// Characters of a person's name, a case number, a cause.
pub const NAME_CHARS_MAX: usize = 100;
/// Client messages per second that are answered; a burst twice as large is allowed, then `TooFast`.
pub const MESSAGES_PER_SECOND: u32 = 20;
/// Messages waiting for a slow page; one more closes the socket, the seat is kept.
pub const OUTBOX_MAX: usize = 256;
/// A page that does not answer a ping for this long is disconnected.
pub const PONG_WAIT: Duration = Duration::from_secs(15);
/// How often a page is pinged.
pub const PING_EVERY: Duration = Duration::from_secs(5);
/// How long a seat is kept for somebody whose link is gone.
pub const SEAT_GRACE: Duration = Duration::from_secs(4 * 3600);
/// How long pages stay connected after closing, to read that it is over.
pub const CLOSED_PAGES_STAY: Duration = Duration::from_secs(60);
/// A hand is raised or lowered at most this often; `TooFast` otherwise, as each time is a minute.
pub const HAND_EVERY_MIN: Duration = Duration::from_secs(1);
/// How long the recorder has to confirm frames on disk after opening was announced.
pub const OPENING_WAIT: Duration = Duration::from_secs(6);
/// How long a minute may take to become durable before the record counts as failed.
pub const MINUTE_WAIT: Duration = Duration::from_secs(2);
/// Orders waiting for a media thread; the sender waits.
pub const ORDERS_MAX: usize = 1_024;
/// Notices waiting for signaling; the media thread drops health and speaking first.
pub const NOTICES_MAX: usize = 4_096;
/// Tapes waiting for the recorder; a full queue makes a `Lost` item.
pub const TAPES_MAX: usize = 1_024;
/// A tape is handed over at the latest after this time.
pub const TAPE_FLUSH: Duration = Duration::from_millis(20);
/// Record orders and notices waiting; the sender waits.
pub const RECORD_QUEUE_MAX: usize = 1_024;
/// Media is committed to disk this often.
pub const COMMIT_EVERY: Duration = Duration::from_millis(500);
/// At most this much record may be lost to a kill.
pub const RECORD_LOSS_MAX: Duration = Duration::from_secs(1);
/// A commit that takes longer than this is a `DiskSlow` fault.
pub const COMMIT_SLOW: Duration = Duration::from_secs(2);
/// A segment is sealed and a new one begun after this time.
pub const SEGMENT_TIME_MAX: Duration = Duration::from_secs(600);
/// A segment is sealed and a new one begun at this size.
pub const SEGMENT_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// The recorder waits this long for a missing packet before it calls it lost.
pub const REORDER_WAIT: Duration = Duration::from_millis(300);
/// Packets the recorder keeps per track while waiting for a missing one.
pub const REORDER_PACKETS_MAX: usize = 2_048;
/// Bytes of one recorded frame.
pub const FRAME_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of one ledger line.
pub const LEDGER_LINE_BYTES_MAX: usize = 1024 * 1024;
/// Free space below which opening is refused and an alarm is raised, bytes.
pub const DISK_FREE_MIN: u64 = 1024 * 1024 * 1024;
/// Hearings in one archive list.
pub const ARCHIVE_LIST_MAX: usize = 10_000;
/// Hearings of one page of the archive's list.
pub const ARCHIVE_PAGE: usize = 30;
/// Characters of a text searched for in the archive.
pub const ARCHIVE_WORDS_MAX: usize = 60;
/// Passages kept for the search of one hearing.
pub const PASSAGES_MAX: usize = 20_000;
/// Bytes of media in one part that is handed out.
pub const PART_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// Bookmarks one account may have in one hearing.
pub const BOOKMARKS_MAX: usize = 200;
/// How long a link that opens a record for a party may be good for.
pub const VIEW_LINK_LIFE_MAX: Duration = Duration::from_secs(30 * 24 * 3600);
/// Requests for a view or a copy one person may have waiting in one hearing.
pub const COPY_REQUESTS_MAX: usize = 10;
/// A view of the same record by the same person is one line of the audit log for this long.
pub const VIEW_AUDIT_EVERY: Duration = Duration::from_secs(3600);
/// Views remembered so that they are one line; the oldest are forgotten, and then there are two.
pub const VIEWS_REMEMBERED_MAX: usize = 10_000;
/// Lines of the audit log in one answer.
pub const AUDIT_LINES_MAX: usize = 500;
/// Lines of the audit log in one table that is taken out.
pub const AUDIT_EXPORT_MAX: u32 = 20_000;
/// Lines of the audit log that refusals may write in one minute; further ones are counted.
pub const AUDIT_REFUSALS_MAX: u32 = 120;
/// Characters of an explanation of a fault.
pub const EXPLANATION_CHARS_MAX: usize = 8_000;
/// Rules of a retention schedule.
pub const RETENTION_RULES_MAX: usize = 40;
/// Bytes of one archive read.
pub const ARCHIVE_READ_MAX: u64 = 4 * 1024 * 1024;
/// Films that may wait to be made.
pub const FILMS_QUEUED_MAX: usize = 64;
/// How often one person may give or take back a consent, as each time is a minute; then `TooFast`.
pub const CONSENTS_SAID_MAX: u8 = 100;
/// Longest countdown before people are called in, seconds.
pub const COUNTDOWN_MAX: u16 = 300;
/// Longest turn of the floor that may be set, seconds.
pub const FLOOR_SECONDS_MAX: u16 = 3_600;
/// A judge's or a party's link that is gone so long in session interrupts the hearing by rule.
pub const INTERRUPT_AFTER: Duration = Duration::from_secs(10);
/// Speech of one side that is noted in the ledger at the latest; a crash loses no more of its total.
pub const SPOKEN_NOTED_EVERY: Duration = Duration::from_secs(120);
/// How long somebody asked into a consultation may take to answer.
pub const INVITATION_WAIT: Duration = Duration::from_secs(60);
/// Consultations at once in one hearing.
pub const CHAMBERS_MAX: usize = 8;
/// Special measures in one hearing.
pub const SHIELDS_MAX: usize = 64;
/// Characters of a private note.
pub const NOTE_CHARS_MAX: usize = 500;
/// Private notes a page that comes back is told.
pub const NOTES_MAX: usize = 50;
/// Characters of the talk in the record of a deliberation, and of one opinion in it.
pub const DELIBERATION_CHARS_MAX: usize = 8_000;
/// Entries of the record of a deliberation, each a whole text; one more is refused with `Full`.
pub const DELIBERATION_ENTRIES_MAX: usize = 500;
/// Characters of the discipline's text.
pub const DISCIPLINE_CHARS_MAX: usize = 4_000;
/// Characters of an outside service's reference.
pub const REFERENCE_CHARS_MAX: usize = 64;
/// Bytes of a picture that is sent to an outside service, base64 included.
pub const FACE_PICTURE_BYTES_MAX: usize = 512 * 1024;
/// Characters of a document's number that is sent to an outside service.
pub const DOCUMENT_NUMBER_CHARS_MAX: usize = 32;
/// Bytes of an outside service's answer.
pub const FACE_ANSWER_BYTES_MAX: usize = 16 * 1024;
/// How long an outside service may take to answer.
pub const FACE_WAIT: Duration = Duration::from_secs(10);
/// Faces compared at once on one node; one more is refused with `Full`.
pub const FACES_MAX: usize = 4;
/// Minutes a page of the court that comes is told.
pub const MINUTES_TOLD_MAX: usize = 400;
/// Minutes in one message.
pub const MINUTES_PER_MESSAGE: usize = 20;
/// Pieces of evidence in one hearing.
pub const EVIDENCE_MAX: usize = 300;
/// Bytes of one piece of evidence.
pub const EVIDENCE_BYTES_MAX: u64 = 100 * 1024 * 1024;
/// Pages of one document.
pub const EVIDENCE_PAGES_MAX: u16 = 2_000;
/// Bytes of all evidence of one hearing, each file counted once; one more is `EvidenceFull`.
pub const EVIDENCE_HEARING_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// Evidence files taken in at once on one node; one more is refused with `Full`.
pub const EVIDENCE_UPLOADS_MAX: usize = 8;
/// An upload of which nothing comes for so long is broken off.
pub const EVIDENCE_CHUNK_WAIT: Duration = Duration::from_secs(30);
/// An upload that takes longer is broken off.
pub const EVIDENCE_UPLOAD_WAIT: Duration = Duration::from_secs(30 * 60);
/// Width and height of a picture in evidence, pixels each: what old browsers can still draw.
pub const EVIDENCE_SIDE_PIXELS_MAX: u32 = 16_384;
/// Pixels of a picture in evidence: an A3 page at 600 dpi.
pub const EVIDENCE_PIXELS_MAX: u64 = 80_000_000;
/// Bytes one packed object stream of a PDF may unpack to.
pub const EVIDENCE_PDF_STREAM_MAX: usize = 8 * 1024 * 1024;
/// Packed object streams of a PDF.
pub const EVIDENCE_PDF_STREAMS_MAX: usize = 4_000;
/// A file once checked against its digest is checked again after this time, and when it changed.
pub const EVIDENCE_CHECK_LIFE: Duration = Duration::from_secs(600);
/// Opinions in one hearing.
pub const OPINIONS_MAX: usize = 1_000;
/// Points of one drawn line.
pub const STROKE_POINTS_MAX: usize = 200;
/// The server's clock moved when two looks lie further apart than this; the record says so then.
pub const CLOCK_STEP_MS: u32 = 100;
/// Lines drawn on what is shown; older ones must be taken off first.
pub const STROKES_MAX: usize = 200;
/// Pages are turned at most this often; `TooFast` otherwise, as each time is a minute.
pub const PAGE_EVERY_MIN: Duration = Duration::from_millis(200);
/// Shown sound or video is played from a place within this, milliseconds (a day).
pub const EVIDENCE_PLAY_MS_MAX: u32 = 24 * 60 * 60 * 1000;
/// Characters of a sheet's text.
pub const SHEET_CHARS_MAX: usize = 8_000;
/// Versions of one sheet.
pub const SHEET_VERSIONS_MAX: u32 = 200;
/// Pages of one document that is printed; a longer one is refused.
pub const PAPER_PAGES_MAX: usize = 1_000;
/// Bytes of a document on its way to the press.
pub const PAPER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of a printed document.
pub const PAPER_PDF_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Documents printed at once; others wait for their turn.
pub const PRESSES_MAX: usize = 2;
/// Documents that wait for the press; one more is refused with `Full`.
pub const PRESS_QUEUE_MAX: usize = 16;
/// How long a document may take to be printed.
pub const PRESS_WAIT: Duration = Duration::from_secs(30);
/// Seconds of work the press may do on one document.
pub const PRESS_WORK_SECONDS: u64 = 20;
/// Bytes of memory the press may map, fonts included.
pub const PRESS_MEMORY_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Characters of a signature: a typed name or the path of a drawing.
pub const SIGNATURE_CHARS_MAX: usize = 16_000;
/// Gallery seats of a sitting, unless something else was settled.
pub const GALLERY_SEATS: u16 = 100;
/// People one site of a lecture may say it has.
pub const SITE_PEOPLE_MAX: u16 = 2_000;
/// Bytes of one datagram.
pub const DATAGRAM_BYTES_MAX: usize = 1_500;
/// Connections (media) on one node.
pub const CONNECTIONS_MAX: usize = 4_096;
/// A connection that has not finished ICE and DTLS by then is dropped.
pub const CONNECT_WAIT: Duration = Duration::from_secs(30);
/// No packet and no check for this long ends a connection (RFC 7675 consent).
pub const CONSENT_WAIT: Duration = Duration::from_secs(15);
/// No packet and no check for this long: the page is asked to restart ICE, if packets flowed.
pub const FALTER_WAIT: Duration = Duration::from_secs(3);
/// The same where nothing flows: checks alone may be six seconds apart (RFC 7675 §5.1).
pub const FALTER_WAIT_IDLE: Duration = Duration::from_secs(7);
/// A track that is switched on and granted but brings no packet for this long raises an alarm.
pub const UNHEARD_WAIT: Duration = Duration::from_secs(3);
/// What a page said of itself is out of date after this time.
pub const STATS_LIFE: Duration = Duration::from_secs(12);
/// Bytes of one measurement of a line, each way.
pub const LINE_TEST_BYTES_MAX: usize = 1024 * 1024;
/// Measurements one seat or account may make in a minute; `TooFast` otherwise.
pub const LINE_TESTS_PER_MINUTE: u32 = 12;
/// Simulcast layers of one picture.
pub const LAYERS_MAX: usize = 3;
/// Bytes of a dependency descriptor that is forwarded. With the templates of three sizes at three frame
/// rates it has about a hundred; a packet with a longer one is dropped.
pub const DEPENDENCY_BYTES_MAX: usize = 192;
/// A page tells its tiles at most this often.
pub const TILES_EVERY_MIN: Duration = Duration::from_millis(250);
/// Media streams (TCP, TLS) on one node; one more is closed at once.
pub const STREAMS_MAX: usize = 4_096;
/// Media streams of one source address (a courthouse may have one); one more is closed at once.
pub const STREAMS_PER_SOURCE_MAX: usize = 512;
/// A media stream that has proven nothing by then is closed.
pub const STREAM_FIRST_WAIT: Duration = Duration::from_secs(5);
/// A media stream on which nothing comes for this long is closed.
pub const STREAM_IDLE: Duration = Duration::from_secs(30);
/// Bytes that may wait for a media stream; packets beyond are dropped and counted.
pub const STREAM_BYTES_MAX: usize = 256 * 1024;
/// How long a relay credential is good for.
pub const RELAY_LIFE: Duration = Duration::from_secs(12 * 3600);
/// No packet of a live track for this long makes it silent.
pub const TRACK_SILENT: Duration = Duration::from_secs(3);
/// Packets kept per track to answer NACK.
pub const CACHE_PACKETS: usize = 512;
/// A packet older than this is not sent again.
pub const CACHE_TIME: Duration = Duration::from_millis(2_000);
/// What a line is taken to carry before anything is known, bits per second.
pub const ESTIMATE_START_BPS: u32 = 300_000;
/// A line is never estimated to carry less, bits per second: sound needs as much.
pub const ESTIMATE_MIN_BPS: u32 = 50_000;
/// A line is never estimated to carry more, bits per second.
pub const ESTIMATE_MAX_BPS: u32 = 30_000_000;
/// A picture packet waits at most this long for its turn to leave.
pub const PACE_WAIT: Duration = Duration::from_millis(300);
/// Picture packets of one leg that wait for their turn; one more leaves at once.
pub const PACED_MAX: usize = 512;
/// A publisher is asked for a keyframe at most this often per track.
pub const KEYFRAME_EVERY_MIN: Duration = Duration::from_millis(500);
/// A recorded picture has a keyframe at least this often, so that seeking is quick.
pub const KEYFRAME_RECORD_EVERY: Duration = Duration::from_secs(10);
/// Figures of each person are made this often.
pub const HEALTH_EVERY: Duration = Duration::from_secs(2);
/// Lines of one transcript, those that were removed aside.
pub const TRANSCRIPT_LINES_MAX: usize = 5_000;
/// Characters of one line of a transcript.
pub const TRANSCRIPT_LINE_CHARS_MAX: usize = 4_000;
/// Characters of the name of a line, and of a page that writes.
pub const TRANSCRIPT_NAME_CHARS_MAX: usize = 32;
/// Characters of one transcript.
pub const TRANSCRIPT_CHARS_MAX: usize = 1_000_000;
/// Edits of one message to a transcript.
pub const TRANSCRIPT_EDITS_MAX: usize = 64;
/// Parts of one change to a line.
pub const TRANSCRIPT_PARTS_MAX: usize = 64;
/// Steps of one transcript; afterwards it can be frozen and no longer written.
pub const TRANSCRIPT_STEPS_MAX: u64 = 400_000;
/// Steps kept in memory for pages that come back.
pub const TRANSCRIPT_TAIL_MAX: usize = 2_000;
/// Pages that write whose count is remembered.
pub const TRANSCRIPT_DESKS_MAX: usize = 128;
/// Turns of speech of one hearing that who keeps its transcript is told of, the youngest.
pub const TRANSCRIPT_TURNS_MAX: usize = 40;
/// Errands waiting for one transcript.
pub const TRANSCRIPT_QUEUE_MAX: usize = 256;
/// Acts of one review; one more is refused with `Full`.
pub const TRANSCRIPT_ACTS_MAX: u64 = 2_000;
/// Frozen versions of one transcript.
pub const TRANSCRIPT_VERSIONS_MAX: u32 = 100;
/// Characters of an objection or a reason.
pub const TRANSCRIPT_REASON_CHARS_MAX: usize = 1_000;
/// Bytes of the picture of a page that was signed on paper.
pub const TRANSCRIPT_SCAN_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of a signature by certificate.
pub const TRANSCRIPT_CERTIFICATE_BYTES_MAX: usize = 64 * 1024;
/// How long a one-time code for a typed signature is good.
pub const SIGNING_CODE_LIFE: Duration = Duration::from_secs(10 * 60);
/// Wrong answers to one code; after the last one it is good for nothing.
pub const SIGNING_CODE_TRIES_MAX: u32 = 5;
/// Codes that are good at the same time; the oldest is forgotten.
pub const SIGNING_CODES_MAX: usize = 2_000;
/// How long after the session the transcript may be read, objected to and signed
/// (民事诉讼法 art. 150).
pub const TRANSCRIPT_READING: Duration = Duration::from_secs(5 * 24 * 3600);
/// Digits of a join code.
pub const JOIN_CODE_DIGITS: usize = 8;
/// How long a join code is good for after it was issued, and after the sitting was due.
pub const JOIN_CODE_LIFE: Duration = Duration::from_secs(24 * 3600);
/// A join code of a sitting far ahead ends after this time all the same.
pub const JOIN_CODE_LIFE_MAX: Duration = Duration::from_secs(31 * 24 * 3600);
/// How long the pass of a seat is good for after it was taken, and after the sitting was due: it
/// may be adjourned within a week.
pub const SEAT_PASS_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long a staff session lasts.
pub const SESSION_LIFE: Duration = Duration::from_secs(12 * 3600);
/// Wrong codes, or wrong passwords, from one address in `ATTEMPT_WINDOW`, then a pause.
pub const ATTEMPTS_MAX: u32 = 8;
/// Wrong passwords for one name in `ATTEMPT_WINDOW`, from whatever addresses, then a pause.
pub const NAME_ATTEMPTS_MAX: u32 = 64;
/// The window for counting wrong attempts.
pub const ATTEMPT_WINDOW: Duration = Duration::from_secs(300);
/// How long a call rings before it counts as missed.
pub const RING_WAIT: Duration = Duration::from_secs(45);
/// A call ends when one side's page is gone for so long.
pub const CALL_GRACE: Duration = Duration::from_secs(30);
/// A call ends at the latest after this time.
pub const CALL_MAX: Duration = Duration::from_secs(2 * 3600);
/// Calls live on one node; one more is refused with `Full`.
pub const CALLS_LIVE_MAX: usize = 100;
/// Calls one station may make in `CALL_WINDOW`; `TooFast` otherwise.
pub const CALLS_PER_WINDOW: u32 = 10;
/// The window for counting a station's calls.
pub const CALL_WINDOW: Duration = Duration::from_secs(600);
/// People one call rings at once.
pub const CALL_TARGETS_MAX: usize = 20;
/// Stations a court may have.
pub const STATIONS_MAX: usize = 2_000;
/// How long the code is good for by which a terminal becomes a station.
pub const ENROL_CODE_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long a station's pass is good for; each use of it begins the time anew.
pub const STATION_LIFE: Duration = Duration::from_secs(400 * 24 * 3600);
/// Pages that listen at the desk (calls, tickets) of one node; one more is refused with `Full`.
pub const DESK_PAGES_MAX: usize = 4_096;
/// Past calls a desk is shown.
pub const CALLS_SHOWN_MAX: u32 = 30;
/// Tickets a desk is shown; the open ones first.
pub const TICKETS_SHOWN_MAX: u32 = 100;
/// Open tickets of one seat or station; one more is refused with `TooFast`.
pub const TICKETS_OPEN_MAX: u32 = 3;
/// Turns of duty a desk is shown.
pub const DUTY_SHOWN_MAX: u32 = 100;
/// The longest turn of duty.
pub const DUTY_TURN_MAX: Duration = Duration::from_secs(31 * 24 * 3600);
/// Shortest sitting that may be booked, minutes.
pub const SITTING_MINUTES_MIN: u16 = 5;
/// Longest sitting that may be booked, minutes.
pub const SITTING_MINUTES_MAX: u16 = 12 * 60;
/// A sitting may be put down this long after it was due: the clerk writes down what happened.
pub const SITTING_BACKDATED_MAX: Duration = Duration::from_secs(24 * 3600);
/// A sitting is put down at most so long ahead.
pub const SITTING_AHEAD_MAX: Duration = Duration::from_secs(3 * 366 * 24 * 3600);
/// Further cases in one sitting.
pub const FURTHER_CASES_MAX: usize = 20;
/// Gallery seats a sitting may have.
pub const GALLERY_SEATS_MAX: u16 = 200;
/// Sittings one import takes.
pub const IMPORT_ROWS_MAX: usize = 500;
/// The longest stretch of the calendar in one answer.
pub const CALENDAR_TIME_MAX: Duration = Duration::from_secs(400 * 24 * 3600);
/// Sittings in one answer of the calendar.
pub const CALENDAR_LINES_MAX: u32 = 500;
/// Rows of a list that comes as a table; one more and nothing is read.
pub const TABLE_ROWS_MAX: usize = 2_000;
/// Cells of one row of a table.
pub const TABLE_CELLS_MAX: usize = 32;
/// Characters of one cell; a longer one is cut there and so refused by its own limit.
pub const TABLE_CELL_CHARS_MAX: usize = 1_000;
/// People a place may hold.
pub const SITE_CAPACITY_MAX: u16 = 2_000;
/// Days of holidays and make-up days a calendar keeps: ten years of them.
pub const LISTED_DAYS_MAX: usize = 400;
/// Steps one application for mediation keeps; one more is refused.
pub const APPLICATION_STEPS_MAX: usize = 100;
/// Applications for mediation in one answer.
pub const APPLICATIONS_SHOWN_MAX: u32 = 300;
/// Bytes of a sitting as it is filled in.
pub const FORM_BYTES_MAX: usize = 256 * 1024;
/// Bytes of a list of places.
pub const SITE_LIST_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Bytes of an import of sittings.
pub const IMPORT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of every other body of the docket's API.
pub const DOCKET_BODY_BYTES_MAX: usize = 128 * 1024;
/// Days a token of the case system may be good for.
pub const TOKEN_DAYS_MAX: u16 = 366;
/// Bytes of a time-stamp authority's answer: a token with a chain of certificates.
pub const STAMP_ANSWER_BYTES_MAX: usize = 256 * 1024;
/// How long a time-stamp authority may take.
pub const STAMP_WAIT: Duration = Duration::from_secs(20);
/// An authority that is away is asked again after this time, then ever later.
pub const STAMP_RETRY_MIN: Duration = Duration::from_secs(5);
/// But no later than after this.
pub const STAMP_RETRY_MAX: Duration = Duration::from_secs(3600);
/// Characters of words an engine of speech makes at once; what is longer is cut.
pub const HEARD_CHARS_MAX: usize = 2_000;
/// Characters of words it makes of one turn; more are left out and counted.
pub const HEARD_TURN_CHARS_MAX: usize = 20_000;
/// Things heard that wait for the hearing; words that may still change are dropped first.
pub const HEARD_QUEUE_MAX: usize = 1_024;
/// Pieces of recorded sound that wait to be listened to; one more is dropped and counted.
pub const SOUND_QUEUE_MAX: usize = 4_096;
/// Turns at an engine of speech at once on one node; one more is read from the record later.
pub const SPEECH_STREAMS_MAX: usize = 64;
/// Sound of one turn kept for an engine that is away; what is older is read from the record.
pub const SPEECH_KEPT: Duration = Duration::from_secs(30);
/// Turns of one node that wait to be read from the record; the oldest are given up and counted.
pub const SPEECH_MISSED_MAX: usize = 2_000;
/// Bytes of one answer of an engine of speech; a longer one ends the connection.
pub const SPEECH_ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Answers of an engine of speech on one connection; one more ends it.
pub const SPEECH_ANSWERS_MAX: u32 = 20_000;
/// How long an engine of speech may take to open a connection.
pub const SPEECH_CONNECT_WAIT: Duration = Duration::from_secs(5);
/// How long an engine of speech may take to say the last words of a turn that is over.
pub const SPEECH_LAST_WAIT: Duration = Duration::from_secs(30);
/// Characters of a word an engine of speech is told beforehand (FunASR's guide).
pub const HOT_WORD_CHARS_MAX: usize = 10;
/// Words an engine of speech is told beforehand (FunASR's guide); the rest is left out.
pub const HOT_WORDS_MAX: usize = 1_000;
/// Words of one tribunal's glossary, and of that of all: together no more than an engine is told.
pub const GLOSSARY_TERMS_MAX: usize = 400;
/// Changes of glossaries that are shown.
pub const GLOSSARY_CHANGES_SHOWN_MAX: u32 = 50;
/// Bytes of one manifest of an archive package: some hundred thousand files.
pub const BAG_MANIFEST_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Characters of the number of an identity document as it is typed.
pub const ID_NUMBER_CHARS_MAX: usize = 40;
/// Lines kept of when and by which device one person entered; the oldest go.
pub const ENTRIES_KEPT: u32 = 100;
/// Entering again in the same way within this is the same line.
pub const ENTRY_AGAIN: Duration = Duration::from_secs(3600);

const _: () = assert!(SDP_BYTES_MAX < MESSAGE_BYTES_MAX, "an offer fits into a message");
const _: () = assert!(COMMIT_EVERY.as_millis() < RECORD_LOSS_MAX.as_millis());
const _: () = assert!(PUBLISHERS_MAX <= PARTICIPANTS_MAX);
const _: () = assert!(PUBLISHERS_MAX <= SEAT_SLOTS_MAX as usize);
const _: () = assert!(PING_EVERY.as_millis() < PONG_WAIT.as_millis());
const _: () = assert!(EVIDENCE_BYTES_MAX <= EVIDENCE_HEARING_BYTES_MAX);
const _: () = assert!(GALLERY_SEATS <= GALLERY_SEATS_MAX);
const _: () = assert!(JOIN_CODE_LIFE.as_secs() < JOIN_CODE_LIFE_MAX.as_secs());
