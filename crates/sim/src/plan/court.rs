//! The hearing and its record: the real cores, with an usher who brings everybody in.
//! What is not here: media on its way; `stage.rs` moves it.

use hearing::{Docket, Effect, Event};
use model::archive::Attendee;
use model::letters::{RecordNotice, RecordOrder, Tape};
use model::view::Heading;
use model::{
    Ask, Brief, Grants, HearingId, Instant, Kind, Now, ParticipantId, Place, Private, Role, Stage,
    Step, Timestamp,
};
use record::verify::{Liveness, verify};

use super::stamp::Stamp;
use crate::house::desk::Desk;
use crate::house::recorder::Recorder;

/// What the hearing decided, for the media.
#[derive(Debug)]
pub(crate) enum Ruling {
    /// The table changed.
    Grants(Grants),
    /// Somebody's connection ends.
    Drop(ParticipantId),
    /// The hearing is to be woken then.
    Wake(Instant),
}

/// The hearing's task, the recorder and the usher.
#[derive(Debug)]
pub(crate) struct Court {
    pub(crate) desk: Desk,
    recorder: Recorder,
    docket: Docket,
    pub(crate) tape: Tape,
    request: u32,
    asked_open: Option<Instant>,
    rulings: Vec<Ruling>,
}

impl Court {
    pub(crate) fn new(now: Now, roles: &[Role]) -> Self {
        let attendee = |(number, role): (u32, &Role)| Attendee {
            consents: vec![Step::Inquiry],
            ..Attendee::new(ParticipantId(number), *role, Private::from("somebody"))
        };
        let docket = Docket {
            brief: Brief { kind: Kind::Inquiry, ..Brief::default() },
            hearing: HearingId(1),
            heading: Heading {
                court: "People's Court of the plans".to_owned(),
                case_number: Private::from("1"),
                cause: Private::from("a line"),
                scheduled_at: Timestamp(0),
            },
            attendees: (1..).zip(roles).map(attendee).collect(),
        };
        let tape = Tape { hearing: docket.hearing, items: Vec::new(), bytes: Vec::new() };
        Self {
            desk: Desk::new(now, docket.clone(), None),
            recorder: Recorder::default(),
            docket,
            tape,
            request: 0,
            asked_open: None,
            rulings: Vec::new(),
        }
    }

    /// Something happened; what the hearing decided.
    pub(crate) fn tell(&mut self, now: Now, event: Event) -> Vec<Ruling> {
        self.desk.tell(event);
        self.settle(now);
        core::mem::take(&mut self.rulings)
    }

    /// Somebody presses a button.
    pub(crate) fn ask(&mut self, now: Now, who: ParticipantId, ask: Ask) -> Vec<Ruling> {
        self.request += 1;
        self.tell(now, Event::Asked { who, request: self.request, ask })
    }

    /// The usher's round: whoever is online checks in and is let in, and the judge opens once
    /// everybody has media.
    pub(crate) fn usher(&mut self, now: Now, online: &[ParticipantId], ready: bool) -> Vec<Ruling> {
        let judge = self.docket.attendees[0].id;
        let mut rulings = Vec::new();
        if self.desk.hearing.stage() == Stage::Scheduled {
            rulings.extend(self.ask(now, judge, Ask::OpenCheckIn));
        }
        for who in online {
            let place = self.desk.hearing.durable().seats.get(who).map(|seat| seat.place);
            match place {
                Some(Place::Expected) => {
                    let ask = Ask::CheckIn {
                        discipline: true,
                        others_present: Private::from("nobody"),
                        camera: true,
                        microphone: true,
                        faults: Vec::new(),
                        version: String::new(),
                    };
                    rulings.extend(self.ask(now, *who, ask));
                }
                Some(Place::Waiting) => {
                    rulings.extend(self.ask(now, judge, Ask::Admit { who: *who }));
                }
                Some(Place::InHearing | Place::Removed | Place::Left) | None => {}
            }
        }
        let again = self.asked_open.is_none_or(|at| now.instant.since(at).as_secs() >= 1);
        if ready && again && self.desk.hearing.stage() == Stage::CheckIn {
            self.asked_open = Some(now.instant);
            let seats = &self.desk.hearing.durable().seats;
            let missing = seats.iter().filter(|(_, seat)| {
                seat.role.is_party() && seat.place != Place::InHearing && !seat.absent
            });
            for who in missing.map(|(who, _)| *who).collect::<Vec<_>>() {
                let reason = Private::from("late");
                rulings.extend(self.ask(now, judge, Ask::NoteAbsent { who, absent: true, reason }));
            }
            rulings.extend(self.ask(now, judge, Ask::Open));
        }
        rulings
    }

