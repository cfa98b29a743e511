//! What an ask needs of the person or thing it is about, once the right to it is there.
//! What is not here: the right (`rights.rs`) and what follows (`deeds.rs`).

use std::collections::BTreeSet;

use model::{
    Ask, Check, FailureGround, Instant, Kind, ParticipantId, Phase, Power, Private, Publicity,
    RecordMode, Role, Sheet, Shield, Side, SigningMethod, Stage, Step, TrackKind, limits,
};

use super::{At, Figure, Law};

/// A reason says something.
fn says(text: &Private<String>) -> bool {
    !text.reveal().trim().is_empty()
}

/// A text is not longer than so many characters.
fn fits(text: &Private<String>, most: usize) -> bool {
    text.reveal().chars().count() <= most
}

/// A reason says something and is not too long.
fn reasoned(text: &Private<String>) -> bool {
    says(text) && short(text)
}

/// A remark is not too long.
fn short(text: &Private<String>) -> bool {
    fits(text, limits::TEXT_CHARS_MAX)
}

impl Law {
    /// Whether an ask ought to be granted.
    pub(crate) fn grants(&self, now: Instant, who: ParticipantId, name: &str, ask: &Ask) -> bool {
        let right = self.has_right(who, name);
        right && self.people.get(&who).is_some_and(|asker| self.is_met(now, who, asker, ask))
    }

    /// Somebody not of the court.
    fn other(&self, who: ParticipantId) -> Option<&Figure> {
        self.people.get(&who).filter(|figure| !figure.role.is_court())
    }

    fn other_inside(&self, who: ParticipantId) -> Option<&Figure> {
        self.other(who).filter(|figure| figure.at == At::Inside)
    }

    fn other_here(&self, who: ParticipantId) -> Option<&Figure> {
        self.other(who).filter(|figure| matches!(figure.at, At::Waiting | At::Inside))
    }

