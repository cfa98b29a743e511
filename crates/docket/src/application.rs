//! One application for mediation, from its filing to its end (court-domain §7.3).
//!
//! What is not here: the mediation itself, which is a sitting (crate `hearing`).

use model::limits::{APPLICATION_STEPS_MAX, TEXT_CHARS_MAX};
use model::{FailureGround, HearingId, Private, Timestamp};
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::deadline::{Standing, Term, ends};

/// Why an application is returned (在线调解规则 art. 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReturnGround {
    /// 纠纷不属于在线调解的范围.
    NotMediable,
    /// 诉前调解时，纠纷不属于本院管辖、不适宜诉前调解.
    NotThisCourt,
    /// 信息、材料不齐，经告知仍未补充.
    Incomplete,
}

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 已申请.
    Applied,
    /// 已征询对方意愿.
    OtherSideAsked,
    /// 对方同意，选定或者指定调解员.
    Choosing,
    /// 已确定调解员，待其接受.
    MediatorNamed,
    /// 调解员已接受.
    Accepted,
    /// 已排期.
    Scheduled,
    /// 达成协议并生效.
    Effective,
    /// 已申请司法确认.
    ConfirmationRequested,
    /// 调解不成.
    Failed,
    /// 对方不同意调解.
    Declined,
    /// 已退回.
    Returned,
    /// 申请人撤回.
    Withdrawn,
}

impl State {
    /// Whether nothing more happens.
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            Self::ConfirmationRequested
                | Self::Failed
                | Self::Declined
                | Self::Returned
                | Self::Withdrawn
        )
    }
}

/// What somebody does with an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "act", deny_unknown_fields)]
pub enum Act {
    /// The court returns it.
    Return {
        /// Why.
        ground: ReturnGround,
        /// What exactly.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        note: Private<String>,
    },
    /// The other side is asked whether it wants to mediate.
    AskOtherSide {},
    /// The other side answers. A refusal ends it at once (在线调解规则 art. 15).
    OtherSideAnswers {
        /// Agrees or not.
        agrees: bool,
        /// Why not.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        note: Private<String>,
    },
    /// Both chose a mediator, or the court names one.
    NameMediator {
        /// Whom.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        name: Private<String>,
        /// Both chose them; otherwise the court did.
        by_both: bool,
        /// A judge mediates: the time runs from the consent of the parties.
        judge: bool,
    },
    /// The mediator takes it on, with what must be disclosed (在线调解规则 art. 13).
    Accept {
        /// What is disclosed; empty when there is nothing.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        disclosure: Private<String>,
    },
    /// The mediator does not take it on, or is changed: another one is needed.
    Decline {
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        reason: Private<String>,
    },
    /// A sitting was put on the docket.
    Schedule {
        /// Which.
        #[cfg_attr(feature = "openapi", schema(value_type = u32))]
        hearing: HearingId,
    },
    /// Both agree to a longer time (在线调解规则 art. 24).
    Extend {
        /// Until when.
        #[cfg_attr(feature = "openapi", schema(value_type = i64))]
        until: Timestamp,
        /// How both agreed.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        how: Private<String>,
    },
    /// The agreement is in force.
    Agree {
        /// Since when.
        #[cfg_attr(feature = "openapi", schema(value_type = i64))]
        effective_at: Timestamp,
    },
    /// Both ask the court to confirm the agreement.
    RequestConfirmation {},
    /// It ended without an agreement.
    Fail {
        /// Why.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        ground: FailureGround,
        /// What is worth to know.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        note: Private<String>,
    },
    /// The applicant takes it back.
    Withdraw {
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        reason: Private<String>,
    },
}

/// Why an act is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActRefused {
    /// Not as it stands now.
    NotNow,
    /// A reason or name is needed.
    ReasonMissing,
    /// Text too long.
    TextTooLong,
    /// The time asked for is not later than the present one, or the deadline has passed.
    TimeOver,
    /// Too many steps.
    Full,
}

/// One step that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Taken {
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub at: Timestamp,
    /// What.
    pub act: Act,
}

/// A deadline that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Running {
    /// Which.
    pub term: Term,
    /// Its last moment.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub ends_at: Timestamp,
}

/// One application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Application {
    /// Where it stands.
    pub state: State,
    /// Before or after filing.
    pub standing: Standing,
    /// The deadline that runs.
    pub running: Option<Running>,
    /// When the parties agreed to mediate.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub agreed_at: Option<Timestamp>,
    /// A judge mediates.
    pub judge: bool,
    /// What was done, in order.
    pub taken: Vec<Taken>,
}

impl Application {
    /// A new one.
    pub const fn new(standing: Standing) -> Self {
        Self {
            state: State::Applied,
            standing,
            running: None,
            agreed_at: None,
            judge: false,
            taken: Vec::new(),
        }
    }

