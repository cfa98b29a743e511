//! Which errand each role has a right to, at which stage: the table behind every button.
//! What is not here: what the errand needs of the person it is about.

use model::{Ask, ParticipantId, Place, Refusal, Role, Stage};

use crate::state::Durable;

macro_rules! errands {
    ($($(#[$doc:meta])* $name:ident = $wire:literal,)*) => {
        /// What an [`Ask`] is about, without its words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Errand { $($(#[$doc])* $name,)* }

        impl Errand {
            /// Every errand, in the order of [`Ask`].
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name the ask has on the wire.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$name => $wire,)* }
            }

            /// The errand of an ask.
            pub(crate) const fn of(ask: &Ask) -> Self {
                match ask { $(Ask::$name { .. } => Self::$name,)* }
            }
        }
    };
}

errands! {
    /// Let people check in.
    OpenCheckIn = "open_check_in",
    /// Check in.
    CheckIn = "check_in",
    /// Admit somebody, call a witness.
    Admit = "admit",
    /// Send somebody back to the waiting room.
    Dismiss = "dismiss",
    /// Open.
    Open = "open",
    /// Recess.
    Recess = "recess",
    /// Resume.
    Resume = "resume",
    /// Close.
    Close = "close",
    /// Lock a microphone.
    Lock = "lock",
    /// Unlock it.
    Unlock = "unlock",
    /// Lock all microphones.
    LockAll = "lock_all",
    /// Unlock them.
    UnlockAll = "unlock_all",
    /// Give or take leave to share a screen.
    AllowScreen = "allow_screen",
    /// Warn.
    Warn = "warn",
    /// Order to leave.
    Remove = "remove",
    /// Raise or lower a hand.
    Hand = "hand",
    /// Say which devices are on.
    Devices = "devices",
}

/// Whether `who` has the right to `errand` at this stage.
pub(crate) fn may(durable: &Durable, who: ParticipantId, errand: Errand) -> Result<(), Refusal> {
    let seat = durable.seats.get(&who).ok_or(Refusal::NobodyThere)?;
    if durable.stage == Stage::Closed {
        return Err(Refusal::HearingClosed);
    }
    if seat.place == Place::Removed {
        return Err(Refusal::Removed);
    }
    match errand {
        Errand::OpenCheckIn if !seat.role.is_court() => Err(Refusal::NotYourRight),
        Errand::OpenCheckIn if durable.stage != Stage::Scheduled => Err(Refusal::AlreadyThere),
        Errand::OpenCheckIn => Ok(()),
        Errand::CheckIn if seat.role.is_court() => Err(Refusal::NotYourRight),
        Errand::CheckIn if durable.stage == Stage::Scheduled => Err(Refusal::NotYetOpen),
        Errand::CheckIn if seat.place != Place::Expected => Err(Refusal::AlreadyThere),
        Errand::CheckIn => Ok(()),
        Errand::Hand | Errand::Devices if seat.role == Role::Gallery => Err(Refusal::NotYourRight),
        Errand::Hand | Errand::Devices => match seat.place {
            Place::InHearing => Ok(()),
            Place::Waiting => Err(Refusal::NotAdmitted),
            Place::Expected | Place::Removed | Place::Left if durable.stage == Stage::Scheduled => {
                Err(Refusal::NotYetOpen)
            }
            Place::Expected | Place::Removed | Place::Left => Err(Refusal::NotCheckedIn),
        },
        Errand::Admit
        | Errand::Dismiss
        | Errand::Open
        | Errand::Recess
        | Errand::Resume
        | Errand::Close
        | Errand::Lock
        | Errand::Unlock
        | Errand::LockAll
        | Errand::UnlockAll
        | Errand::AllowScreen
        | Errand::Warn
        | Errand::Remove => {
            if seat.role != Role::PresidingJudge {
                Err(Refusal::NotYourRight)
            } else if seat.place == Place::InHearing && is_stage_for(errand, durable.stage) {
                Ok(())
            } else {
                Err(Refusal::WrongStage)
            }
        }
    }
}

/// Whether the judge's errand has its place in this stage.
const fn is_stage_for(errand: Errand, stage: Stage) -> bool {
    match errand {
        Errand::Open => matches!(stage, Stage::CheckIn),
        Errand::Recess => matches!(stage, Stage::InSession),
        Errand::Resume => matches!(stage, Stage::Recess { .. }),
        Errand::Close => matches!(stage, Stage::InSession | Stage::Recess { .. }),
        Errand::Admit | Errand::Dismiss => {
            matches!(stage, Stage::CheckIn | Stage::InSession | Stage::Recess { .. })
        }
        Errand::Lock
        | Errand::Unlock
        | Errand::LockAll
        | Errand::UnlockAll
        | Errand::AllowScreen
        | Errand::Warn
        | Errand::Remove
        | Errand::OpenCheckIn
        | Errand::CheckIn
        | Errand::Hand
        | Errand::Devices => !matches!(stage, Stage::Scheduled | Stage::Closed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_errand_has_its_own_name() {
        let mut names: Vec<_> = Errand::ALL.iter().map(|errand| errand.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Errand::ALL.len());
    }
}