    #[expect(clippy::too_many_lines, reason = "one line for each ask")]
    fn is_met(&self, now: Instant, who: ParticipantId, asker: &Figure, ask: &Ask) -> bool {
        let open = self.challenge.is_none();
        let goes_on = open && !self.withdrawn;
        match ask {
            Ask::OpenCheckIn
            | Ask::LockAll
            | Ask::UnlockAll
            | Ask::Devices { .. }
            | Ask::Recess { .. }
            | Ask::CallRoll => true,
            // The discipline and the barred grounds are a hearing's (在线诉讼规则 art. 21).
            Ask::ReadDiscipline => self.brief.kind == Kind::Hearing,
            Ask::CheckIn { discipline, others_present, version, .. } => {
                let read = *discipline && *version == self.version;
                asker.at == At::Outside && read && short(others_present)
            }
            Ask::Admit { who } => self.may_come_in(*who),
            Ask::Dismiss { who } => self.other_inside(*who).is_some(),
            Ask::Preview { who: None } => self.looks.is_some(),
            Ask::Preview { who: Some(whom) } => self.other(*whom).is_some_and(|figure| {
                let face = !figure.role.only_watches()
                    && figure.role != Role::Attendant
                    && !figure.in_court;
                let other = self.looks.is_none_or(|(_, seen)| seen != *whom);
                figure.at == At::Waiting && figure.page && face && other
            }),
            Ask::Open => self.may_open(who),
            Ask::Resume => {
                let rolls = self.stage == Stage::TechInterrupted;
                goes_on && (rolls || !self.is_broken())
            }
            Ask::Close => open && self.may_close(),
            Ask::Lock { who } => self.other_inside(*who).is_some_and(|f| !f.locked),
            Ask::Unlock { who } => self.other_inside(*who).is_some_and(|f| f.locked),
            Ask::AllowScreen { who, allowed } => self.other_inside(*who).is_some_and(|figure| {
                figure.role.may_publish(TrackKind::Screen) && figure.leave != *allowed
            }),
            Ask::Prompt { who, reason }
            | Ask::Warn { who, reason }
            | Ask::Reprimand { who, reason } => {
                self.other_here(*who).is_some_and(|f| f.page || f.in_court) && reasoned(reason)
            }
            Ask::Remove { who, reason, unwarned } => self.other_here(*who).is_some_and(|figure| {
                reasoned(reason) && short(unwarned) && (figure.warned || says(unwarned))
            }),
            Ask::Readmit { who } => self.other(*who).is_some_and(|figure| {
                let seat = figure.was.is_some_and(|(at, _)| at == At::Inside)
                    && !figure.role.only_watches();
                figure.at == At::Expelled && (!seat || self.has_room())
            }),
            Ask::Hand { raised } => {
                let rests =
                    asker.moved_hand.is_none_or(|moved| now >= moved.plus(limits::HAND_EVERY_MIN));
                asker.hand.is_some() != *raised && rests
            }
            Ask::Consent { step, given } => {
                self.brief.kind.step().is_some()
                    && asker.said_of(*step) != Some(*given)
                    && asker.said < limits::CONSENTS_SAID_MAX
            }
            Ask::NoteConsent { who, step, given, how } => {
                self.other(*who).is_some_and(|f| f.said_of(*step) != Some(*given)) && reasoned(how)
            }
            Ask::CheckIdentity { who, note, .. } => self.other_here(*who).is_some() && short(note),
            Ask::WaiveIdentity { who, reason } => {
                self.other(*who).is_some_and(|figure| !figure.waived) && reasoned(reason)
            }
            Ask::CheckPower { who, power } => self.other(*who).is_some_and(|figure| {
                let same = figure.power_checked && figure.power == Some(*power);
                figure.role.is_for_party() && !same
            }),
            Ask::NoteAbsent { who, absent, reason } => self.other(*who).is_some_and(|figure| {
                figure.absent != *absent
                    && !(*absent && figure.at == At::Inside)
                    && if *absent { reasoned(reason) } else { short(reason) }
            }),
            Ask::AnswerBarred { grounds, note } => {
                let grounds = grounds.iter().copied().collect();
                let hearing = self.brief.kind == Kind::Hearing;
                hearing && self.barred.as_ref() != Some(&grounds) && short(note)
            }
            Ask::CallIn { seconds } => *seconds <= limits::COUNTDOWN_MAX,
            Ask::EnterPhase { phase, reason } => {
                goes_on
                    && self.has_phase(*phase)
                    && self.phase != Some(*phase)
                    && short(reason)
                    && (self.is_in_turn(*phase) || says(reason))
                    && (*phase == Phase::Identity || self.all_checked())
            }
            Ask::Deliberate => {
                let again = self.phase == Some(Phase::Deliberation)
                    || self.done.contains(&Phase::Deliberation);
                let first = self.is_in_turn(Phase::Deliberation) && self.all_checked();
                goes_on && self.has_phase(Phase::Deliberation) && (again || first)
            }
            Ask::Interrupt { reason } | Ask::GoOffline { reason } | Ask::CallOff { reason } => {
                reasoned(reason)
            }
            Ask::Adjourn { note, .. } => short(note),
            Ask::Challenge { whom, reason } => {
                let late = matches!(self.phase, Some(Phase::Judgment | Phase::Closing))
                    || self.stage == Stage::Deliberation;
                open && !late
                    && self.people.get(whom).is_some_and(|f| may_be_challenged(f.role))
                    && !self.challenges.contains(&(who, *whom))
                    && reasoned(reason)
            }
            Ask::DisposeChallenge { reason, .. } => !open && reasoned(reason),
            Ask::GiveFloor { who, seconds } => {
                let plausible = seconds.is_none_or(|s| s > 0 && s <= limits::FLOOR_SECONDS_MAX);
                let voice = |f: &Figure| f.role.may_publish(TrackKind::Microphone);
                self.inside(*who) && self.people.get(who).is_some_and(voice) && plausible
            }
            Ask::EndFloor => self.floor.is_some(),
            Ask::StrictFloor { strict } => self.strict != *strict,
            Ask::Spotlight { who } => {
                self.large != *who && who.is_none_or(|large| self.inside(large))
            }
            Ask::SetLayout { layout } => self.layout != *layout,
            Ask::FindAbsence { who, note, .. } => self.other(*who).is_some() && reasoned(note),
            Ask::Confront { on, reason } => {
                let witnesses = self.count_inside(|role| role == Role::Witness);
                let said = if *on { reasoned(reason) } else { short(reason) && witnesses < 2 };
                self.confrontation != *on && said
            }
            Ask::SignGuarantee { who: on_paper, name } => {
                self.signer(who, *on_paper).is_some_and(|(_, figure)| {
                    figure.role.is_called() && figure.guarantee != Some(true)
                }) && says(name)
                    && fits(name, limits::NAME_CHARS_MAX)
            }
            Ask::NoteGuaranteeRefused { who, reason } => {
                self.called_inside(*who).is_some_and(|f| f.guarantee.is_none()) && reasoned(reason)
            }
            Ask::Testify { who } => self.called_inside(*who).is_some_and(|figure| {
                let free = figure.role != Role::Witness && figure.guarantee.is_none();
                !figure.testifies && (figure.guarantee == Some(true) || free)
            }),
            Ask::Shield { shield } => self.may_shield(*shield),
            Ask::Interpret { who, simultaneous } => self.other_inside(*who).is_some_and(|figure| {
                figure.role == Role::Interpreter && figure.beside != *simultaneous
            }),
            Ask::Listen { to } => {
                asker.listens != *to && to.is_none_or(|to| self.is_heard(who, to))
            }
            Ask::Note { text } => says(text) && fits(text, limits::NOTE_CHARS_MAX),
            Ask::RecordDeliberation { act } => self.may_record(who, asker.role, act),
            Ask::Consult { with } => self.may_ask_in(who, with),
            Ask::AnswerConsultation { by, accept } => {
                self.rooms.get(by).is_some_and(|room| room.ringing.contains(&who))
                    && !(*accept && self.room_of(who).is_some())
            }
            Ask::LeaveChamber => self.room_of(who).is_some(),
            Ask::LockChamber { locked } => {
                self.rooms.get(&who).is_some_and(|room| room.locked != *locked)
            }
            Ask::Caucus { side } => {
                self.caucus != *side && side.is_none_or(|side| self.has_side_inside(side))
            }
            Ask::ShowEvidence { item, page } => {
                let known = self.evidence.iter().find(|known| known.id == *item);
                !self.waits(who)
                    && known.is_some_and(|known| {
                        let own =
                            known.side.is_some() && known.side == self.side(who) && known.exchanged;
                        let may = self.manages(asker.role) || own;
                        may && (1..=known.pages).contains(page)
                    })
            }
            Ask::TurnPage { page } => self.shown.as_ref().is_some_and(|shown| {
                let rests =
                    self.turned.is_none_or(|turned| now >= turned.plus(limits::PAGE_EVERY_MIN));
                (1..=shown.item.pages).contains(page) && shown.page != *page && rests
            }),
            Ask::PlayEvidence { running, at_ms } => self.shown.as_ref().is_some_and(|shown| {
                let rests =
                    self.turned.is_none_or(|turned| now >= turned.plus(limits::PAGE_EVERY_MIN));
                let other = *running || shown.held != Some(*at_ms);
                let sounds = ["audio/", "video/"];
                let plays = sounds.iter().any(|sort| shown.item.media_type.starts_with(sort));
                plays && *at_ms <= limits::EVIDENCE_PLAY_MS_MAX && other && rests
            }),
            Ask::HideEvidence => self.shown.is_some(),
            Ask::Opine { item, opinion } => {
                let sound = opinion.authentic && opinion.lawful && opinion.relevant;
                let said = if sound { short(&opinion.reason) } else { reasoned(&opinion.reason) };
                let side = self.side(who);
                let on_a_side = side.is_some();
                let listed = self.evidence.iter().find(|known| {
                    let own = known.side.is_some() && known.side == side;
                    known.id == *item && on_a_side && (known.exchanged || own)
                });
                let shown = self.shown.as_ref().map(|shown| &shown.item);
                let known = listed.or(shown.filter(|shown| shown.id == *item));
                let own = |known: &model::EvidenceItem| known.side.is_some() && known.side == side;
                let key = (*item, asker.acts_for.unwrap_or(who));
                let room =
                    self.opinions.contains(&key) || self.opinions.len() < limits::OPINIONS_MAX;
                !self.waits(who)
                    && on_a_side
                    && known.is_some_and(|known| !own(known))
                    && said
                    && room
            }
            Ask::AllowDrawing { who, allowed } => self
                .other_inside(*who)
                .is_some_and(|figure| !figure.role.only_watches() && figure.draws != *allowed),
            Ask::Draw { stroke } => self.shown.as_ref().is_some_and(|shown| {
                let rests = asker.drew.is_none_or(|at| now >= at.plus(limits::PAGE_EVERY_MIN));
                let few = !stroke.points.is_empty()
                    && stroke.points.len() <= limits::STROKE_POINTS_MAX
                    && stroke.points.iter().flatten().all(|place| *place <= 1_000);
                (1..=shown.item.pages).contains(&stroke.page)
                    && few
                    && rests
                    && shown.lines < limits::STROKES_MAX
                    && self.is_where_it_is_shown(who)
            }),
            Ask::ClearDrawing => self.shown.as_ref().is_some_and(|shown| shown.lines > 0),
            Ask::Tick { check, note } => !self.checks.contains(check) && short(note),
            Ask::SetRecordMode { mode } => {
                self.mode != *mode && (*mode == RecordMode::Text || self.all_agree_to_recording())
            }
            Ask::WriteSheet { sheet, base, text } => {
                let version = self.papers.get(sheet).map_or(0, |paper| paper.version);
                self.may_change(*sheet)
                    && *base == version
                    && version < limits::SHEET_VERSIONS_MAX
                    && says(text)
                    && fits(text, limits::SHEET_CHARS_MAX)
            }
            Ask::ReadBack { sheet, version } => {
                let paper = self.papers.get(sheet).filter(|paper| paper.version == *version);
                self.may_change(*sheet)
                    && self.caucus.is_none()
                    && paper.is_some_and(|paper| !paper.read)
            }
            Ask::Sign { who: on_paper, sheet, version, method, mark } => {
                let Some((who, signer)) = self.signer(who, *on_paper) else { return false };
                let paper = self.papers.get(sheet).filter(|paper| paper.version == *version);
                let late = *sheet == Sheet::Agreement && self.effective && signer.role.is_court();
                let binds = signer.role != Role::Agent
                    || *sheet == Sheet::Facts
                    || signer.power == Some(Power::Special);
                let named = self.leads(signer.role)
                    || matches!(signer.role, Role::ChairMediator | Role::Mediator)
                    || signer.role.is_party()
                    || signer.role.is_for_party();
                let how = *method != SigningMethod::Certificate
                    && (*method == SigningMethod::OnPaper) == on_paper.is_some();
                !self.waits(who)
                    && (self.may_change(*sheet) || late)
                    && paper.is_some_and(|paper| paper.read && !paper.signed.contains(&who))
                    && binds
                    && named
                    && how
                    && says(mark)
                    && fits(mark, limits::SIGNATURE_CHARS_MAX)
            }
            Ask::RefuseSigning { who: on_paper, sheet, reason } => {
                let Some((who, signer)) = self.signer(who, *on_paper) else { return false };
                let free = |paper: &super::Paper| {
                    !paper.signed.contains(&who) && !paper.refused.contains(&who)
                };
                !self.waits(who)
                    && (signer.role.is_party() || signer.role.is_for_party())
                    && self.may_change(*sheet)
                    && self.papers.get(sheet).is_some_and(free)
                    && reasoned(reason)
            }
            Ask::FailMediation { ground, note } => {
                let said =
                    if *ground == FailureGround::Other { reasoned(note) } else { short(note) };
                !self.effective && self.failed.is_none() && said
            }
            Ask::ConfirmPresence { people } => {
                let asked = self.roll.as_ref().is_some_and(|sites| !sites.contains(&who));
                asked && *people > 0 && *people <= limits::SITE_PEOPLE_MAX
            }
        }
    }

