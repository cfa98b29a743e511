//! Reads one act of a script.
//! What is not here: what follows from it.

use core::fmt;
use core::time::Duration;

use hearing::Event;
use model::stage::LinkCause;
use model::{
    Ask, ClockReading, Comparison, Discipline, Health, ParticipantId, PresenceChecks, RecordFault,
    TrackId, TrackKind,
};
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};

use super::cast::Cast;
use super::given::Beginning;
use super::words::{self, Word};

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
    /// The wall clock is set: so much forward or back. No time passes.
    Clock {
        /// How far.
        by: Duration,
        /// Back.
        back: bool,
    },
    /// The node dies and starts again.
    Crash,
    /// The usual beginning, told in one word; nothing is shown of it.
    Given(Beginning),
    /// The same act many times; only the last answer is shown.
    Flood(u32, Box<Self>),
}

impl Act {
    /// Reads one line.
    pub(super) fn parse(line: &str, cast: &Cast) -> Result<Self, String> {
        let all = words::words(line)?;
        let bare: Vec<&str> = all.iter().map(bare).collect();
        match *bare.as_slice() {
            ["given", "waiting"] => Ok(Self::Given(Beginning::Waiting)),
            ["given", "admitted"] => Ok(Self::Given(Beginning::Admitted)),
            ["given", "in_session"] => Ok(Self::Given(Beginning::InSession)),
            ["given", "at", phase] => Ok(Self::Given(Beginning::At(word(phase)?))),
            ["wait", time] => Ok(Self::Wait(duration(time)?)),
            ["clock", "jumps", time] => Ok(Self::Clock { by: duration(time)?, back: false }),
            ["clock", "jumps", "back", time] => Ok(Self::Clock { by: duration(time)?, back: true }),
            ["node", "crashes"] => Ok(Self::Crash),
            ["node", "wakes"] => Ok(Self::Event(Event::Woke)),
            ["node", "stops"] => Ok(Self::Event(Event::Stop)),
            ["clock", source, offset, limit] => clock(source, offset, limit).map(Self::Event),
            ["record", ref what @ ..] => record(what, cast).map(Self::Event),
            ["evidence", id, ..] => {
                let items = cast.evidence_with(id, all.get(2..).unwrap_or_default())?;
                Ok(Self::Event(Event::Evidence { items }))
            }
            ["discipline", version] => {
                let (version, text) = (version.to_owned(), "be quiet".to_owned());
                let discipline = Some(Discipline { version, text });
                Ok(Self::Event(Event::Discipline { discipline }))
            }
            ["presence", first, every, answer] => {
                let checks = Some(PresenceChecks {
                    first: range(first)?,
                    every: range(every)?,
                    answer: u16::try_from(duration(answer)?.as_secs()).unwrap_or(u16::MAX),
                });
                Ok(Self::Event(Event::PresenceChecks { checks, chance: 7 }))
            }
            ["compared", by, who, likeness, score, reference] => {
                let comparison = Comparison {
                    likeness: word(likeness)?,
                    score: score.parse().ok(),
                    reference: reference.to_owned(),
                };
                let (by, who) = (cast.id(by)?, cast.id(who)?);
                Ok(Self::Event(Event::Compared { by, who, comparison }))
            }
            ["origin", who, origin] => {
                let origin = origin.parse().map_err(|_| format!("which origin is {origin}?"))?;
                Ok(Self::Event(Event::Origin { who: cast.id(who)?, origin }))
            }
            ["health", who, ..] => {
                let told = all.get(2..).unwrap_or_default();
                let health = words::altered(cast, &Health::default(), told)?;
                Ok(Self::Event(Event::Health { who: cast.id(who)?, health }))
            }
            [who, "arrives"] => Ok(Self::Arrives(cast.id(who)?)),
            [who, "sends"] => Ok(Self::Sends(cast.id(who)?)),
            [who, times, ..] if times.starts_with('x') => {
                let rest = line.trim_start().strip_prefix(who).unwrap_or_default().trim_start();
                let rest = rest.strip_prefix(times).unwrap_or_default();
                let times = times[1..].parse().map_err(|_| format!("how often is {times}?"))?;
                let act = Self::parse(&format!("{who} {rest}"), cast)?;
                Ok(Self::Flood(times, Box::new(act)))
            }
            [who, ref act @ ..] => {
                let who = cast.id(who)?;
                match link(who, act)? {
                    Some(event) => Ok(Self::Event(event)),
                    None => Ok(Self::Ask(who, ask(all.get(1..).unwrap_or_default(), cast)?)),
                }
            }
            [] => Err("nothing happens".to_owned()),
        }
    }
}

