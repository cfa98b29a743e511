//! Reads one act of a script.
//! What is not here: what follows from it.

use core::fmt;
use core::time::Duration;

use hearing::Event;
use model::stage::LinkCause;
use model::{Ask, Ground, Health, ParticipantId, Private, RecordFault, TrackId, TrackKind, limits};
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};

use super::cast::Cast;

/// A line that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFault {
    /// Which line, from 1.
    pub line: usize,
    /// Why.
    pub what: String,
}

impl fmt::Display for ScriptFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// One act.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Act {
    /// Something happens.
    Event(Event),
    /// Somebody asks.
    Ask(ParticipantId, Ask),
    /// Page, media and all devices of somebody come up.
    Arrives(ParticipantId),
    /// Media and all devices of somebody come up.
    Sends(ParticipantId),
    /// Time passes.
    Wait(Duration),
    /// The node dies and starts again.
    Crash,
    /// The usual beginning, told in one word; nothing is shown of it.
    Given(Beginning),
    /// The same act many times; only the last answer is shown.
    Flood(u32, Box<Self>),
}

/// How far a `given` line goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Beginning {
    /// Everybody is here; the others have checked in and wait.
    Waiting,
    /// Parties and gallery are admitted.
    Admitted,
    /// The hearing is open and on the record.
    InSession,
}

impl Act {
    /// Reads one line.
    pub(super) fn parse(line: &str, cast: &Cast) -> Result<Self, String> {
        let (line, text) = split_text(line)?;
        let words: Vec<_> = line.split_whitespace().collect();
        match *words.as_slice() {
            ["given", "waiting"] => Ok(Self::Given(Beginning::Waiting)),
            ["given", "admitted"] => Ok(Self::Given(Beginning::Admitted)),
            ["given", "in_session"] => Ok(Self::Given(Beginning::InSession)),
            ["wait", time] => Ok(Self::Wait(duration(time)?)),
            ["node", "crashes"] => Ok(Self::Crash),
            ["node", "wakes"] => Ok(Self::Event(Event::Woke)),
            ["node", "stops"] => Ok(Self::Event(Event::Stop)),
            ["record", ref what @ ..] => record(what, cast).map(Self::Event),
            [who, "arrives"] => Ok(Self::Arrives(cast.id(who)?)),
            [who, "sends"] => Ok(Self::Sends(cast.id(who)?)),
            [who, times, ref act @ ..] if times.starts_with('x') => {
                let times = times[1..].parse().map_err(|_| format!("how often is {times}?"))?;
                let text = text.map(|text| format!(" \"{text}\"")).unwrap_or_default();
                let act = Self::parse(&format!("{who} {}{text}", act.join(" ")), cast)?;
                Ok(Self::Flood(times, Box::new(act)))
            }
            [who, ref act @ ..] => {
                let who = cast.id(who)?;
                match link(who, act)? {
                    Some(event) => Ok(Self::Event(event)),
                    None => Ok(Self::Ask(who, ask(act, text.unwrap_or_default(), cast)?)),
                }
            }
            [] => Err("nothing happens".to_owned()),
        }
    }
}

fn link(who: ParticipantId, act: &[&str]) -> Result<Option<Event>, String> {
    let event = match *act {
        ["joins"] => Event::Joined { who },
        ["parts", cause] => Event::Parted { who, cause: word::<LinkCause>(cause)? },
        ["media", "up"] => Event::MediaUp { who },
        ["media", "down"] => Event::MediaDown { who, cause: LinkCause::MediaSilent },
        ["sends", kind] => Event::TrackLive { track: TrackId::new(who, word::<TrackKind>(kind)?) },
        ["stills", kind] => {
            Event::TrackSilent { track: TrackId::new(who, word::<TrackKind>(kind)?) }
        }
        ["loses", permille] => {
            let loss = permille.parse().map_err(|_| format!("what loss is {permille}?"))?;
            let health = Health { loss_up_permille: loss, ..Health::default() };
            Event::Health { who, health }
        }
        _ => return Ok(None),
    };
    Ok(Some(event))
}

