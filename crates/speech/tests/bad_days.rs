//! What must hold whatever comes: sound with holes, jumps and doubles; engines that say anything.
//!
//! What is not here: right words, see `tests/speech.rs` of the house.

use std::collections::BTreeMap;

use model::ParticipantId;
use model::heard::HeardWhat;
use model::limits::{HEARD_CHARS_MAX, HEARD_TURN_CHARS_MAX};
use proptest::prelude::*;
use speech::HotWords;
use speech::ears::{Ear, Ears};
use speech::engine::{Draft, Engine, Talk};

/// 20 ms of something like a vowel: a pulse train of 120 Hz with three formants, or of nothing.
fn packet(voiced: bool, n: u64) -> Vec<i16> {
    let at = n * 320;
    (0..320)
        .map(|i| {
            let t = f64::from(u32::try_from(at + i).unwrap_or(0)) / 16_000.0;
            let pulse = (t * 120.0).fract();
            let formants = [(700.0, 1.0), (1_220.0, 0.6), (2_600.0, 0.3)];
            let sum: f64 = formants
                .iter()
                .map(|(hz, gain)| {
                    gain * (-pulse * 6.0).exp() * (pulse / 120.0 * hz * std::f64::consts::TAU).sin()
                })
                .sum();
            let loud = if voiced { 9_000.0 } else { 0.0 };
            #[expect(clippy::cast_possible_truncation, reason = "within the range by its make")]
            let sample = (sum * loud).clamp(-32_000.0, 32_000.0) as i16;
            sample
        })
        .collect()
}

#[derive(Clone, Debug)]
enum Step {
    /// Packets that follow on one another.
    Speak {
        who: u32,
        packets: u64,
        voiced: bool,
    },
    /// Nothing, ms.
    Hole {
        who: u32,
        ms: u64,
    },
    /// Time goes back.
    Back {
        who: u32,
        ms: u64,
    },
    Now,
    Stop,
}

fn step() -> impl Strategy<Value = Step> {
    let who = 1_u32..4;
    prop_oneof![
        (who.clone(), 1_u64..120, any::<bool>()).prop_map(|(who, packets, voiced)| Step::Speak {
            who,
            packets,
            voiced
        }),
        (who.clone(), 1_u64..4_000).prop_map(|(who, ms)| Step::Hole { who, ms }),
        (who, 1_u64..4_000).prop_map(|(who, ms)| Step::Back { who, ms }),
        Just(Step::Now),
        Just(Step::Stop),
    ]
}

/// Checks what comes out, thing by thing.
#[derive(Default)]
struct Watch {
    on: BTreeMap<u64, (ParticipantId, u64)>,
    last_turn: u64,
    last_end: BTreeMap<ParticipantId, u64>,
    /// Where a turn's sound is due to go on, in samples.
    due: BTreeMap<u64, u64>,
}

impl Watch {
    fn see(&mut self, ear: &Ear) {
        match ear {
            Ear::Began { participant, turn, from_ms } => {
                assert!(*turn > self.last_turn, "turns count up");
                self.last_turn = *turn;
                let busy = self.on.values().any(|(who, _)| who == participant);
                assert!(!busy, "one turn at a time");
                let before = self.last_end.get(participant).copied().unwrap_or(0);
                assert!(*from_ms >= before, "a turn begins after the last: {from_ms} {before}");
                self.on.insert(*turn, (*participant, *from_ms));
            }
            Ear::Sound { turn, from_ms, samples } => {
                assert!(self.on.contains_key(turn), "sound belongs to a turn that is on");
                let from = from_ms * 16;
                let due = self.due.get(turn).copied().unwrap_or(from);
                // The count follows the clock by a few samples a packet.
                assert!(from.abs_diff(due) <= 640 + 16, "sound has no holes: {from} {due}");
                self.due.insert(*turn, from + samples.len() as u64);
            }
            Ear::Ended { participant, turn, from_ms, to_ms, cross_ms } => {
                assert_eq!(self.on.remove(turn), Some((*participant, *from_ms)), "it was on");
                assert!(from_ms < to_ms, "a turn lasts");
                assert!(*cross_ms <= to_ms - from_ms, "not more at once than at all");
                self.last_end.insert(*participant, *to_ms);
            }
        }
    }
}

fn play(steps: &[Step]) -> Vec<Ear> {
    let (mut ears, mut watch) = (Ears::default(), Watch::default());
    let mut at: BTreeMap<u32, u64> = BTreeMap::new();
    let mut all = Vec::new();
    for step in steps {
        let mut out = Vec::new();
        let now = at.values().max().copied().unwrap_or(0);
        match *step {
            Step::Speak { who, packets, voiced } => {
                let clock = at.entry(who).or_default();
                for n in 0..packets {
                    ears.sound(ParticipantId(who), *clock, &packet(voiced, n), &mut out);
                    *clock += 20;
                }
            }
            Step::Hole { who, ms } => *at.entry(who).or_default() += ms,
            Step::Back { who, ms } => {
                let clock = at.entry(who).or_default();
                *clock = clock.saturating_sub(ms);
            }
            Step::Now => ears.now(now + 1_000, &mut out),
            Step::Stop => {
                ears.stop(&mut out);
                // The record's time goes on for all.
                at.values_mut().for_each(|clock| *clock = now);
            }
        }
        out.iter().for_each(|ear| watch.see(ear));
        all.append(&mut out);
    }
    let mut out = Vec::new();
    ears.stop(&mut out);
    out.iter().for_each(|ear| watch.see(ear));
    assert!(watch.on.is_empty(), "nothing is left on");
    all.append(&mut out);
    all
}

