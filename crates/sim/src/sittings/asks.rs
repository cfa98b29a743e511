//! Asks by their names, filled in by chance, more often plausible than not.
//! What is not here: who makes them.

use hearing::Docket;
use model::brief::BarredGround;
use model::stage::{AbsenceFinding, AdjournGround, IdentityMethod, Layout};
use model::{
    Ask, Check, DeliberationAct, EvidenceId, FailureGround, Ground, Opinion, ParticipantId, Phase,
    Power, Private, RecordMode, Role, Sheet, Shield, Side, SigningMethod, Step, Stroke, TrackKind,
    limits,
};

use crate::dice::Dice;
use crate::law::{At, Figure, Law, names};

/// The wire names of all asks.
pub fn every_ask() -> impl Iterator<Item = &'static str> {
    names()
}

/// The name an ask has on the wire.
pub(super) fn name_of(ask: &Ask) -> String {
    let told = serde_json::to_value(ask).ok();
    let name = told.as_ref().and_then(|value| value.get("do")).and_then(|name| name.as_str());
    name.unwrap_or_default().to_owned()
}

/// Any ask at all.
pub(super) fn any(law: &Law, dice: &mut Dice) -> Ask {
    let all: Vec<_> = names().collect();
    named(dice.pick(&all).copied().unwrap_or_default(), law, dice)
}

/// The steps before an opening, as far as `depth` goes, with who takes them.
pub(super) fn preparations(
    docket: &Docket,
    leader: ParticipantId,
    depth: u32,
    version: &str,
) -> Vec<(ParticipantId, Ask)> {
    let mut steps = Vec::new();
    let none = Private::default;
    let people = docket.attendees.iter().filter(|person| !person.role.is_court());
    for person in people.clone().filter(|_| depth > 1) {
        steps.push((person.id, check_in("<others>", version)));
        if let Some(step) = docket.brief.kind.step() {
            steps.push((person.id, Ask::Consent { step, given: true }));
        }
    }
    for person in people.filter(|_| depth > 2) {
        let who = person.id;
        if !person.role.is_called() {
            steps.push((leader, Ask::Admit { who }));
        }
        if depth > 4 {
            let (method, note) = (IdentityMethod::IdCard, Private::from("<remark>"));
            steps.push((leader, Ask::CheckIdentity { who, method, note }));
            if let Some(power) = person.power {
                steps.push((leader, Ask::CheckPower { who, power }));
            }
        }
    }
    if depth > 3 {
        steps.push((leader, Ask::AnswerBarred { grounds: Vec::new(), note: none() }));
        steps.push((leader, Ask::ReadDiscipline));
        steps.extend(Check::ALL.map(|check| (leader, Ask::Tick { check, note: none() })));
        if depth > 6 {
            steps.push((leader, Ask::SetRecordMode { mode: RecordMode::Recording }));
        }
    }
    steps
}

fn check_in(others: &str, version: &str) -> Ask {
    Ask::CheckIn {
        discipline: true,
        others_present: Private::from(others),
        camera: true,
        microphone: true,
        faults: Vec::new(),
        version: version.to_owned(),
    }
}

/// A reason: mostly one, now and then none, or one that is too long.
fn reason(dice: &mut Dice, text: &str) -> Private<String> {
    match dice.roll(20) {
        0 => Private::default(),
        1 => Private::from("  "),
        2 => Private::new("x".repeat(limits::TEXT_CHARS_MAX + 1)),
        _ => Private::from(text),
    }
}

fn one<T: Copy>(dice: &mut Dice, from: &[T]) -> T {
    let place = dice.roll(u32::try_from(from.len()).unwrap_or(1));
    from[usize::try_from(place).unwrap_or(0)]
}

/// One of several, the first most often.
fn mostly<T: Copy>(dice: &mut Dice, from: &[T]) -> T {
    if dice.chance(700) { from[0] } else { one(dice, from) }
}

struct Source<'a> {
    law: &'a Law,
    dice: &'a mut Dice,
}