fn record(act: &[&str], cast: &Cast) -> Result<Event, String> {
    match *act {
        ["opened"] => Ok(Event::LedgerOpened),
        ["frames", who, kind] => {
            Ok(Event::FirstFrames { track: TrackId::new(cast.id(who)?, word::<TrackKind>(kind)?) })
        }
        ["fails", fault] => Ok(Event::RecordFault { fault: word::<RecordFault>(fault)? }),
        ["mended"] => Ok(Event::RecordMended),
        ["sealed"] => Ok(Event::RecordSealed),
        _ => Err(format!("what does the record do: {act:?}?")),
    }
}

fn ask(act: &[&str], text: String, cast: &Cast) -> Result<Ask, String> {
    let reason = Private::new(text);
    Ok(match *act {
        ["open_check_in"] => Ask::OpenCheckIn,
        ["check_in"] => check_in(true, reason),
        ["check_in", "refusing_discipline"] => check_in(false, reason),
        ["check_in", "at_length"] => {
            check_in(true, Private::new("x".repeat(limits::TEXT_CHARS_MAX + 1)))
        }
        ["admit", who] => Ask::Admit { who: cast.id(who)? },
        ["dismiss", who] => Ask::Dismiss { who: cast.id(who)? },
        ["open"] => Ask::Open,
        ["recess", ground] => Ask::Recess { ground: word::<Ground>(ground)? },
        ["resume"] => Ask::Resume,
        ["close"] => Ask::Close,
        ["lock", "all"] => Ask::LockAll,
        ["unlock", "all"] => Ask::UnlockAll,
        ["lock", who] => Ask::Lock { who: cast.id(who)? },
        ["unlock", who] => Ask::Unlock { who: cast.id(who)? },
        ["allow_screen", who] => Ask::AllowScreen { who: cast.id(who)?, allowed: true },
        ["disallow_screen", who] => Ask::AllowScreen { who: cast.id(who)?, allowed: false },
        ["warn", who] => Ask::Warn { who: cast.id(who)?, reason },
        ["remove", who] => Ask::Remove { who: cast.id(who)?, reason, unwarned: Private::default() },
        ["hand", "up"] => Ask::Hand { raised: true },
        ["hand", "down"] => Ask::Hand { raised: false },
        ["devices", ref on @ ..] => {
            Ask::Devices { on: on.iter().map(|kind| word(kind)).collect::<Result<_, _>>()? }
        }
        _ => return Err(format!("what is asked: {act:?}?")),
    })
}

const fn check_in(discipline: bool, others_present: Private<String>) -> Ask {
    Ask::CheckIn { discipline, others_present, camera: true, microphone: true, faults: Vec::new() }
}

/// One word of the wire.
fn word<'a, T: Deserialize<'a>>(word: &'a str) -> Result<T, String> {
    T::deserialize(StrDeserializer::<Error>::new(word)).map_err(|_| format!("no such word: {word}"))
}

fn duration(time: &str) -> Result<Duration, String> {
    let (number, unit) = time.split_at(time.find(char::is_alphabetic).unwrap_or(time.len()));
    let number: u64 = number.parse().map_err(|_| format!("how long is {time}?"))?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        "h" => Ok(Duration::from_secs(number * 3_600)),
        _ => Err(format!("how long is {time}?")),
    }
}

/// Takes a text in quotation marks off the end of a line.
fn split_text(line: &str) -> Result<(&str, Option<String>), String> {
    match line.split_once('"') {
        None => Ok((line, None)),
        Some((rest, text)) => {
            let text = text.trim_end().strip_suffix('"').ok_or("a text has two quotation marks")?;
            Ok((rest, Some(text.to_owned())))
        }
    }
}
