//! The court's private notes: told to the court alone, never a minute, never recorded.
//! What is not here: how they reach the pages.

use model::{CourtNote, ParticipantId, Place, Private, Refusal, limits};

use crate::Hearing;
use crate::turn::Turn;

impl Hearing {
    /// Somebody of the court writes to the others of the court.
    pub(crate) fn note(
        &mut self,
        turn: &mut Turn<'_>,
        from: ParticipantId,
        text: Private<String>,
    ) -> Result<(), Refusal> {
        if text.reveal().trim().is_empty() {
            return Err(Refusal::NotPlausible);
        }
        if text.reveal().chars().count() > limits::NOTE_CHARS_MAX {
            return Err(Refusal::TextTooLong);
        }
        let note = CourtNote { from, at: turn.now.utc, text };
        if self.live.notes.len() >= limits::NOTES_MAX {
            self.live.notes.remove(0);
        }
        self.live.notes.push(note.clone());
        let readers = self.durable.seats.keys().copied();
        let to = readers.filter(|who| self.reads_notes(*who)).collect();
        turn.note(to, note);
        Ok(())
    }

    /// The notes as they were kept over a restart.
    pub(crate) fn notes_kept(&mut self, notes: Vec<CourtNote>) {
        let from = notes.len().saturating_sub(limits::NOTES_MAX);
        self.live.notes = notes.into_iter().skip(from).collect();
    }

    /// The private notes somebody may read again: the court's, to the court alone.
    pub fn notes_for(&self, who: ParticipantId) -> Vec<CourtNote> {
        if self.reads_notes(who) { self.live.notes.clone() } else { Vec::new() }
    }

    /// Who leads, judges, assists, mediates or keeps the transcript, and is in the sitting.
    fn reads_notes(&self, who: ParticipantId) -> bool {
        let durable = &self.durable;
        durable.seats.get(&who).is_some_and(|seat| {
            durable.manages(seat) && matches!(seat.place, Place::InHearing | Place::Left)
        })
    }
}

#[cfg(test)]
mod tests {
    use model::{Ask, Kind};

    use super::*;
    use crate::Effect;
    use crate::scene::*;

    #[test]
    fn a_note_reaches_the_court_alone_and_stands_in_no_minute() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        let write = |text: &str| Ask::Note { text: Private::from(text) };
        scene.must(CLERK, write("look at page 3"));
        let told = scene.effects.iter().find_map(|effect| {
            let Effect::Note { to, note } = effect else { return None };
            Some((to.clone(), note.text.reveal().clone()))
        });
        assert_eq!(told, Some((vec![JUDGE, CLERK], "look at page 3".to_owned())));
        assert!(scene.facts().is_empty());
        assert!(scene.hearing.notes_for(ANNA).is_empty());
        assert!(scene.hearing.notes_for(BAILIFF).is_empty());
        for stranger in [ANNA, BAILIFF, WEN] {
            let refused = scene.act(stranger, write("x"));
            assert_eq!(refused, Err(Refusal::NotYourRight), "{stranger:?}");
        }
        assert!(scene.facts().is_empty(), "not even a refusal");
        for _ in 0..limits::NOTES_MAX {
            scene.must(JUDGE, write("again"));
        }
        assert_eq!(scene.hearing.notes_for(CLERK).len(), limits::NOTES_MAX);
        let long = "x".repeat(limits::NOTE_CHARS_MAX + 1);
        assert_eq!(scene.act(JUDGE, write(&long)), Err(Refusal::TextTooLong));
    }
}
