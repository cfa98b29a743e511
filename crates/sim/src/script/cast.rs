//! The people of a script and the hearing they play in.
//! What is not here: how acts are written and told.

use core::time::Duration;

use hearing::{Docket, Effect, Event, Hearing};
use model::archive::Attendee;
use model::view::Heading;
use model::{
    Ask, Brief, CourtNote, DeliberationEntry, EvidenceForm, EvidenceId, EvidenceItem, EvidenceKind,
    HearingId, Instant, Minute, Now, ParticipantId, Private, Timestamp, TrackId, TrackKind,
};

use super::act::{self, Act};
use super::words::{self, Word};
use super::{given, tell};

/// Time between two acts.
const BEAT: Duration = Duration::from_millis(100);
/// 2026-03-02 01:00:00 UTC.
const MORNING: Timestamp = Timestamp(1_772_413_200_000);

/// Who plays, and how far the play has come.
#[derive(Debug)]
pub(super) struct Cast {
    pub(super) names: Vec<String>,
    pub(super) hearing: Hearing,
    pub(super) now: Now,
    pub(super) minutes: Vec<Minute>,
    /// Whether the recorder was told to roll.
    pub(super) rolling: bool,
    evidence: Vec<EvidenceItem>,
    notes: Vec<CourtNote>,
    entries: Vec<DeliberationEntry>,
    /// What the court's configuration says, told again after each start.
    settings: Vec<Event>,
    brief: Brief,
    request: u32,
    wake_at: Option<Instant>,
}

impl Default for Cast {
    fn default() -> Self {
        // A gallery has room unless the script says otherwise.
        Self::of(Vec::new(), Vec::new(), Brief { gallery_seats: 50, ..Brief::default() })
    }
}

impl Cast {
    /// Reads the `seats` line: each seat is `name=role`, or `name=role(for=anna,power=special)`.
    pub(super) fn seated(self, line: &str) -> Result<Self, String> {
        let seats: Vec<_> =
            line.split_whitespace().skip(1).filter_map(|seat| seat.split_once('=')).collect();
        let names: Vec<_> = seats.iter().map(|(name, _)| (*name).to_owned()).collect();
        // Seats may speak of each other, so that everybody has a name first.
        let named = Self { names: names.clone(), ..Self::default() };
        let mut attendees = Vec::new();
        for (name, seat) in seats {
            let (role, options) = seat.split_once('(').unwrap_or((seat, ""));
            let seat = Attendee::new(named.id(name)?, act::word(role)?, Private::from(name));
            let options = options.trim_end_matches(')').split(',').filter(|word| !word.is_empty());
            let mut told = Vec::new();
            for option in options {
                told.push(match option.split_once('=') {
                    Some(("for", whom)) => Word::Named("acts_for".into(), whom.into()),
                    Some(("consents", steps)) => {
                        Word::Named("consents".into(), steps.replace('+', ","))
                    }
                    Some((name, value)) => Word::Named(name.into(), value.into()),
                    None if option == "in_court" => {
                        Word::Named("attendance".into(), "in_court".into())
                    }
                    None => return Err(format!("what of a seat is {option}?")),
                });
            }
            attendees.push(words::altered(&named, &seat, &told)?);
        }
        Ok(Self::of(names, attendees, self.brief))
    }

    /// Reads a `brief` line: what is settled beforehand, over what was before.
    pub(super) fn briefed(self, line: &str) -> Result<Self, String> {
        let mut told = words::words(line)?.split_off(1);
        for word in &mut told {
            if let Word::Named(name, _) = word
                && name == "gallery"
            {
                "gallery_seats".clone_into(name);
            }
        }
        let brief = words::altered(&self, &self.brief, &told)?;
        let attendees = self.hearing.docket().attendees.clone();
        Ok(Self::of(self.names, attendees, brief))
    }

