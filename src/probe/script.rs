//! The small fixed verbs by which a robot is told what to do, from `--judge-script` or stdin.
//!
//! What is not here: doing it. `robot.rs` carries the verbs out one after the other.

use std::time::{Duration, Instant};

use model::{Ask, Ground, ParticipantId, Place, Private, RecordState, Stage, TrackKind, View};

use super::gauge::Gauge;

/// One thing for a robot to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// Ask the procedure.
    Ask(Ask),
    /// Admit everybody who waits and has checked in.
    AdmitAll,
    /// Let time pass.
    Wait(Duration),
    /// Wait until something is so.
    Until(Condition),
    /// Give the figures so far.
    Report,
    /// Stop or begin to send a kind of track.
    Switch(TrackKind, bool),
    /// Send whatever the grants say, or obey again.
    Defy(bool),
    /// Cut the WebSocket, keep media.
    DropSocket,
    /// Open the WebSocket again.
    Reconnect,
    /// End media, keep the WebSocket.
    DropMedia,
    /// Offer on a new connection.
    Offer,
    /// Offer on the same connection with new ICE credentials.
    RestartIce,
    /// As when a page is loaded again.
    Reload,
    /// Go.
    Quit,
}

/// Something a robot can wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// Stage of the hearing by its wire name.
    Stage(&'static str),
    /// Own place.
    Place(Place),
    /// State of the record by its wire name.
    Record(&'static str),
    /// The socket is in service and a view came over it.
    Seated,
    /// Media is connected, or is not.
    Media(bool),
    /// The server said goodbye.
    Bye,
    /// Own lock.
    Locked(bool),
    /// So many others wait, checked in and online.
    CheckedIn(usize),
    /// So many others are in the hearing with media.
    People(usize),
    /// Somebody's page is connected, or is not.
    Online(ParticipantId, bool),
    /// New packets of somebody's track came.
    Hears(ParticipantId, TrackKind),
    /// No packet of somebody's track came for a second.
    Misses(ParticipantId, TrackKind),
}

/// New packets that count as hearing somebody.
const PACKETS_HEARD: u64 = 5;
/// Without a packet for this long somebody is not heard.
const SILENCE: Duration = Duration::from_secs(1);

const REASON: &str = "the script says so";

impl Verb {
    /// Reads a verb such as `lock:p3`, `warn:p3:why`, `wait:2` or `until:in_session`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (word, rest) = text.trim().split_once(':').unwrap_or((text.trim(), ""));
        let (person, reason) = rest.split_once(':').unwrap_or((rest, REASON));
        let who = || participant(person);
        let private = || Private::from(reason);
        Some(match word {
            "open-check-in" => Self::Ask(Ask::OpenCheckIn),
            "check-in" => Self::Ask(check_in()),
            "admit" => Self::Ask(Ask::Admit { who: who()? }),
            "admit-all" => Self::AdmitAll,
            "dismiss" => Self::Ask(Ask::Dismiss { who: who()? }),
            "open" => Self::Ask(Ask::Open),
            "recess" => Self::Ask(Ask::Recess { ground: ground(rest)? }),
            "resume" => Self::Ask(Ask::Resume),
            "close" => Self::Ask(Ask::Close),
            "lock" => Self::Ask(Ask::Lock { who: who()? }),
            "unlock" => Self::Ask(Ask::Unlock { who: who()? }),
            "lock-all" => Self::Ask(Ask::LockAll),
            "unlock-all" => Self::Ask(Ask::UnlockAll),
            "allow-screen" => Self::Ask(Ask::AllowScreen { who: who()?, allowed: true }),
            "forbid-screen" => Self::Ask(Ask::AllowScreen { who: who()?, allowed: false }),
            "warn" => Self::Ask(Ask::Warn { who: who()?, reason: private() }),
            "remove" => Self::Ask(Ask::Remove {
                who: who()?,
                reason: private(),
                unwarned: Private::default(),
            }),
            "hand-up" => Self::Ask(Ask::Hand { raised: true }),
            "hand-down" => Self::Ask(Ask::Hand { raised: false }),
            "wait" => Self::Wait(Duration::try_from_secs_f64(rest.parse().ok()?).ok()?),
            "until" => Self::Until(Condition::parse(rest)?),
            "report" => Self::Report,
            "on" => Self::Switch(kind(rest)?, true),
            "off" => Self::Switch(kind(rest)?, false),
            "defy" => Self::Defy(true),
            "obey" => Self::Defy(false),
            "drop-socket" => Self::DropSocket,
            "reconnect" => Self::Reconnect,
            "drop-media" => Self::DropMedia,
            "offer" => Self::Offer,
            "restart-ice" => Self::RestartIce,
            "reload" => Self::Reload,
            "quit" => Self::Quit,
            _ => return None,
        })
    }
}

