//! The record of a deliberation a second time: who may do what to it, and what that changes
//! (民事诉讼法 art. 45). What is not here: the right to it, which stands in the table.

use std::collections::BTreeSet;

use model::{
    DeliberationAct, DeliberationEntry, Kind, ParticipantId, Phase, Private, Role, Stage, limits,
};

use super::Law;

/// What the law knows of the record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Talk {
    pub(crate) version: u32,
    pub(crate) entries: usize,
    pub(crate) differ: BTreeSet<ParticipantId>,
    pub(crate) signed: BTreeSet<ParticipantId>,
}

impl Law {
    /// Who sits in the deliberation: the panel, and the clerk who keeps its record.
    pub(crate) fn is_of_the_panel(&self, role: Role) -> bool {
        let panel = self.brief.kind == Kind::Hearing && self.brief.course.panel;
        let member = matches!(role, Role::PresidingJudge | Role::Judge | Role::Assessor);
        panel && (member || role == Role::Clerk)
    }

    /// The panel withdrew, now or before.
    pub(crate) fn was_deliberated(&self) -> bool {
        self.phase == Some(Phase::Deliberation) || self.done.contains(&Phase::Deliberation)
    }

    pub(crate) fn may_record(&self, who: ParticipantId, role: Role, act: &DeliberationAct) -> bool {
        let inside = self.stage == Stage::Deliberation;
        let blank = |text: &Private<String>| text.reveal().trim().is_empty();
        let fits = |text: &Private<String>, most: usize| text.reveal().chars().count() <= most;
        let text_fits = |text| fits(text, limits::DELIBERATION_CHARS_MAX);
        let talk = &self.talk;
        let lawful = match act {
            DeliberationAct::Write { base, text } => {
                inside && !blank(text) && text_fits(text) && *base == talk.version
            }
            DeliberationAct::Conclude { base, text } => {
                let presides = role == Role::PresidingJudge;
                inside && presides && !blank(text) && text_fits(text) && *base == talk.version
            }
            DeliberationAct::Dissent { text } => {
                let something = !blank(text) || talk.differ.contains(&who);
                inside && role != Role::Clerk && something && text_fits(text)
            }
            DeliberationAct::Sign { version, name } => {
                *version == talk.version
                    && *version > 0
                    && !blank(name)
                    && fits(name, limits::NAME_CHARS_MAX)
                    && !talk.signed.contains(&who)
            }
        };
        lawful && talk.entries < limits::DELIBERATION_ENTRIES_MAX
    }

    /// Something was written into the record.
    pub(crate) fn recorded(&mut self, who: ParticipantId, act: &DeliberationAct) {
        self.talk.entries += 1;
        if let DeliberationAct::Sign { .. } = act {
            self.talk.signed.insert(who);
            return;
        }
        if let DeliberationAct::Dissent { text } = act {
            if text.reveal().trim().is_empty() {
                self.talk.differ.remove(&who);
            } else {
                self.talk.differ.insert(who);
            }
        }
        self.talk.version += 1;
        self.talk.signed.clear();
    }

    /// The record as it was kept.
    pub(crate) fn found(&mut self, entries: &[DeliberationEntry]) {
        self.talk = Talk::default();
        for entry in entries {
            self.recorded(entry.by, &entry.act);
        }
    }
}
