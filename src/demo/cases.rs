//! The cases of the demonstration: a simplified hearing, a mediation, a panel hearing, a lecture.
//!
//! What is not here: putting them on the docket and the sheet of codes.

use core::time::Duration;

use model::view::Heading;
use model::{
    Attendance, Brief, Course, Kind, Power, Procedure, Publicity, Role, Side, Step, Timestamp,
};
use signaling::{AccountId, Mode, NewHearing, NewPerson};

use super::Staff;

/// What the numbers of the first kind of case contain.
pub(super) const FIRST: &str = "民初演示";

/// Makes a case.
type Make = fn(&Staff, Timestamp) -> NewHearing;

/// The other cases: what their numbers contain, and how they are made.
pub(super) const FURTHER: [(&str, Make); 3] =
    [("诉前调演示", mediation), ("民初合演示", panel), ("讲演示", lecture)];

const COURT: &str = "咸宁市咸安区人民法院贺胜人民法庭（演示）";
/// Steps the parties of the demonstration agreed to beforehand.
const AGREED: [Step; 4] = [Step::Mediation, Step::EvidenceExchange, Step::Hearing, Step::Service];
/// Where each person stands in the list of [`simplified`] and [`mediation`].
const PLAINTIFF: usize = 2;
const DEFENDANT: usize = 3;

fn heading(number: &str, cause: &str, due: Timestamp) -> Heading {
    Heading {
        court: COURT.to_owned(),
        case_number: number.into(),
        cause: cause.into(),
        scheduled_at: due,
    }
}

fn minutes(now: Timestamp, minutes: u64) -> Timestamp {
    now.plus(Duration::from_secs(minutes * 60))
}

fn staff(role: Role, name: &str, account: AccountId) -> NewPerson {
    NewPerson::new(role, name.into(), Some(account))
}

fn guest(role: Role, name: &str) -> NewPerson {
    NewPerson::new(role, name.into(), None)
}

/// A party that agreed to everything online.
fn party(role: Role, name: &str) -> NewPerson {
    NewPerson { consents: AGREED.to_vec(), ..guest(role, name) }
}

fn agent(name: &str, party: usize, side: Side, power: Power) -> NewPerson {
    NewPerson {
        acts_for: Some(party),
        side: Some(side),
        power: Some(power),
        consents: AGREED.to_vec(),
        ..guest(Role::Agent, name)
    }
}

/// A public hearing in the simplified procedure before one judge.
pub(super) fn simplified(on: &Staff, now: Timestamp, number: usize) -> NewHearing {
    let number = format!("（2026）鄂1202{FIRST}{number}号");
    let people = vec![
        staff(Role::PresidingJudge, "李法官", on.judge),
        staff(Role::Clerk, "陈书记员", on.clerk),
        party(Role::Plaintiff, "张三"),
        party(Role::Defendant, "李四"),
        agent("赵律师", PLAINTIFF, Side::Plaintiff, Power::Special),
        agent("孙律师", DEFENDANT, Side::Defendant, Power::General),
        NewPerson { side: Some(Side::Plaintiff), ..guest(Role::Witness, "王五") },
        guest(Role::Gallery, "旁听一号"),
    ];
    let course = Course { procedure: Procedure::Simplified, ..Course::default() };
    let brief = Brief { course, gallery_seats: 20, ..Brief::default() };
    let heading = heading(&number, "民间借贷纠纷", minutes(now, 10));
    NewHearing { brief, ..NewHearing::new(heading, people) }
}

/// A hearing with so many people, for measuring.
pub(super) fn crowd(on: &Staff, now: Timestamp, number: usize, count: u16) -> NewHearing {
    let NewHearing { heading, brief, mut people, .. } = simplified(on, now, number);
    people.truncate(DEFENDANT + 1);
    for number in people.len()..usize::from(count) {
        people.push(party(Role::ThirdParty, &format!("第三人{number}号")));
    }
    people.truncate(usize::from(count));
    NewHearing { brief, ..NewHearing::new(heading, people) }
}

