//! Numbers of the standards' own examples, and any number with one place altered.
//! What is not here: how numbers are kept.

use proptest::prelude::*;

use super::*;

const CARD: &str = "11010519491231002X";
const CREDIT: &str = "91350100M000100Y43";

fn today() -> Day {
    Day::from_civil(2026, 12, 1).unwrap()
}

fn read(kind: IdKind, typed: &str) -> Result<String, FieldFault> {
    IdNumber::read(kind, typed, today()).map(|read| read.number().reveal().clone())
}

#[test]
fn the_examples_of_the_standards_are_right() {
    for card in [CARD, "440524188001010014"] {
        assert_eq!(read(IdKind::IdCard, card).as_deref(), Ok(card), "GB 11643-1999");
    }
    assert_eq!(read(IdKind::CreditCode, CREDIT).as_deref(), Ok(CREDIT), "GB 32100-2015");
}

#[test]
fn what_people_type_is_read() {
    for typed in
        ["11010519491231002x", " 110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"]
    {
        assert_eq!(read(IdKind::IdCard, typed).as_deref(), Ok(CARD));
    }
    assert_eq!(read(IdKind::Passport, "e1234 5678").as_deref(), Ok("E12345678"));
    assert_eq!(read(IdKind::HomeReturnPermit, "H1234567801").as_deref(), Ok("H12345678"));
}

#[test]
fn each_fault_has_its_name() {
    let cases = [
        (IdKind::IdCard, "", FieldFault::Empty),
        (IdKind::IdCard, "110105491231002", FieldFault::IdOldForm),
        (IdKind::IdCard, "1101051949123100", FieldFault::IdLength),
        (IdKind::IdCard, "11010519491231002X1", FieldFault::IdLength),
        (IdKind::IdCard, "110105194912310021", FieldFault::IdCheckDigit),
        (IdKind::IdCard, "1101O519491231002X", FieldFault::IdUnreadable),
        (IdKind::IdCard, "身份证", FieldFault::IdUnreadable),
        (IdKind::IdCard, &"1".repeat(99), FieldFault::TooLong),
        (IdKind::Passport, "E123", FieldFault::IdLength),
        (IdKind::Passport, "PASSPORT", FieldFault::IdUnreadable),
        (IdKind::HomeReturnPermit, "X12345678", FieldFault::IdUnreadable),
        (IdKind::HomeReturnPermit, "H1234567", FieldFault::IdLength),
        (IdKind::CreditCode, "91350100M000100Y44", FieldFault::IdCheckDigit),
        (IdKind::CreditCode, "91350100I000100Y43", FieldFault::IdUnreadable),
        (IdKind::CreditCode, "9135", FieldFault::IdLength),
    ];
    for (kind, typed, fault) in cases {
        assert_eq!(read(kind, typed), Err(fault), "{kind:?} {typed}");
    }
}

/// A number with its check letter.
fn card_of(body: &str) -> String {
    format!("{body}{}", char::from(card_check(body)))
}

#[test]
fn somebody_was_born_on_a_day_there_was() {
    for (body, fits) in [
        ("42120220000229001", true),
        ("42120220010229001", false),
        ("42120220001301001", false),
        ("42120220261201001", true),
        ("42120220261202001", false),
        ("42120218791231001", false),
    ] {
        let expected = if fits { Ok(card_of(body)) } else { Err(FieldFault::IdBirthDay) };
        assert_eq!(read(IdKind::IdCard, &card_of(body)), expected, "{body}");
    }
    assert_eq!(read(IdKind::IdCard, &card_of("99120220000229001")), Err(FieldFault::IdUnreadable));
}

#[test]
fn numbers_are_shown_masked_and_never_printed() {
    let number = |kind, typed| IdNumber::read(kind, typed, today()).unwrap();
    assert_eq!(number(IdKind::IdCard, CARD).masked(), "1101**********002X");
    assert_eq!(number(IdKind::Passport, "E12345678").masked(), "E1*****78");
    assert!(!format!("{:?}", number(IdKind::IdCard, CARD)).contains("1101"));
}

