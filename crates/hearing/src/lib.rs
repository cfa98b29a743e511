//! The law of one hearing as a state machine: events in, effects out, and every lasting change a
//! minute.
//!
//! What is not here: time, sockets, disk and media. The task that owns a [`Hearing`] tells it what
//! happened and carries out what it answers.

mod admission;
mod apply;
mod beside;
mod call;
mod called;
mod challenge;
mod chamber;
mod course;
mod deadline;
mod deliberation;
mod effect;
mod ending;
mod event;
mod floor;
mod interruption;
mod lecture;
mod link;
mod measures;
mod mediation;
mod next;
mod note;
mod opening;
mod order;
mod phase;
mod policy;
mod preparation;
mod preview;
mod procedure;
mod recess;
mod record;
mod rights;
#[cfg(test)]
mod scene;
mod sheets;
mod showing;
mod sitting;
mod speaking;
mod state;
mod switchboard;
mod transcript;
mod turn;
mod unheard;
mod view;

use std::collections::BTreeSet;

use model::{
    Actor, Ask, Fact, Grants, Minute, Now, ParticipantId, Place, Refusal, Role, Stage, Timestamp,
    TrackId, limits,
};

pub use chamber::Consultation;
pub use deliberation::{Deliberation, keeps_deliberation};
pub use effect::{Effect, Parting};
pub use event::{Docket, Event};
pub use lecture::Presence;
pub use mediation::Mediation;
pub use preview::Preview;
pub use sheets::SheetState;
pub use showing::{Opinions, Showing};
pub use sitting::{Challenge, Floor, Interruption, Sitting};
pub use state::{Durable, Kept, REFUSALS_EACH_MAX, REFUSALS_MAX, Seat};
pub use switchboard::{Call, End, Over, StaffId, Switchboard};
pub use transcript::{Pen, Reader};

use order::Rung;
use rights::Errand;
use state::{Link, Live};
use turn::Turn;

/// One hearing.
#[derive(Clone, Debug, PartialEq)]
pub struct Hearing {
    docket: Docket,
    durable: Durable,
    live: Live,
    grants: Grants,
    made_at: Timestamp,
}

impl Hearing {
    /// A hearing nothing has happened in yet.
    ///
    /// # Panics
    /// When the docket names somebody twice or more people than `limits::PARTICIPANTS_MAX`.
    pub fn new(now: Now, docket: Docket) -> Self {
        Self::rebuild(now, docket, &[])
    }

    /// A hearing as its minutes left it. Nobody is connected and `Event::Restarted` must follow:
    /// its effects bring router and recorder up to date.
    ///
    /// # Panics
    /// As [`Hearing::new`].
    pub fn rebuild(now: Now, docket: Docket, minutes: &[Minute]) -> Self {
        let ids: BTreeSet<_> = docket.attendees.iter().map(|attendee| attendee.id).collect();
        assert!(ids.len() == docket.attendees.len(), "a docket names each person once");
        assert!(ids.len() <= limits::PARTICIPANTS_MAX, "a docket has room for its people");
        let mut durable = Durable::new(&docket);
        for minute in minutes {
            durable.apply(minute);
        }
        let live = Live {
            links: ids.into_iter().map(|id| (id, Link::default())).collect(),
            ledger: durable.minutes > 0,
            ..Live::default()
        };
        // Each table the crashed process sent followed at least one minute of its own, so this
        // epoch is newer than all of them.
        let grants = policy::grants(&durable, durable.minutes + u64::from(durable.minutes > 0));
        Self { docket, durable, live, grants, made_at: now.utc }
    }

