//! Applications gone through by the clock.
//! What is not here: storage.

use super::*;
use crate::calendar::Day;

fn at(text: &str) -> Timestamp {
    Timestamp(text.parse::<Day>().unwrap().begin().0 + 9 * 3_600_000)
}

struct Case {
    application: Application,
    calendar: Calendar,
}

impl Case {
    fn new(standing: Standing) -> Self {
        Self { application: Application::new(standing), calendar: Calendar::default() }
    }

    fn act(&mut self, day: &str, act: Act) -> Result<(), ActRefused> {
        self.application.act(&self.calendar, at(day), act)
    }

    fn running(&self) -> Option<(Term, String)> {
        self.application.running.map(|r| (r.term, Day::of(r.ends_at).to_string()))
    }
}

fn name(by_both: bool, judge: bool) -> Act {
    Act::NameMediator { name: "周调解员".into(), by_both, judge }
}

fn agrees(agrees: bool) -> Act {
    Act::OtherSideAnswers { agrees, note: Private::default() }
}

fn accept() -> Act {
    Act::Accept { disclosure: Private::default() }
}

#[test]
fn the_whole_way_to_a_confirmed_agreement() {
    let mut case = Case::new(Standing::BeforeFiling);
    case.act("2026-06-01", Act::AskOtherSide {}).unwrap();
    assert_eq!(case.running(), None);
    case.act("2026-06-02", agrees(true)).unwrap();
    assert_eq!(case.running(), Some((Term::Choose, "2026-06-04".to_owned())));
    case.act("2026-06-03", name(true, false)).unwrap();
    assert_eq!(case.running(), Some((Term::Answer, "2026-06-08".to_owned())));
    case.act("2026-06-08", accept()).unwrap();
    assert_eq!(case.running(), Some((Term::Mediate, "2026-07-08".to_owned())));
    case.act("2026-06-09", Act::Schedule { hearing: HearingId(5) }).unwrap();
    case.act("2026-06-20", Act::Agree { effective_at: at("2026-06-20") }).unwrap();
    assert_eq!(case.running(), Some((Term::Confirm, "2026-07-20".to_owned())));
    case.act("2026-07-20", Act::RequestConfirmation {}).unwrap();
    assert_eq!(case.application.state, State::ConfirmationRequested);
    assert_eq!(case.application.taken.len(), 7);
}

#[test]
fn who_does_not_choose_in_time_gets_the_courts_choice() {
    let mut case = Case::new(Standing::Ordinary);
    case.act("2026-06-01", Act::AskOtherSide {}).unwrap();
    case.act("2026-06-02", agrees(true)).unwrap();
    case.application.pass(&case.calendar, at("2026-06-04"));
    assert_eq!(case.running(), Some((Term::Choose, "2026-06-04".to_owned())));
    assert_eq!(case.act("2026-06-05", name(true, false)), Err(ActRefused::TimeOver));
    case.application.pass(&case.calendar, at("2026-06-05"));
    assert_eq!(case.running(), Some((Term::Name, "2026-06-09".to_owned())));
    assert_eq!(case.act("2026-06-05", name(true, false)), Err(ActRefused::TimeOver));
    case.act("2026-06-09", name(false, false)).unwrap();
    assert_eq!(case.application.state, State::MediatorNamed);
}

#[test]
fn when_a_judge_mediates_the_time_runs_from_consent() {
    let mut case = Case::new(Standing::Simplified);
    case.act("2026-06-01", Act::AskOtherSide {}).unwrap();
    case.act("2026-06-02", agrees(true)).unwrap();
    case.act("2026-06-03", name(false, true)).unwrap();
    case.act("2026-06-05", accept()).unwrap();
    assert_eq!(case.running(), Some((Term::Mediate, "2026-06-09".to_owned())));
}

#[test]
fn a_mediator_who_declines_must_say_why_and_the_court_has_three_days() {
    let mut case = Case::new(Standing::Ordinary);
    case.act("2026-06-01", Act::AskOtherSide {}).unwrap();
    case.act("2026-06-01", agrees(true)).unwrap();
    case.act("2026-06-01", name(true, false)).unwrap();
    let silent = Act::Decline { reason: " ".into() };
    assert_eq!(case.act("2026-06-02", silent), Err(ActRefused::ReasonMissing));
    case.act("2026-06-02", Act::Decline { reason: "与被申请人系亲属".into() }).unwrap();
    assert_eq!(case.running(), Some((Term::Name, "2026-06-05".to_owned())));
    case.act("2026-06-05", name(false, false)).unwrap();
}

