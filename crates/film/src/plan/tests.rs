//! Films of small records, and every part against the record for many.

use model::archive::{ArchiveLine, Attendee};
use model::brief::Phase;
use model::minute::Actor;
use model::stage::Gap;
use model::view::Heading;
use model::{Brief, HearingId, Minute, TrackId};
use proptest::prelude::*;

use super::*;

const ZERO: i64 = 1_796_009_400_000;
const JUDGE: ParticipantId = ParticipantId(1);
const ANNA: ParticipantId = ParticipantId(2);

fn minute(ms: i64, fact: Fact) -> Minute {
    Minute { at: Timestamp(ZERO + ms), by: Actor::Server, fact }
}

fn record(
    media_ms: u64,
    stretches: Vec<Stretch>,
    minutes: Vec<Minute>,
    gaps: Vec<Gap>,
) -> ArchiveRecord {
    ArchiveRecord {
        line: ArchiveLine {
            hearing: HearingId(1),
            heading: Heading {
                court: "咸宁".to_owned(),
                case_number: "（2026）1号".into(),
                cause: "借贷".into(),
                scheduled_at: Timestamp(ZERO),
            },
            brief: Brief::default(),
            attendees: vec![
                Attendee::new(JUDGE, Role::PresidingJudge, "李".into()),
                Attendee::new(ANNA, Role::Plaintiff, "安".into()),
                Attendee::new(ParticipantId(3), Role::Gallery, "旁".into()),
            ],
            opened_at: None,
            closed_at: None,
            sealed: true,
            bytes: 0,
        },
        media_zero: Some(Timestamp(ZERO)),
        media_ms,
        stretches,
        voices: Vec::new(),
        gaps,
        minutes,
        head_sha256: String::new(),
        head_sm3: String::new(),
    }
}

fn stretch(who: ParticipantId, kind: TrackKind, from_ms: u64, to_ms: u64) -> Stretch {
    Stretch { who, kind, from_ms, to_ms }
}

#[test]
fn a_pause_is_a_card_that_names_its_ground_and_nothing_of_it_is_in_the_film() {
    let minutes = vec![
        minute(
            -900,
            Fact::Arrived {
                who: JUDGE,
                others_present: "".into(),
                camera: true,
                microphone: true,
                faults: vec![],
                version: String::new(),
            },
        ),
        minute(-500, Fact::Admitted { who: ANNA }),
        minute(10_010, Fact::RecessCalled { ground: Ground::NonPublicEvidence }),
        minute(60_000, Fact::Resumed),
        minute(65_000, Fact::PhaseEntered { phase: Phase::Debate, reason: "".into() }),
    ];
    let stretches = vec![
        stretch(JUDGE, TrackKind::Camera, 100, 10_000),
        stretch(JUDGE, TrackKind::Camera, 60_000, 70_000),
        stretch(ANNA, TrackKind::Microphone, 100, 10_000),
    ];
    let rolls = [Roll { from_ms: 0, to_ms: 10_000 }, Roll { from_ms: 60_000, to_ms: 70_000 }];
    let plan = Plan::of(&record(70_000, stretches, minutes, vec![]), &rolls).expect("a film");
    assert_eq!(
        plan.parts,
        [
            Part::Media { from_ms: 0, to_ms: 10_000 },
            Part::Card {
                lines: vec![
                    "不公开举证、质证，依法不录音录像".to_owned(),
                    "2026-11-30 11:30:10 至 2026-11-30 11:31:00".to_owned(),
                ],
            },
            Part::Media { from_ms: 60_000, to_ms: 70_000 },
        ]
    );
    assert_eq!(plan.ms(), 23_000);
    assert_eq!(plan.times().pieces(5_000, 61_000), [(5_000, 10_000), (13_000, 14_000)]);
    assert_eq!(plan.times().pieces(61_000, 62_000), [(plan.film_ms(61_000), plan.film_ms(62_000))]);
    assert_eq!(plan.seats.len(), 2, "the gallery has no seat in the film");
    assert_eq!(plan.at(50).states, [State::NoPicture, State::NoPicture]);
    assert_eq!(plan.at(500).states, [State::Picture, State::NoPicture]);
    let debate = Chapter { at_ms: 18_000, title: "法庭辩论".to_owned() };
    assert_eq!(plan.chapters.last(), Some(&debate));
    assert_eq!(plan.band(66_000), "法庭辩论");
    let judge = Source { who: JUDGE, kind: TrackKind::Camera };
    assert_eq!(plan.sources(60_000, 70_000), [judge]);
}