    /// Whose signature is meant: the asker's, or that of somebody in the courtroom who has no page
    /// and signs on paper.
    fn signer(
        &self,
        asker: ParticipantId,
        on_paper: Option<ParticipantId>,
    ) -> Option<(ParticipantId, &Figure)> {
        let Some(who) = on_paper else { return self.people.get(&asker).map(|f| (asker, f)) };
        let noted = self.people.get(&asker).is_some_and(|f| self.notes_paper(f.role));
        let figure = self.people.get(&who)?;
        let there = figure.in_court && !figure.page && figure.at == At::Inside;
        (noted && there && !self.waits(who)).then_some((who, figure))
    }

    fn count_inside(&self, wanted: impl Fn(Role) -> bool) -> usize {
        self.people.values().filter(|f| f.at == At::Inside && wanted(f.role)).count()
    }

    fn called_inside(&self, who: ParticipantId) -> Option<&Figure> {
        self.other_inside(who).filter(|figure| figure.role.is_called())
    }

    /// Whether somebody who waits may be let in (在线诉讼规则 art. 26, 27).
    fn may_come_in(&self, who: ParticipantId) -> bool {
        let Some(figure) = self.other(who) else { return false };
        let role = figure.role;
        let witness = role == Role::Witness
            && !self.confrontation
            && self.count_inside(|role| role == Role::Witness) > 0;
        let public = self.brief.publicity == Publicity::Public
            || !matches!(role, Role::Gallery | Role::Media);
        let full = role == Role::Gallery
            && self.count_inside(|role| role == Role::Gallery)
                >= usize::from(self.brief.gallery_seats);
        let called = !role.is_called() || self.stage == Stage::InSession;
        let topic = role != Role::Expert || self.is_expert_topic();
        let consents = !self.stage.is_open() || !self.lacks_consent(figure);
        let seat = role.only_watches() || self.has_room();
        figure.at == At::Waiting
            && (figure.page || figure.in_court)
            && called
            && !witness
            && topic
            && public
            && !full
            && consents
            && seat
    }