/// A bare word; nothing where it is none.
fn bare(word: &Word) -> &str {
    match word {
        Word::Bare(word) => word,
        Word::Text(_) | Word::Named(..) | Word::NamedText(..) => "",
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

fn clock(source: &str, offset: &str, limit: &str) -> Result<Event, String> {
    let number = |text: &str| format!("which clock is {text}?");
    let offset_ms = match offset {
        "unknown" => None,
        known => Some(known.parse().map_err(|_| number(known))?),
    };
    let limit_ms = limit.parse().map_err(|_| number(limit))?;
    let reading = ClockReading { source: source.to_owned(), offset_ms, limit_ms };
    Ok(Event::Clock { reading })
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

/// Any ask by its wire name; a few have a shorter way to say it.
fn ask(words: &[Word], cast: &Cast) -> Result<Ask, String> {
    let said: Vec<&str> = words.iter().map(bare).collect();
    let rest = words.get(1..).unwrap_or_default();
    let with = |more: &[(&str, &str)], rest: &[Word]| -> Vec<Word> {
        let named = |word: &Word, name| matches!(word, Word::Named(known, _) if known == name);
        let unsaid = more.iter().filter(|(name, _)| !rest.iter().any(|word| named(word, *name)));
        let more = unsaid.map(|(name, value)| Word::Named((*name).into(), (*value).into()));
        rest.iter().cloned().chain(more).collect()
    };
    let (name, words) = match *said.as_slice() {
        ["lock", "all"] => ("lock_all", Vec::new()),
        ["unlock", "all"] => ("unlock_all", Vec::new()),
        ["disallow_screen", ..] => ("allow_screen", with(&[("allowed", "no")], rest)),
        ["devices", ref on @ ..] if !on.contains(&"") => {
            ("devices", vec![Word::Named("on".into(), on.join(","))])
        }
        ["check_in", "refusing_discipline"] => ("check_in", with(&ARRIVAL, &[])),
        ["check_in", ..] => ("check_in", with(&ARRIVAL, &with(&[("discipline", "yes")], rest))),
        [name, ..] => (name, rest.to_vec()),
        [] => return Err("nothing is asked".to_owned()),
    };
    words::read(cast, ("do", name), &words)
}

/// What everybody who checks in says, unless the script says otherwise.
const ARRIVAL: [(&str, &str); 3] = [("discipline", "no"), ("camera", "yes"), ("microphone", "yes")];

/// One word of the wire.
pub(super) fn word<'a, T: Deserialize<'a>>(word: &'a str) -> Result<T, String> {
    T::deserialize(StrDeserializer::<Error>::new(word)).map_err(|_| format!("no such word: {word}"))
}

/// A range of times, `10m..30m`, in seconds.
fn range(text: &str) -> Result<(u32, u32), String> {
    let (from, to) = text.split_once("..").ok_or_else(|| format!("which range is {text}?"))?;
    let seconds = |time| Ok::<_, String>(u32::try_from(duration(time)?.as_secs()).unwrap_or(0));
    Ok((seconds(from)?, seconds(to)?))
}

fn duration(time: &str) -> Result<Duration, String> {
    let (number, unit) = time.split_at(time.find(char::is_alphabetic).unwrap_or(time.len()));
    let number: u64 = number.parse().map_err(|_| format!("how long is {time}?"))?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number * 60)),
        "h" => Ok(Duration::from_secs(number * 3_600)),
        _ => Err(format!("how long is {time}?")),
    }
}
