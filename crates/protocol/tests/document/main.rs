//! Compares `docs/protocol.md` with the crate: one example of every message, body, close code and
//! refusal stands there, made from the values below. `UPDATE_EXPECT=1` rewrites those parts.
//!
//! What is not here: the prose of the document.

use core::fmt::Write as _;

use evidence::evidence;
use expect_test::expect_file;
use model::archive::{ArchiveLine, ArchiveRecord, Attendee, Stretch};
use model::stage::Gap;
use model::view::{
    ChallengeView, ChamberPerson, ChamberView, EvidenceView, FloorView, Heading, InterruptionView,
    Me, MediationView, Obstacle, OpinionView, Person, PhaseStep, PresenceSite, PresenceView,
    ProcedureView, SheetView, ShownEvidence, SideTime, Signature,
};
use model::{
    Actor, Attendance, BarredGround, Brief, Chamber, Check, CourtNote, Discipline, Ending,
    EvidenceForm, EvidenceId, EvidenceItem, EvidenceKind, Fact, Grade, Health, HearingId,
    IdentityMethod, Invitation, Layout, Line, LinePurpose, LineTest, MediaPath, Medium, Minute,
    Opinion, ParticipantId, Phase, PictureReason, PictureUse, Place, Private, RecordMode,
    RecordState, Refusal, Relay, Role, Sheet, Side, SigningMethod, SlotCount, SlotUse, Stage, Step,
    Stroke, Tile, Timestamp, TrackId, TrackKind, Trial, View,
};
use protocol::{
    ApiRefusal, ArchiveList, Bye, ClientMessage, ClientStats, CodeIssued, DeliberationRecord,
    DocketLine, DocketList, DocketPerson, EvidenceAbout, EvidenceChange, EvidenceList, Join,
    OpsCopy, OpsHearing, OpsPerson, OpsPicture, OpsReconciled, RequestOutcome, SeatPass,
    ServerMessage, SignIn, StaffKind, VERSION, WhoAmI, decode_client, decode_server, encode_client,
    encode_server,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

mod apart;
mod archive;
mod asks;
mod desk;
mod evidence;
mod integrity;
mod transcript;

use apart::{comparison, deliberation};
use asks::asks;

const DOCUMENT: &str = include_str!("../../../../docs/protocol.md");
const STRING: &str = "writing to a string does not fail";

const WHO: ParticipantId = ParticipantId(3);
const AT: Timestamp = Timestamp(1_790_000_000_000);

fn private(text: &str) -> Private<String> {
    Private::from(text)
}

fn heading() -> Heading {
    Heading {
        court: "咸安区人民法院 贺胜法庭".to_owned(),
        case_number: private("（2026）鄂1202民初001号"),
        cause: private("民间借贷纠纷"),
        scheduled_at: AT,
    }
}

/// Every message of a page, one `ask` for each thing to ask.
fn client_messages() -> Vec<ClientMessage> {
    let mut all = vec![
        ClientMessage::Hello { version: VERSION },
        ClientMessage::Offer {
            request: 8,
            connection: 1,
            sdp: private("v=0\r\n…"),
            lines: vec![
                Line {
                    mid: "0".to_owned(),
                    purpose: LinePurpose::Publish { kind: TrackKind::Microphone },
                },
                Line {
                    mid: "1".to_owned(),
                    purpose: LinePurpose::Seat { slot: 0, medium: Medium::Sound },
                },
                Line { mid: "2".to_owned(), purpose: LinePurpose::Screen { slot: 0 } },
            ],
        },
        ClientMessage::Tiles {
            tiles: vec![Tile {
                purpose: LinePurpose::Seat { slot: 0, medium: Medium::Picture },
                width: 640,
                height: 360,
            }],
        },
        ClientMessage::Stats {
            figures: vec![ClientStats {
                from: WHO,
                frames: 125,
                frozen_ms: 0,
                concealed_permille: 2,
                buffer_ms: 40,
            }],
            path: Some(MediaPath::RelayTls),
        },
        ClientMessage::LineTest { test: line_test() },
        transcript::read_along(),
        transcript::write(),
        ClientMessage::Pong { number: 4 },
        ClientMessage::Bye {},
    ];
    all.extend(asks().into_iter().map(|ask| ClientMessage::Ask { request: 7, ask }));
    assert_each_once(&all[..10], 10, |message| match message {
        ClientMessage::Hello { .. } => 0,
        ClientMessage::Offer { .. } => 1,
        ClientMessage::Tiles { .. } => 2,
        ClientMessage::Stats { .. } => 3,
        ClientMessage::Pong { .. } => 4,
        ClientMessage::Bye {} => 5,
        ClientMessage::Ask { .. } => 6,
        ClientMessage::LineTest { .. } => 7,
        ClientMessage::ReadAlong { .. } => 8,
        ClientMessage::Write { .. } => 9,
    });
    all
}

#[expect(clippy::too_many_lines, reason = "one line for each field")]
fn view() -> View {
    View {
        hearing: HearingId(1),
        version: 12,
        server_time: AT,
        heading: heading(),
        stage: Stage::InSession,
        stage_since: AT,
        opened_at: Some(AT),
        record: RecordState::Rolling,
        me: Me {
            id: ParticipantId(1),
            role: Role::PresidingJudge,
            name: private("李法官"),
            place: Place::InHearing,
            checked_in: true,
            locked: false,
            hand: false,
            warnings: 0,
            side: None,
            acts_for: None,
            power: None,
            consents: Vec::new(),
            declined: Vec::new(),
            previewed: false,
            guarantee: None,
            listens_to: None,
            unheard: Vec::new(),
            may_publish: TrackKind::ALL.to_vec(),
            may_ask: vec!["recess".to_owned(), "close".to_owned()],
        },
        people: vec![Person {
            id: WHO,
            role: Role::Plaintiff,
            name: private("张三"),
            place: Place::InHearing,
            checked_in: true,
            online: true,
            media: true,
            locked: false,
            screen_allowed: false,
            hand: 1,
            warnings: 0,
            prompts: 0,
            reprimands: 0,
            side: Some(Side::Plaintiff),
            acts_for: None,
            power: None,
            power_checked: false,
            attendance: Attendance::Online,
            site_name: "柏墩村法官工作室".to_owned(),
            identity: Some(IdentityMethod::IdCard),
            compared: Some(comparison()),
            identity_waived: false,
            absent: false,
            consents: vec![Step::Hearing],
            declined: Vec::new(),
            previewed: false,
            beside: Vec::new(),
            lost_since: None,
            chamber: None,
            guarantee: None,
            testifies: false,
            simultaneous: false,
            unseen: false,
            unheard_of: false,
            device_faults: Vec::new(),
            devices: vec![TrackKind::Microphone, TrackKind::Camera],
            others_present: private(""),
            tested: true,
            line_test: Some(line_test()),
            grade: Some(Grade::Good),
            trouble: None,
            unheard: vec![TrackKind::Microphone],
        }],
        brief: Brief { gallery_seats: 20, ..Brief::default() },
        procedure: procedure(),
        chambers: vec![ChamberView {
            chamber: Chamber::Consultation { by: WHO },
            mine: false,
            locked: false,
            people: vec![ChamberPerson { who: WHO, answer: Invitation::Accepted }],
        }],
        evidence: EvidenceView {
            items: vec![evidence()],
            shown: Some(ShownEvidence {
                item: evidence(),
                by: WHO,
                page: 2,
                playing: None,
                strokes: vec![Stroke { page: 2, points: vec![[100, 200], [300, 200]] }],
                may_turn: true,
                may_draw: true,
            }),
            opinions: vec![OpinionView {
                item: EvidenceId(7),
                who: ParticipantId(4),
                opinion: Opinion {
                    authentic: true,
                    lawful: true,
                    relevant: false,
                    reason: private("与本案无关"),
                },
            }],
        },
        mediation: Some(MediationView {
            done: vec![Check::Identity],
            record_mode: RecordMode::Text,
            waits: false,
            sheets: vec![SheetView {
                sheet: Sheet::Agreement,
                version: 2,
                text: private("一、……"),
                read: true,
                signers: vec![WHO],
                signed: vec![Signature { who: WHO, at: AT, method: SigningMethod::Typed }],
                refused: Vec::new(),
            }],
            effective_at: None,
            failed: None,
        }),
        presence: Some(PresenceView {
            asked_at: AT,
            mine: false,
            confirmed: 31,
            people: 402,
            sites: vec![PresenceSite { who: WHO, people: 14 }],
            until: Some(AT),
            over: false,
            number: 2,
            by_chance: true,
            silent: vec![ParticipantId(4)],
        }),
        discipline: Some(Discipline {
            version: "4f1c0a92b7de".to_owned(),
            text: "一、服从法庭指挥……".to_owned(),
        }),
        deliberation: Some(deliberation()),
    }
}

fn procedure() -> ProcedureView {
    ProcedureView {
        phase: Some(Phase::Identity),
        phase_since: Some(AT),
        phases: vec![PhaseStep { phase: Phase::Identity, mandatory: true, done: false }],
        next: Some("enter_phase".to_owned()),
        obstacles: vec![Obstacle { why: Refusal::IdentityUnchecked, who: Some(WHO) }],
        countdown_until: None,
        floor: FloorView {
            strict: true,
            holder: Some(WHO),
            since: Some(AT),
            until: Some(AT.plus(core::time::Duration::from_secs(300))),
        },
        spoken: vec![SideTime { side: Side::Plaintiff, ms: 61_000 }],
        spotlight: None,
        layout: Layout::Court,
        challenge: Some(ChallengeView {
            by: WHO,
            whom: ParticipantId(1),
            reason: private("是对方当事人的亲属"),
        }),
        interruption: Some(InterruptionView { who: Some(WHO), reason: private("") }),
        barred: Some(vec![BarredGround::MustBeSeen]),
        confrontation: false,
        ending: Some(Ending::Closed),
    }
}

fn line_test() -> LineTest {
    LineTest {
        signaling: Trial::Passed,
        udp: Trial::Failed,
        tcp: Trial::Passed,
        tls: Trial::Passed,
        camera: Trial::Passed,
        microphone: Trial::Passed,
        speaker: Trial::Untried,
        up_kbps: Some(4_200),
        down_kbps: Some(18_000),
    }
}

fn health() -> Health {
    Health {
        loss_up_permille: 1,
        loss_down_permille: 0,
        jitter_ms: 4,
        round_trip_ms: Some(18),
        up_bps: 820_000,
        down_bps: 2_400_000,
        estimate_bps: Some(3_100_000),
        queue_ms: 3,
        frozen_lines: 0,
        freeze_permille: 0,
        speech_ms: 61_240,
        packets_down: 48_210,
    }
}

fn pictures() -> ServerMessage {
    let purpose = LinePurpose::Seat { slot: 0, medium: Medium::Picture };
    let reason = PictureReason::Size;
    ServerMessage::Pictures { pictures: vec![PictureUse { purpose, layer: Some(1), reason }] }
}

fn minutes() -> ServerMessage {
    let by = Actor::Participant { id: WHO };
    let minute = Minute { at: AT, by, fact: Fact::Admitted { who: WHO } };
    ServerMessage::Minutes { minutes: vec![minute] }
}

/// Every message of the server.
fn server_messages() -> Vec<ServerMessage> {
    let slots = SlotCount { seats: 4, screens: 2 };
    let microphone = TrackId::new(WHO, TrackKind::Microphone);
    let refused = RequestOutcome::Refused { why: Refusal::WrongStage };
    let all = vec![
        ServerMessage::Welcome {
            version: VERSION,
            slots,
            relays: vec![Relay {
                urls: vec!["turns:court.example:443?transport=tcp".to_owned()],
                username: private("1790000000:1-2"),
                credential: private("c2VjcmV0"),
            }],
            view: view(),
        },
        ServerMessage::View { view: view() },
        ServerMessage::Outcome { request: 7, outcome: RequestOutcome::Done {} },
        ServerMessage::Answer { request: 8, connection: 1, sdp: private("v=0\r\n…") },
        ServerMessage::Slots {
            slots: vec![SlotUse {
                purpose: LinePurpose::Seat { slot: 0, medium: Medium::Sound },
                track: microphone,
            }],
            wanted: slots,
        },
        pictures(),
        ServerMessage::Reoffer { fresh: true },
        ServerMessage::Speaking { who: vec![WHO] },
        ServerMessage::Health { health: health() },
        ServerMessage::Notes {
            notes: vec![CourtNote { from: WHO, at: AT, text: private("请核对借条原件") }],
        },
        minutes(),
        transcript::lines(),
        transcript::steps(),
        transcript::refused(),
        transcript::partial(),
        transcript::turns(),
        transcript::away(),
        transcript::review(),
        ServerMessage::Ping { number: 4 },
        ServerMessage::Bye { why: Bye::Replaced },
        ServerMessage::Outcome { request: 7, outcome: refused },
    ];
    assert_each_once(&all[..20], 20, |message| match message {
        ServerMessage::Welcome { .. } => 0,
        ServerMessage::View { .. } => 1,
        ServerMessage::Outcome { .. } => 2,
        ServerMessage::Answer { .. } => 3,
        ServerMessage::Slots { .. } => 4,
        ServerMessage::Pictures { .. } => 5,
        ServerMessage::Reoffer { .. } => 6,
        ServerMessage::Speaking { .. } => 7,
        ServerMessage::Health { .. } => 8,
        ServerMessage::Ping { .. } => 9,
        ServerMessage::Bye { .. } => 10,
        ServerMessage::Notes { .. } => 11,
        ServerMessage::Minutes { .. } => 12,
        ServerMessage::Transcript { .. } => 13,
        ServerMessage::TranscriptSteps { .. } => 14,
        ServerMessage::TranscriptRefused { .. } => 15,
        ServerMessage::Hearing { .. } => 16,
        ServerMessage::RecognitionAway { .. } => 17,
        ServerMessage::Review { .. } => 18,
        ServerMessage::Turns { .. } => 19,
    });
    all
}

fn assert_each_once<T>(all: &[T], count: usize, place: impl Fn(&T) -> usize) {
    let mut places: Vec<usize> = all.iter().map(place).collect();
    places.sort_unstable();
    assert_eq!(places, (0..count).collect::<Vec<_>>(), "one example of each");
}

fn block(text: &mut String, title: &str, json: &str) {
    writeln!(text, "{title}\n\n```json\n{json}\n```\n").expect(STRING);
}

/// A body of the HTTP API, read back to be sure.
fn body<T>(text: &mut String, title: &str, value: &T)
where
    T: Serialize + DeserializeOwned + PartialEq + core::fmt::Debug,
{
    let json = serde_json::to_string_pretty(value).expect("bodies have string keys");
    assert_eq!(&serde_json::from_str::<T>(&json).expect("it was just written"), value);
    block(text, title, &json);
}

fn client_part() -> String {
    let mut text = String::new();
    for message in client_messages() {
        let json = encode_client(&message);
        assert_eq!(decode_client(&json), Ok(message.clone()));
        let title = match &message {
            ClientMessage::Ask { ask, .. } => format!("`ask` · `{}`", tag(ask, "do")),
            ClientMessage::Hello { .. }
            | ClientMessage::Offer { .. }
            | ClientMessage::Tiles { .. }
            | ClientMessage::Stats { .. }
            | ClientMessage::LineTest { .. }
            | ClientMessage::ReadAlong { .. }
            | ClientMessage::Write { .. }
            | ClientMessage::Pong { .. }
            | ClientMessage::Bye {} => format!("`{}`", tag(&message, "type")),
        };
        block(&mut text, &title, &json);
    }
    text
}

fn server_part() -> String {
    let mut text = String::new();
    for message in server_messages() {
        let json = encode_server(&message);
        assert_eq!(decode_server(&json), Ok(message.clone()));
        let json = serde_json::to_string_pretty(&message).expect("messages have string keys");
        block(&mut text, &format!("`{}`", tag(&message, "type")), &json);
    }
    text
}

fn tag<T: Serialize>(value: &T, key: &str) -> String {
    let value = serde_json::to_value(value).expect("messages have string keys");
    value[key].as_str().expect("every message has its tag").to_owned()
}

fn word<T: Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).expect("a plain enum is a string");
    value.as_str().expect("a plain enum is a string").to_owned()
}

