//! What must hold after every event of a sitting.
//! What is not here: how sittings are made.

use hearing::{Effect, Event, Hearing};
use model::{
    Ask, Fact, ParticipantId, Place, Role, Side, Stage, TrackId, TrackKind, TranscriptRoom,
};
use serde_json::to_string;

use super::Play;
use super::asks::name_of;
use crate::law::{At, Figure, Law};

/// Texts of the court that nobody else may read.
const COURTS_OWN: [&str; 4] = ["<note>", "<others>", "<remark>", "<absence>"];
/// Asks that move the sitting: when one is refused, that stands in the minutes.
const MOVES: [&str; 11] = [
    "open",
    "recess",
    "resume",
    "close",
    "enter_phase",
    "interrupt",
    "deliberate",
    "adjourn",
    "go_offline",
    "call_off",
    "caucus",
];

/// Rooms a line may have been written in.
const ROOMS: [TranscriptRoom; 4] = [
    TranscriptRoom::Court {},
    TranscriptRoom::Closed {},
    TranscriptRoom::Caucus { side: Side::Plaintiff },
    TranscriptRoom::Caucus { side: Side::Defendant },
];

/// What the law says of an ask before it is made, and whether a button offers it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expectation {
    lawful: bool,
    offered: bool,
}

impl Play<'_> {
    pub(super) fn expectation(&self, event: &Event) -> Option<Expectation> {
        let Event::Asked { who, ask, .. } = event else { return None };
        let name = name_of(ask);
        let lawful = self.law.grants(self.now.instant, *who, &name, ask);
        let view = self.hearing.view(*who, self.now, 1);
        let offered = view.is_some_and(|view| view.me.may_ask.contains(&name));
        Some(Expectation { lawful, offered })
    }

    /// One answer for each request, and the one the law gives; whether it was granted.
    pub(super) fn answered(
        &mut self,
        event: &Event,
        effects: &[Effect],
        may: Option<Expectation>,
    ) -> Result<bool, String> {
        let mut granted = None;
        for effect in effects {
            let (to, request, done) = if let Effect::Done { to, request } = effect {
                (*to, *request, true)
            } else if let Effect::Refused { to, request, .. } = effect {
                (*to, *request, false)
            } else {
                continue;
            };
            if !self.unanswered.remove(&(to, request)) {
                return Err(format!("an answer too many: {effect:?}"));
            }
            if request == self.request && matches!(event, Event::Asked { .. }) {
                granted = Some(done);
            }
        }
        let (Event::Asked { who, ask, .. }, Some(may)) = (event, may) else { return Ok(false) };
        let waits = *ask == Ask::Open && self.law.is_recorded() && may.lawful;
        let name = name_of(ask);
        if !waits && granted != Some(may.lawful) {
            let why = effects.iter().find(|effect| matches!(effect, Effect::Refused { .. }));
            return Err(format!("{name}: the law says {}, the hearing {why:?}", may.lawful));
        }
        if waits && granted.is_some() {
            return Err("an opening was answered before the recorder spoke".to_owned());
        }
        if may.lawful && !may.offered {
            return Err(format!("{name} is granted to {who}, and no button was shown"));
        }
        let count = self.reach.asks.entry(name.clone()).or_default();
        if may.lawful {
            count.0 += 1;
        } else {
            count.1 += 1;
        }
        if !may.lawful {
            self.refusal_is_noted(*who, &name, effects)?;
        }
        Ok(may.lawful)
    }

    fn refusal_is_noted(
        &self,
        who: ParticipantId,
        name: &str,
        effects: &[Effect],
    ) -> Result<(), String> {
        let minuted = !matches!(self.law.stage, Stage::Scheduled | Stage::Closed);
        let known = self.law.people.contains_key(&who);
        let full = self.hearing.refusals_unwritten() > 0;
        let noted = effects.iter().any(|effect| {
            matches!(effect, Effect::Minute(minute)
                if matches!(&minute.fact, Fact::Refused { asked, .. } if asked == name))
        });
        if minuted && known && !full && !noted && MOVES.contains(&name) {
            return Err(format!("a refused {name} stands in no minute"));
        }
        Ok(())
    }

    /// The state, the table and the recorder are the law's.
    pub(super) fn compare(&mut self, effects: &[Effect]) -> Result<(), String> {
        self.told += 1;
        let durable = self.hearing.durable();
        let sitting = &durable.sitting;
        if durable.stage != self.law.stage {
            return Err(format!("{:?}, and by law {:?}", durable.stage, self.law.stage));
        }
        if sitting.phase != self.law.phase {
            return Err(format!("{:?}, and by law {:?}", sitting.phase, self.law.phase));
        }
        let holder = sitting.floor.as_ref().map(|floor| floor.who);
        if holder != self.law.floor {
            return Err(format!("{holder:?} has the floor, by law {:?}", self.law.floor));
        }
        if durable.hands != self.law.hands() {
            return Err(format!("{:?}, by law {:?}", durable.hands, self.law.hands()));
        }
        if self.rolling != self.law.rolls() {
            return Err(format!("the recorder rolls: {}", self.rolling));
        }
        if let Some(overdue) = self.law.overdue() {
            return Err(overdue.to_owned());
        }
        for (who, seat) in &durable.seats {
            let at = match seat.place {
                Place::Expected => At::Outside,
                Place::Waiting => At::Waiting,
                Place::InHearing => At::Inside,
                Place::Removed => At::Expelled,
                Place::Left => continue,
            };
            if self.law.people.get(who).is_some_and(|figure| figure.at != at) {
                return Err(format!("{who} is {:?}, by law elsewhere", seat.place));
            }
        }
        let changed = effects.iter().any(|effect| matches!(effect, Effect::Minute(_)));
        if changed || self.told.is_multiple_of(8) {
            self.check_media()?;
        }
        if self.told.is_multiple_of(24) {
            self.check_replay()?;
            self.check_views()?;
            self.check_transcript()?;
        }
        self.mark();
        Ok(())
    }

    fn check_media(&self) -> Result<(), String> {
        let grants = self.hearing.grants();
        for from in self.law.people.keys() {
            for kind in TrackKind::ALL {
                let track = TrackId::new(*from, kind);
                let sends = self.law.sends(track);
                if grants.publish.contains(&track) != sends {
                    return Err(format!("{track} is sent, or not, against the law ({sends})"));
                }
                if grants.record.contains(&track) != self.law.records(track) {
                    return Err(format!("{track} is on the record, or not, against the law"));
                }
                for to in self.law.people.keys() {
                    let heard = grants.receive.get(to).is_some_and(|set| set.contains(&track));
                    if heard != (sends && self.law.reaches(track, *to)) {
                        return Err(format!("{track} reaches {to}: {heard}, against the law"));
                    }
                }
            }
        }
        Ok(())
    }

    /// Who writes, reads and signs the transcript.
    fn check_transcript(&self) -> Result<(), String> {
        // Once it is closed people have left, and read it by other ways.
        if self.law.stage == Stage::Closed {
            return Ok(());
        }
        let hearing = &self.hearing;
        let called: Vec<_> = self
            .law
            .people
            .iter()
            .filter(|(_, figure)| figure.role.is_called() && figure.at == At::Inside)
            .map(|(who, _)| *who)
            .collect();
        for who in self.law.people.keys() {
            let pen = hearing.pen(*who).ok();
            if pen.as_ref().map(|pen| pen.room) != self.law.writes(*who) {
                return Err(format!("{who} writes, or not, against the law"));
            }
            if pen.is_some_and(|pen| pen.called != called) {
                return Err(format!("{who} writes before others than are called"));
            }
            let reader = hearing.reads_along(*who);
            for room in ROOMS {
                for called in [&[][..], &called] {
                    let reads = reader.is_some_and(|reader| reader.may_read(room, called));
                    if reads != self.law.reads(*who, room, called) {
                        return Err(format!("{who} reads {room:?}: {reads}, against the law"));
                    }
                }
            }
        }
        let by = |signs: &dyn Fn(&Figure) -> bool| -> Vec<ParticipantId> {
            let people = self.law.people.iter();
            people.filter(|(_, figure)| signs(figure)).map(|(who, _)| *who).collect()
        };
        if hearing.transcript_signers() != by(&|figure| self.law.signs_transcript(figure)) {
            return Err("the transcript is signed by others than the law names".to_owned());
        }
        if hearing.called_signers() != by(&Law::signs_part) {
            return Err("a part is signed by others than the law names".to_owned());
        }
        if hearing.recording_replaces_transcript() != self.law.recording_stands_for_it() {
            return Err("the recording stands for the transcript, or not, against the law".into());
        }
        Ok(())
    }

    /// The minutes alone give the same state.
    pub(super) fn check_replay(&self) -> Result<(), String> {
        let rebuilt = Hearing::rebuild(self.now, self.docket.clone(), &self.minutes);
        if rebuilt.durable() == self.hearing.durable() {
            Ok(())
        } else {
            Err("the minutes do not give the durable state".to_owned())
        }
    }

    /// Nothing a person must not know stands anywhere in what their page is sent.
    pub(super) fn check_views(&self) -> Result<(), String> {
        let noted = |text: String| text.contains("<note>") || text.contains("<talk>");
        if self.minutes.iter().any(|minute| to_string(&minute.fact).is_ok_and(noted)) {
            return Err("a note, or the deliberation, stands in the minutes".to_owned());
        }
        for person in &self.docket.attendees {
            let view = self.hearing.view(person.id, self.now, 1).ok_or("somebody has no view")?;
            let text = to_string(&view).map_err(|fault| fault.to_string())?;
            if text.contains("<note>") {
                return Err(format!("{}'s view has a private note", person.id));
            }
            if text.contains("<talk>") && !self.law.is_of_the_panel(person.role) {
                return Err(format!("{}'s view has the deliberation", person.id));
            }
            for other in &self.docket.attendees {
                let shown = text.contains(other.name.reveal().as_str());
                if shown && !self.law.may_know(person.id, other.id) {
                    return Err(format!("{} knows the name of {}", person.id, other.id));
                }
            }
            // Who helps somebody at a station knows who else is in the room with them.
            let helps = person.role == Role::Attendant && person.acts_for.is_some();
            if !person.role.is_court()
                && let Some(own) = COURTS_OWN
                    .iter()
                    .filter(|own| **own != "<others>" || !helps)
                    .find(|own| text.contains(*own))
            {
                return Err(format!("{}'s view has {own}", person.id));
            }
            for item in super::people::evidence() {
                let shown = text.contains(item.name.reveal().as_str());
                if shown && !self.law.may_see(person.id, &item) {
                    return Err(format!("{} knows of evidence {}", person.id, item.id.0));
                }
            }
            if (self.law.waits(person.id) || person.role == Role::Attendant)
                && text.contains("<sheet>")
            {
                return Err(format!("{} waits and reads what is written", person.id));
            }
        }
        Ok(())
    }

    /// Notes what was reached.
    fn mark(&mut self) {
        let stage = match self.law.stage {
            Stage::Recess { ground } => format!("{ground:?}"),
            Stage::Scheduled
            | Stage::CheckIn
            | Stage::PreTrial
            | Stage::Opening
            | Stage::InSession
            | Stage::TechInterrupted
            | Stage::Deliberation
            | Stage::Closed => format!("{:?}", self.law.stage),
        };
        self.reach.stages.insert(stage);
        self.reach.phases.extend(self.law.phase);
        if self.law.stage == Stage::InSession {
            self.reach.kinds.insert(self.docket.brief.kind);
        }
        let law = &self.law;
        let marks = [
            (law.caucus.is_some(), "caucus"),
            (law.looks.is_some(), "somebody looked at"),
            (law.rooms.values().any(|room| room.inside.len() > 1), "consultation"),
            (law.shown.is_some(), "evidence shown"),
            (law.effective, "agreement in force"),
            (law.failed.is_some(), "mediation failed"),
            (law.withdrawn, "challenge upheld"),
            (law.people.values().any(|f| f.testifies), "testimony"),
            (law.people.values().any(|f| f.listens.is_some()), "interpreter heard"),
            (law.strict && law.floor.is_some(), "strict floor"),
            (law.mode == model::RecordMode::Recording && law.rolls(), "mediation recorded"),
            (law.talk.signed.len() > 1, "deliberation signed"),
            (!law.talk.differ.is_empty(), "dissent"),
            (law.roll.as_ref().is_some_and(|sites| !sites.is_empty()), "roll answered"),
        ];
        self.reach.marks.extend(marks.into_iter().filter(|(met, _)| *met).map(|(_, mark)| mark));
    }
}

