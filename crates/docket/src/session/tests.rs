//! Each rule of a sitting, seen to say no.
//! What is not here: bookings.

use model::Course;
use model::brief::FurtherCase;

use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn sitter(role: Role) -> Sitter<'static> {
    Sitter {
        role,
        name: "张三",
        side: None,
        acts_for: None,
        power: None,
        attendance: Attendance::Online,
        account: None,
        phone: "",
        email: "",
        shields: &[],
    }
}

/// A sitting with changes: what is wrong with it, as `field fault`.
fn wrong(
    kind: Kind,
    roles: &[Role],
    change: impl FnOnce(&mut Heading, &mut Brief, &mut Session<'_>),
) -> Vec<String> {
    let mut heading = Heading {
        court: "咸安区人民法院".to_owned(),
        case_number: "（2026）鄂1202民初1号".into(),
        cause: "民间借贷纠纷".into(),
        scheduled_at: Timestamp(NOW.0 + 3_600_000),
    };
    let publicity = match kind {
        Kind::Mediation => Publicity::ClosedByLaw,
        Kind::Hearing
        | Kind::EvidenceExchange
        | Kind::Inquiry
        | Kind::Lecture
        | Kind::Consultation
        | Kind::Call => Publicity::Public,
    };
    let mut brief = Brief { kind, publicity, gallery_seats: 0, ..Brief::default() };
    let (blank, empty) = (heading.clone(), brief.clone());
    let people = roles.iter().map(|role| sitter(*role)).collect();
    let mut session =
        Session { heading: &blank, brief: &empty, minutes: 60, mode: Mode::Online, people };
    change(&mut heading, &mut brief, &mut session);
    let session = Session { heading: &heading, brief: &brief, ..session };
    let problems = check(&session, NOW);
    problems.iter().map(|p| format!("{} {:?}", p.field, p.fault)).collect()
}

const HEARING: [Role; 4] = [Role::PresidingJudge, Role::Clerk, Role::Plaintiff, Role::Defendant];

#[test]
fn what_is_right_is_taken() {
    assert_eq!(wrong(Kind::Hearing, &HEARING, |_, _, _| {}), [""; 0]);
    let mediation = [Role::ChairMediator, Role::Plaintiff, Role::Defendant, Role::Adviser];
    assert_eq!(wrong(Kind::Mediation, &mediation, |_, _, _| {}), [""; 0]);
    assert_eq!(wrong(Kind::Lecture, &[Role::Lecturer, Role::Learner], |_, _, _| {}), [""; 0]);
    let inquiry = [Role::PresidingJudge, Role::Plaintiff];
    assert_eq!(wrong(Kind::Inquiry, &inquiry, |_, _, _| {}), [""; 0]);
}

#[test]
fn a_case_number_is_needed_unless_there_is_no_case() {
    let none = |heading: &mut Heading, _: &mut Brief, _: &mut Session<'_>| {
        heading.case_number = "  ".into();
    };
    let found = wrong(Kind::Hearing, &HEARING, none);
    assert_eq!(found, ["heading.case_number CaseNumberMissing"]);
    assert_eq!(wrong(Kind::Lecture, &[Role::Lecturer], none), [""; 0]);
}

#[test]
fn time_and_length_are_bounded() {
    let past =
        wrong(Kind::Hearing, &HEARING, |h, _, _| h.scheduled_at = Timestamp(NOW.0 - 90_000_000));
    assert_eq!(past, ["heading.scheduled_at InThePast"]);
    let far = wrong(Kind::Hearing, &HEARING, |h, _, _| h.scheduled_at = Timestamp(i64::MAX));
    assert_eq!(far, ["heading.scheduled_at OutOfBounds"]);
    assert_eq!(wrong(Kind::Hearing, &HEARING, |_, _, s| s.minutes = 4), ["minutes OutOfBounds"]);
}

#[test]
fn somebody_leads_and_only_one() {
    let none = [Role::Clerk, Role::Plaintiff, Role::Defendant];
    assert_eq!(wrong(Kind::Hearing, &none, |_, _, _| {}), ["people NobodyLeads"]);
    let two = [Role::PresidingJudge, Role::ChairMediator, Role::Plaintiff, Role::Defendant];
    assert_eq!(wrong(Kind::Mediation, &two, |_, _, _| {}), ["people TwoLead"]);
    assert_eq!(wrong(Kind::Lecture, &[Role::Learner], |_, _, _| {}), ["people NobodyLeads"]);
}

