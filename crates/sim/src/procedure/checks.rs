//! What must be true after every event of a story.
//! What is not here: how stories are made.

use hearing::{Effect, Event, Hearing};
use model::{Ask, Fact, Place, Role, Stage, TrackId, TrackKind};

use super::{Before, Play};

impl Play {
    /// Effects stand in their order, minutes alone change what lasts, the table is announced
    /// exactly when it changes.
    pub(super) fn check_effects(
        &mut self,
        before: &Before,
        effects: &[Effect],
    ) -> Result<(), String> {
        self.note(effects);
        if !effects.is_sorted_by_key(rank) {
            return Err(format!("effects out of order: {effects:?}"));
        }
        let minutes = effects.iter().filter(|effect| matches!(effect, Effect::Minute(_))).count();
        let after = self.hearing.durable();
        if minutes == 0 && *after != before.durable {
            return Err("the durable state changed without a minute".to_owned());
        }
        if minutes > 0 && before.durable.stage == Stage::Closed {
            return Err("a minute was written after closing".to_owned());
        }
        if before.durable.stage == Stage::Scheduled
            && minutes > 0
            && effects.first() != Some(&Effect::OpenLedger)
        {
            return Err("a minute was written before there was a ledger".to_owned());
        }
        let table = effects.iter().find_map(|effect| {
            if let Effect::Grants(grants) = effect { Some(grants) } else { None }
        });
        let epoch = self.hearing.grants().epoch;
        let grants = self.hearing.grants();
        if epoch == before.epoch && *grants != before.grants {
            return Err("another table under the same epoch".to_owned());
        }
        match table {
            Some(table) if table != self.hearing.grants() => Err("a wrong table".to_owned()),
            Some(_) if epoch < before.epoch || epoch > before.epoch + 1 => {
                Err("the table's epoch leaps".to_owned())
            }
            None if epoch != before.epoch => Err("the table changed in silence".to_owned()),
            Some(_) | None => Ok(()),
        }
    }

    /// One answer for each request, and the one the reference would give.
    pub(super) fn check_answers(
        &mut self,
        before: &Before,
        event: &Event,
        effects: &[Effect],
        lawful: Option<bool>,
    ) -> Result<(), String> {
        let mut now_granted = None;
        for effect in effects {
            let (to, request, granted) = if let Effect::Done { to, request } = effect {
                (*to, *request, true)
            } else if let Effect::Refused { to, request, .. } = effect {
                (*to, *request, false)
            } else {
                continue;
            };
            if !self.unanswered.remove(&(to, request)) {
                return Err(format!("an answer too many: {effect:?}"));
            }
            self.tale.granted += u32::from(granted);
            self.tale.refused += u32::from(!granted);
            if request == self.request {
                now_granted = Some(granted);
            }
        }
        let (Event::Asked { who, ask, .. }, Some(lawful)) = (event, lawful) else { return Ok(()) };
        let announced = *ask == Ask::Open && lawful;
        if announced && now_granted.is_some() {
            return Err("an opening was answered before the recorder spoke".to_owned());
        }
        if !announced && now_granted != Some(lawful) {
            return Err(format!("granted {now_granted:?}, the reference says {lawful}: {ask:?}"));
        }
        let offered = before.may_ask.get(who).is_some_and(|asks| asks.contains(&wire_name(ask)));
        if lawful && !offered {
            return Err(format!("granted, though no button was shown: {ask:?}"));
        }
        Ok(())
    }