    /// Whether somebody takes part online without having agreed to it (在线诉讼规则 art. 4).
    fn lacks_consent(&self, figure: &Figure) -> bool {
        let Some(step) = self.brief.kind.step() else { return false };
        let party_here = figure.acts_for.is_some_and(|party| self.inside(party));
        let asked = figure.role.is_party() || (figure.role.is_for_party() && !party_here);
        asked && !figure.in_court && !figure.consents.contains(&step)
    }

    /// Whether everybody on a side who is here was checked (在线诉讼规则 art. 7).
    fn all_checked(&self) -> bool {
        let here = self
            .people
            .values()
            .filter(|f| f.at == At::Inside && (f.role.is_party() || f.role.is_for_party()));
        here.into_iter().all(|figure| {
            let power = figure.role != Role::Agent || figure.power_checked;
            (figure.known || figure.waived) && power
        })
    }

    /// Whether the sitting may be opened (court-domain §7.1 b).
    fn may_open(&self, judge: ParticipantId) -> bool {
        let kind = self.brief.kind;
        let hearing = kind == Kind::Hearing;
        let clerk = self.people.values().any(|figure| figure.role == Role::Clerk);
        let barred = self.barred.as_ref().is_some_and(BTreeSet::is_empty);
        let told = self.discipline || !clerk || self.brief.course.told_before;
        let decides = kind.step().is_some();
        let somebody = self.count_inside(|role| role.is_party() || role.is_for_party()) > 0;
        let accounted = self.people.iter().filter(|(_, f)| f.role.is_party()).all(|(party, f)| {
            f.absent
                || f.at == At::Expelled
                || self.voices_of(*party).any(|voice| self.inside(voice))
        });
        let agreed = self
            .people
            .values()
            .filter(|figure| figure.at == At::Inside)
            .all(|figure| !self.lacks_consent(figure));
        let checklist = kind != Kind::Mediation || self.checks.len() == Check::ALL.len();
        let record = !self.is_recorded()
            || (self.ledger
                && !self.clock_off
                && !self.is_broken()
                && self.is_heard_by_the_server(judge));
        (!hearing || (barred && told))
            && (!decides || (somebody && accounted && agreed))
            && checklist
            && record
    }