#[test]
fn both_sides_are_there() {
    for kind in [Kind::Hearing, Kind::Mediation, Kind::EvidenceExchange] {
        let found = wrong(kind, &[Role::PresidingJudge, Role::Plaintiff], |_, _, _| {});
        assert_eq!(found, ["people SideMissing"]);
    }
}

#[test]
fn roles_belong_to_kinds() {
    let found = wrong(Kind::Lecture, &[Role::Lecturer, Role::Plaintiff], |_, _, _| {});
    assert_eq!(found, ["people.1.role RoleNotHere"]);
    for role in Role::ALL {
        let everywhere = [Kind::Hearing, Kind::Mediation, Kind::Lecture, Kind::Call];
        assert!(everywhere.iter().any(|kind| fits(*role, *kind)), "{role:?} sits nowhere");
    }
}

#[test]
fn a_panel_is_odd_and_belongs_to_the_ordinary_procedure() {
    let panel = |count: usize| {
        let mut roles = HEARING.to_vec();
        roles.extend(core::iter::repeat_n(Role::Assessor, count - 1));
        wrong(Kind::Hearing, &roles, |_, b, _| b.course.panel = true)
    };
    assert_eq!(
        (panel(1), panel(2)),
        (vec!["people PanelSize".to_owned()], vec!["people PanelSize".to_owned()])
    );
    assert_eq!(panel(3), [""; 0]);
    let mut roles = HEARING.to_vec();
    roles.push(Role::Judge);
    assert_eq!(wrong(Kind::Hearing, &roles, |_, _, _| {}), ["people NoPanel"]);
    roles.push(Role::Judge);
    let simple = Course { procedure: Procedure::SmallClaims, panel: true, ..Course::default() };
    let found = wrong(Kind::Hearing, &roles, |_, b, _| b.course = simple);
    assert_eq!(found, ["brief.course.panel SoleJudgeOnly"]);
}

#[test]
fn variants_belong_to_the_simplified_procedure() {
    let told = Course { told_before: true, ..Course::default() };
    let found = wrong(Kind::Hearing, &HEARING, |_, b, _| b.course = told);
    assert_eq!(found, ["brief.course.told_before VariantUnfit"]);
    let first = Course {
        procedure: Procedure::Simplified,
        mediation_first: true,
        told_before: true,
        merged: true,
        panel: false,
    };
    assert_eq!(wrong(Kind::Hearing, &HEARING, |_, b, _| b.course = first), [""; 0]);
    let merged = Course { merged: true, ..Course::default() };
    assert_eq!(wrong(Kind::Hearing, &HEARING, |_, b, _| b.course = merged), [""; 0]);
    let found = wrong(Kind::EvidenceExchange, &HEARING, |_, b, _| b.course = merged);
    assert_eq!(found, ["brief.course.merged VariantUnfit"]);
}

#[test]
fn closed_cases_have_no_gallery_and_mediations_are_closed() {
    let closed = |b: &mut Brief| b.publicity = Publicity::ClosedOnRequest;
    let seats = wrong(Kind::Hearing, &HEARING, |_, b, _| {
        closed(b);
        b.gallery_seats = 3;
    });
    assert_eq!(seats, ["brief.gallery_seats GalleryInClosed"]);
    let mut roles = HEARING.to_vec();
    roles.push(Role::Media);
    let press = wrong(Kind::Hearing, &roles, |_, b, _| closed(b));
    assert_eq!(press, ["brief.gallery_seats GalleryInClosed"]);
    let found = wrong(Kind::Mediation, &HEARING, |_, b, _| b.publicity = Publicity::Public);
    assert_eq!(found, ["brief.publicity MediationPublic"]);
}

