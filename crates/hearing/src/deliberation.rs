//! The record of the panel's deliberation (合议笔录): what was said, what the majority decided,
//! who differed, who signed (民事诉讼法 art. 45).
//! What is not here: the room itself, which is a stage. No minute speaks of the record, and it is
//! kept apart from ledger and archive.

use std::collections::BTreeMap;

use model::deliberation::{DeliberationSignature, Dissent};
use model::{
    DeliberationAct, DeliberationEntry, DeliberationView, ParticipantId, Phase, Place, Private,
    Refusal, Role, Stage, Timestamp, limits,
};

use crate::Hearing;
use crate::state::{Durable, Seat};
use crate::turn::Turn;

/// The record as its entries left it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deliberation {
    version: u32,
    text: Private<String>,
    conclusion: Private<String>,
    dissents: BTreeMap<ParticipantId, Private<String>>,
    signed: BTreeMap<ParticipantId, (Timestamp, Private<String>)>,
    entries: usize,
}

/// Whether the role sits in the deliberation and reads its record: the panel and its clerk.
pub const fn keeps_deliberation(role: Role) -> bool {
    role.is_bench() || matches!(role, Role::Clerk)
}

impl Deliberation {
    /// The record as these entries leave it.
    pub fn of(entries: &[DeliberationEntry]) -> Self {
        let mut record = Self::default();
        for entry in entries {
            record.apply(entry);
        }
        record
    }

    /// Whether nothing was ever written.
    pub const fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// One more entry. Whatever changes the text takes the signatures off.
    fn apply(&mut self, entry: &DeliberationEntry) {
        self.entries += 1;
        match &entry.act {
            DeliberationAct::Write { text, .. } => self.text = text.clone(),
            DeliberationAct::Conclude { text, .. } => self.conclusion = text.clone(),
            DeliberationAct::Dissent { text } if text.reveal().trim().is_empty() => {
                self.dissents.remove(&entry.by);
            }
            DeliberationAct::Dissent { text } => {
                self.dissents.insert(entry.by, text.clone());
            }
            DeliberationAct::Sign { name, .. } => {
                self.signed.insert(entry.by, (entry.at, name.clone()));
                return;
            }
        }
        self.version += 1;
        self.signed.clear();
    }

    /// The record for a reader; `signers` are the panel and its clerk.
    pub fn view(&self, signers: Vec<ParticipantId>) -> DeliberationView {
        let dissents = self.dissents.iter();
        let signed = self.signed.iter();
        DeliberationView {
            version: self.version,
            text: self.text.clone(),
            conclusion: self.conclusion.clone(),
            dissents: dissents
                .map(|(who, text)| Dissent { who: *who, text: text.clone() })
                .collect(),
            signers,
            signed: signed
                .map(|(who, (at, name))| DeliberationSignature {
                    who: *who,
                    at: *at,
                    name: name.clone(),
                })
                .collect(),
        }
    }
}

impl Hearing {
    /// The panel or its clerk writes, concludes, differs or signs.
    pub(crate) fn record_deliberation(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        act: DeliberationAct,
    ) -> Result<(), Refusal> {
        let seat = self.durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
        let record = &self.live.deliberation;
        let signs = matches!(act, DeliberationAct::Sign { .. });
        if !signs && self.durable.stage != Stage::Deliberation {
            return Err(Refusal::WrongStage);
        }
        match &act {
            DeliberationAct::Write { base, text } => {
                written(text)?;
                is_newest(record.version, *base)?;
            }
            DeliberationAct::Conclude { base, text } => {
                if !self.durable.is_leader(seat) {
                    return Err(Refusal::NotYourRight);
                }
                written(text)?;
                is_newest(record.version, *base)?;
            }
            DeliberationAct::Dissent { text } => {
                if !seat.role.is_bench() {
                    return Err(Refusal::NotYourRight);
                }
                let nothing = text.reveal().trim().is_empty();
                if nothing && !record.dissents.contains_key(&who) {
                    return Err(Refusal::NotPlausible);
                }
                is_short(text, limits::DELIBERATION_CHARS_MAX)?;
            }
            DeliberationAct::Sign { version, name } => {
                if name.reveal().trim().is_empty() || record.version == 0 {
                    return Err(Refusal::NotPlausible);
                }
                is_short(name, limits::NAME_CHARS_MAX)?;
                is_newest(record.version, *version)?;
                if record.signed.contains_key(&who) {
                    return Err(Refusal::AlreadyThere);
                }
            }
        }
        if record.entries >= limits::DELIBERATION_ENTRIES_MAX {
            return Err(Refusal::Full);
        }
        let entry = DeliberationEntry { by: who, at: turn.now.utc, act };
        self.live.deliberation.apply(&entry);
        turn.deliberated(entry);
        turn.views = true;
        Ok(())
    }