    /// Every track and every listener: the table says what the reference says.
    pub(super) fn check_media(&self) -> Result<(), String> {
        let grants = self.hearing.grants();
        for track in self.tracks() {
            if grants.publish.contains(&track) != self.reference.speaks(track) {
                return Err(format!("{track} may publish, or may not, against the reference"));
            }
            if grants.record.contains(&track) != self.reference.records(track) {
                return Err(format!("{track} is on the record, or is not, against the reference"));
            }
            for person in &self.docket.attendees {
                let reaches =
                    grants.receive.get(&person.id).is_some_and(|tracks| tracks.contains(&track));
                if reaches != self.reference.hears(person.id, track) {
                    return Err(format!(
                        "{track} reaches {}: {reaches}, against the reference",
                        person.id
                    ));
                }
            }
        }
        let known = |who| self.docket.attendees.iter().any(|person| person.id == who);
        let strangers = grants.publish.iter().map(|track| track.participant);
        if !strangers.chain(grants.receive.keys().copied()).all(known) {
            return Err("a stranger stands in the table".to_owned());
        }
        Ok(())
    }

    /// Stage and hands are the reference's; what is forbidden cannot be reached.
    pub(super) fn check_state(&self, before: &Before) -> Result<(), String> {
        let durable = self.hearing.durable();
        if !self.stopped && durable.stage != self.reference.stage() {
            return Err(format!("{:?}, not {:?}", durable.stage, self.reference.stage()));
        }
        if durable.hands != self.reference.hands() {
            return Err("hands stand in another order".to_owned());
        }
        if before.durable.stage == Stage::Closed && durable.stage != Stage::Closed {
            return Err("closing was not final".to_owned());
        }
        for (who, seat) in &durable.seats {
            let was = before.durable.seats.get(who).map(|seat| seat.place);
            if was == Some(Place::Removed) && seat.place != Place::Removed {
                return Err(format!("{who} came back after being ordered to leave"));
            }
        }
        let refusals =
            self.minutes.iter().filter(|minute| matches!(minute.fact, Fact::Refused { .. }));
        if refusals.count() > usize::try_from(hearing::REFUSALS_MAX).unwrap_or(0) {
            return Err("refusals fill the ledger".to_owned());
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

    /// Nobody sees more than they may.
    pub(super) fn check_views(&self) -> Result<(), String> {
        for person in &self.docket.attendees {
            let view = self.hearing.view(person.id, self.now, 1).ok_or("somebody has no view")?;
            let court = person.role.is_court();
            if !court && view.me.place != Place::InHearing && !view.people.is_empty() {
                return Err(format!("{} is not inside and sees people", person.id));
            }
            for kind in TrackKind::ALL {
                let missed = self.reference.is_missed(TrackId::new(person.id, kind), self.looked);
                if view.me.unheard.contains(&kind) != missed {
                    return Err(format!("{}'s {kind:?} is missed wrongly", person.id));
                }
            }
            for other in &view.people {
                let private = !other.others_present.reveal().is_empty()
                    || other.tested
                    || !other.unheard.is_empty()
                    || other.line_test.is_some()
                    || other.grade.is_some();
                if !court && (other.role == Role::Gallery || private) {
                    return Err(format!("{} sees too much of {}", person.id, other.id));
                }
            }
            if court && view.people.len() + 1 != self.docket.attendees.len() {
                return Err("the court does not see everybody".to_owned());
            }
        }
        Ok(())
    }
}

/// The place of an effect in the order the door promises.
const fn rank(effect: &Effect) -> u8 {
    match effect {
        Effect::OpenLedger => 0,
        Effect::Minute(_) => 1,
        Effect::Deliberated(_) => 2,
        Effect::Grants(_) => 3,
        Effect::Roll { .. } | Effect::Seal | Effect::DropMedia { .. } => 4,
        Effect::Done { .. } | Effect::Refused { .. } => 5,
        Effect::Note { .. } => 6,
        Effect::Views => 7,
        Effect::Part { .. } => 8,
        Effect::WakeAt { .. } => 9,
    }
}

/// The wire's name of an ask.
#[expect(clippy::too_many_lines, reason = "one line for each ask")]
const fn wire_str(ask: &Ask) -> &'static str {
    match ask {
        Ask::OpenCheckIn => "open_check_in",
        Ask::CheckIn { .. } => "check_in",
        Ask::Admit { .. } => "admit",
        Ask::Dismiss { .. } => "dismiss",
        Ask::Preview { .. } => "preview",
        Ask::Open => "open",
        Ask::Recess { .. } => "recess",
        Ask::Resume => "resume",
        Ask::Close => "close",
        Ask::Lock { .. } => "lock",
        Ask::Unlock { .. } => "unlock",
        Ask::LockAll => "lock_all",
        Ask::UnlockAll => "unlock_all",
        Ask::AllowScreen { .. } => "allow_screen",
        Ask::Warn { .. } => "warn",
        Ask::Remove { .. } => "remove",
        Ask::Hand { .. } => "hand",
        Ask::Devices { .. } => "devices",
        Ask::Consent { .. } => "consent",
        Ask::NoteConsent { .. } => "note_consent",
        Ask::CheckIdentity { .. } => "check_identity",
        Ask::WaiveIdentity { .. } => "waive_identity",
        Ask::CheckPower { .. } => "check_power",
        Ask::NoteAbsent { .. } => "note_absent",
        Ask::AnswerBarred { .. } => "answer_barred",
        Ask::CallIn { .. } => "call_in",
        Ask::ReadDiscipline => "read_discipline",
        Ask::EnterPhase { .. } => "enter_phase",
        Ask::Interrupt { .. } => "interrupt",
        Ask::Deliberate => "deliberate",
        Ask::Adjourn { .. } => "adjourn",
        Ask::GoOffline { .. } => "go_offline",
        Ask::CallOff { .. } => "call_off",
        Ask::Challenge { .. } => "challenge",
        Ask::DisposeChallenge { .. } => "dispose_challenge",
        Ask::Prompt { .. } => "prompt",
        Ask::Reprimand { .. } => "reprimand",
        Ask::Readmit { .. } => "readmit",
        Ask::GiveFloor { .. } => "give_floor",
        Ask::EndFloor => "end_floor",
        Ask::StrictFloor { .. } => "strict_floor",
        Ask::Spotlight { .. } => "spotlight",
        Ask::SetLayout { .. } => "set_layout",
        Ask::FindAbsence { .. } => "find_absence",
        Ask::Confront { .. } => "confront",
        Ask::SignGuarantee { .. } => "sign_guarantee",
        Ask::NoteGuaranteeRefused { .. } => "note_guarantee_refused",
        Ask::Testify { .. } => "testify",
        Ask::Shield { .. } => "shield",
        Ask::Interpret { .. } => "interpret",
        Ask::Listen { .. } => "listen",
        Ask::Note { .. } => "note",
        Ask::RecordDeliberation { .. } => "record_deliberation",
        Ask::Consult { .. } => "consult",
        Ask::AnswerConsultation { .. } => "answer_consultation",
        Ask::LeaveChamber => "leave_chamber",
        Ask::LockChamber { .. } => "lock_chamber",
        Ask::Caucus { .. } => "caucus",
        Ask::ShowEvidence { .. } => "show_evidence",
        Ask::TurnPage { .. } => "turn_page",
        Ask::PlayEvidence { .. } => "play_evidence",
        Ask::HideEvidence => "hide_evidence",
        Ask::Opine { .. } => "opine",
        Ask::AllowDrawing { .. } => "allow_drawing",
        Ask::Draw { .. } => "draw",
        Ask::ClearDrawing => "clear_drawing",
        Ask::Tick { .. } => "tick",
        Ask::SetRecordMode { .. } => "set_record_mode",
        Ask::WriteSheet { .. } => "write_sheet",
        Ask::ReadBack { .. } => "read_back",
        Ask::Sign { .. } => "sign",
        Ask::RefuseSigning { .. } => "refuse_signing",
        Ask::FailMediation { .. } => "fail_mediation",
        Ask::CallRoll => "call_roll",
        Ask::ConfirmPresence { .. } => "confirm_presence",
    }
}

fn wire_name(ask: &Ask) -> String {
    wire_str(ask).to_owned()
}
