//! A hearing as it stands on the docket, and as it is put there.
//!
//! What is not here: where it is kept (`sqlite/hearings.rs`) and whether it makes sense
//! (crate `docket`).

use ::docket::Closing;
pub use ::docket::Mode;
use ::docket::api::{NewRealName, ShieldForm};
use hearing::Docket as HearingDocket;
use model::archive::Attendee;
use model::view::Heading;
use model::{
    Attendance, Brief, HearingId, ParticipantId, Power, Private, Role, Shield, Side, SiteId, Step,
};
use protocol::DocketPerson;

use super::AccountId;

/// How long a sitting is booked for unless somebody says otherwise, minutes.
const MINUTES: u16 = 120;

/// A hearing to be put on the docket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHearing {
    /// What stands on the door.
    pub heading: Heading,
    /// What is settled beforehand.
    pub brief: Brief,
    /// How long it is booked for, minutes.
    pub minutes: u16,
    /// How it is held.
    pub mode: Mode,
    /// The tribunal that holds it, by the docket's number.
    pub tribunal: Option<u32>,
    /// The courtroom or other place it is held from.
    pub site: Option<SiteId>,
    /// Its name in the case system.
    pub external_id: Option<String>,
    /// Who belongs to it, in seating order.
    pub people: Vec<NewPerson>,
}

impl NewHearing {
    /// Its brief once its people have numbers: measures that stand with people are added to those
    /// that stand in the brief.
    pub(crate) fn brief_of(&self, ids: &[ParticipantId]) -> Brief {
        let mut brief = self.brief.clone();
        for (who, person) in ids.iter().zip(&self.people) {
            for ShieldForm { from, picture, sound } in &person.shields {
                let Some(from) = ids.get(usize::from(*from)) else { continue };
                let (who, from) = (*who, *from);
                brief.shields.push(Shield { who, from, picture: *picture, sound: *sound });
            }
        }
        brief
    }

    /// An ordinary public hearing of two hours.
    pub fn new(heading: Heading, people: Vec<NewPerson>) -> Self {
        Self {
            heading,
            brief: Brief::default(),
            minutes: MINUTES,
            mode: Mode::Online,
            tribunal: None,
            site: None,
            external_id: None,
            people,
        }
    }
}

/// One person of a new hearing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// In which role.
    pub role: Role,
    /// Name.
    pub name: Private<String>,
    /// The account that sits there; none for people who come with a code.
    pub account: Option<AccountId>,
    /// Which side, where the role does not say it.
    pub side: Option<Side>,
    /// For whom they are here: the place in the list of people, from 0.
    pub acts_for: Option<usize>,
    /// What an agent may do.
    pub power: Option<Power>,
    /// How they attend.
    pub attendance: Attendance,
    /// From which place of the list.
    pub site: Option<SiteId>,
    /// Telephone.
    pub phone: Private<String>,
    /// E-mail address.
    pub email: Private<String>,
    /// Steps agreed to beforehand.
    pub consents: Vec<Step>,
    /// From whom their picture or voice is kept, by place in the list.
    pub shields: Vec<ShieldForm>,
    /// Their identity document, when it is entered now.
    pub real_name: Option<NewRealName>,
}

impl NewPerson {
    /// Somebody of whom nothing but role, name and account is known.
    pub fn new(role: Role, name: Private<String>, account: Option<AccountId>) -> Self {
        Self {
            role,
            name,
            account,
            side: None,
            acts_for: None,
            power: None,
            attendance: Attendance::Online,
            site: None,
            phone: Private::default(),
            email: Private::default(),
            consents: Vec::new(),
            shields: Vec::new(),
            real_name: None,
        }
    }
}

/// One person as the docket knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seated {
    /// What the hearing and its record know of them.
    pub attendee: Attendee,
    /// Whether a join code was used, or an account sits there.
    pub joined: bool,
    /// The account that sits there.
    pub account: Option<AccountId>,
    /// Telephone.
    pub phone: Private<String>,
    /// E-mail address.
    pub email: Private<String>,
}

/// One hearing as it stands on the docket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub hearing: HearingId,
    /// What stands on the door.
    pub heading: Heading,
    /// What was settled beforehand.
    pub brief: Brief,
    /// How long it is booked for, minutes.
    pub minutes: u16,
    /// How it is held.
    pub mode: Mode,
    /// The tribunal that holds it.
    pub tribunal: Option<u32>,
    /// The place it is held from.
    pub site: Option<SiteId>,
    /// Its name in the case system.
    pub external_id: Option<String>,
    /// Whether it was closed or called off.
    pub closed: bool,
    /// How and when it ended, once it did.
    pub closing: Option<Closing>,
    /// Why it was called off or moved.
    pub reason: Private<String>,
    /// Who belongs to it.
    pub seated: Vec<Seated>,
    /// Who belongs to it, as the docket's page shows them.
    pub people: Vec<DocketPerson>,
    /// Which account sits where.
    pub accounts: Vec<(AccountId, ParticipantId)>,
}

impl Entry {
    /// The seat of an account.
    pub fn seat_of(&self, account: AccountId) -> Option<ParticipantId> {
        self.accounts.iter().find(|(id, _)| *id == account).map(|(_, seat)| *seat)
    }

    /// Somebody of it.
    pub fn person(&self, who: ParticipantId) -> Option<&Seated> {
        self.seated.iter().find(|seated| seated.attendee.id == who)
    }

    /// What the hearing's core needs of it.
    pub fn for_hearing(&self) -> HearingDocket {
        HearingDocket {
            hearing: self.hearing,
            heading: self.heading.clone(),
            brief: self.brief.clone(),
            attendees: self.seated.iter().map(|seated| seated.attendee.clone()).collect(),
        }
    }
}

/// A hearing as far as its record is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HearingLine {
    /// Which.
    pub hearing: HearingId,
    /// It is over.
    pub closed: bool,
    /// It is over and was opened before.
    pub opened: bool,
    /// A hold is on its record.
    pub held: bool,
}
