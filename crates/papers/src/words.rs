//! Words every format shares: moments in Beijing time, places on the time line, who signed and how.

use model::Timestamp;
use time::{OffsetDateTime, UtcOffset};

use crate::paper::{SignaturePlace, Signed};

/// Year, month, day, hour, minute, second in Beijing time; the beginning of 1970 for what no
/// calendar holds.
pub(crate) fn beijing(at: Timestamp) -> (i32, u8, u8, u8, u8, u8) {
    let offset = UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC);
    let there = OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1_000))
        .ok()
        .and_then(|utc| utc.checked_to_offset(offset))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = there.to_hms();
    (there.year(), there.month().into(), there.day(), hour, minute, second)
}

/// `2026年11月30日 09:30:00`, Beijing time.
pub fn moment(at: Timestamp) -> String {
    let (year, month, day, hour, minute, second) = beijing(at);
    format!("{year}年{month}月{day}日 {hour:02}:{minute:02}:{second:02}")
}

/// A place on the hearing's time line, `1:02:03`.
pub(crate) fn place(ms: u64) -> String {
    let seconds = ms / 1_000;
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// `角色 姓名` of a signature's place.
pub(crate) fn signer(place: &SignaturePlace) -> String {
    let (role, name) = (place.role.one_line(), place.name.one_line());
    [role, name].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What became of a signature, in words.
pub(crate) fn signature(signed: &Signed) -> String {
    match signed {
        Signed::Open => String::new(),
        Signed::Yes { method, at, typed, .. } => {
            let typed = typed.as_ref().map(|typed| format!("{}，", typed.one_line()));
            format!("{}{}，{}", typed.unwrap_or_default(), method.one_line(), moment(*at))
        }
        Signed::Refused { reason } if reason.is_blank() => "拒绝签名".to_owned(),
        Signed::Refused { reason } => format!("拒绝签名：{}", reason.one_line()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_beijing() {
        assert_eq!(moment(Timestamp(0)), "1970年1月1日 08:00:00");
        assert_eq!(moment(Timestamp(1_795_000_000_999)), "2026年11月18日 19:06:40");
        assert_eq!(moment(Timestamp(i64::MAX)), "1970年1月1日 00:00:00");
        assert_eq!(place(3_723_456), "1:02:03");
    }
}
