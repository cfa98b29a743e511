//! What the obvious hearing grants, and what it then does.
//! What is not here: who hears whom.

use model::{Ask, Instant, ParticipantId, Role, Stage, TrackId, TrackKind, limits};

use super::{At, Reference, Soul};

impl Reference {
    /// Grants or refuses.
    pub(super) fn ask(&mut self, now: Instant, who: ParticipantId, ask: &Ask) -> bool {
        let granted = self.souls.get(&who).is_some_and(|asker| {
            asker.page
                && self.stage != Stage::Closed
                && asker.at != At::Expelled
                && self.is_lawful(now, who, asker, ask)
        });
        if granted {
            self.carry_out(now, who, ask);
        }
        granted
    }

    #[expect(clippy::too_many_lines, reason = "one line for each ask")]
    fn is_lawful(&self, now: Instant, who: ParticipantId, asker: &Soul, ask: &Ask) -> bool {
        let court = matches!(asker.role, Role::PresidingJudge | Role::Clerk);
        let judge = asker.role == Role::PresidingJudge && asker.at == At::Inside;
        let hearing = self.stage.is_open();
        let rolling = matches!(self.stage, Stage::InSession | Stage::TechInterrupted);
        let inside =
            |who: &ParticipantId| self.ordinary(*who).is_some_and(|soul| soul.at == At::Inside);
        let here = |who: &ParticipantId| {
            self.ordinary(*who).is_some_and(|soul| matches!(soul.at, At::Inside | At::WaitingRoom))
        };
        match ask {
            Ask::OpenCheckIn => court && self.stage == Stage::Scheduled,
            Ask::CheckIn { discipline, others_present, .. } => {
                !court
                    && self.stage != Stage::Scheduled
                    && asker.at == At::Home
                    && *discipline
                    && others_present.reveal().chars().count() <= limits::TEXT_CHARS_MAX
            }
            Ask::Admit { who } => judge && self.stage != Stage::Opening && self.may_come_in(*who),
            Ask::Dismiss { who } => judge && self.stage != Stage::Opening && inside(who),
            Ask::Open => judge && self.stage == Stage::CheckIn && self.may_open(who, asker),
            Ask::Recess { .. } => judge && rolling,
            Ask::Resume => match self.stage {
                Stage::Recess { .. } => judge && !self.is_broken(),
                Stage::TechInterrupted => judge,
                Stage::Scheduled
                | Stage::CheckIn
                | Stage::PreTrial
                | Stage::Opening
                | Stage::InSession
                | Stage::Deliberation
                | Stage::Closed => false,
            },
            Ask::Close => judge && hearing,
            Ask::Lock { who } => judge && inside(who) && !self.souls[who].silenced,
            Ask::Unlock { who } => judge && inside(who) && self.souls[who].silenced,
            Ask::LockAll | Ask::UnlockAll => judge,
            Ask::AllowScreen { who, allowed } => {
                judge
                    && inside(who)
                    && !matches!(self.souls[who].role, Role::Witness | Role::Gallery)
                    && self.souls[who].may_share != *allowed
            }
            Ask::Warn { who, reason } => {
                judge && here(who) && is_reason(reason.reveal()) && self.souls[who].page
            }
            Ask::Remove { who, reason, .. } => {
                judge && here(who) && is_reason(reason.reveal()) && self.souls[who].warned
            }
            Ask::Hand { raised } => {
                asker.at == At::Inside
                    && asker.role != Role::Gallery
                    && self.hands.contains(&who) != *raised
                    && asker.moved_hand.is_none_or(|at| now >= at.plus(limits::HAND_EVERY_MIN))
            }
            Ask::Devices { .. } => asker.at == At::Inside && asker.role != Role::Gallery,
            Ask::Consent { .. }
            | Ask::Preview { .. }
            | Ask::NoteConsent { .. }
            | Ask::CheckIdentity { .. }
            | Ask::WaiveIdentity { .. }
            | Ask::CheckPower { .. }
            | Ask::NoteAbsent { .. }
            | Ask::AnswerBarred { .. }
            | Ask::CallIn { .. }
            | Ask::ReadDiscipline
            | Ask::EnterPhase { .. }
            | Ask::Interrupt { .. }
            | Ask::Deliberate
            | Ask::Adjourn { .. }
            | Ask::GoOffline { .. }
            | Ask::CallOff { .. }
            | Ask::Challenge { .. }
            | Ask::DisposeChallenge { .. }
            | Ask::Prompt { .. }
            | Ask::Reprimand { .. }
            | Ask::Readmit { .. }
            | Ask::GiveFloor { .. }
            | Ask::EndFloor
            | Ask::StrictFloor { .. }
            | Ask::Spotlight { .. }
            | Ask::SetLayout { .. }
            | Ask::FindAbsence { .. }
            | Ask::Confront { .. }
            | Ask::SignGuarantee { .. }
            | Ask::NoteGuaranteeRefused { .. }
            | Ask::Testify { .. }
            | Ask::Shield { .. }
            | Ask::Interpret { .. }
            | Ask::Listen { .. }
            | Ask::Note { .. }
            | Ask::RecordDeliberation { .. }
            | Ask::Consult { .. }
            | Ask::AnswerConsultation { .. }
            | Ask::LeaveChamber
            | Ask::LockChamber { .. }
            | Ask::Caucus { .. }
            | Ask::ShowEvidence { .. }
            | Ask::TurnPage { .. }
            | Ask::PlayEvidence { .. }
            | Ask::HideEvidence
            | Ask::Opine { .. }
            | Ask::AllowDrawing { .. }
            | Ask::Draw { .. }
            | Ask::ClearDrawing
            | Ask::Tick { .. }
            | Ask::SetRecordMode { .. }
            | Ask::WriteSheet { .. }
            | Ask::ReadBack { .. }
            | Ask::Sign { .. }
            | Ask::RefuseSigning { .. }
            | Ask::FailMediation { .. }
            | Ask::CallRoll
            | Ask::ConfirmPresence { .. } => false,
        }
    }

