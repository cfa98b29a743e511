//! Who hears and sees whom, a second time: the rules of `docs/rules.md` as a table and a few
//! sentences. Nothing here is taken from the crate `hearing`.

use std::collections::{BTreeMap, BTreeSet};

use model::{Side, TrackKind};

/// Where a sitting stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Situation {
    /// On the docket.
    Scheduled,
    /// Check-in.
    CheckIn,
    /// The discipline is read.
    PreTrial,
    /// The opening waits for the record.
    Opening,
    /// In session.
    InSession,
    /// A technical interruption.
    Interrupted,
    /// A recess.
    Recess,
    /// Evidence that is not public.
    NonPublic,
    /// A hearing's mediation that is not fit for the record.
    OffRecordMediation,
    /// The panel deliberates.
    Deliberation,
    /// Over.
    Closed,
}

/// What the law needs to know of a person.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figure {
    /// Column of [`WHERE`].
    pub(crate) column: &'static str,
    /// On whose side.
    pub(crate) side: Option<Side>,
    /// For whom, by name.
    pub(crate) acts_for: Option<&'static str>,
    /// May never publish.
    pub(crate) mute: bool,
    /// May never share a screen.
    pub(crate) no_screen: bool,
    /// Shares a screen without leave.
    pub(crate) screen: bool,
    /// Has a voice with the floor alone.
    pub(crate) by_floor: bool,
    /// Judges or leads.
    pub(crate) bench: bool,
    /// Interprets.
    pub(crate) interprets: bool,
    /// Has no media of their own.
    pub(crate) in_court: bool,
    /// Helps at a station.
    pub(crate) helps: bool,
}

/// Everything the law needs to know of a sitting.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// Everybody, by name.
    pub(crate) people: BTreeMap<&'static str, Figure>,
    /// Who was let in.
    pub(crate) inside: BTreeSet<&'static str>,
    /// Where it stands.
    pub(crate) situation: Situation,
    /// Whether it is recorded at all.
    pub(crate) recorded: bool,
    /// Whether the law itself has it recorded, so that no guest judge takes part.
    pub(crate) recorded_by_law: bool,
    /// The side the mediators talk with alone.
    pub(crate) caucus: Option<Side>,
    /// People who talk among themselves.
    pub(crate) consultations: Vec<BTreeSet<&'static str>>,
    /// Only who has the floor is heard.
    pub(crate) strict: bool,
    /// Who has the floor.
    pub(crate) floor: Option<&'static str>,
    /// Whose microphone is locked.
    pub(crate) locked: BTreeSet<&'static str>,
    /// Whose picture (first) or voice (second) is kept from whom.
    pub(crate) shields: BTreeMap<(&'static str, &'static str), (bool, bool)>,
    /// Who interprets beside the court.
    pub(crate) beside: BTreeSet<&'static str>,
    /// Who hears whom instead of the court.
    pub(crate) listens: BTreeMap<&'static str, &'static str>,
    /// Whether somebody testifies.
    pub(crate) testimony: bool,
    /// Who waits and is looked at by the judge.
    pub(crate) looked_at: Option<&'static str>,
}

/// Where people of each kind are in each situation: in the courtroom (`c`), in the room the panel
/// or the mediators went to (`r`), nowhere (`-`). `own` and `other` are the side that is spoken
/// with alone and everybody else's; elsewhere they stand alike.
const WHERE: &str = "
situation    judge staff guard guest own other free called watch
scheduled      -     -     -     -    -    -    -     -      -
check_in       c     c     c     g    c    c    c     c      c
pre_trial      c     c     c     g    c    c    c     c      c
opening        c     c     c     g    c    c    c     c      c
in_session     c     c     c     g    c    c    c     c      c
interrupted    c     c     c     g    c    c    c     c      c
recess         c     c     c     c    -    -    -     -      -
non_public     c     c     c     g    c    c    c     c      -
off_record     c     c     c     c    c    c    c     -      -
deliberation   r     k     -     -    -    -    -     -      -
closed         -     -     -     -    -    -    -     -      -
caucus         r     r     -     r    r    -    r     -      -
";

