//! Real names: whether the number of an identity document can be right, how it is shown, and what
//! follows when it is entered for somebody (在线诉讼规则 art. 7).
//!
//! What is not here: how numbers are kept and found again (room `signaling`). No number is checked
//! against any outside list: a number that can be right may still be somebody else's.

use model::Private;
use model::limits::ID_NUMBER_CHARS_MAX;
use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::problem::FieldFault;

/// Letters of a unified social credit code, by value (GB 32100-2015, table 3).
const CREDIT_LETTERS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Check letters of an identity card's number, by remainder (GB 11643-1999, 4.2; ISO 7064 MOD 11-2).
const CARD_CHECKS: &[u8; 11] = b"10X98765432";
/// Provinces with which a number begins (GB/T 2260), 81 to 83 for residents of Hong Kong, Macao and
/// Taiwan.
const PROVINCES: [u32; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
    53, 54, 61, 62, 63, 64, 65, 81, 82, 83,
];
/// Nobody alive was born before.
const FIRST_YEAR: i32 = 1880;

/// What kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    /// 居民身份证, 18 places (GB 11643); residence permits of Hong Kong, Macao and Taiwan too.
    IdCard,
    /// 护照.
    Passport,
    /// 港澳居民来往内地通行证.
    HomeReturnPermit,
    /// 统一社会信用代码 of an organisation (GB 32100).
    CreditCode,
}

impl IdKind {
    /// Every kind.
    pub const ALL: [Self; 4] =
        [Self::IdCard, Self::Passport, Self::HomeReturnPermit, Self::CreditCode];

    /// The word on paper.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::IdCard => "居民身份证",
            Self::Passport => "护照",
            Self::HomeReturnPermit => "港澳居民来往内地通行证",
            Self::CreditCode => "统一社会信用代码",
        }
    }
}

/// A number that can be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdNumber {
    kind: IdKind,
    number: Private<String>,
}

impl IdNumber {
    /// Reads what somebody typed or another system sent: spaces, dashes, wide and small letters are
    /// their business.
    ///
    /// # Errors
    /// What is wrong, in words for who typed it.
    pub fn read(kind: IdKind, typed: &str, today: Day) -> Result<Self, FieldFault> {
        if typed.chars().count() > ID_NUMBER_CHARS_MAX {
            return Err(FieldFault::TooLong);
        }
        let mut number = plain(typed);
        if number.is_empty() {
            return Err(FieldFault::Empty);
        }
        if !number.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            return Err(FieldFault::IdUnreadable);
        }
        match kind {
            IdKind::IdCard => card(&number, today)?,
            IdKind::Passport => passport(&number)?,
            IdKind::HomeReturnPermit => number = permit(&number)?,
            IdKind::CreditCode => credit_code(&number)?,
        }
        Ok(Self { kind, number: Private::new(number) })
    }

    /// A number that was read before and kept.
    pub const fn kept(kind: IdKind, number: Private<String>) -> Self {
        Self { kind, number }
    }

    /// What kind of document.
    pub const fn kind(&self) -> IdKind {
        self.kind
    }

    /// The number itself.
    pub const fn number(&self) -> &Private<String> {
        &self.number
    }

    /// The number as it is shown: `4223**********1234`.
    pub fn masked(&self) -> String {
        masked(self.number.reveal())
    }
}

/// A number with its middle hidden: four letters at each end of a long one, two of a short one.
fn masked(number: &str) -> String {
    let letters: Vec<char> = number.chars().collect();
    let ends = if letters.len() >= 15 { 4 } else { 2 };
    let hidden = |at: usize| at >= ends && at + ends < letters.len();
    letters.iter().enumerate().map(|(at, c)| if hidden(at) { '*' } else { *c }).collect()
}

/// Without spaces and dashes, narrow, in capitals.
fn plain(typed: &str) -> String {
    let narrow = |c: char| match u32::from(c) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    let kept = |c: &char| !c.is_whitespace() && !matches!(c, '-' | '‐' | '–');
    typed.chars().map(narrow).filter(kept).map(|c| c.to_ascii_uppercase()).collect()
}

/// An identity card: place, day of birth, order, check letter (GB 11643-1999).
fn card(number: &str, today: Day) -> Result<(), FieldFault> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if number.len() == 15 && digits(number) {
        return Err(FieldFault::IdOldForm);
    }
    let (body, check) = match (number.get(..17), number.get(17..)) {
        (Some(body), Some(check)) if check.len() == 1 => (body, check.as_bytes()[0]),
        _ => return Err(FieldFault::IdLength),
    };
    if !digits(body) {
        return Err(FieldFault::IdUnreadable);
    }
    if card_check(body) != check {
        return Err(FieldFault::IdCheckDigit);
    }
    let part = |from, to| body.get(from..to).and_then(|text| text.parse::<u32>().ok());
    if !part(0, 2).is_some_and(|province| PROVINCES.contains(&province)) {
        return Err(FieldFault::IdUnreadable);
    }
    let (Some(year), Some(month), Some(day)) = (part(6, 10), part(10, 12), part(12, 14)) else {
        return Err(FieldFault::IdBirthDay);
    };
    let year = i32::try_from(year).unwrap_or_default();
    let born = Day::from_civil(year, month, day);
    if year < FIRST_YEAR || born.is_none_or(|born| born > today) {
        return Err(FieldFault::IdBirthDay);
    }
    Ok(())
}