    /// Somebody who is not of the court.
    fn ordinary(&self, who: ParticipantId) -> Option<&Soul> {
        let soul = self.souls.get(&who)?;
        (!matches!(soul.role, Role::PresidingJudge | Role::Clerk)).then_some(soul)
    }

    fn may_come_in(&self, who: ParticipantId) -> bool {
        let Some(soul) = self.ordinary(who) else { return false };
        let witness_inside =
            self.souls.values().any(|other| other.role == Role::Witness && other.at == At::Inside);
        let witness_may = self.stage == Stage::InSession && !witness_inside;
        let taken = self.souls.values().filter(|other| {
            let court = matches!(other.role, Role::PresidingJudge | Role::Clerk);
            court || (other.role != Role::Gallery && other.at == At::Inside)
        });
        let room = soul.role == Role::Gallery || taken.count() < limits::PUBLISHERS_MAX;
        soul.at == At::WaitingRoom
            && soul.page
            && room
            && (soul.role != Role::Witness || witness_may)
    }

    fn may_open(&self, judge: ParticipantId, asker: &Soul) -> bool {
        let sound = TrackId::new(judge, TrackKind::Microphone);
        let parties = || {
            self.souls.values().filter(|soul| {
                matches!(soul.role, Role::Plaintiff | Role::Defendant | Role::ThirdParty)
            })
        };
        let party = parties().any(|soul| soul.at == At::Inside)
            && parties().all(|soul| matches!(soul.at, At::Inside | At::Expelled));
        asker.media && self.sending.contains(&sound) && party && self.ledger && !self.is_broken()
    }