/// A mediation before filing, led by a mediator, with a judge who guides it.
fn mediation(on: &Staff, now: Timestamp) -> NewHearing {
    let number = "（2026）鄂1202诉前调演示1号";
    let people = vec![
        staff(Role::ChairMediator, "周调解员", on.mediator),
        staff(Role::Clerk, "陈书记员", on.clerk),
        party(Role::Plaintiff, "钱大妈"),
        party(Role::Defendant, "郑老板"),
        staff(Role::Adviser, "李法官", on.judge),
        agent("冯律师", DEFENDANT, Side::Defendant, Power::Special),
        NewPerson { acts_for: Some(PLAINTIFF), ..guest(Role::Attendant, "村站协助员") },
    ];
    let publicity = Publicity::ClosedByLaw;
    let brief = Brief { kind: Kind::Mediation, publicity, gallery_seats: 0, ..Brief::default() };
    let heading = heading(number, "相邻关系纠纷", minutes(now, 60));
    NewHearing { brief, ..NewHearing::new(heading, people) }
}

/// A public hearing in the ordinary procedure before a panel.
fn panel(on: &Staff, now: Timestamp) -> NewHearing {
    let number = "（2026）鄂1202民初合演示1号";
    let in_court = |person| NewPerson { attendance: Attendance::InCourt, ..person };
    let people = vec![
        staff(Role::PresidingJudge, "李法官", on.judge),
        guest(Role::Judge, "吴法官"),
        guest(Role::Assessor, "郑陪审员"),
        staff(Role::Clerk, "陈书记员", on.clerk),
        party(Role::Plaintiff, "咸安甲公司"),
        party(Role::Defendant, "赤壁乙公司"),
        in_court(party(Role::ThirdParty, "丙某")),
        agent("何律师", 4, Side::Plaintiff, Power::Special),
        agent("吕律师", 5, Side::Defendant, Power::Special),
        NewPerson { side: Some(Side::Plaintiff), ..guest(Role::Witness, "施某") },
        NewPerson { side: Some(Side::Defendant), ..guest(Role::Witness, "孔某") },
        guest(Role::Appraiser, "曹鉴定人"),
        guest(Role::Interpreter, "严翻译"),
        guest(Role::Gallery, "旁听一号"),
    ];
    let course = Course { panel: true, ..Course::default() };
    let brief = Brief { course, gallery_seats: 10, ..Brief::default() };
    let heading = heading(number, "建设工程施工合同纠纷", minutes(now, 120));
    NewHearing { brief, mode: Mode::Mixed, minutes: 180, ..NewHearing::new(heading, people) }
}

/// A lecture that several villages follow.
fn lecture(on: &Staff, now: Timestamp) -> NewHearing {
    let mut people =
        vec![staff(Role::Lecturer, "李法官", on.judge), staff(Role::Clerk, "陈书记员", on.clerk)];
    for village in ["桃花村学习点", "万寿桥村学习点", "黄祠村学习点", "滨湖村学习点"]
    {
        people.push(guest(Role::Learner, village));
    }
    let brief = Brief { kind: Kind::Lecture, ..Brief::default() };
    let number = "法治讲堂（2026）讲演示1号";
    let heading = heading(number, "民间借贷的风险与防范", minutes(now, 240));
    NewHearing { brief, minutes: 90, ..NewHearing::new(heading, people) }
}

/// So many sites follow, if it is a lecture.
pub(super) fn follow(hearing: &mut NewHearing, learners: u16) {
    if hearing.brief.kind != Kind::Lecture {
        return;
    }
    hearing.people.retain(|person| person.role != Role::Learner);
    for number in 1..=learners {
        hearing.people.push(guest(Role::Learner, &format!("学习点{number}号")));
    }
}
