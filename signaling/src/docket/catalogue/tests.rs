//! The index of the archive against small records.
//! What is not here: its speed; see `benches/archive.rs`.

use model::archive::Attendee;
use model::view::Heading;
use model::{Actor, ParticipantId, Role};

use super::*;
use crate::fixture::{Court, record_facts};

const DAY_MS: i64 = 24 * 3_600_000;
/// 2026-03-09 09:00 in Beijing.
const FIRST: i64 = 1_773_018_000_000;

fn minute(at: i64, fact: Fact) -> Minute {
    Minute { at: Timestamp(at), by: Actor::Server, fact }
}

/// Record `number`: a loan on the day so many days after the first, or another cause.
fn facts(number: u32, cause: &str, minutes: Vec<Fact>) -> RecordFacts {
    let at = FIRST + i64::from(number) * DAY_MS;
    let mut judge = Attendee::new(ParticipantId(1), Role::PresidingJudge, "王法官".into());
    judge.site = Some(SiteId(3));
    let party = format!("张{number}");
    let line = ArchiveLine {
        hearing: HearingId(number),
        heading: Heading {
            court: "咸安区人民法院 贺胜法庭".to_owned(),
            case_number: format!("（2026）鄂1202民初{number}号").as_str().into(),
            cause: cause.into(),
            scheduled_at: Timestamp(at),
        },
        brief: model::Brief::default(),
        attendees: vec![
            judge,
            Attendee::new(ParticipantId(2), Role::Plaintiff, party.as_str().into()),
        ],
        opened_at: Some(Timestamp(at)),
        closed_at: Some(Timestamp(at + 3_600_000)),
        sealed: true,
        bytes: 9,
    };
    let minutes = (0..).zip(minutes).map(|(n, fact)| minute(at + n * 60_000, fact)).collect();
    RecordFacts { zero: Some(Timestamp(at)), ..record_facts(line, minutes) }
}

async fn filled() -> Court {
    let court = Court::new().await;
    let last_words = Fact::PhaseEntered { phase: Phase::LastWords, reason: Private::default() };
    let warned =
        Fact::Warned { who: ParticipantId(2), reason: "喧哗、随意走动 100%".into() };
    let records = [
        facts(1, "民间借贷纠纷", vec![Fact::Opened, warned, last_words]),
        facts(2, "离婚纠纷", vec![Fact::Opened]),
        facts(12, "民间借贷纠纷", vec![Fact::Opened]),
    ];
    court.docket.file(&records).await.unwrap();
    court
}

async fn hearings(court: &Court, search: Search) -> Vec<u32> {
    let list = court.docket.search(&search, None).await.unwrap();
    assert_eq!(usize::try_from(list.total).unwrap(), list.hearings.len());
    list.hearings.iter().map(|line| line.hearing.0).collect()
}

#[tokio::test]
async fn every_field_finds_what_it_says() {
    let court = filled().await;
    let with = |change: &dyn Fn(&mut Search)| {
        let mut search = Search::default();
        change(&mut search);
        search
    };
    let cases: [(&str, Search, &[u32]); 14] = [
        ("all", Search::default(), &[12, 2, 1]),
        ("case", with(&|s| s.case = "(2026)鄂1202民初1号".into()), &[1]),
        ("part of a case", with(&|s| s.case = "民初1".into()), &[12, 1]),
        ("party", with(&|s| s.party = "张12".into()), &[12]),
        ("a judge is no party", with(&|s| s.party = "王法官".into()), &[]),
        ("judge", with(&|s| s.judge = "王法".into()), &[12, 2, 1]),
        ("from", with(&|s| s.from = "2026-03-11".into()), &[12, 2]),
        ("to", with(&|s| s.to = "2026-03-11".into()), &[2, 1]),
        ("site", with(&|s| s.site = Some(3)), &[12, 2, 1]),
        ("another site", with(&|s| s.site = Some(4)), &[]),
        ("kind", with(&|s| s.kind = Some(Kind::Mediation)), &[]),
        ("phase", with(&|s| s.phase = Some(Phase::LastWords)), &[1]),
        ("words", with(&|s| s.q = "民间借贷".into()), &[12, 1]),
        ("two letters", with(&|s| s.q = "离婚".into()), &[2]),
    ];
    for (name, search, wanted) in cases {
        assert_eq!(hearings(&court, search).await, wanted, "{name}");
    }
}

#[tokio::test]
async fn a_phase_and_words_name_their_moment() {
    let court = filled().await;
    let search =
        Search { phase: Some(Phase::LastWords), q: "随意走动".into(), ..Search::default() };
    let list = court.docket.search(&search, None).await.unwrap();
    assert_eq!(list.found[0].phase_ms, Some(120_000));
    let passage = &list.found[0].passages[0];
    assert_eq!((passage.what, passage.at_ms), (PassageKind::Minute, Some(60_000)));
    assert_eq!(passage.words.reveal(), "喧哗、随意走动 100%");
}

#[tokio::test]
async fn signs_of_the_query_language_are_letters() {
    let court = filled().await;
    for (q, wanted) in [("100%", vec![1]), ("1_0", vec![]), ("\" OR *", vec![]), ("%", vec![1])] {
        let search = Search { q: q.into(), ..Search::default() };
        assert_eq!(hearings(&court, search).await, wanted, "{q}");
    }
}

#[tokio::test]
async fn a_record_is_filed_once_and_taken_out_whole() {
    let court = filled().await;
    let docket = &court.docket;
    docket.file(&[facts(1, "买卖合同纠纷", vec![Fact::Opened])]).await.unwrap();
    let words = |q: &str| Search { q: q.into(), ..Search::default() };
    assert_eq!(hearings(&court, words("民间借贷")).await, [12]);
    assert_eq!(hearings(&court, words("买卖合同")).await, [1]);
    docket.unfile(HearingId(1)).await.unwrap();
    assert_eq!(hearings(&court, words("买卖合同")).await, [0; 0]);
    assert_eq!(docket.filed().await.unwrap().len(), 2);
}

#[tokio::test]
async fn somebody_sees_the_hearings_they_sat_in() {
    let court = filled().await;
    // The court's own hearing is number 1; `judge` sits there.
    let seat = court.entry.person(court.seats().judge).unwrap();
    let list = court.docket.search(&Search::default(), seat.account).await.unwrap();
    let found: Vec<_> = list.hearings.iter().map(|line| line.hearing).collect();
    assert_eq!(found, [court.entry.hearing]);
    let nobody = Some(AccountId(99));
    let list = court.docket.search(&Search::default(), nobody).await.unwrap();
    assert_eq!((list.total, list.hearings.len()), (0, 0));
}

#[test]
fn text_around_the_words_is_cut_between_letters() {
    let long = format!("{}目标{}", "前".repeat(200), "后".repeat(200));
    let shown = around(&long, "目标");
    assert!(shown.starts_with('…') && shown.ends_with('…') && shown.contains("目标"));
    assert_eq!(shown.chars().count(), PASSAGE_LETTERS + 2);
    assert_eq!(around("短", "没有"), "短");
}