    /// Whether the sitting may be closed.
    fn may_close(&self) -> bool {
        let talked =
            matches!(self.failed, None | Some(FailureGround::NoAgreement | FailureGround::Other));
        let recorded = self.brief.kind == Kind::Mediation && self.mode == RecordMode::Recording;
        let facts = self.papers.get(&Sheet::Facts).is_some_and(|paper| {
            self.parties_here_or_missed().all(|(party, _)| {
                self.voices_of(party)
                    .any(|voice| paper.signed.contains(&voice) || paper.refused.contains(&voice))
            })
        });
        let written = !recorded || !talked || facts;
        let course = !self.brief.kind.has_phases()
            || self.withdrawn
            || self.phase == Some(Phase::Closing)
            || self.is_in_turn(Phase::Closing);
        written && course
    }

    fn may_shield(&self, shield: Shield) -> bool {
        let (Some(whose), Some(from)) =
            (self.people.get(&shield.who), self.people.get(&shield.from))
        else {
            return false;
        };
        let court = from.role.is_court() || whose.role.is_bench() || self.leads(whose.role);
        let stands = self.shield(shield.who, shield.from);
        let nothing = Shield { picture: false, sound: false, ..shield };
        let room = stands.is_some() || self.shields.len() < limits::SHIELDS_MAX;
        shield.who != shield.from && !court && stands.unwrap_or(nothing) != shield && room
    }

