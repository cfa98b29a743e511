//! What a granted ask changes.
//! What is not here: whether it is granted.

use std::collections::BTreeSet;

use model::{Ask, Instant, ParticipantId, Phase, Sheet, Stage};

use super::{At, Law, Paper, Shown};

impl Law {
    /// An ask was granted.
    #[expect(clippy::too_many_lines, reason = "one line for each ask")]
    pub(crate) fn done(&mut self, now: Instant, who: ParticipantId, ask: &Ask) {
        match ask {
            Ask::OpenCheckIn => {
                self.enters(Stage::CheckIn);
                for figure in self.people.values_mut() {
                    if figure.role.is_court() && figure.page {
                        figure.at = At::Inside;
                    }
                }
            }
            Ask::CheckIn { .. } => self.at(who, At::Waiting),
            Ask::Admit { who } => {
                self.at(*who, At::Inside);
                self.change(*who, |figure| figure.absent = false);
            }
            Ask::Dismiss { who } => self.leaves(*who, At::Waiting),
            Ask::Preview { who: whom } => self.looks = whom.map(|whom| (who, whom)),
            Ask::Open if self.is_recorded() => self.enters(Stage::Opening),
            Ask::Open => {
                self.enters(Stage::InSession);
                self.phase = self.brief.kind.has_phases().then_some(Phase::Identity);
            }
            Ask::Recess { ground } => self.enters(Stage::Recess { ground: *ground }),
            Ask::Resume => self.enters(Stage::InSession),
            Ask::Close | Ask::Adjourn { .. } | Ask::GoOffline { .. } | Ask::CallOff { .. } => {
                self.ends();
            }
            Ask::Lock { who } => self.change(*who, |figure| figure.locked = true),
            Ask::Unlock { who } => self.change(*who, |figure| figure.locked = false),
            Ask::LockAll => self.lock_everybody(true),
            Ask::UnlockAll => self.lock_everybody(false),
            Ask::AllowScreen { who, allowed } => {
                for figure in self.people.values_mut().filter(|_| *allowed) {
                    figure.leave = false;
                }
                self.change(*who, |figure| figure.leave = *allowed);
            }
            Ask::Warn { who, .. } => self.change(*who, |figure| figure.warned = true),
            Ask::Remove { who, .. } => {
                let first = self.floor == Some(*who);
                self.change(*who, |figure| {
                    let hand = if first { Some(0) } else { figure.hand };
                    figure.was = Some((figure.at, hand));
                });
                self.leaves(*who, At::Expelled);
            }
            Ask::Readmit { who } => self.change(*who, |figure| {
                let (was, hand) = figure.was.take().unwrap_or((At::Waiting, None));
                figure.at = if figure.role.is_called() { At::Waiting } else { was };
                figure.hand = hand.filter(|_| figure.at == At::Inside);
            }),
            Ask::Hand { raised } => {
                self.raised += 1;
                let number = raised.then_some(self.raised);
                self.change(who, |figure| {
                    figure.hand = number;
                    figure.moved_hand = Some(now);
                });
            }
            Ask::Consent { step, given } => self.consents(who, *step, *given),
            Ask::NoteConsent { who, step, given, .. } => self.consents(*who, *step, *given),
            Ask::CheckIdentity { who, .. } => self.change(*who, |figure| figure.known = true),
            Ask::WaiveIdentity { who, .. } => self.change(*who, |figure| figure.waived = true),
            Ask::CheckPower { who, power } => self.change(*who, |figure| {
                figure.power = Some(*power);
                figure.power_checked = true;
            }),
            Ask::NoteAbsent { who, absent, .. } => {
                self.change(*who, |figure| figure.absent = *absent);
            }
            Ask::AnswerBarred { grounds, .. } => {
                self.barred = Some(grounds.iter().copied().collect());
            }
            Ask::ReadDiscipline => {
                self.discipline = true;
                self.enters(Stage::PreTrial);
            }
            Ask::EnterPhase { phase, .. } => self.goes_to(*phase),
            Ask::Deliberate => {
                let been = self.done.contains(&Phase::Deliberation);
                if been || self.phase == Some(Phase::Deliberation) {
                    self.enters(Stage::Deliberation);
                } else {
                    self.goes_to(Phase::Deliberation);
                }
            }
            Ask::Interrupt { .. } => self.enters(Stage::TechInterrupted),
            Ask::Challenge { whom, .. } => {
                self.challenge = Some((who, *whom));
                self.challenges.insert((who, *whom));
                let rest = Stage::Recess { ground: model::Ground::Recess };
                if self.stage != rest {
                    self.enters(rest);
                }
            }
            Ask::DisposeChallenge { upheld, .. } => {
                self.withdrawn |= *upheld;
                self.challenge = None;
            }
            Ask::GiveFloor { who, .. } => {
                self.floor = Some(*who);
                self.change(*who, |figure| {
                    figure.locked = false;
                    figure.hand = None;
                });
            }
            Ask::EndFloor => self.floor = None,
            Ask::StrictFloor { strict } => self.strict = *strict,
            Ask::Spotlight { who } => self.large = *who,
            Ask::SetLayout { layout } => self.layout = *layout,
            Ask::Confront { on, .. } => self.confrontation = *on,
            Ask::SignGuarantee { who: whom, .. } => {
                self.change(whom.unwrap_or(who), |figure| figure.guarantee = Some(true));
            }
            Ask::NoteGuaranteeRefused { who, .. } => {
                self.change(*who, |figure| figure.guarantee = Some(false));
            }
            Ask::Testify { who } => self.change(*who, |figure| figure.testifies = true),
            Ask::Shield { shield } => {
                self.shields.retain(|old| (old.who, old.from) != (shield.who, shield.from));
                if shield.picture || shield.sound {
                    self.shields.push(*shield);
                }
            }
            Ask::Interpret { who, simultaneous } => {
                self.change(*who, |figure| figure.beside = *simultaneous);
                for figure in self.people.values_mut().filter(|_| !*simultaneous) {
                    figure.listens.take_if(|heard| heard == who);
                }
            }
            Ask::Listen { to } => self.change(who, |figure| figure.listens = *to),
            Ask::RecordDeliberation { act } => self.recorded(who, act),
            Ask::Consult { with } => {
                let room = self.rooms.entry(who).or_default();
                room.inside.insert(who);
                room.ringing.extend(with.iter().copied());
            }
            Ask::AnswerConsultation { by, accept } => {
                if let Some(room) = self.rooms.get_mut(by) {
                    room.ringing.remove(&who);
                    if *accept {
                        room.inside.insert(who);
                    }
                }
            }
            Ask::LeaveChamber => {
                for room in self.rooms.values_mut() {
                    room.inside.remove(&who);
                }
            }
            Ask::LockChamber { locked } => {
                if let Some(room) = self.rooms.get_mut(&who) {
                    room.locked = *locked;
                }
            }
            Ask::Caucus { side } => {
                self.shown = None;
                if side.is_some() {
                    self.looks = None;
                }
                self.caucus = *side;
            }
            Ask::ShowEvidence { item, page } => {
                let item = self.evidence.iter().find(|known| known.id == *item).cloned();
                self.shown =
                    item.map(|item| Shown { item, by: who, page: *page, held: Some(0), lines: 0 });
                self.turned = Some(now);
            }
            Ask::TurnPage { page } => {
                self.turned = Some(now);
                if let Some(shown) = &mut self.shown {
                    shown.page = *page;
                }
            }
            Ask::PlayEvidence { running, at_ms } => {
                self.turned = Some(now);
                if let Some(shown) = &mut self.shown {
                    shown.held = (!running).then_some(*at_ms);
                }
            }
            Ask::HideEvidence => self.shown = None,
            Ask::Opine { item, .. } => {
                let party = self.people.get(&who).and_then(|figure| figure.acts_for);
                self.opinions.insert((*item, party.unwrap_or(who)));
            }
            Ask::AllowDrawing { who, allowed } => {
                self.change(*who, |figure| figure.draws = *allowed);
            }
            Ask::Draw { .. } => {
                self.change(who, |figure| figure.drew = Some(now));
                if let Some(shown) = &mut self.shown {
                    shown.lines += 1;
                }
            }
            Ask::ClearDrawing => {
                if let Some(shown) = &mut self.shown {
                    shown.lines = 0;
                }
            }
            Ask::Tick { check, .. } => {
                self.checks.insert(*check);
            }
            Ask::SetRecordMode { mode } => self.mode = *mode,
            Ask::WriteSheet { sheet, base, .. } => {
                self.papers.insert(*sheet, Paper { version: base + 1, ..Paper::default() });
            }
            Ask::ReadBack { sheet, .. } => self.on_paper(*sheet, |paper| paper.read = true),
            Ask::Sign { who: whom, sheet, .. } => self.on_paper(*sheet, |paper| {
                paper.refused.remove(&whom.unwrap_or(who));
                paper.signed.insert(whom.unwrap_or(who));
            }),
            Ask::RefuseSigning { who: whom, sheet, .. } => self.on_paper(*sheet, |paper| {
                paper.refused.insert(whom.unwrap_or(who));
            }),
            Ask::FailMediation { ground, .. } => self.failed = Some(*ground),
            Ask::CallRoll => self.roll = Some(BTreeSet::new()),
            Ask::ConfirmPresence { .. } => {
                if let Some(sites) = &mut self.roll {
                    sites.insert(who);
                }
            }
            Ask::Devices { .. }
            | Ask::CallIn { .. }
            | Ask::Prompt { .. }
            | Ask::Reprimand { .. }
            | Ask::FindAbsence { .. }
            | Ask::Note { .. } => {}
        }
    }