impl Source<'_> {
    fn who(&mut self) -> ParticipantId {
        let people: Vec<_> = self.law.people.keys().copied().collect();
        if self.dice.chance(20) { ParticipantId(9_999) } else { one(self.dice, &people) }
    }

    /// Somebody the ask is mostly about.
    #[expect(clippy::wildcard_enum_match_arm, reason = "any role at all")]
    fn whom(&mut self, name: &str) -> ParticipantId {
        let law = self.law;
        let role = |figure: &Figure, wanted: Role| figure.role == wanted && figure.at == At::Inside;
        let fits = |figure: &Figure| match name {
            "admit" | "preview" => figure.at == At::Waiting,
            "sign" | "refuse_signing" => figure.in_court,
            "readmit" => figure.at == At::Expelled,
            "testify" | "note_guarantee_refused" | "sign_guarantee" => {
                figure.role.is_called() && figure.at == At::Inside
            }
            "interpret" => role(figure, Role::Interpreter),
            "listen" => figure.beside,
            "unlock" => figure.locked,
            "remove" => figure.warned && figure.at == At::Inside,
            "consult" => match figure.role {
                Role::Agent | Role::LegalRepresentative | Role::Interpreter => true,
                other => other.is_party(),
            },
            "challenge" => figure.role.is_bench() || figure.role == Role::Clerk,
            _ => figure.at == At::Inside,
        };
        let fitting: Vec<_> =
            law.people.iter().filter(|(_, figure)| fits(figure)).map(|(who, _)| *who).collect();
        if fitting.is_empty() || self.dice.chance(200) {
            return self.who();
        }
        one(self.dice, &fitting)
    }

    fn yes(&mut self) -> bool {
        self.dice.chance(600)
    }

    fn text(&mut self) -> Private<String> {
        reason(self.dice, "why")
    }

    fn number(&mut self, most: u32) -> u16 {
        u16::try_from(self.dice.roll(most)).unwrap_or(0)
    }

    fn item(&mut self) -> EvidenceId {
        EvidenceId(1 + self.dice.roll(7))
    }

    fn sheet(&mut self) -> Sheet {
        one(self.dice, &Sheet::ALL)
    }

    fn version(&mut self, sheet: Sheet) -> u32 {
        let version = self.law.papers.get(&sheet).map_or(0, |paper| paper.version);
        if self.dice.chance(900) { version } else { self.dice.roll(4) }
    }

    fn deliberation(&mut self) -> DeliberationAct {
        let known = self.law.talk.version;
        let base = if self.dice.chance(900) { known } else { self.dice.roll(4) };
        let text = match self.dice.roll(20) {
            0 => Private::default(),
            1 => Private::new("x".repeat(limits::DELIBERATION_CHARS_MAX + 1)),
            _ => Private::from("<talk>"),
        };
        // What is written is mostly signed, or two would seldom sign the same text.
        let sign = known > 0 && self.dice.chance(850);
        match self.dice.roll(3) {
            _ if sign => DeliberationAct::Sign { version: base, name: self.text() },
            0 => DeliberationAct::Write { base, text },
            1 => DeliberationAct::Conclude { base, text },
            _ => DeliberationAct::Dissent { text },
        }
    }

    fn grounds(&mut self) -> Vec<BarredGround> {
        if self.dice.chance(850) { Vec::new() } else { vec![one(self.dice, &BarredGround::ALL)] }
    }
}