    /// Whether a deadline has passed.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.running.is_some_and(|running| running.ends_at < now)
    }

    /// Does something with it.
    ///
    /// # Errors
    /// When it is not possible now; nothing changed then.
    pub fn act(&mut self, calendar: &Calendar, now: Timestamp, act: Act) -> Result<(), ActRefused> {
        if self.taken.len() >= APPLICATION_STEPS_MAX {
            return Err(ActRefused::Full);
        }
        self.check(now, &act)?;
        let run =
            |term, from| Some(Running { term, ends_at: ends(calendar, term, self.standing, from) });
        match &act {
            Act::Return { .. } => self.end(State::Returned),
            Act::Withdraw { .. } => self.end(State::Withdrawn),
            Act::Fail { .. } => self.end(State::Failed),
            Act::AskOtherSide {} => self.state = State::OtherSideAsked,
            Act::OtherSideAnswers { agrees: false, .. } => self.end(State::Declined),
            Act::OtherSideAnswers { agrees: true, .. } => {
                self.running = run(Term::Choose, now);
                (self.state, self.agreed_at) = (State::Choosing, Some(now));
            }
            Act::NameMediator { judge, .. } => {
                self.running = run(Term::Answer, now);
                (self.state, self.judge) = (State::MediatorNamed, *judge);
            }
            Act::Decline { .. } => {
                self.running = run(Term::Name, now);
                self.state = State::Choosing;
            }
            Act::Accept { .. } => {
                let from = if self.judge { self.agreed_at.unwrap_or(now) } else { now };
                self.running = run(Term::Mediate, from);
                self.state = State::Accepted;
            }
            Act::Schedule { .. } => self.state = State::Scheduled,
            Act::Extend { until, .. } => {
                self.running = Some(Running { term: Term::Mediate, ends_at: *until });
            }
            Act::Agree { effective_at } => {
                self.running = run(Term::Confirm, *effective_at);
                self.state = State::Effective;
            }
            Act::RequestConfirmation {} => self.end(State::ConfirmationRequested),
        }
        self.taken.push(Taken { at: now, act });
        Ok(())
    }

    /// Time passes: when both did not choose in two working days, the court has three more to name
    /// a mediator (在线调解规则 art. 10).
    pub fn pass(&mut self, calendar: &Calendar, now: Timestamp) {
        if let Some(Running { term: Term::Choose, ends_at }) = self.running
            && self.state == State::Choosing
            && ends_at < now
        {
            let ends_at = ends(calendar, Term::Name, self.standing, ends_at);
            self.running = Some(Running { term: Term::Name, ends_at });
        }
    }

    fn end(&mut self, state: State) {
        (self.state, self.running) = (state, None);
    }

    fn check(&self, now: Timestamp, act: &Act) -> Result<(), ActRefused> {
        if !self.is_possible(act) {
            return Err(ActRefused::NotNow);
        }
        if self.is_too_late(now, act) {
            return Err(ActRefused::TimeOver);
        }
        match text_of(act) {
            Some((text, true)) if text.reveal().trim().is_empty() => Err(ActRefused::ReasonMissing),
            Some((text, _)) if text.reveal().chars().count() > TEXT_CHARS_MAX => {
                Err(ActRefused::TextTooLong)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether the act belongs to where it stands.
    const fn is_possible(&self, act: &Act) -> bool {
        let begun = matches!(self.state, State::Accepted | State::Scheduled);
        match act {
            Act::Return { .. } => matches!(self.state, State::Applied | State::OtherSideAsked),
            Act::AskOtherSide {} => matches!(self.state, State::Applied),
            Act::OtherSideAnswers { .. } => matches!(self.state, State::OtherSideAsked),
            Act::NameMediator { .. } => matches!(self.state, State::Choosing),
            Act::Accept { .. } => matches!(self.state, State::MediatorNamed),
            Act::Decline { .. } => begun || matches!(self.state, State::MediatorNamed),
            Act::Schedule { .. } | Act::Extend { .. } | Act::Agree { .. } | Act::Fail { .. } => {
                begun
            }
            Act::RequestConfirmation {} => matches!(self.state, State::Effective),
            Act::Withdraw { .. } => {
                !self.state.is_over() && !matches!(self.state, State::Effective)
            }
        }
    }

    /// Whether its time has passed.
    fn is_too_late(&self, now: Timestamp, act: &Act) -> bool {
        match act {
            // After the two days only the court names one.
            Act::NameMediator { by_both: true, .. } => {
                let choosing = self.running.is_some_and(|running| running.term == Term::Choose);
                !choosing || self.is_overdue(now)
            }
            Act::Extend { until, .. } => {
                self.running.is_none_or(|running| running.ends_at >= *until)
            }
            Act::RequestConfirmation {} => self.is_overdue(now),
            Act::Return { .. }
            | Act::AskOtherSide {}
            | Act::OtherSideAnswers { .. }
            | Act::NameMediator { .. }
            | Act::Accept { .. }
            | Act::Decline { .. }
            | Act::Schedule { .. }
            | Act::Agree { .. }
            | Act::Fail { .. }
            | Act::Withdraw { .. } => false,
        }
    }
}

/// The words of an act, and whether they are needed.
const fn text_of(act: &Act) -> Option<(&Private<String>, bool)> {
    match act {
        Act::Return { note, .. } | Act::OtherSideAnswers { note, .. } | Act::Fail { note, .. } => {
            Some((note, false))
        }
        Act::NameMediator { name, .. } => Some((name, true)),
        Act::Accept { disclosure } => Some((disclosure, false)),
        Act::Decline { reason } | Act::Withdraw { reason } => Some((reason, true)),
        Act::Extend { how, .. } => Some((how, true)),
        Act::AskOtherSide {}
        | Act::Schedule { .. }
        | Act::Agree { .. }
        | Act::RequestConfirmation {} => None,
    }
}

#[cfg(test)]
mod tests;