    /// Whether an interpreter speaks beside the court's sound for somebody else to hear.
    fn is_heard(&self, who: ParticipantId, to: ParticipantId) -> bool {
        self.people
            .get(&to)
            .is_some_and(|figure| figure.at == At::Inside && figure.beside && to != who)
    }

    fn room_of(&self, who: ParticipantId) -> Option<ParticipantId> {
        let own = self.rooms.iter().find(|(_, room)| room.inside.contains(&who));
        own.map(|(opener, _)| *opener)
    }

    fn may_ask_in(&self, who: ParticipantId, with: &[ParticipantId]) -> bool {
        let elsewhere = self.room_of(who).is_some_and(|opener| opener != who);
        let room = self.rooms.get(&who);
        let free = room.map_or(self.rooms.len() < limits::CHAMBERS_MAX, |room| !room.locked);
        let mine = self.side(who);
        let asked = with.iter().all(|whom| {
            let Some(figure) = self.people.get(whom) else { return false };
            let fits = figure.role.is_party()
                || figure.role.is_for_party()
                || matches!(figure.role, Role::Interpreter | Role::SignInterpreter);
            let again =
                room.is_some_and(|room| room.ringing.contains(whom) || room.inside.contains(whom));
            *whom != who
                && fits
                && mine.is_some()
                && self.side(*whom) == mine
                && figure.at == At::Inside
                && figure.page
                && !again
                && self.room_of(*whom).is_none()
        });
        self.may_consult(who)
            && !elsewhere
            && free
            && !with.is_empty()
            && with.len() <= limits::PUBLISHERS_MAX
            && asked
    }

    fn has_side_inside(&self, side: Side) -> bool {
        self.people.iter().any(|(who, figure)| {
            figure.at == At::Inside
                && !figure.role.is_court()
                && self.joins(*who, side)
                && self.side(*who) == Some(side)
        })
    }

    fn may_change(&self, sheet: Sheet) -> bool {
        sheet == Sheet::Facts || (!self.effective && self.failed.is_none())
    }

    /// Whether every party agreed to a recording (在线调解规则 art. 22).
    pub(crate) fn all_agree_to_recording(&self) -> bool {
        let agreed = |who: ParticipantId| {
            self.people.get(&who).is_some_and(|f| f.consents.contains(&Step::Recording))
        };
        self.parties_here_or_missed().all(|(party, _)| self.voices_of(party).any(agreed))
    }
}

/// Who may be challenged (民事诉讼法 art. 47, 50; 在线调解规则 art. 13).
const fn may_be_challenged(role: Role) -> bool {
    matches!(
        role,
        Role::PresidingJudge
            | Role::Judge
            | Role::Assessor
            | Role::JudgeAssistant
            | Role::Clerk
            | Role::ChairMediator
            | Role::Mediator
            | Role::Interpreter
            | Role::SignInterpreter
            | Role::Appraiser
            | Role::Inspector
    )
}