fn codes_part() -> String {
    let mut text = String::from("| `why` | close code |\n| --- | --- |\n");
    for why in Bye::ALL {
        writeln!(text, "| `{}` | {} |", word(&why), why.close_code()).expect(STRING);
    }
    text
}

fn refusals_part() -> String {
    let mut text = String::from("| `why` | 中文 | English |\n| --- | --- | --- |\n");
    for why in Refusal::ALL {
        writeln!(text, "| `{}` | {} | {} |", word(why), why.chinese(), why.english())
            .expect(STRING);
    }
    text
}

fn seat_pass() -> SeatPass {
    SeatPass {
        hearing: HearingId(1),
        participant: WHO,
        role: Role::Plaintiff,
        name: private("张三"),
        heading: heading(),
    }
}

fn bodies_part() -> String {
    let mut text = String::new();
    let name = private("judge");
    let me = "`GET /api/me`, and the answer of `POST /api/sign-in`";
    let staff = StaffKind::Judge;
    body(&mut text, "`POST /api/sign-in`", &SignIn { name, password: private("…") });
    body(&mut text, me, &WhoAmI::Staff { name: private("李法官"), staff });
    body(
        &mut text,
        "the same for nobody, and the answer of `POST /api/sign-out`",
        &WhoAmI::Nobody {},
    );
    body(&mut text, "the same for a seat", &WhoAmI::Seat { seat: seat_pass() });
    body(&mut text, "`POST /api/join`", &Join { code: private("1234 5678") });
    body(&mut text, "answer of `POST /api/join`", &seat_pass());
    let person =
        DocketPerson { id: WHO, role: Role::Plaintiff, name: private("张三"), joined: true };
    let line = DocketLine {
        hearing: HearingId(1),
        my_seat: ParticipantId(1),
        heading: heading(),
        stage: Stage::CheckIn,
        people: vec![person],
    };
    body(&mut text, "`GET /api/docket`", &DocketList { hearings: vec![line] });
    let issued = CodeIssued { code: private("12345678"), expires_at: AT };
    body(&mut text, "`POST /api/hearings/{hearing}/participants/{participant}/code`", &issued);
    evidence::bodies(&mut text);
    body(&mut text, "`GET /api/archive`", &archive::list());
    body(&mut text, "`GET /api/archive/{hearing}`", &archive::archive_record());
    integrity::bodies(&mut text);
    transcript::bodies(&mut text);
    let record = deliberation();
    let kept = DeliberationRecord { record, head_sha256: "9f86d0…".to_owned() };
    body(&mut text, "`GET /api/archive/{hearing}/deliberation`", &kept);
    archive::bodies(&mut text);
    body(&mut text, "`GET /api/ops`", &ops());
    desk::bodies(&mut text);
    body(&mut text, "every refusal", &ApiRefusal::from(Refusal::CodeUsed));
    text
}