/// A check-in with everything accepted and both tests passed.
pub(super) fn check_in() -> Ask {
    Ask::CheckIn {
        discipline: true,
        others_present: Private::default(),
        camera: true,
        microphone: true,
        faults: Vec::new(),
        version: String::new(),
    }
}

fn participant(text: &str) -> Option<ParticipantId> {
    text.strip_prefix('p')?.parse().ok().map(ParticipantId)
}

fn kind(text: &str) -> Option<TrackKind> {
    TrackKind::ALL.into_iter().find(|kind| kind.name() == text)
}

fn ground(text: &str) -> Option<Ground> {
    match text {
        "" | "recess" => Some(Ground::Recess),
        "non_public_evidence" => Some(Ground::NonPublicEvidence),
        "unrecorded_mediation" => Some(Ground::UnrecordedMediation),
        _ => None,
    }
}

const STAGES: [&str; 9] = [
    "scheduled",
    "check_in",
    "pre_trial",
    "opening",
    "in_session",
    "recess",
    "tech_interrupted",
    "deliberation",
    "closed",
];
const RECORDS: [&str; 6] = ["off", "starting", "rolling", "paused", "faulty", "sealed"];

impl Condition {
    fn parse(text: &str) -> Option<Self> {
        if let Some(stage) = STAGES.into_iter().find(|stage| *stage == text) {
            return Some(Self::Stage(stage));
        }
        if let Some(record) = RECORDS.into_iter().find(|record| *record == text) {
            return Some(Self::Record(record));
        }
        let (word, rest) = text.split_once(':').unwrap_or((text, ""));
        let who = || participant(rest);
        Some(match word {
            "waiting" => Self::Place(Place::Waiting),
            "in_hearing" => Self::Place(Place::InHearing),
            "removed" => Self::Place(Place::Removed),
            "seated" => Self::Seated,
            "connected" => Self::Media(true),
            "lost" => Self::Media(false),
            "bye" => Self::Bye,
            "locked" => Self::Locked(true),
            "unlocked" => Self::Locked(false),
            "checked-in" => Self::CheckedIn(rest.parse().ok()?),
            "people" => Self::People(rest.parse().ok()?),
            "online" => Self::Online(who()?, true),
            "offline" => Self::Online(who()?, false),
            "hears" => Self::Hears(who()?, TrackKind::Microphone),
            "sees" => Self::Hears(who()?, TrackKind::Camera),
            "sees-screen" => Self::Hears(who()?, TrackKind::Screen),
            "deaf" => Self::Misses(who()?, TrackKind::Microphone),
            "blind" => Self::Misses(who()?, TrackKind::Camera),
            "blind-screen" => Self::Misses(who()?, TrackKind::Screen),
            _ => return None,
        })
    }

    /// Packets of the track the condition is about, now.
    pub(super) fn packets(self, gauge: &Gauge) -> u64 {
        match self {
            Self::Hears(who, kind) | Self::Misses(who, kind) => {
                gauge.heard().tally.packets(who, kind)
            }
            Self::Stage(_)
            | Self::Place(_)
            | Self::Record(_)
            | Self::Seated
            | Self::Media(_)
            | Self::Bye
            | Self::Locked(_)
            | Self::CheckedIn(_)
            | Self::People(_)
            | Self::Online(..) => 0,
        }
    }