    /// The record for the panel and its clerk, from the first deliberation on.
    pub(crate) fn deliberation_view(&self, seat: &Seat) -> Option<DeliberationView> {
        let reads = keeps_deliberation(seat.role)
            && self.durable.was_deliberated()
            && matches!(seat.place, Place::InHearing | Place::Left);
        reads.then(|| {
            let seats = self.durable.seats.iter();
            let signers = seats.filter(|(_, seat)| keeps_deliberation(seat.role));
            self.live.deliberation.view(signers.map(|(who, _)| *who).collect())
        })
    }
}

impl Durable {
    /// Whether the panel withdrew to deliberate, now or before.
    pub(crate) fn was_deliberated(&self) -> bool {
        let sitting = &self.sitting;
        sitting.has_panel()
            && (sitting.phase == Some(Phase::Deliberation)
                || sitting.phases_done.contains(&Phase::Deliberation))
    }
}

fn is_newest(version: u32, base: u32) -> Result<(), Refusal> {
    if version == base { Ok(()) } else { Err(Refusal::SheetChanged) }
}

fn is_short(text: &Private<String>, most: usize) -> Result<(), Refusal> {
    if text.reveal().chars().count() > most { Err(Refusal::TextTooLong) } else { Ok(()) }
}

fn written(text: &Private<String>) -> Result<(), Refusal> {
    if text.reveal().trim().is_empty() {
        return Err(Refusal::NotPlausible);
    }
    is_short(text, limits::DELIBERATION_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use model::Ask;

    use super::*;
    use crate::scene::*;
    use crate::{Effect, Event};

    fn act(act: DeliberationAct) -> Ask {
        Ask::RecordDeliberation { act }
    }

    fn write(base: u32, text: &str) -> Ask {
        act(DeliberationAct::Write { base, text: Private::from(text) })
    }

    fn sign(version: u32) -> Ask {
        act(DeliberationAct::Sign { version, name: Private::from("a name") })
    }

    #[test]
    fn the_record_is_the_panels_and_its_clerks_and_no_minute_speaks_of_it() {
        let mut scene = Scene::withdrawn();
        scene.must(CLERK, write(0, "they talk"));
        assert!(scene.facts().is_empty());
        let kept = scene.effects.iter().any(|effect| matches!(effect, Effect::Deliberated(_)));
        assert!(kept);
        for stranger in [ANNA, BO, LAWYER, BAILIFF, HELPER] {
            assert_eq!(scene.view(stranger).deliberation, None);
            assert_eq!(scene.act(stranger, write(1, "x")), Err(Refusal::NotYourRight));
        }
        assert_eq!(scene.act(JUDGE, write(0, "another")), Err(Refusal::SheetChanged));
        let conclude =
            |base| act(DeliberationAct::Conclude { base, text: Private::from("granted") });
        assert_eq!(scene.act(CLERK, conclude(1)), Err(Refusal::NotYourRight));
        scene.must(JUDGE, conclude(1));
        let dissent = act(DeliberationAct::Dissent { text: Private::from("not so") });
        assert_eq!(scene.act(CLERK, dissent.clone()), Err(Refusal::NotYourRight));
        scene.must(JUDGE, dissent);
        scene.must(JUDGE, sign(3));
        assert_eq!(scene.act(JUDGE, sign(3)), Err(Refusal::AlreadyThere));
        let view = scene.view(CLERK).deliberation.expect("the clerk keeps it");
        assert_eq!((view.version, view.signers.len(), view.signed.len()), (3, 2, 1));
        assert_eq!(view.dissents[0].who, JUDGE);
        // Another text takes the signatures off; afterwards it is only signed.
        scene.must(CLERK, write(3, "they talked"));
        assert!(scene.view(JUDGE).deliberation.expect("hers too").signed.is_empty());
        scene.must(JUDGE, Ask::Resume);
        assert_eq!(scene.act(CLERK, write(4, "more")), Err(Refusal::WrongStage));
        scene.must(CLERK, sign(4));
    }

    #[test]
    fn the_record_comes_back_from_its_entries() {
        let mut scene = Scene::withdrawn();
        let mut entries = Vec::new();
        for ask in [write(0, "one"), write(1, "two"), sign(2)] {
            scene.must(CLERK, ask);
            entries.extend(scene.effects.iter().filter_map(|effect| {
                let Effect::Deliberated(entry) = effect else { return None };
                Some(entry.clone())
            }));
        }
        let before = scene.view(CLERK).deliberation;
        scene.crash();
        scene.event(Event::Deliberated { entries });
        assert_eq!(scene.view(CLERK).deliberation, before);
    }
}