    fn ends(&mut self) {
        self.stage = Stage::Closed;
        self.looks = None;
        for figure in self.people.values_mut() {
            figure.hand = None;
        }
        self.floor = None;
        self.large = None;
        self.caucus = None;
        self.rooms.clear();
        self.shown = None;
        self.fault = None;
    }

    fn goes_to(&mut self, phase: Phase) {
        self.done.extend(self.phase);
        self.phase = Some(phase);
        if phase == Phase::Deliberation {
            self.enters(Stage::Deliberation);
        }
    }

    fn consents(&mut self, who: ParticipantId, step: model::Step, given: bool) {
        self.change(who, |figure| {
            figure.said = figure.said.saturating_add(1);
            if given {
                figure.consents.insert(step);
                figure.declined.remove(&step);
            } else {
                figure.consents.remove(&step);
                figure.declined.insert(step);
            }
        });
    }

    fn on_paper(&mut self, sheet: Sheet, how: impl FnOnce(&mut Paper)) {
        if let Some(paper) = self.papers.get_mut(&sheet) {
            how(paper);
        }
    }

    fn lock_everybody(&mut self, locked: bool) {
        let others = self.people.values_mut();
        for figure in others.filter(|f| !f.role.is_court() && f.at == At::Inside) {
            figure.locked = locked;
        }
    }
}