    /// Applies one event and appends what must be done about it to `effects`.
    ///
    /// # Panics
    /// When an invariant does not hold: a bug, after which the hearing is rebuilt.
    pub fn handle(&mut self, now: Now, event: Event, effects: &mut Vec<Effect>) {
        let mut turn = Turn::new(now, effects);
        let restarted = event == Event::Restarted;
        let before = self.durable.minutes;
        if self.live.stopped {
            if let Event::Asked { who, request, .. } = event {
                turn.answer(who, request, Err(Refusal::ServerFault));
            }
        } else {
            if event == Event::Woke {
                self.live.wake_at = None;
            }
            self.do_what_is_due(&mut turn);
            self.step(&mut turn, event);
            self.settle_beside(&mut turn);
            self.wind_floor_clock(&turn);
        }
        // The table follows from the durable state, which minutes alone change.
        let mut changed = false;
        if self.durable.minutes != before {
            let mut table = policy::grants(&self.durable, self.grants.epoch);
            changed = table != self.grants;
            if changed {
                table.epoch += 1;
                self.grants = table;
            }
        }
        self.look_for_unheard(&mut turn);
        let tell = changed || (restarted && self.durable.minutes > 0);
        let grants = tell.then(|| Effect::Grants(self.grants.clone()));
        let due = self.next_due().filter(|due| self.live.wake_at != Some(*due));
        self.live.wake_at = due.or(self.live.wake_at);
        turn.finish(grants, due);
        self.assert_lawful();
    }

    /// Who may publish, who receives whom, what is on the record.
    pub const fn grants(&self) -> &Grants {
        &self.grants
    }

    /// Where the hearing stands.
    pub const fn stage(&self) -> Stage {
        self.durable.stage
    }

    /// What a crash would leave, for comparison.
    pub const fn durable(&self) -> &Durable {
        &self.durable
    }

    /// The docket the hearing was made from.
    pub const fn docket(&self) -> &Docket {
        &self.docket
    }

    /// Refusals answered but not written down, because there was no ledger or too many of them.
    pub const fn refusals_unwritten(&self) -> u64 {
        self.live.refusals_unwritten
    }

    fn step(&mut self, turn: &mut Turn<'_>, event: Event) {
        match event {
            Event::Joined { who } => self.joined(turn, who),
            Event::Parted { who, cause } => self.parted(turn, who, cause),
            Event::Asked { who, request, ask } => self.asked(turn, who, request, ask),
            Event::MediaUp { who } => self.media_up(turn, who),
            Event::MediaDown { who, cause } => self.media_down(turn, who, cause),
            Event::TrackLive { track } => self.track_live(track),
            Event::TrackSilent { track } => {
                self.live.tracks.remove(&track);
                self.confirm_opening(turn);
            }
            Event::Health { who, health } => self.graded(turn, who, health),
            Event::LineTested { who, test } => self.line_tested(turn, who, test),
            Event::LedgerOpened => self.live.ledger = true,
            Event::FirstFrames { track } => self.first_frames(turn, track),
            Event::Clock { reading } => self.clock_read(turn, reading),
            Event::RecordFault { fault } => self.record_failed(turn, fault),
            Event::RecordMended => self.record_mended(turn),
            Event::RecordSealed => self.record_sealed(turn),
            Event::HungUp => self.hang_up(turn),
            Event::Stop => self.stop(turn),
            Event::Restarted => self.restarted(turn),
            Event::Origin { who, origin } => {
                if let Some(link) = self.live.links.get_mut(&who) {
                    turn.views |= link.origin != Some(origin);
                    link.origin = Some(origin);
                }
            }
            Event::Evidence { items } => {
                self.live.evidence = items.into_iter().take(limits::EVIDENCE_MAX).collect();
                turn.views = true;
            }
            Event::Discipline { discipline } => self.discipline_told(turn, discipline),
            Event::PresenceChecks { checks, chance } => self.checks_told(checks, chance),
            Event::Notes { notes } => self.notes_kept(notes),
            Event::Deliberated { entries } => {
                self.live.deliberation = Deliberation::of(&entries);
                turn.views = true;
            }
            Event::Compared { by, who, comparison } => self.compared(turn, by, who, comparison),
            Event::Transcribed { entry } => self.transcribed(turn, entry),
            Event::Woke => {}
        }
    }