impl World {
    fn row(&self) -> &'static str {
        if self.caucus.is_some() {
            return "caucus";
        }
        match self.situation {
            Situation::Scheduled => "scheduled",
            Situation::CheckIn => "check_in",
            Situation::PreTrial => "pre_trial",
            Situation::Opening => "opening",
            Situation::InSession => "in_session",
            Situation::Interrupted => "interrupted",
            Situation::Recess => "recess",
            Situation::NonPublic => "non_public",
            Situation::OffRecordMediation => "off_record",
            Situation::Deliberation => "deliberation",
            Situation::Closed => "closed",
        }
    }

    /// What the table says of a column in the present situation.
    fn cell(&self, column: &str) -> &'static str {
        let mut lines = WHERE.lines().filter(|line| !line.is_empty());
        let head: Vec<_> = lines.next().expect("a head").split_whitespace().collect();
        let place = head.iter().position(|title| *title == column).expect("a column of the table");
        let mut rows = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
        let row = rows.find(|row| row[0] == self.row()).expect("a row of the table");
        row[place]
    }

    /// The room somebody is in; rooms are numbers, the courtroom is 0.
    fn room(&self, name: &str) -> Option<usize> {
        let person = &self.people[name];
        if !self.inside.contains(name) || matches!(self.situation, Situation::Closed) {
            return None;
        }
        if let Some(number) = self.consultations.iter().position(|room| room.contains(name)) {
            return Some(10 + number);
        }
        let column = match person.column {
            "side" if self.caucus.is_some() && person.side == self.caucus => "own",
            "side" => "other",
            "clerk" => "staff",
            column => column,
        };
        match self.cell(column) {
            "c" => Some(0),
            // A guest judge takes part where the law does not have it recorded.
            "g" => (!self.recorded_by_law).then_some(0),
            "r" => Some(1),
            // Of the court's staff the clerk alone is with the panel.
            "k" => (person.column == "clerk").then_some(1),
            "-" => None,
            other => panic!("what is {other}?"),
        }
    }

    /// Whether a person may send a kind of track at all.
    pub(crate) fn sends(&self, name: &str, kind: TrackKind) -> bool {
        let person = &self.people[name];
        if self.looked_at == Some(self.named(name)) {
            let heard = kind != TrackKind::Microphone || !self.locked.contains(name);
            return kind != TrackKind::Screen && heard;
        }
        let Some(room) = self.room(name) else { return false };
        let holds = self.floor == Some(self.named(name));
        if person.mute || person.in_court {
            return false;
        }
        if person.by_floor && !(holds && !(self.testimony && person.helps)) {
            return false;
        }
        match kind {
            TrackKind::Camera => true,
            TrackKind::Screen => person.screen && !person.no_screen,
            TrackKind::Microphone => {
                let private = room >= 10;
                private || !(self.locked.contains(name) || (room == 0 && self.is_hushed(name)))
            }
        }
    }

    /// Whether a helper has the floor, and nobody testifies.
    fn is_asked(&self, name: &str) -> bool {
        self.floor == Some(self.named(name)) && !self.testimony
    }

    fn named(&self, name: &str) -> &'static str {
        self.people.keys().find(|known| **known == name).expect("somebody of the sitting")
    }

    /// Whether somebody is silent because only who has the floor is heard.
    fn is_hushed(&self, name: &str) -> bool {
        let talk = matches!(
            self.situation,
            Situation::InSession | Situation::NonPublic | Situation::OffRecordMediation
        );
        let person = &self.people[name];
        let for_holder = person.acts_for.is_none() || person.acts_for == self.floor;
        let interprets = person.interprets && (for_holder || self.beside.contains(name));
        self.strict && talk && self.floor != Some(self.named(name)) && !person.bench && !interprets
    }

    /// Whether a track reaches somebody.
    pub(crate) fn reaches(&self, from: &str, kind: TrackKind, to: &str) -> bool {
        if self.looked_at == Some(self.named(from)) {
            // One way, to the judge alone.
            return to == "judge" && self.sends(from, kind);
        }
        // A helper hears what they are asked, and nothing else.
        if self.people[to].helps && !self.is_asked(to) {
            return false;
        }
        let room = self.room(to);
        if from == to || room.is_none() || self.room(from) != room || self.people[to].in_court {
            return false;
        }
        if !self.sends(from, kind) {
            return false;
        }
        let (unseen, unheard) = self.shield(from, to);
        match kind {
            TrackKind::Screen => true,
            TrackKind::Camera => !unseen,
            TrackKind::Microphone if unheard => false,
            TrackKind::Microphone if room >= Some(10) => true,
            TrackKind::Microphone => match self.chosen(to) {
                Some(interpreter) => interpreter == from,
                None => !self.beside.contains(from),
            },
        }
    }

    fn shield(&self, whose: &str, from: &str) -> (bool, bool) {
        let key = (self.named(whose), self.named(from));
        self.shields.get(&key).copied().unwrap_or_default()
    }

    /// Whom somebody hears instead of the court, if that person can be heard.
    fn chosen(&self, listener: &str) -> Option<&'static str> {
        let chosen = *self.listens.get(listener)?;
        let heard = self.beside.contains(chosen)
            && self.room(chosen).is_some()
            && self.room(chosen) == self.room(listener)
            && self.sends(chosen, TrackKind::Microphone)
            && !self.shield(chosen, listener).1;
        heard.then_some(chosen)
    }

    /// Whether a track is on the record.
    pub(crate) fn records(&self, from: &str, kind: TrackKind) -> bool {
        let rolls = matches!(
            self.situation,
            Situation::Opening | Situation::InSession | Situation::Interrupted
        );
        self.recorded && rolls && self.room(from) == Some(0) && self.sends(from, kind)
    }
}