    fn of(names: Vec<String>, attendees: Vec<Attendee>, brief: Brief) -> Self {
        let heading = Heading {
            court: "People's Court of the script".to_owned(),
            case_number: Private::from("(2026) 1"),
            cause: Private::from("none"),
            scheduled_at: MORNING,
        };
        let now = Now { instant: Instant(1_000_000), utc: MORNING };
        let docket = Docket { hearing: HearingId(1), heading, brief: brief.clone(), attendees };
        Self {
            names,
            hearing: Hearing::new(now, docket),
            now,
            minutes: Vec::new(),
            rolling: false,
            evidence: Vec::new(),
            notes: Vec::new(),
            entries: Vec::new(),
            settings: Vec::new(),
            brief,
            request: 0,
            wake_at: None,
        }
    }

    /// The list of evidence with one piece as an `evidence` line tells it.
    pub(super) fn evidence_with(
        &self,
        id: &str,
        told: &[Word],
    ) -> Result<Vec<EvidenceItem>, String> {
        let id = EvidenceId(id.parse().map_err(|_| format!("which evidence is {id}?"))?);
        let mut items = self.evidence.clone();
        let known = items.iter().position(|item| item.id == id);
        let item = known.map_or_else(|| evidence(id), |place| items.remove(place));
        let gone = matches!(told, [Word::Bare(word)] if word == "withdrawn");
        if !gone {
            let item = words::altered(self, &item, told)?;
            items.insert(known.unwrap_or(items.len()), item);
        }
        Ok(items)
    }

    /// The person of a name.
    pub(super) fn id(&self, name: &str) -> Result<ParticipantId, String> {
        if name == "stranger" {
            return Ok(ParticipantId(9_999));
        }
        let place = self.names.iter().position(|known| known == name);
        let place = place.ok_or_else(|| format!("nobody is called {name}"))?;
        u32::try_from(place + 1).map(ParticipantId).map_err(|_| "too many people".to_owned())
    }

    /// The name of a person.
    pub(super) fn name(&self, who: ParticipantId) -> &str {
        let place = usize::try_from(who.0).unwrap_or(usize::MAX).wrapping_sub(1);
        self.names.get(place).map_or("stranger", String::as_str)
    }

    /// Plays one act and tells what followed.
    pub(super) fn play(&mut self, act: &Act) -> Vec<String> {
        let stage = self.hearing.stage();
        self.now = self.now.plus(BEAT);
        let effects = match act {
            Act::Event(event) => self.happen(event.clone()),
            Act::Ask(who, ask) => self.ask(*who, ask.clone()),
            Act::Arrives(who) => self.arrive(*who),
            Act::Sends(who) => self.send(*who),
            Act::Wait(time) => self.wait(*time),
            Act::Clock { by, back } => {
                self.set_clock(*by, *back);
                return Vec::new();
            }
            Act::Crash => self.crash(),
            Act::Given(beginning) => {
                given::begin(self, *beginning);
                return Vec::new();
            }
            Act::Flood(times, act) => return self.flood(*times, act),
        };
        tell::effects(self, stage, &effects)
    }