fn ops() -> OpsPicture {
    let person = OpsPerson {
        id: WHO,
        role: Role::Plaintiff,
        place: Place::InHearing,
        online: true,
        media: true,
        join_ms: Some(340),
        health: Some(health()),
        grade: Some(Grade::Good),
        trouble: None,
        unheard: Vec::new(),
        path: Some(MediaPath::Udp),
        buffer_ms: Some(45),
        line_test: Some(line_test()),
    };
    let (stage, record) = (Stage::InSession, RecordState::Rolling);
    OpsPicture {
        server_time: AT,
        started_at: AT,
        version: "0.1.0".to_owned(),
        archive_free_bytes: Some(812_000_000_000),
        forward_delay_micros: Some([120, 310, 900]),
        copy: Some(OpsCopy { away: false, differing: 0, behind_seconds: 1 }),
        reconciled: Some(OpsReconciled { at: AT, findings: 0 }),
        hearings: vec![OpsHearing { hearing: HearingId(1), stage, record, people: vec![person] }],
    }
}

/// Puts `part` between the marks that name it.
fn put(document: &str, name: &str, part: &str) -> String {
    let begin = format!("<!-- begin {name}: made by crates/protocol/tests/document/main.rs -->\n");
    let end = format!("<!-- end {name} -->");
    let (before, rest) = document.split_once(&begin).expect("the mark stands in the document");
    let (_, after) = rest.split_once(&end).expect("the mark stands in the document");
    format!("{before}{begin}\n{}\n\n{end}{after}", part.trim_end())
}

#[test]
fn the_document_shows_every_message() {
    let mut document = DOCUMENT.to_owned();
    for (name, part) in [
        ("client messages", client_part()),
        ("server messages", server_part()),
        ("close codes", codes_part()),
        ("refusals", refusals_part()),
        ("bodies", bodies_part()),
    ] {
        document = put(&document, name, &part);
    }
    expect_file!["../../../../docs/protocol.md"].assert_eq(&document);
}