impl Law {
    /// Whether somebody may know that somebody else is in this sitting (在线诉讼规则 art. 26, 27).
    fn may_know(&self, who: ParticipantId, whom: ParticipantId) -> bool {
        let (Some(me), Some(other)) = (self.people.get(&who), self.people.get(&whom)) else {
            return false;
        };
        if who == whom || me.role.is_court() {
            return true;
        }
        let over = self.stage == Stage::Closed;
        let called = !other.role.is_called() || other.at == At::Inside;
        // A site of a lecture that has the floor is no audience.
        let watches = other.role.only_watches() && self.floor != Some(whom);
        // A helper at a station knows the court and their own people, until asked to speak.
        let own = other.role.is_court()
            || (me.acts_for.is_some()
                && (me.acts_for == Some(whom) || other.acts_for == me.acts_for));
        let helper = me.role == Role::Attendant && !self.has_voice(who, me);
        me.at == At::Inside && called && !watches && !over && (own || !helper)
    }

    /// Whether somebody may know of a piece of evidence: the court of all, a side of its own and
    /// of what was exchanged, and everybody there of what is shown to them.
    fn may_see(&self, who: ParticipantId, item: &model::EvidenceItem) -> bool {
        let Some(me) = self.people.get(&who).filter(|figure| figure.at == At::Inside) else {
            return false;
        };
        let sides = (me.role.is_party() || me.role.is_for_party()) && self.side(who).is_some();
        let own = item.side.is_some() && item.side == self.side(who);
        let shown = self.shown.as_ref().is_some_and(|shown| shown.item.id == item.id);
        me.role.is_court()
            || (sides && (own || item.exchanged))
            || (shown && me.role != Role::Attendant && self.is_where_it_is_shown(who))
    }
}