#[test]
fn agents_act_for_a_party_with_a_power() {
    let mut roles = HEARING.to_vec();
    roles.push(Role::Agent);
    let found = wrong(Kind::Hearing, &roles, |_, _, _| {});
    assert_eq!(found, ["people.4.acts_for ActsForMissing", "people.4.power PowerMissing"]);
    let fine = wrong(Kind::Hearing, &roles, |_, _, s| {
        (s.people[4].acts_for, s.people[4].power) = (Some(2), Some(Power::General));
        s.people[4].side = Some(Side::Plaintiff);
    });
    assert_eq!(fine, [""; 0]);
    let found = wrong(Kind::Hearing, &roles, |_, _, s| {
        (s.people[4].acts_for, s.people[4].power) = (Some(2), Some(Power::General));
        s.people[4].side = Some(Side::Defendant);
        s.people[3].power = Some(Power::Special);
        s.people[3].side = Some(Side::Plaintiff);
    });
    assert_eq!(
        found,
        ["people.3.side SideUnfit", "people.3.power PowerUnfit", "people.4.side SideUnfit"]
    );
    for (acts_for, fault) in [(0, "NotAParty"), (99, "NoSuchThing")] {
        let found = wrong(Kind::Hearing, &roles, |_, _, s| {
            (s.people[4].acts_for, s.people[4].power) = (Some(acts_for), Some(Power::General));
        });
        assert_eq!(found, [format!("people.4.acts_for {fault}")]);
    }
}

#[test]
fn further_cases_are_each_there_once() {
    let case =
        |number: &str| FurtherCase { case_number: number.into(), cause: "继承纠纷".into() };
    let found = wrong(Kind::Hearing, &HEARING, |_, b, _| {
        b.further_cases = vec![case("（2026）鄂1202民初1号"), case("2号"), case("2号"), case("")];
    });
    let twice = |place| format!("brief.further_cases.{place}.case_number Twice");
    assert_eq!(found, [twice(0), twice(2), "brief.further_cases.3.case_number Empty".to_owned()]);
}

#[test]
fn accounts_sit_once_and_for_the_court() {
    let found = wrong(Kind::Hearing, &HEARING, |_, _, s| {
        for place in [0, 1, 2] {
            s.people[place].account = Some(7);
        }
    });
    let expected = [
        "people.1.account AccountTwice",
        "people.2.account AccountTwice",
        "people.2.account AccountUnfit",
    ];
    assert_eq!(found, expected);
}

#[test]
fn texts_telephones_and_addresses_are_plain() {
    let found = wrong(Kind::Hearing, &HEARING, |h, _, s| {
        h.cause = "=HYPERLINK(1)".into();
        s.people[2].name = "张\u{202e}三";
        s.people[2].phone = "13800000000; drop";
        s.people[3].email = "a@b";
        s.people[3].name = "";
    });
    let expected = [
        "heading.cause BadText",
        "people.2.name BadText",
        "people.2.phone BadText",
        "people.3.name Empty",
        "people.3.email BadText",
    ];
    assert_eq!(found, expected);
    let fine = wrong(Kind::Hearing, &HEARING, |_, _, s| {
        s.people[2].phone = "+86 138-0000-0000";
        s.people[3].email = "wang@example.com";
    });
    assert_eq!(fine, [""; 0]);
}

#[test]
fn nobody_is_in_the_courtroom_of_an_online_sitting() {
    let in_court = |mode| {
        wrong(Kind::Hearing, &HEARING, |_, _, s| {
            s.mode = mode;
            s.people[2].attendance = Attendance::InCourt;
        })
    };
    assert_eq!(in_court(Mode::Online), ["people.2.attendance NobodyInCourt"]);
    assert_eq!(in_court(Mode::Mixed), [""; 0]);
}

#[test]
fn special_measures_are_of_guests_and_from_guests() {
    const KEEP: ShieldForm = ShieldForm { from: 3, picture: true, sound: false };
    const NOTHING: ShieldForm = ShieldForm { picture: false, ..KEEP };
    const CLERK: ShieldForm = ShieldForm { from: 1, ..KEEP };
    const SELF: ShieldForm = ShieldForm { from: 2, ..KEEP };
    const NOBODY: ShieldForm = ShieldForm { from: 9, ..KEEP };
    let of = |who: usize, shields: &'static [ShieldForm]| {
        wrong(Kind::Hearing, &HEARING, |_, _, s| s.people[who].shields = shields)
    };
    assert_eq!(of(2, &[KEEP]), [""; 0]);
    assert_eq!(
        of(2, &[KEEP, KEEP, CLERK, SELF, NOBODY]),
        [
            "people.2.shields.1.from Twice",
            "people.2.shields.2.from ShieldUnfit",
            "people.2.shields.3.from ShieldUnfit",
            "people.2.shields.4.from NoSuchThing",
        ]
    );
    assert_eq!(of(2, &[NOTHING]), ["people.2.shields.0.from Empty"]);
    assert_eq!(of(0, &[KEEP]), ["people.0.shields.0.from ShieldUnfit"], "who judges is seen");
}
