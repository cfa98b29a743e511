//! Notices of a sitting: in time, and confirmed.
//!
//! What is not here: sending them; a courier of the shell does that.

use model::{Brief, Kind, ParticipantId, Procedure, Timestamp};
use serde::{Deserialize, Serialize};

use crate::calendar::Day;

/// So many days before the sitting people are told (民事诉讼法 art. 139).
pub const NOTICE_DAYS: i32 = 3;

/// How a notice goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 短信.
    Sms,
    /// 电子邮件.
    Email,
    /// 外部送达系统.
    Webhook,
    /// 书面送达: the receipt is a paper in the file.
    Paper,
}

impl Channel {
    /// Whether it is a simple means, which must be confirmed (民诉法解释 art. 261).
    pub const fn is_simple(self) -> bool {
        !matches!(self, Self::Paper)
    }
}

/// What became of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    /// Written, not on its way yet.
    Waiting,
    /// Given to the carrier.
    Sent,
    /// The carrier says that it arrived.
    Delivered,
    /// The person confirmed it, or other means show that they had it.
    Confirmed,
    /// It did not arrive.
    Failed,
}

/// What became of one notice to one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// To whom.
    pub who: ParticipantId,
    /// How.
    pub channel: Channel,
    /// What became of it.
    pub state: NoticeState,
    /// When it was sent, once it was.
    pub sent_at: Option<Timestamp>,
}

impl Receipt {
    fn is_good_for_default(&self) -> bool {
        match self.state {
            NoticeState::Confirmed => true,
            NoticeState::Delivered => !self.channel.is_simple(),
            NoticeState::Waiting | NoticeState::Sent | NoticeState::Failed => false,
        }
    }
}

/// Parties who were told by simple means alone and did not confirm: no default judgment may rest
/// on that (民诉法解释 art. 261).
pub fn unconfirmed(parties: &[ParticipantId], receipts: &[Receipt]) -> Vec<ParticipantId> {
    let of = |who| receipts.iter().filter(move |receipt| receipt.who == who);
    parties
        .iter()
        .copied()
        .filter(|who| of(*who).next().is_some() && !of(*who).any(Receipt::is_good_for_default))
        .collect()
}

/// Whether a notice sent on `told` would come less than three days before a sitting due at `due`
/// (民事诉讼法 art. 139; the simplified procedure is free of it by art. 163).
pub fn is_short(brief: &Brief, due: Timestamp, told: Timestamp) -> bool {
    brief.kind == Kind::Hearing
        && brief.course.procedure == Procedure::Ordinary
        && Day::of(due).since(Day::of(told)) < NOTICE_DAYS
}

/// Whether a party was told too late. Who was not told at all is not late yet.
pub fn is_late(
    brief: &Brief,
    due: Timestamp,
    parties: &[ParticipantId],
    receipts: &[Receipt],
) -> bool {
    parties.iter().any(|who| {
        let sent = receipts.iter().filter(|r| r.who == *who && r.state != NoticeState::Failed);
        let first = sent.filter_map(|receipt| receipt.sent_at).min();
        first.is_some_and(|told| is_short(brief, due, told))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: ParticipantId = ParticipantId(3);
    const OTHER: ParticipantId = ParticipantId(4);

    fn at(text: &str, hours: i64) -> Timestamp {
        Timestamp(text.parse::<Day>().unwrap().begin().0 + hours * 3_600_000)
    }

    fn receipt(channel: Channel, state: NoticeState, sent_at: Timestamp) -> Receipt {
        Receipt { who: WHO, channel, state, sent_at: Some(sent_at) }
    }

    #[test]
    fn three_days_are_counted_by_days_and_not_by_hours() {
        let brief = Brief::default();
        let due = at("2026-06-10", 9);
        assert!(!is_short(&brief, due, at("2026-06-07", 23)));
        assert!(is_short(&brief, due, at("2026-06-08", 0)));
        assert!(is_short(&brief, due, at("2026-06-11", 0)));
    }

    #[test]
    fn only_an_ordinary_hearing_needs_them() {
        let (due, told) = (at("2026-06-10", 9), at("2026-06-09", 9));
        let mut brief = Brief::default();
        assert!(is_short(&brief, due, told));
        brief.course.procedure = Procedure::Simplified;
        assert!(!is_short(&brief, due, told));
        brief.course.procedure = Procedure::Ordinary;
        brief.kind = Kind::Mediation;
        assert!(!is_short(&brief, due, told));
    }

    #[test]
    fn the_first_notice_that_went_out_counts() {
        let (brief, due) = (Brief::default(), at("2026-06-10", 9));
        let early = receipt(Channel::Sms, NoticeState::Sent, at("2026-06-01", 9));
        let late = receipt(Channel::Sms, NoticeState::Sent, at("2026-06-09", 9));
        let failed = Receipt { state: NoticeState::Failed, ..early };
        assert!(is_late(&brief, due, &[WHO], &[late]));
        assert!(!is_late(&brief, due, &[WHO], &[early, late]));
        assert!(is_late(&brief, due, &[WHO], &[failed, late]));
        assert!(!is_late(&brief, due, &[OTHER], &[late]), "not told at all");
    }

    #[test]
    fn a_simple_notice_must_be_confirmed_and_a_paper_must_arrive() {
        let sent = at("2026-06-01", 9);
        for (channel, state, good) in [
            (Channel::Sms, NoticeState::Sent, false),
            (Channel::Sms, NoticeState::Delivered, false),
            (Channel::Email, NoticeState::Confirmed, true),
            (Channel::Webhook, NoticeState::Failed, false),
            (Channel::Paper, NoticeState::Sent, false),
            (Channel::Paper, NoticeState::Delivered, true),
        ] {
            let found = unconfirmed(&[WHO], &[receipt(channel, state, sent)]);
            assert_eq!(found.is_empty(), good, "{channel:?} {state:?}");
        }
        assert!(
            unconfirmed(&[OTHER], &[receipt(Channel::Sms, NoticeState::Sent, sent)]).is_empty()
        );
    }
}