#[test]
fn a_name_is_the_same_however_it_is_written() {
    assert!(same_name("张 三", "张三") && same_name("阿依古丽•买买提", "阿依古丽·买买提"));
    assert!(same_name("John SMITH", "john smith") && same_name("甲公司（咸宁）", "甲公司(咸宁)"));
    assert!(!same_name("张三", "张叁") && !same_name("张三", ""));
}

#[test]
fn one_number_belongs_to_one_person_and_one_person_has_one_number() {
    let holder = |same_name, sits_here| Some(Holder { same_name, sits_here });
    let bound = |same_number, by_court| Some(Bound { same_number, by_court });
    assert_eq!(filed(None, None), Ok(Entered::New));
    assert_eq!(filed(None, holder(true, false)), Ok(Entered::Linked));
    assert_eq!(filed(None, holder(false, false)), Err(FieldFault::RealNameTaken));
    assert_eq!(filed(None, holder(true, true)), Err(FieldFault::RealNameTwice));
    assert_eq!(filed(bound(true, true), holder(true, false)), Ok(Entered::Kept));
    assert_eq!(filed(bound(true, false), holder(true, false)), Ok(Entered::Agreed));
    for by_court in [true, false] {
        assert_eq!(filed(bound(false, by_court), None), Err(FieldFault::RealNameBound));
    }
    assert_eq!(own(true, None, None), Ok(Entered::New));
    assert_eq!(own(true, None, holder(true, false)), Ok(Entered::Linked));
    assert_eq!(own(true, bound(true, true), holder(true, false)), Ok(Entered::Agreed));
    assert_eq!(own(true, bound(true, false), holder(true, false)), Ok(Entered::Kept));
    assert_eq!(own(true, bound(false, false), None), Err(FieldFault::RealNameBound));
    assert_eq!(own(false, bound(true, true), None), Err(FieldFault::RealNameDiffers));
    // Who may be somebody else is told the same whoever has the number.
    for other in [holder(false, false), holder(true, true), holder(false, true)] {
        assert_eq!(own(true, None, other), Err(FieldFault::RealNameElsewhere));
    }
}

proptest! {
    /// ISO 7064 MOD 11-2 finds every single altered digit and every swap of neighbours.
    #[test]
    fn one_wrong_digit_or_swap_of_a_card_is_found(
        order in 0_u32..100_000, at in 0_usize..17, other in 0_u8..10,
    ) {
        let mut body = "42120219880214000".to_owned();
        body.replace_range(12.., &format!("{:05}", order % 100_000));
        let right = card_of(&body);
        let mut altered = right.clone().into_bytes();
        altered[at] = b'0' + other;
        let altered = String::from_utf8(altered).unwrap();
        prop_assert_eq!(card_check(&altered[..17]) == right.as_bytes()[17], altered == right);
        let mut swapped = right.clone().into_bytes();
        if at + 1 < 17 {
            swapped.swap(at, at + 1);
        }
        let swapped = String::from_utf8(swapped).unwrap();
        prop_assert_eq!(card_check(&swapped[..17]) == right.as_bytes()[17], swapped == right);
    }

    /// The weights of GB 32100 are no multiples of 31, which is prime: one altered letter is found.
    #[test]
    fn one_wrong_letter_of_a_credit_code_is_found(at in 0_usize..18, other in 0_usize..31) {
        let mut altered = CREDIT.to_owned().into_bytes();
        altered[at] = CREDIT_LETTERS[other];
        let altered = String::from_utf8(altered).unwrap();
        prop_assert_eq!(read(IdKind::CreditCode, &altered).is_ok(), altered == CREDIT);
    }

    /// Whatever is typed gives a number or a fault, and a number read again is the same.
    #[test]
    fn anything_may_be_typed(typed in "\\PC{0,40}") {
        for kind in IdKind::ALL {
            if let Ok(number) = read(kind, &typed) {
                prop_assert_eq!(read(kind, &number), Ok(number.clone()));
                let shown = masked(&number);
                prop_assert_eq!(shown.chars().count(), number.chars().count());
                prop_assert!(shown.contains('*'));
            }
        }
    }
}