#[test]
fn refusal_return_and_withdrawal_end_it() {
    let mut case = Case::new(Standing::Ordinary);
    case.act("2026-06-01", Act::AskOtherSide {}).unwrap();
    case.act("2026-06-01", agrees(false)).unwrap();
    assert_eq!(case.application.state, State::Declined);

    for ground in [ReturnGround::NotMediable, ReturnGround::NotThisCourt, ReturnGround::Incomplete]
    {
        let mut case = Case::new(Standing::Ordinary);
        case.act("2026-06-01", Act::Return { ground, note: Private::default() }).unwrap();
        assert_eq!(case.application.state, State::Returned);
        assert_eq!(case.act("2026-06-01", Act::AskOtherSide {}), Err(ActRefused::NotNow));
    }

    let mut case = Case::new(Standing::Ordinary);
    case.act("2026-06-01", Act::Withdraw { reason: "已自行和解".into() }).unwrap();
    assert!(case.application.state.is_over());
}

#[test]
fn time_is_extended_by_consent_and_only_forward() {
    let mut case = Case::new(Standing::Simplified);
    case.act("2026-06-01", Act::AskOtherSide {}).unwrap();
    case.act("2026-06-01", agrees(true)).unwrap();
    case.act("2026-06-01", name(true, false)).unwrap();
    let until = |day| Act::Extend { until: at(day), how: "双方书面同意".into() };
    assert_eq!(case.act("2026-06-01", until("2026-07-01")), Err(ActRefused::NotNow));
    case.act("2026-06-01", accept()).unwrap();
    assert!(!case.application.is_overdue(at("2026-06-08")));
    assert!(case.application.is_overdue(at("2026-06-09")));
    assert_eq!(case.act("2026-06-05", until("2026-06-07")), Err(ActRefused::TimeOver));
    case.act("2026-06-05", until("2026-06-20")).unwrap();
    assert!(!case.application.is_overdue(at("2026-06-20")));
}

#[test]
fn confirmation_comes_too_late_after_thirty_days() {
    let mut case = Case::new(Standing::BeforeFiling);
    case.act("2026-06-01", Act::AskOtherSide {}).unwrap();
    case.act("2026-06-01", agrees(true)).unwrap();
    case.act("2026-06-01", name(true, false)).unwrap();
    case.act("2026-06-01", accept()).unwrap();
    case.act("2026-06-01", Act::Agree { effective_at: at("2026-06-01") }).unwrap();
    assert_eq!(case.act("2026-07-02", Act::RequestConfirmation {}), Err(ActRefused::TimeOver));
    case.act("2026-07-01", Act::RequestConfirmation {}).unwrap();
}

/// Whatever is asked in whatever state: refused and unchanged, or done and noted.
#[test]
fn no_order_of_acts_breaks_it() {
    let acts = [
        Act::AskOtherSide {},
        agrees(true),
        agrees(false),
        name(false, false),
        accept(),
        Act::Decline { reason: "回避".into() },
        Act::Schedule { hearing: HearingId(1) },
        Act::Agree { effective_at: at("2026-06-02") },
        Act::Fail { ground: FailureGround::NoAgreement, note: Private::default() },
        Act::RequestConfirmation {},
        Act::Withdraw { reason: "撤回".into() },
        Act::Return { ground: ReturnGround::Incomplete, note: Private::default() },
    ];
    let mut seen = std::collections::BTreeSet::new();
    let mut open = vec![Application::new(Standing::Ordinary)];
    for _ in 0..7 {
        let mut next = Vec::new();
        for before in &open {
            for act in &acts {
                let mut after = before.clone();
                let done = after.act(&Calendar::default(), at("2026-06-02"), act.clone());
                assert_eq!(done.is_err(), after == *before);
                assert!(!before.state.is_over() || done.is_err(), "{:?} is over", before.state);
                assert!(!after.state.is_over() || after.running.is_none());
                if done.is_ok() && seen.insert((after.state, before.state)) {
                    next.push(after);
                }
            }
        }
        open = next;
    }
    assert!(seen.iter().any(|(after, _)| *after == State::ConfirmationRequested));
}