#[test]
fn late_lost_and_gone_people_are_shown_as_such() {
    let track = Some(TrackId::new(ANNA, TrackKind::Camera));
    let minutes = vec![
        minute(2_000, Fact::Admitted { who: ANNA }),
        minute(5_000, Fact::LinkLost { who: ANNA, cause: model::stage::LinkCause::PageClosed }),
        minute(7_000, Fact::LinkBack { who: ANNA }),
        minute(9_000, Fact::Removed { who: ANNA, reason: "".into(), unwarned: "".into() }),
    ];
    let gaps = vec![Gap { track, from: Timestamp(ZERO + 7_500), to: Timestamp(ZERO + 8_000) }];
    let stretches = vec![stretch(ANNA, TrackKind::Camera, 2_500, 5_000)];
    let rolls = [Roll { from_ms: 0, to_ms: 10_000 }];
    let plan = Plan::of(&record(10_000, stretches, minutes, gaps), &rolls).expect("a film");
    let state = |ms| plan.at(ms).states[0];
    assert_eq!(state(1_000), State::NotYet);
    assert_eq!(state(2_100), State::NoPicture);
    assert_eq!(state(3_000), State::Picture);
    assert_eq!(state(6_000), State::LinkLost);
    assert_eq!(state(7_200), State::NoPicture);
    assert_eq!(state(7_600), State::Missing);
    assert_eq!(state(9_500), State::Gone);
}

#[test]
fn what_the_recorder_lost_is_a_card_too() {
    let gaps =
        vec![Gap { track: None, from: Timestamp(ZERO + 4_000), to: Timestamp(ZERO + 9_000) }];
    let stretches = vec![stretch(JUDGE, TrackKind::Camera, 0, 20_000)];
    let rolls = [Roll { from_ms: 0, to_ms: 20_000 }];
    let plan = Plan::of(&record(20_000, stretches, vec![], gaps), &rolls).expect("a film");
    assert_eq!(plan.parts.len(), 3);
    let Part::Card { lines } = &plan.parts[1] else { panic!("a card") };
    assert_eq!(lines[0], "录音录像中断，该时段缺失");
}

#[test]
fn nothing_recorded_is_no_film() {
    assert!(Plan::of(&record(0, vec![], vec![], vec![]), &[]).is_none());
}

proptest! {
    /// Whatever the rolls are: parts rise, none shows a moment at which recording was off for a
    /// second or more, and every recorded moment is in exactly one part.
    #[test]
    fn parts_are_the_recorded_time(steps in prop::collection::vec((1_u64..20_000, 1_u64..20_000), 1..12)) {
        let (mut rolls, mut at) = (Vec::new(), 0);
        for (on, off) in steps {
            rolls.push(Roll { from_ms: at, to_ms: at + on });
            at += on + off;
        }
        let end = rolls.last().map_or(0, |roll| roll.to_ms);
        let stretches = vec![stretch(JUDGE, TrackKind::Camera, 0, end)];
        let plan = Plan::of(&record(end, stretches, vec![], vec![]), &rolls).expect("a film");
        let media: Vec<(u64, u64)> = plan.parts.iter().filter_map(|part| match part {
            Part::Media { from_ms, to_ms } => Some((*from_ms, *to_ms)),
            Part::Card { .. } => None,
        }).collect();
        for pair in media.windows(2) {
            prop_assert!(pair[0].1 + CUT_MIN_MS <= pair[1].0);
        }
        for roll in &rolls {
            let holders = media.iter().filter(|(from, to)| *from <= roll.from_ms && roll.to_ms <= *to);
            prop_assert_eq!(holders.count(), 1);
        }
        let recorded: u64 = rolls.iter().map(|roll| roll.to_ms - roll.from_ms).sum();
        let shown: u64 = media.iter().map(|(from, to)| to - from).sum();
        prop_assert!(shown >= recorded && shown < recorded + CUT_MIN_MS * rolls.len() as u64);
    }
}