    /// Whether somebody is in the hearing.
    pub(crate) fn is_inside(&self, who: ParticipantId) -> bool {
        let seats = &self.desk.hearing.durable().seats;
        seats.get(&who).is_some_and(|seat| seat.place == Place::InHearing)
    }

    /// Hands the tape over to the recorder.
    pub(crate) fn flush_tape(&mut self) {
        let hearing = self.docket.hearing;
        let empty = Tape { hearing, items: Vec::new(), bytes: Vec::new() };
        let tape = core::mem::replace(&mut self.tape, empty);
        if !tape.items.is_empty() {
            self.recorder.tape(&tape);
        }
    }

    /// The recorder commits.
    pub(crate) fn commit(&mut self, now: Now) -> Vec<Ruling> {
        self.recorder.tick(now);
        self.settle(now);
        core::mem::take(&mut self.rulings)
    }

    /// What the verification of the finished record finds, and the sound on disk.
    pub(crate) fn finished(&mut self) -> (Vec<String>, Vec<Stamp>) {
        let verdict = match verify(&mut self.recorder.disk, Liveness::AtRest) {
            Ok(verdict) => verdict,
            Err(never) => match never {},
        };
        let mut findings: Vec<_> =
            verdict.findings.iter().map(|finding| format!("{finding:?}")).collect();
        findings.extend(self.recorder.wrong.take());
        findings.extend(self.desk.wrong.take());
        if !verdict.sealed {
            findings.push("the record is not sealed".to_owned());
        }
        let sound = |name: &str| name.contains("microphone");
        let files = self.recorder.disk.files.iter().filter(|(name, _)| sound(name));
        (findings, files.flat_map(|(_, bytes)| Stamp::all(bytes)).collect())
    }

    /// Lets the hearing's task and the recorder work until both wait.
    fn settle(&mut self, now: Now) {
        loop {
            for notice in core::mem::take(&mut self.recorder.notices) {
                self.notice(now, notice);
            }
            let Some(outcome) = self.desk.next(now) else {
                if self.recorder.notices.is_empty() {
                    return;
                }
                continue;
            };
            for order in outcome.orders {
                self.recorder.order(now, order);
            }
            self.carry_out(now, outcome.effects);
        }
    }

    fn notice(&mut self, now: Now, notice: RecordNotice) {
        let event = match notice {
            RecordNotice::Opened { .. } => Event::LedgerOpened,
            RecordNotice::Written { number, .. } => {
                let effects = self.desk.written(number);
                self.carry_out(now, effects);
                return;
            }
            RecordNotice::FirstFrames { track, .. } => Event::FirstFrames { track },
            RecordNotice::Fault { fault, .. } => Event::RecordFault { fault },
            RecordNotice::Mended { .. } => Event::RecordMended,
            RecordNotice::Sealed { .. } => Event::RecordSealed,
        };
        self.desk.tell(event);
    }

    fn carry_out(&mut self, now: Now, effects: Vec<Effect>) {
        let hearing = self.docket.hearing;
        for effect in effects {
            match effect {
                Effect::Grants(grants) => self.rulings.push(Ruling::Grants(grants)),
                Effect::DropMedia { who } => self.rulings.push(Ruling::Drop(who)),
                Effect::WakeAt { at } => self.rulings.push(Ruling::Wake(at)),
                Effect::Roll { rolling } => {
                    self.recorder.order(now, RecordOrder::Roll { hearing, rolling, at: now.utc });
                }
                Effect::Seal => {
                    self.recorder.order(now, RecordOrder::Close { hearing, at: now.utc });
                }
                Effect::OpenLedger
                | Effect::Deliberated(_)
                | Effect::Note { .. }
                | Effect::Minute(_)
                | Effect::Done { .. }
                | Effect::Refused { .. }
                | Effect::Views
                | Effect::Part { .. } => {}
            }
        }
    }
}