    /// Whether it is so. `since` and `packets_then` are from when the robot began to wait.
    pub(super) fn holds(self, seen: &Seen<'_>, since: Instant, packets_then: u64) -> bool {
        let view = seen.view;
        match self {
            Self::Stage(name) => view.is_some_and(|view| stage_name(view.stage) == name),
            Self::Record(name) => view.is_some_and(|view| record_name(&view.record) == name),
            Self::Place(place) => view.is_some_and(|view| view.me.place == place),
            Self::Seated => seen.seated,
            Self::Media(connected) => seen.connected == connected,
            // A goodbye may come before any view: the robot looks for it itself.
            Self::Bye => false,
            Self::Locked(locked) => view.is_some_and(|view| view.me.locked == locked),
            Self::CheckedIn(count) => view.is_some_and(|view| {
                let waiting = |place| place == Place::Waiting;
                let people = view.people.iter();
                people.filter(|p| p.checked_in && p.online && waiting(p.place)).count() >= count
            }),
            Self::People(count) => view.is_some_and(|view| {
                let people = view.people.iter();
                people.filter(|p| p.place == Place::InHearing && p.media).count() >= count
            }),
            Self::Online(who, online) => view.is_some_and(|view| {
                view.people.iter().any(|person| person.id == who && person.online == online)
            }),
            Self::Hears(..) => self.packets(seen.gauge) >= packets_then + PACKETS_HEARD,
            Self::Misses(who, kind) => {
                let silent = seen.gauge.heard().tally.silent_for(who, kind, seen.now);
                silent.unwrap_or(SILENCE) >= SILENCE
                    && seen.now.saturating_duration_since(since) >= SILENCE
            }
        }
    }
}

/// What a robot sees when it looks whether a condition holds.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    /// The newest view.
    pub(super) view: Option<&'a View>,
    /// Whether the socket is in service.
    pub(super) seated: bool,
    /// Whether media is connected.
    pub(super) connected: bool,
    /// What is heard.
    pub(super) gauge: &'a Gauge,
    /// Now.
    pub(super) now: Instant,
}

/// The wire name of a stage.
pub(super) const fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Scheduled => "scheduled",
        Stage::CheckIn => "check_in",
        Stage::PreTrial => "pre_trial",
        Stage::TechInterrupted => "tech_interrupted",
        Stage::Deliberation => "deliberation",
        Stage::Opening => "opening",
        Stage::InSession => "in_session",
        Stage::Recess { .. } => "recess",
        Stage::Closed => "closed",
    }
}

const fn record_name(record: &RecordState) -> &'static str {
    match record {
        RecordState::Off => "off",
        RecordState::Starting => "starting",
        RecordState::Rolling => "rolling",
        RecordState::Paused { .. } => "paused",
        RecordState::Faulty { .. } => "faulty",
        RecordState::Sealed => "sealed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_read_and_nonsense_is_not() {
        assert_eq!(Verb::parse(" open "), Some(Verb::Ask(Ask::Open)));
        assert_eq!(Verb::parse("lock:p3"), Some(Verb::Ask(Ask::Lock { who: ParticipantId(3) })));
        assert_eq!(Verb::parse("wait:0.5"), Some(Verb::Wait(Duration::from_millis(500))));
        assert_eq!(
            Verb::parse("until:hears:p2"),
            Some(Verb::Until(Condition::Hears(ParticipantId(2), TrackKind::Microphone)))
        );
        assert_eq!(Verb::parse("until:rolling"), Some(Verb::Until(Condition::Record("rolling"))));
        for nonsense in ["", "lock", "lock:3", "until", "until:x", "wait:-1", "on:nose", "dance"] {
            assert_eq!(Verb::parse(nonsense), None, "{nonsense}");
        }
    }
}