/// An ask by its name.
#[expect(clippy::too_many_lines, reason = "one line for each ask")]
pub(super) fn named(name: &str, law: &Law, dice: &mut Dice) -> Ask {
    let mut by = Source { law, dice };
    let who = by.whom(name);
    match name {
        "open_check_in" => Ask::OpenCheckIn,
        "check_in" if by.dice.chance(900) => check_in("<others>", &law.version),
        "check_in" => Ask::CheckIn {
            discipline: by.yes(),
            others_present: by.text(),
            camera: true,
            microphone: true,
            faults: Vec::new(),
            version: law.version.clone(),
        },
        "admit" => Ask::Admit { who },
        "dismiss" => Ask::Dismiss { who },
        "preview" => Ask::Preview { who: by.dice.chance(800).then_some(who) },
        "open" => Ask::Open,
        "recess" => Ask::Recess { ground: one(by.dice, &Ground::ALL) },
        "resume" => Ask::Resume,
        "close" => Ask::Close,
        "lock" => Ask::Lock { who },
        "unlock" => Ask::Unlock { who },
        "lock_all" => Ask::LockAll,
        "unlock_all" => Ask::UnlockAll,
        "allow_screen" => Ask::AllowScreen { who, allowed: by.yes() },
        "warn" => Ask::Warn { who, reason: by.text() },
        "remove" => {
            let unwarned = if by.dice.chance(300) { by.text() } else { Private::default() };
            Ask::Remove { who, reason: by.text(), unwarned }
        }
        "hand" => Ask::Hand { raised: by.yes() },
        "devices" => Ask::Devices { on: vec![one(by.dice, &TrackKind::ALL)] },
        "consent" => Ask::Consent { step: one(by.dice, &Step::ALL), given: by.yes() },
        "note_consent" => Ask::NoteConsent {
            who,
            step: one(by.dice, &Step::ALL),
            given: by.yes(),
            how: reason(by.dice, "<remark>"),
        },
        "check_identity" => Ask::CheckIdentity {
            who,
            method: IdentityMethod::IdCard,
            note: reason(by.dice, "<remark>"),
        },
        "waive_identity" => Ask::WaiveIdentity { who, reason: reason(by.dice, "<remark>") },
        "check_power" => {
            Ask::CheckPower { who, power: one(by.dice, &[Power::General, Power::Special]) }
        }
        "note_absent" => {
            Ask::NoteAbsent { who, absent: by.yes(), reason: reason(by.dice, "<absence>") }
        }
        "answer_barred" => {
            Ask::AnswerBarred { grounds: by.grounds(), note: reason(by.dice, "<remark>") }
        }
        "call_in" => Ask::CallIn { seconds: by.number(330) },
        "read_discipline" => Ask::ReadDiscipline,
        "enter_phase" => Ask::EnterPhase { phase: one(by.dice, &Phase::ALL), reason: by.text() },
        "interrupt" => Ask::Interrupt { reason: by.text() },
        "deliberate" => Ask::Deliberate,
        "adjourn" => Ask::Adjourn { ground: AdjournGround::Other, note: by.text() },
        "go_offline" => Ask::GoOffline { reason: by.text() },
        "call_off" => Ask::CallOff { reason: by.text() },
        "challenge" => Ask::Challenge { whom: who, reason: by.text() },
        "dispose_challenge" => {
            Ask::DisposeChallenge { upheld: by.dice.chance(100), reason: by.text() }
        }
        "prompt" => Ask::Prompt { who, reason: by.text() },
        "reprimand" => Ask::Reprimand { who, reason: by.text() },
        "readmit" => Ask::Readmit { who },
        "give_floor" => {
            let seconds = by.dice.chance(500).then(|| by.number(90));
            Ask::GiveFloor { who, seconds }
        }
        "end_floor" => Ask::EndFloor,
        "strict_floor" => Ask::StrictFloor { strict: by.yes() },
        "spotlight" => Ask::Spotlight { who: by.yes().then_some(who) },
        "set_layout" => {
            Ask::SetLayout { layout: one(by.dice, &[Layout::Court, Layout::Grid, Layout::Speaker]) }
        }
        "find_absence" => Ask::FindAbsence {
            who,
            finding: AbsenceFinding::Network,
            note: reason(by.dice, "<absence>"),
        },
        "confront" => Ask::Confront { on: by.yes(), reason: by.text() },
        "sign_guarantee" => {
            let who = by.dice.chance(200).then_some(who);
            Ask::SignGuarantee { who, name: by.text() }
        }
        "note_guarantee_refused" => Ask::NoteGuaranteeRefused { who, reason: by.text() },
        "testify" => Ask::Testify { who },
        "shield" => {
            let shield =
                Shield { who, from: by.who(), picture: by.yes(), sound: by.dice.chance(400) };
            Ask::Shield { shield }
        }
        "interpret" => Ask::Interpret { who, simultaneous: by.yes() },
        "listen" => Ask::Listen { to: by.dice.chance(700).then_some(who) },
        "note" => Ask::Note { text: reason(by.dice, "<note>") },
        "record_deliberation" => Ask::RecordDeliberation { act: by.deliberation() },
        "consult" => Ask::Consult { with: vec![who] },
        "answer_consultation" => {
            let openers: Vec<_> = law.rooms.keys().copied().collect();
            let opener = by.dice.pick(&openers).copied().unwrap_or(who);
            Ask::AnswerConsultation { by: opener, accept: by.yes() }
        }
        "leave_chamber" => Ask::LeaveChamber,
        "lock_chamber" => Ask::LockChamber { locked: by.yes() },
        "caucus" => Ask::Caucus { side: by.dice.chance(600).then(|| one(by.dice, &Side::ALL)) },
        "show_evidence" => Ask::ShowEvidence { item: by.item(), page: 1 + by.number(4) },
        "turn_page" => Ask::TurnPage { page: by.number(5) },
        "play_evidence" => Ask::PlayEvidence {
            running: by.yes(),
            at_ms: mostly(by.dice, &[0, limits::EVIDENCE_PLAY_MS_MAX + 1]),
        },
        "hide_evidence" => Ask::HideEvidence,
        "opine" => {
            let opinion =
                Opinion { authentic: by.yes(), lawful: true, relevant: true, reason: by.text() };
            Ask::Opine { item: by.item(), opinion }
        }
        "allow_drawing" => Ask::AllowDrawing { who, allowed: by.yes() },
        "draw" => {
            let points = vec![[by.number(1_001), mostly(by.dice, &[5, 1_001])]];
            Ask::Draw { stroke: Stroke { page: 1 + by.number(4), points } }
        }
        "clear_drawing" => Ask::ClearDrawing,
        "tick" => Ask::Tick { check: one(by.dice, &Check::ALL), note: by.text() },
        "set_record_mode" => {
            Ask::SetRecordMode { mode: mostly(by.dice, &[RecordMode::Recording, RecordMode::Text]) }
        }
        "write_sheet" => {
            let sheet = by.sheet();
            let text = match by.dice.roll(20) {
                0 => Private::default(),
                1 => Private::new("x".repeat(limits::SHEET_CHARS_MAX + 1)),
                _ => Private::from("<sheet>"),
            };
            Ask::WriteSheet { sheet, base: by.version(sheet), text }
        }
        "read_back" => {
            let sheet = by.sheet();
            Ask::ReadBack { sheet, version: by.version(sheet) }
        }
        "sign" => {
            let sheet = by.sheet();
            let (version, mark) = (by.version(sheet), by.text());
            let who = by.dice.chance(80).then_some(who);
            let method = match who {
                Some(_) => mostly(by.dice, &[SigningMethod::OnPaper, SigningMethod::Typed]),
                None => {
                    let methods =
                        [SigningMethod::Typed, SigningMethod::OnPaper, SigningMethod::Certificate];
                    mostly(by.dice, &methods)
                }
            };
            Ask::Sign { who, sheet, version, method, mark }
        }
        "refuse_signing" => {
            let who = by.dice.chance(250).then_some(who);
            Ask::RefuseSigning { who, sheet: by.sheet(), reason: by.text() }
        }
        "fail_mediation" => {
            let ground = one(by.dice, &FailureGround::ALL);
            Ask::FailMediation { ground, note: by.text() }
        }
        "call_roll" => Ask::CallRoll,
        "confirm_presence" => Ask::ConfirmPresence { people: by.number(2_100) },
        other => unreachable!("no ask is called {other}"),
    }
}