    #[expect(clippy::too_many_lines, reason = "one line for each ask")]
    fn carry_out(&mut self, now: Instant, who: ParticipantId, ask: &Ask) {
        match ask {
            Ask::OpenCheckIn => {
                self.stage = Stage::CheckIn;
                for soul in self.souls.values_mut() {
                    let court = matches!(soul.role, Role::PresidingJudge | Role::Clerk);
                    if court && soul.page {
                        soul.at = At::Inside;
                    }
                }
            }
            Ask::CheckIn { .. } => self.change(who, |soul| soul.at = At::WaitingRoom),
            Ask::Admit { who } => self.change(*who, |soul| soul.at = At::Inside),
            Ask::Dismiss { who } => self.send_out(*who, At::WaitingRoom),
            Ask::Open => {
                self.stage = Stage::Opening;
                self.on_disk.clear();
                self.announced = Some((who, now.plus(limits::OPENING_WAIT)));
            }
            Ask::Recess { ground } => {
                self.stage = Stage::Recess { ground: *ground };
                self.forget_passing_trouble();
            }
            Ask::Resume => {
                self.stage = Stage::InSession;
                self.know();
            }
            Ask::Close => {
                self.stage = Stage::Closed;
                self.trouble = None;
                self.hands.clear();
                for soul in self.souls.values_mut() {
                    if matches!(soul.at, At::Inside | At::WaitingRoom) {
                        soul.at = At::Gone;
                    }
                }
            }
            Ask::Lock { who } => self.change(*who, |soul| soul.silenced = true),
            Ask::Unlock { who } => self.change(*who, |soul| soul.silenced = false),
            Ask::LockAll | Ask::UnlockAll => {
                for soul in self.souls.values_mut() {
                    let court = matches!(soul.role, Role::PresidingJudge | Role::Clerk);
                    if soul.at == At::Inside && !court {
                        soul.silenced = *ask == Ask::LockAll;
                    }
                }
            }
            Ask::AllowScreen { who, allowed } => {
                for soul in self.souls.values_mut() {
                    soul.may_share &= !allowed;
                }
                self.change(*who, |soul| soul.may_share = *allowed);
            }
            Ask::Warn { who, .. } => self.change(*who, |soul| soul.warned = true),
            Ask::Remove { who, .. } => self.send_out(*who, At::Expelled),
            Ask::Hand { raised } => {
                self.hands.retain(|hand| *hand != who);
                if *raised {
                    self.hands.push(who);
                }
                self.change(who, |soul| soul.moved_hand = Some(now));
            }
            Ask::Devices { on } => {
                let on = on.iter().copied().collect();
                self.change(who, |soul| soul.switched_on = on);
            }
            Ask::Consent { .. }
            | Ask::Preview { .. }
            | Ask::NoteConsent { .. }
            | Ask::CheckIdentity { .. }
            | Ask::WaiveIdentity { .. }
            | Ask::CheckPower { .. }
            | Ask::NoteAbsent { .. }
            | Ask::AnswerBarred { .. }
            | Ask::CallIn { .. }
            | Ask::ReadDiscipline
            | Ask::EnterPhase { .. }
            | Ask::Interrupt { .. }
            | Ask::Deliberate
            | Ask::Adjourn { .. }
            | Ask::GoOffline { .. }
            | Ask::CallOff { .. }
            | Ask::Challenge { .. }
            | Ask::DisposeChallenge { .. }
            | Ask::Prompt { .. }
            | Ask::Reprimand { .. }
            | Ask::Readmit { .. }
            | Ask::GiveFloor { .. }
            | Ask::EndFloor
            | Ask::StrictFloor { .. }
            | Ask::Spotlight { .. }
            | Ask::SetLayout { .. }
            | Ask::FindAbsence { .. }
            | Ask::Confront { .. }
            | Ask::SignGuarantee { .. }
            | Ask::NoteGuaranteeRefused { .. }
            | Ask::Testify { .. }
            | Ask::Shield { .. }
            | Ask::Interpret { .. }
            | Ask::Listen { .. }
            | Ask::Note { .. }
            | Ask::RecordDeliberation { .. }
            | Ask::Consult { .. }
            | Ask::AnswerConsultation { .. }
            | Ask::LeaveChamber
            | Ask::LockChamber { .. }
            | Ask::Caucus { .. }
            | Ask::ShowEvidence { .. }
            | Ask::TurnPage { .. }
            | Ask::PlayEvidence { .. }
            | Ask::HideEvidence
            | Ask::Opine { .. }
            | Ask::AllowDrawing { .. }
            | Ask::Draw { .. }
            | Ask::ClearDrawing
            | Ask::Tick { .. }
            | Ask::SetRecordMode { .. }
            | Ask::WriteSheet { .. }
            | Ask::ReadBack { .. }
            | Ask::Sign { .. }
            | Ask::RefuseSigning { .. }
            | Ask::FailMediation { .. }
            | Ask::CallRoll
            | Ask::ConfirmPresence { .. } => {}
        }
    }

    fn change(&mut self, who: ParticipantId, how: impl FnOnce(&mut Soul)) {
        if let Some(soul) = self.souls.get_mut(&who) {
            how(soul);
        }
    }
}

fn is_reason(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= limits::TEXT_CHARS_MAX
}
