//! Whether what the router tells of a line is so: its figures against what the lines really did.
//! What is not here: plans and their bounds.

use core::time::Duration;

use model::{Health, ParticipantId};

use super::Plan;
use super::path::{Path, Tally};
use super::stage::{Stage, Told};

/// Figures told while the first reports are on their way do not count.
const SKIPPED: usize = 3;

const STORMS: Path = Path::HOME.storms(10, 5);

/// The mean of what was told.
fn mean(told: &[Told], figure: impl Fn(&Health) -> u16) -> f64 {
    let sum: f64 = told.iter().map(|one| f64::from(figure(&one.health))).sum();
    sum / told.len() as f64
}

/// What a line did between two moments.
fn between(from: &Tally, to: &Tally) -> Tally {
    Tally {
        sent: to.sent - from.sent,
        lost: to.lost - from.lost,
        travelled: to.travelled - from.travelled,
        queued: to.queued,
    }
}

fn lost_permille(tally: &Tally) -> f64 {
    tally.lost as f64 * 1_000.0 / tally.sent as f64
}

fn mean_ms(tally: &Tally) -> f64 {
    ms(tally.travelled) / (tally.sent - tally.lost) as f64
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// No packets come twice here: a receiver report counts these as received (RFC 3550 §6.4.1), so
/// they hide as many losses.
#[test]
fn figures_are_within_a_fifth_of_the_truth() {
    let paths = [
        Path::COURT,
        Path::HOME,
        Path::MOBILE,
        Path::SATELLITE,
        Path::HOME.jitter(40),
        Path::HOME.jitter(80).delay(120),
        Path::HOME.loss(30),
        Path::HOME.loss(100),
        Path::HOME.loss(250),
        STORMS,
        Path::MOBILE.loss(80).late(20),
    ];
    let mut wrong = Vec::new();
    for path in paths {
        // Storms are few: which packets they hit is chance.
        let loss_floor = if path == STORMS { 25.0 } else { 8.0 };
        let plan = Plan::new("truth", "one person's line against the others'")
            .people(3)
            .seconds(30)
            .ways(|ways| (ways.repair, ways.transport) = (true, true))
            .line(2, path, path);
        let mut stage = Stage::new(&plan, plan.seed);
        assert!(stage.run(), "{path:?}");
        let who = ParticipantId(2);
        let told: Vec<_> = stage.told.iter().filter(|one| one.who == who).copied().collect();
        let (before, told) = (told[SKIPPED - 1], &told[SKIPPED..]);
        let after = told[told.len() - 1];
        let (up, down) = (between(&before.up, &after.up), between(&before.down, &after.down));
        let uneven = stage.unevenness[&who];
        let jitter = ms(uneven.changes) / f64::from(uneven.count);
        let round_trip = mean_ms(&up) + mean_ms(&down);
        for (name, told, truth, floor) in [
            ("loss up", mean(told, |one| one.loss_up_permille), lost_permille(&up), loss_floor),
            (
                "loss down",
                mean(told, |one| one.loss_down_permille),
                lost_permille(&down),
                loss_floor,
            ),
            ("jitter", mean(told, |one| one.jitter_ms), jitter, 2.0),
            ("round trip", mean(told, |one| one.round_trip_ms.unwrap_or(0)), round_trip, 5.0),
        ] {
            if (told - truth).abs() > (truth * 0.2).max(floor) {
                wrong.push(format!("{name}: told {told:.1}, truth {truth:.1} on {path:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