    fn track_live(&mut self, track: TrackId) {
        if self.durable.seats.contains_key(&track.participant) {
            self.live.tracks.insert(track);
        }
    }

    fn asked(&mut self, turn: &mut Turn<'_>, who: ParticipantId, request: u32, ask: Ask) {
        let errand = Errand::of(&ask);
        match self.carry_out(turn, who, request, ask) {
            // An opening is answered when the recorder has confirmed.
            Ok(()) if errand == Errand::Open && self.live.opening.is_some() => {}
            Ok(()) => turn.answer(who, request, Ok(())),
            Err(why) => {
                turn.answer(who, request, Err(why));
                self.note_refusal(turn, who, errand, why);
            }
        }
    }

    #[expect(clippy::too_many_lines, reason = "one line for each ask")]
    fn carry_out(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        request: u32,
        ask: Ask,
    ) -> Result<(), Refusal> {
        rights::may(&self.durable, who, Errand::of(&ask))?;
        if !self.is_online(who) {
            return Err(Refusal::NotConnected);
        }
        match ask {
            Ask::OpenCheckIn => self.open_check_in(turn, who),
            Ask::CheckIn { .. } => self.check_in(turn, who, ask)?,
            Ask::Admit { who: whom } => self.admit(turn, who, whom)?,
            Ask::Dismiss { who: whom } => self.dismiss(turn, who, whom)?,
            Ask::Preview { who: whom } => self.preview(turn, who, whom)?,
            Ask::Open => self.announce_opening(turn, who, request)?,
            Ask::Recess { ground } => self.recess(turn, who, ground),
            Ask::Resume => self.resume(turn, who)?,
            Ask::Close => self.close(turn, who)?,
            Ask::Lock { who: whom } => self.lock(turn, who, whom, true)?,
            Ask::Unlock { who: whom } => self.lock(turn, who, whom, false)?,
            Ask::LockAll => self.lock_all(turn, who, true),
            Ask::UnlockAll => self.lock_all(turn, who, false),
            Ask::AllowScreen { who: whom, allowed } => {
                self.allow_screen(turn, who, whom, allowed)?;
            }
            Ask::Prompt { who: whom, reason } => {
                self.call_to_order(turn, who, Rung::Prompt, whom, reason)?;
            }
            Ask::Warn { who: whom, reason } => {
                self.call_to_order(turn, who, Rung::Warning, whom, reason)?;
            }
            Ask::Reprimand { who: whom, reason } => {
                self.call_to_order(turn, who, Rung::Reprimand, whom, reason)?;
            }
            Ask::Remove { who: whom, reason, unwarned } => {
                self.remove(turn, who, whom, reason, unwarned)?;
            }
            Ask::Readmit { who: whom } => self.readmit(turn, who, whom)?,
            Ask::Consent { step, given } => self.consent(turn, who, step, given)?,
            Ask::NoteConsent { who: whom, step, given, how } => {
                self.note_consent(turn, who, whom, step, (given, how))?;
            }
            Ask::CheckIdentity { who: whom, method, note } => {
                self.check_identity(turn, who, whom, method, note)?;
            }
            Ask::WaiveIdentity { who: whom, reason } => {
                self.waive_identity(turn, who, whom, reason)?;
            }
            Ask::CheckPower { who: whom, power } => self.check_power(turn, who, whom, power)?,
            Ask::NoteAbsent { who: whom, absent, reason } => {
                self.note_absent(turn, who, whom, absent, reason)?;
            }
            Ask::AnswerBarred { grounds, note } => self.answer_barred(turn, who, grounds, note)?,
            Ask::CallIn { seconds } => self.call_in(turn, who, seconds)?,
            Ask::ReadDiscipline => self.read_discipline(turn, who),
            Ask::EnterPhase { phase, reason } => self.enter_phase(turn, who, phase, reason)?,
            Ask::Interrupt { reason } => self.interrupt(turn, who, reason)?,
            Ask::Deliberate => self.deliberate(turn, who)?,
            Ask::Adjourn { ground, note } => self.adjourn(turn, who, ground, note)?,
            Ask::GoOffline { reason } => self.go_offline(turn, who, reason)?,
            Ask::CallOff { reason } => self.call_off(turn, who, reason)?,
            Ask::Challenge { whom, reason } => self.challenge(turn, who, whom, reason)?,
            Ask::DisposeChallenge { upheld, reason } => {
                self.dispose_challenge(turn, who, upheld, reason)?;
            }
            Ask::GiveFloor { who: whom, seconds } => self.give_floor(turn, who, whom, seconds)?,
            Ask::EndFloor => self.end_floor(turn, who)?,
            Ask::StrictFloor { strict } => self.strict_floor(turn, who, strict)?,
            Ask::Spotlight { who: whom } => self.spotlight(turn, who, whom)?,
            Ask::SetLayout { layout } => self.set_layout(turn, who, layout)?,
            Ask::FindAbsence { who: whom, finding, note } => {
                self.find_absence(turn, who, whom, finding, note)?;
            }
            Ask::Hand { raised } => self.hand(turn, who, raised)?,
            Ask::Devices { on } => self.devices(turn, who, &on),
            Ask::Confront { on, reason } => self.confront(turn, who, on, reason)?,
            Ask::SignGuarantee { who: whom, name } => {
                self.sign_guarantee(turn, who, whom, name)?;
            }
            Ask::NoteGuaranteeRefused { who: whom, reason } => {
                self.note_guarantee_refused(turn, who, whom, reason)?;
            }
            Ask::Testify { who: whom } => self.testify(turn, who, whom)?,
            Ask::Shield { shield } => self.shield(turn, who, shield)?,
            Ask::Interpret { who: whom, simultaneous } => {
                self.interpret(turn, who, whom, simultaneous)?;
            }
            Ask::Listen { to } => self.listen(turn, who, to)?,
            Ask::Note { text } => self.note(turn, who, text)?,
            Ask::RecordDeliberation { act } => self.record_deliberation(turn, who, act)?,
            Ask::Consult { with } => self.consult(turn, who, with)?,
            Ask::AnswerConsultation { by, accept } => {
                self.answer_consultation(turn, who, by, accept)?;
            }
            Ask::LeaveChamber => self.leave_chamber(turn, who)?,
            Ask::LockChamber { locked } => self.lock_chamber(turn, who, locked)?,
            Ask::Caucus { side } => self.caucus(turn, who, side)?,
            Ask::ShowEvidence { item, page } => self.show_evidence(turn, who, item, page)?,
            Ask::TurnPage { page } => self.turn_page(turn, who, page)?,
            Ask::PlayEvidence { running, at_ms } => {
                self.play_evidence(turn, who, running, at_ms)?;
            }
            Ask::HideEvidence => self.hide_evidence(turn, who)?,
            Ask::Opine { item, opinion } => self.opine(turn, who, item, opinion)?,
            Ask::AllowDrawing { who: whom, allowed } => {
                self.allow_drawing(turn, who, whom, allowed)?;
            }
            Ask::Draw { stroke } => self.draw(turn, who, stroke)?,
            Ask::ClearDrawing => self.clear_drawing(turn, who)?,
            Ask::Tick { check, note } => self.tick(turn, who, check, note)?,
            Ask::SetRecordMode { mode } => self.set_record_mode(turn, who, mode)?,
            Ask::WriteSheet { sheet, base, text } => {
                self.write_sheet(turn, who, sheet, base, text)?;
            }
            Ask::ReadBack { sheet, version } => self.read_back(turn, who, sheet, version)?,
            Ask::Sign { who: whom, sheet, version, method, mark } => {
                self.sign(turn, (who, whom), (sheet, version), method, mark)?;
            }
            Ask::RefuseSigning { who: whom, sheet, reason } => {
                self.refuse_signing(turn, (who, whom), sheet, reason)?;
            }
            Ask::FailMediation { ground, note } => self.fail_mediation(turn, who, ground, note)?,
            Ask::CallRoll => self.call_roll(turn, who),
            Ask::ConfirmPresence { people } => self.confirm_presence(turn, who, people)?,
        }
        Ok(())
    }