    /// Somebody sets the wall clock; the other clock goes on as it did.
    fn set_clock(&mut self, by: Duration, back: bool) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let utc = self.now.utc.0;
        self.now.utc =
            Timestamp(if back { utc.saturating_sub(ms) } else { utc.saturating_add(ms) });
    }

    /// Lets something happen.
    pub(super) fn happen(&mut self, event: Event) -> Vec<Effect> {
        if let Event::Evidence { items } = &event {
            self.evidence.clone_from(items);
        }
        if matches!(event, Event::Discipline { .. } | Event::PresenceChecks { .. }) {
            let same = core::mem::discriminant(&event);
            self.settings.retain(|former| core::mem::discriminant(former) != same);
            self.settings.push(event.clone());
        }
        let mut effects = Vec::new();
        self.hearing.handle(self.now, event, &mut effects);
        for effect in &effects {
            if let Effect::Minute(minute) = effect {
                self.minutes.push(minute.clone());
            }
            if let Effect::Note { note, .. } = effect {
                self.notes.push(note.clone());
            }
            if let Effect::Deliberated(entry) = effect {
                self.entries.push(entry.clone());
            }
            if let Effect::Roll { rolling } = effect {
                self.rolling = *rolling;
            }
            if let Effect::WakeAt { at } = effect {
                self.wake_at = Some(*at);
            }
        }
        effects
    }

    /// Somebody asks for something.
    pub(super) fn ask(&mut self, who: ParticipantId, ask: Ask) -> Vec<Effect> {
        self.request += 1;
        self.happen(Event::Asked { who, request: self.request, ask })
    }

    /// Page and media of somebody come up.
    pub(super) fn arrive(&mut self, who: ParticipantId) -> Vec<Effect> {
        let mut effects = self.happen(Event::Joined { who });
        effects.extend(self.send(who));
        effects
    }

    /// Media of somebody comes up, with the tracks they may publish at once.
    pub(super) fn send(&mut self, who: ParticipantId) -> Vec<Effect> {
        let mut effects = self.happen(Event::MediaUp { who });
        for kind in [TrackKind::Microphone, TrackKind::Camera] {
            let track = TrackId::new(who, kind);
            if self.hearing.grants().publish.contains(&track) {
                effects.extend(self.happen(Event::TrackLive { track }));
            }
        }
        effects
    }

    /// Lets time pass, waking the hearing whenever it asked for it.
    fn wait(&mut self, time: Duration) -> Vec<Effect> {
        let end = self.now.plus(time);
        let mut effects = Vec::new();
        while let Some(at) = self.wake_at.filter(|at| *at <= end.instant) {
            self.wake_at = None;
            self.now = self.now.plus(at.since(self.now.instant));
            effects.extend(self.happen(Event::Woke));
        }
        self.now = self.now.plus(end.instant.since(self.now.instant));
        effects
    }

    /// The process dies; a new one rebuilds the hearing from its minutes alone.
    fn crash(&mut self) -> Vec<Effect> {
        let docket = self.hearing.docket().clone();
        self.hearing = Hearing::rebuild(self.now, docket, &self.minutes);
        self.wake_at = None;
        let mut effects = self.happen(Event::Restarted);
        for event in core::mem::take(&mut self.settings) {
            effects.extend(self.happen(event));
        }
        if !self.notes.is_empty() {
            let notes = self.notes.clone();
            effects.extend(self.happen(Event::Notes { notes }));
        }
        if !self.entries.is_empty() {
            let entries = self.entries.clone();
            effects.extend(self.happen(Event::Deliberated { entries }));
        }
        if !self.evidence.is_empty() {
            let items = self.evidence.clone();
            effects.extend(self.happen(Event::Evidence { items }));
        }
        effects
    }

    fn flood(&mut self, times: u32, act: &Act) -> Vec<String> {
        let before = self.minutes.len();
        let mut last = Vec::new();
        for _ in 0..times {
            last = self.play(act);
        }
        let written = self.minutes.len() - before;
        last.retain(|effect| !effect.starts_with("minute"));
        last.push(format!("{written} minutes in all"));
        last
    }
}

/// A document of one page that nobody exchanged yet.
fn evidence(id: EvidenceId) -> EvidenceItem {
    EvidenceItem {
        id,
        side: None,
        by: ParticipantId(1),
        number: 1,
        name: Private::new(format!("evidence {}", id.0)),
        kind: EvidenceKind::Document,
        purpose: Private::default(),
        form: EvidenceForm::Copy,
        media_type: "application/pdf".to_owned(),
        pages: 1,
        bytes: 1_000,
        sha256: "00".repeat(32),
        sm3: "00".repeat(32),
        exchanged: false,
    }
}