#[test]
fn the_vowel_is_a_voice_to_the_detector() {
    let speak = |voiced| Step::Speak { who: 1, packets: 50, voiced };
    let found = play(&[speak(false), speak(true), speak(false), speak(false)]);
    let ended = found.iter().find_map(|ear| match ear {
        Ear::Ended { from_ms, to_ms, .. } => Some((*from_ms, *to_ms)),
        Ear::Began { .. } | Ear::Sound { .. } => None,
    });
    let (from_ms, to_ms) = ended.expect("a turn");
    assert!(from_ms.abs_diff(1_000) < 150 && to_ms.abs_diff(2_000) < 250, "{from_ms} {to_ms}");
    let first = found.iter().find_map(|ear| match ear {
        Ear::Sound { from_ms, .. } => Some(*from_ms),
        Ear::Began { .. } | Ear::Ended { .. } => None,
    });
    assert!(first.expect("sound") + 250 <= from_ms, "the engine gets what was before");
}

#[test]
fn two_at_once_are_told_of_both() {
    let mut ears = Ears::default();
    let mut out = Vec::new();
    for n in 0..300_u64 {
        let (a, b) = ((50..150).contains(&n), (100..200).contains(&n));
        ears.sound(ParticipantId(1), n * 20, &packet(a, n), &mut out);
        ears.sound(ParticipantId(2), n * 20, &packet(b, n), &mut out);
    }
    let cross: Vec<u64> = out
        .iter()
        .filter_map(|ear| match ear {
            Ear::Ended { cross_ms, .. } => Some(*cross_ms),
            Ear::Began { .. } | Ear::Sound { .. } => None,
        })
        .collect();
    assert_eq!(cross.len(), 2, "{cross:?}");
    assert!(cross.iter().all(|ms| ms.abs_diff(1_000) < 250), "{cross:?}");
}

#[test]
fn numbers_are_not_used_again_after_a_restart() {
    // Sixteen people who do nothing but begin and end turns, as quickly as can be.
    let (mut ears, mut out) = (Ears::default(), Vec::new());
    for n in 0..500_u64 {
        for who in 0..16 {
            ears.sound(ParticipantId(who), n * 20, &packet(n % 60 < 12, n), &mut out);
        }
    }
    assert!(Ears::going_on(500 * 20).next_turn() > ears.next_turn());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn turns_are_whole_whatever_the_sound_does(steps in prop::collection::vec(step(), 1..24)) {
        play(&steps);
    }

    #[test]
    fn engines_may_say_anything(
        engine in prop_oneof![Just(Engine::FunAsr), Just(Engine::Sherpa), Just(Engine::Vosk)],
        messages in prop::collection::vec(message(), 0..60),
        finish_at in 0_usize..60,
    ) {
        let (mut talk, _) = Talk::open(engine, "h1-1", &HotWords::default());
        let mut draft = Draft::new("E".to_owned(), 5_000);
        draft.connected(4_700);
        let (mut floor, mut chars) = (5_000, 0);
        for (n, message) in messages.iter().enumerate() {
            if n == finish_at {
                talk.finish();
                draft.ended(5_000 + 100 * n as u64);
            }
            draft.sent(1_600);
            let answers = talk.message(message);
            prop_assert!(answers.len() <= 2);
            for heard in answers.into_iter().filter_map(|answer| draft.take(answer)) {
                match heard {
                    HeardWhat::Final { text, from_ms, to_ms, .. } => {
                        prop_assert!(from_ms >= floor && to_ms > floor && to_ms >= from_ms, "times rise");
                        prop_assert!(to_ms <= 4_700 + (n as u64 + 1) * 100 + 500 || to_ms == floor + 1);
                        prop_assert!(!text.chars().any(char::is_control));
                        floor = to_ms;
                        chars += text.chars().count();
                    }
                    HeardWhat::Partial { text } => {
                        prop_assert!(text.chars().count() <= HEARD_CHARS_MAX);
                    }
                    HeardWhat::Began | HeardWhat::Ended { .. } | HeardWhat::Away { .. }
                    | HeardWhat::Back => prop_assert!(false, "not the engine's to say"),
                }
            }
        }
        prop_assert!(chars <= HEARD_TURN_CHARS_MAX);
    }
}

fn message() -> impl Strategy<Value = String> {
    let stamp = prop_oneof![
        Just("\"\"".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| format!("\"[[{n},{n}]]\"")),
        (0_u32..9_000, 0_u32..9_000).prop_map(|(a, b)| format!("\"[[{a},{b}]]\"")),
        Just("[[],[[]],{}]".to_owned()),
    ];
    let mode = prop_oneof![
        Just("2pass-online".to_owned()),
        Just("2pass-offline".to_owned()),
        Just(String::new()),
        "\\PC{0,8}",
    ];
    let told = (mode, "\\PC{0,40}", stamp, any::<bool>()).prop_map(|(mode, text, stamp, last)| {
        let text = text.replace(['\\', '"'], "");
        let mode = mode.replace(['\\', '"'], "");
        format!(
            r#"{{"mode":"{mode}","text":"{text}","partial":"{text}","timestamp":{stamp},"is_final":{last},
            "stamp_sents":{stamp},"timestamps":{stamp},"result":{stamp},"start_time":{stamp}}}"#
        )
    });
    prop_oneof![4 => told, 1 => "\\PC{0,60}", 1 => Just("Done!".to_owned())]
}