    /// Writes a refusal down, as far as there is room. What is no step of procedure is not noted.
    fn note_refusal(
        &mut self,
        turn: &mut Turn<'_>,
        who: ParticipantId,
        errand: Errand,
        why: Refusal,
    ) {
        let room = self.durable.refusals < REFUSALS_MAX
            && self.durable.seats.get(&who).is_some_and(|seat| seat.refusals < REFUSALS_EACH_MAX);
        let procedure = !matches!(
            errand,
            Errand::Hand
                | Errand::Devices
                | Errand::Note
                | Errand::RecordDeliberation
                | Errand::Draw
        );
        if room && procedure && self.is_minuted() {
            let fact = Fact::Refused { who, asked: errand.name().to_owned(), why };
            self.write(turn, turn::by(who), fact);
        } else {
            self.live.refusals_unwritten += 1;
        }
    }

    /// Whether minutes may be written: from the opening of check-in until closing.
    pub(crate) const fn is_minuted(&self) -> bool {
        !matches!(self.durable.stage, Stage::Scheduled | Stage::Closed)
    }

    /// Writes a minute down and applies it; people see what it changed.
    pub(crate) fn minute(&mut self, turn: &mut Turn<'_>, by: Actor, fact: Fact) {
        self.write(turn, by, fact);
        turn.views = true;
    }

