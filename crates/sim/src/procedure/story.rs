//! Makes stories: who is on the docket, and what happens next.
//! What is not here: whether it may.

use hearing::{Docket, Event};
use model::archive::Attendee;
use model::stage::LinkCause;
use model::view::Heading;
use model::{
    Ask, Brief, Ground, Health, HearingId, Kind, ParticipantId, Private, RecordFault, Role, Stage,
    Step, Timestamp, TrackId, TrackKind, limits,
};

use super::Play;
use crate::dice::Dice;

/// A docket with everybody a hearing needs, and sometimes with a crowd.
pub(crate) fn docket(dice: &mut Dice) -> Docket {
    let mut roles = vec![
        Role::PresidingJudge,
        Role::Clerk,
        Role::Plaintiff,
        Role::Defendant,
        Role::Witness,
        Role::Witness,
        Role::Gallery,
    ];
    match dice.roll(8) {
        0 => roles.extend([Role::ThirdParty; 12]),
        1 => roles.extend([Role::ThirdParty, Role::Gallery, Role::Clerk]),
        2 => roles.push(Role::PresidingJudge),
        _ => {}
    }
    let attendee = |(number, role)| Attendee {
        consents: vec![Step::Inquiry],
        ..Attendee::new(ParticipantId(number), role, Private::from("somebody"))
    };
    Docket {
        brief: Brief { kind: Kind::Inquiry, ..Brief::default() },
        hearing: HearingId(1),
        heading: Heading {
            court: "People's Court of the dice".to_owned(),
            case_number: Private::from("1"),
            cause: Private::from("chance"),
            scheduled_at: Timestamp(0),
        },
        attendees: (1..).zip(roles).map(attendee).collect(),
    }
}

impl Play {
    /// Plays a beginning of some length and then whatever the dice say.
    pub(super) fn story(&mut self, dice: &mut Dice, moves: u32) -> Result<(), String> {
        let depth = dice.roll(6);
        self.beginning(depth)?;
        for _ in 0..moves {
            if dice.is_over() {
                break;
            }
            self.step_by(dice)?;
        }
        Ok(())
    }

    /// The usual way to an open hearing, as far as `depth` goes.
    fn beginning(&mut self, depth: u32) -> Result<(), String> {
        let people = self.people(|_| true);
        let Some(judge) = people.first().copied().filter(|_| depth > 0) else { return Ok(()) };
        self.step(Event::Joined { who: judge })?;
        self.ask(judge, Ask::OpenCheckIn)?;
        self.step(Event::LedgerOpened)?;
        for who in people {
            self.arrive(who)?;
        }
        for who in self.people(|role| !role.is_court()).into_iter().filter(|_| depth > 1) {
            self.ask(who, check_in("alone", true))?;
            if depth > 2 {
                self.ask(judge, Ask::Admit { who })?;
            }
        }
        if depth > 3 {
            self.open(judge)?;
            if self.hearing.stage() != Stage::InSession {
                return Err("the usual beginning does not open".to_owned());
            }
        }
        Ok(())
    }

    /// The judge asks to open and the recorder confirms, whatever comes of it.
    fn open(&mut self, judge: ParticipantId) -> Result<(), String> {
        self.ask(judge, Ask::Open)?;
        for kind in [TrackKind::Camera, TrackKind::Microphone] {
            self.step(Event::FirstFrames { track: TrackId::new(judge, kind) })?;
        }
        Ok(())
    }

    fn arrive(&mut self, who: ParticipantId) -> Result<(), String> {
        self.step(Event::Joined { who })?;
        self.step(Event::MediaUp { who })?;
        self.step(Event::TrackLive { track: TrackId::new(who, TrackKind::Microphone) })?;
        self.step(Event::TrackLive { track: TrackId::new(who, TrackKind::Camera) })
    }

    fn step_by(&mut self, dice: &mut Dice) -> Result<(), String> {
        let who = anybody(&self.docket, dice);
        let kind = TrackKind::ALL[usize::try_from(dice.roll(3)).unwrap_or(0)];
        let track = TrackId::new(who, kind);
        match dice.weighted(&[60, 30, 24, 4, 8, 6, 6, 12, 10, 8, 12, 3, 3, 6, 1, 1]) {
            0 => {
                let judge = self.people(|role| role == Role::PresidingJudge)[0];
                let ask = self.some_ask(dice);
                self.ask(judge, ask)
            }
            1 => {
                let ask = self.some_ask(dice);
                self.ask(who, ask)
            }
            2 => self.arrive(who),
            3 => self.step(Event::Joined { who }),
            4 => self.step(Event::Parted { who, cause: cause(dice) }),
            5 => self.step(Event::MediaUp { who }),
            6 => self.step(Event::MediaDown { who, cause: cause(dice) }),
            7 if dice.chance(500) => self.step(Event::TrackSilent { track }),
            7 => self.step(Event::TrackLive { track }),
            8 => self.step(Event::FirstFrames { track }),
            9 => self.step(recorder(dice)),
            10 => self.pass(dice),
            11 => self.step(Event::Woke),
            12 => {
                let loss_up_permille = u16::try_from(dice.roll(300)).unwrap_or(0);
                let health = Health { loss_up_permille, ..Health::default() };
                self.step(Event::Health { who, health })
            }
            13 => {
                let judge = self.people(|role| role == Role::PresidingJudge)[0];
                self.open(judge)
            }
            14 => {
                self.step(Event::Stop)?;
                self.step_by(dice)?;
                self.crash_and_return(dice)
            }
            _ => self.crash_and_return(dice),
        }
    }