/// The check letter of 17 digits: each weighs 2 to the power of the places behind it, modulo 11.
fn card_check(body: &str) -> u8 {
    let sum = body.bytes().fold(0_u32, |sum, digit| (sum * 2 + u32::from(digit - b'0')) % 11);
    CARD_CHECKS[usize::try_from(sum * 2 % 11).unwrap_or_default()]
}

/// A passport: at most nine letters and digits (ICAO 9303-3), with digits among them.
fn passport(number: &str) -> Result<(), FieldFault> {
    if !(5..=9).contains(&number.len()) {
        return Err(FieldFault::IdLength);
    }
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if digits < 3 { Err(FieldFault::IdUnreadable) } else { Ok(()) }
}

/// A home return permit: H or M and eight digits; the count of renewals that older ones carry behind
/// is left out, because the person stays the same.
fn permit(number: &str) -> Result<String, FieldFault> {
    if !matches!(number.len(), 9 | 11) {
        return Err(FieldFault::IdLength);
    }
    let (letter, digits) = number.split_at(1);
    if !matches!(letter, "H" | "M") || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(FieldFault::IdUnreadable);
    }
    Ok(number.chars().take(9).collect())
}

/// A unified social credit code (GB 32100-2015): 17 letters and a check letter modulo 31.
fn credit_code(number: &str) -> Result<(), FieldFault> {
    if number.len() != 18 {
        return Err(FieldFault::IdLength);
    }
    let (mut sum, mut weight) = (0, 1);
    for letter in number.bytes().take(17) {
        let value = CREDIT_LETTERS.iter().position(|known| *known == letter);
        sum = (sum + weight * value.ok_or(FieldFault::IdUnreadable)?) % 31;
        weight = weight * 3 % 31;
    }
    let check = CREDIT_LETTERS[(31 - sum) % 31];
    if number.as_bytes().get(17) == Some(&check) { Ok(()) } else { Err(FieldFault::IdCheckDigit) }
}

/// Whether two names are one: spaces, the width of letters and the form of the dot in names of
/// minorities aside.
pub fn same_name(one: &str, other: &str) -> bool {
    let dot = |c| if matches!(c, '•' | '・' | '‧' | '∙' | '．' | '.') { '·' } else { c };
    let letters = |name: &str| plain(&name.chars().map(dot).collect::<String>());
    letters(one) == letters(other)
}

/// Where somebody's real name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RealNameState {
    /// 未登记.
    Open,
    /// 法院已登记: the person has not entered name and number yet.
    Filed,
    /// 本人已填写: the court has nothing to compare it with.
    OwnWord,
    /// 名字与号码已核对: court and person entered the same, each by themselves.
    Agreed,
    /// 不一致: the person entered something else than the court.
    Differs,
}

/// What a seat has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// It is the number that is entered.
    pub same_number: bool,
    /// By the court or the case system; by the person if not.
    pub by_court: bool,
}

/// Who has the number that is entered already, at this court.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The account has the name of who it is entered for.
    pub same_name: bool,
    /// Another seat of the same sitting has the account.
    pub sits_here: bool,
}

/// What follows when a number is entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// Nobody had it: an account is made.
    New,
    /// The account that exists is used.
    Linked,
    /// Court and person agree.
    Agreed,
    /// It was there already.
    Kept,
}

/// The court, or the case system, enters a number for somebody.
///
/// # Errors
/// Why it is not taken, with what to do.
pub fn filed(seat: Option<Bound>, holder: Option<Holder>) -> Result<Entered, FieldFault> {
    match (seat, holder) {
        (Some(Bound { same_number: true, by_court: true }), _) => Ok(Entered::Kept),
        (Some(Bound { same_number: true, by_court: false }), _) => Ok(Entered::Agreed),
        (Some(Bound { same_number: false, .. }), _) => Err(FieldFault::RealNameBound),
        (None, None) => Ok(Entered::New),
        (None, Some(Holder { same_name: false, .. })) => Err(FieldFault::RealNameTaken),
        (None, Some(Holder { sits_here: true, .. })) => Err(FieldFault::RealNameTwice),
        (None, Some(Holder { same_name: true, sits_here: false })) => Ok(Entered::Linked),
    }
}

/// A person enters their own name and number; `named` says whether the name is the docket's.
///
/// # Errors
/// Why it is not taken. Who may be somebody else learns nothing about whom the number belongs to.
pub fn own(
    named: bool,
    seat: Option<Bound>,
    holder: Option<Holder>,
) -> Result<Entered, FieldFault> {
    if !named {
        return Err(FieldFault::RealNameDiffers);
    }
    match (seat, holder) {
        (Some(Bound { same_number: true, by_court: true }), _) => Ok(Entered::Agreed),
        (Some(Bound { same_number: true, by_court: false }), _) => Ok(Entered::Kept),
        (Some(Bound { same_number: false, by_court: true }), _) => Err(FieldFault::RealNameDiffers),
        (Some(Bound { same_number: false, by_court: false }), _) => Err(FieldFault::RealNameBound),
        (None, None) => Ok(Entered::New),
        (None, Some(Holder { same_name: true, sits_here: false })) => Ok(Entered::Linked),
        (None, Some(_)) => Err(FieldFault::RealNameElsewhere),
    }
}

#[cfg(test)]
mod tests;