    fn write(&mut self, turn: &mut Turn<'_>, by: Actor, fact: Fact) {
        assert!(
            self.is_minuted() || fact == Fact::CheckInOpened,
            "minutes begin with check-in and end with closing"
        );
        let minute = Minute { at: turn.now.utc, by, fact };
        self.durable.apply(&minute);
        turn.write(Effect::Minute(minute));
    }

    /// What must hold after every event, or the process is wrong.
    fn assert_lawful(&self) {
        let durable = &self.durable;
        let stage = durable.stage;
        let witnesses = durable
            .seats
            .values()
            .filter(|seat| seat.role == Role::Witness && seat.place == Place::InHearing);
        let witnesses = witnesses.count();
        let in_session = stage.is_open();
        assert!(witnesses <= 1 || durable.confrontation, "one witness at a time");
        assert!(witnesses == 0 || in_session, "a witness is called only in session");
        assert!(!in_session || durable.opened_at.is_some(), "what is in session was opened");
        assert!(
            self.live.opening.is_none() || stage == Stage::Opening,
            "nothing waits for the recorder outside opening"
        );
        assert!(
            self.grants.record.is_empty() || durable.is_on_record(),
            "off the record nothing is recorded"
        );
        assert!(self.grants.record.is_subset(&self.grants.publish), "what is recorded is granted");
        assert!(
            self.grants.record.is_empty() || durable.sitting_chamber().is_none(),
            "nothing of a room beside the hearing is recorded"
        );
        for track in &self.grants.publish {
            let seat = durable.seats.get(&track.participant);
            let seen = durable.is_previewed(track.participant);
            assert!(
                seat.is_some_and(|seat| {
                    let there =
                        seat.place == Place::InHearing || (seen && seat.place == Place::Waiting);
                    there && seat.role.may_publish(track.kind)
                }),
                "who publishes is in the hearing, or looked at, and of a role that may"
            );
        }
        for subscriber in self.grants.receive.keys() {
            assert!(durable.is_inside(*subscriber), "who receives is in the hearing");
        }
        assert!(durable.hands.iter().all(|who| durable.is_inside(*who)), "hands are raised inside");
    }
}