    /// The process dies and most people find their way back.
    fn crash_and_return(&mut self, dice: &mut Dice) -> Result<(), String> {
        self.crash()?;
        for who in self.people(|_| true) {
            if dice.chance(850) {
                self.arrive(who)?;
            }
        }
        Ok(())
    }

    /// Mostly moments, sometimes more than a seat is kept.
    fn pass(&mut self, dice: &mut Dice) -> Result<(), String> {
        let micros = match dice.roll(40) {
            0 => u64::try_from(limits::SEAT_GRACE.as_micros()).unwrap_or(0),
            1 | 2 => 61_000_000,
            3..=6 => 6_000_000,
            7..=12 => 1_000_000,
            _ => 50_000,
        };
        self.wait(micros)
    }

    /// Any ask; an admission is mostly for somebody who waits.
    fn some_ask(&self, dice: &mut Dice) -> Ask {
        let ask = any_ask(dice, &self.docket);
        if let Ask::Admit { who } = ask {
            return Ask::Admit { who: self.waiting(dice).unwrap_or(who) };
        }
        ask
    }

    fn waiting(&self, dice: &mut Dice) -> Option<ParticipantId> {
        let waiting: Vec<_> = self
            .people(|_| true)
            .into_iter()
            .filter(|who| self.place(*who) == Some(model::Place::Waiting))
            .collect();
        dice.pick(&waiting).copied()
    }
}

fn check_in(others_present: &str, discipline: bool) -> Ask {
    let others_present = Private::from(others_present);
    Ask::CheckIn {
        discipline,
        others_present,
        camera: true,
        microphone: discipline,
        faults: Vec::new(),
        version: String::new(),
    }
}

fn cause(dice: &mut Dice) -> LinkCause {
    let causes = [LinkCause::PageClosed, LinkCause::SocketLost, LinkCause::MediaSilent];
    dice.pick(&causes).copied().unwrap_or(LinkCause::PageClosed)
}

fn recorder(dice: &mut Dice) -> Event {
    let faults = [
        RecordFault::DiskFull,
        RecordFault::Unwritable,
        RecordFault::DiskSlow,
        RecordFault::Silent,
        RecordFault::TapeLost,
        RecordFault::NoFrames,
    ];
    match dice.roll(6) {
        0 => Event::LedgerOpened,
        1 | 2 => Event::RecordMended,
        3 => Event::RecordSealed,
        _ => {
            let fault = dice.pick(&faults).copied().unwrap_or(RecordFault::Silent);
            Event::RecordFault { fault }
        }
    }
}

/// Somebody of the docket, now and then a stranger.
fn anybody(docket: &Docket, dice: &mut Dice) -> ParticipantId {
    let crowd = u32::try_from(docket.attendees.len()).unwrap_or(1);
    if dice.chance(10) {
        return ParticipantId(999);
    }
    // The first seven hold every role; a crowd behind them gets a word now and then.
    let among = if dice.chance(150) { crowd } else { crowd.min(7) };
    ParticipantId(dice.roll(among) + 1)
}

/// Anything anybody could ask, sensible or not.
pub(crate) fn any_ask(dice: &mut Dice, docket: &Docket) -> Ask {
    let who = anybody(docket, dice);
    let reason = || Private::from("noise");
    match dice.weighted(&[2, 6, 14, 5, 8, 5, 6, 1, 4, 4, 2, 2, 5, 6, 4, 6, 2]) {
        0 => Ask::OpenCheckIn,
        1 => match dice.roll(6) {
            0 => check_in("alone", false),
            1 => check_in(&"x".repeat(limits::TEXT_CHARS_MAX + 1), true),
            _ => check_in("a friend", true),
        },
        2 => Ask::Admit { who },
        3 => Ask::Dismiss { who },
        4 => Ask::Open,
        5 => Ask::Recess { ground: Ground::ALL[usize::try_from(dice.roll(3)).unwrap_or(0)] },
        6 => Ask::Resume,
        7 => Ask::Close,
        8 => Ask::Lock { who },
        9 => Ask::Unlock { who },
        10 => Ask::LockAll,
        11 => Ask::UnlockAll,
        12 => Ask::AllowScreen { who, allowed: dice.chance(700) },
        13 if dice.chance(100) => Ask::Warn { who, reason: Private::from(" ") },
        13 => Ask::Warn { who, reason: reason() },
        14 => Ask::Remove { who, reason: reason(), unwarned: Private::default() },
        15 => Ask::Hand { raised: dice.chance(600) },
        _ => Ask::Devices { on: vec![TrackKind::Microphone, TrackKind::Microphone] },
    }
}
