//! The plans, their bounds, and the table of what they came to.
//!
//! What is not here: how a path or a sender behaves.

use core::fmt::Write as _;

use expect_test::expect_file;

use crate::flow::{Run, run};
use crate::link::Path;

const SEEDS: [u64; 4] = [1, 2, 3, 4];
const PLENTY_KBPS: u64 = 40_000;

/// A path and what must come of it, whatever the seed.
#[derive(Clone, Debug)]
struct Plan {
    name: &'static str,
    path: Path,
    seconds: u64,
    /// Start (ms) and most to send (kbit/s) of each flow.
    flows: &'static [(u64, u64)],
    /// Moments (s) after which 85 % of the free capacity must be reached, and within how many ms.
    reach: &'static [(u64, u64)],
    /// Least share used of what is free, from second 5 on, per cent.
    used_percent: u64,
    /// Most a packet stands in the queue, 95th percentile, ms.
    wait_ms: u64,
    /// Least share of the weaker of two flows in the last 30 s, per cent of the stronger.
    fair_percent: u64,
}

const ONE: &[(u64, u64)] = &[(0, PLENTY_KBPS)];

impl Plan {
    const CLEAN: Self = Self {
        name: "clean 3 Mbit/s",
        path: Path::CLEAN,
        seconds: 60,
        flows: ONE,
        reach: &[(0, 5_000)],
        used_percent: 85,
        wait_ms: 100,
        fair_percent: 0,
    };

    /// What is not as it must be.
    fn complaints(&self, run: &Run) -> Vec<String> {
        let mut complaints = Vec::new();
        let used = run.used_percent(&self.path, 5, self.seconds);
        if used < self.used_percent {
            complaints.push(format!("used {used} %, not {} %", self.used_percent));
        }
        let wait = run.wait_ms(95);
        if wait > self.wait_ms {
            complaints.push(format!("queue p95 {wait} ms, over {} ms", self.wait_ms));
        }
        for (from_s, within) in self.reach {
            match run.reached_ms(&self.path, *from_s) {
                Some(ms) if ms <= *within => {}
                late => complaints.push(format!("from {from_s} s on 85 % after {late:?} ms")),
            }
        }
        if self.flows.len() > 1 && self.fair(run) < self.fair_percent {
            complaints.push(format!("the weaker flow has {} % of the stronger", self.fair(run)));
        }
        complaints
    }

    fn fair(&self, run: &Run) -> u64 {
        let (from, to) = (self.seconds - 30, self.seconds);
        let (one, two) = (run.bits(0, from, to), run.bits(1, from, to));
        one.min(two) * 100 / one.max(two).max(1)
    }

    fn row(&self, runs: &[Run]) -> String {
        let all =
            |figure: &dyn Fn(&Run) -> String| runs.iter().map(figure).collect::<Vec<_>>().join(" ");
        let reached = |run: &Run| {
            let one = |(from_s, _): &(u64, u64)| {
                run.reached_ms(&self.path, *from_s).map_or("-".to_owned(), |ms| ms.to_string())
            };
            self.reach.iter().map(one).collect::<Vec<_>>().join("/")
        };
        let fair = if self.flows.len() > 1 {
            all(&|run| self.fair(run).to_string())
        } else {
            String::new()
        };
        let used = all(&|run| run.used_percent(&self.path, 5, self.seconds).to_string());
        let waits = all(&|run| format!("{}/{}", run.wait_ms(50), run.wait_ms(95)));
        let name = self.name;
        format!("{name:<34}| {used:<16}| {waits:<28}| {:<40}| {fair}", all(&reached))
            .trim_end()
            .to_owned()
    }
}

const DROP: &[(u64, u64)] = &[(0, 3_000), (20, 1_000), (40, 3_000)];

fn plans() -> Vec<Plan> {
    let mut plans = vec![Plan::CLEAN];
    plans.extend(queues());
    plans.extend(losses());
    plans.extend(widths());
    plans
}

/// Paths that lose.
fn losses() -> [Plan; 6] {
    [
        Plan {
            name: "random loss 1 %",
            path: Path { loss_permille: 10, ..Path::CLEAN },
            ..Plan::CLEAN
        },
        Plan {
            name: "random loss 5 %",
            path: Path { loss_permille: 50, ..Path::CLEAN },
            used_percent: 80,
            ..Plan::CLEAN
        },
        Plan {
            name: "random loss 10 %",
            path: Path { loss_permille: 100, ..Path::CLEAN },
            used_percent: 70,
            ..Plan::CLEAN
        },
        Plan {
            name: "3 -> 1 -> 3 Mbit/s, loss 5 %",
            path: Path { capacity: DROP, loss_permille: 50, ..Path::CLEAN },
            reach: &[(0, 5_000), (20, 5_000), (40, 5_000)],
            used_percent: 75,
            ..Plan::CLEAN
        },
        Plan {
            name: "200 ms of all lost every 10 s",
            path: Path { burst_every_s: 10, ..Path::CLEAN },
            used_percent: 75,
            ..Plan::CLEAN
        },
        Plan {
            name: "feedback loss 10 %",
            path: Path { feedback_loss_permille: 100, ..Path::CLEAN },
            used_percent: 80,
            ..Plan::CLEAN
        },
    ]
}

/// Paths whose delay or room changes.
fn queues() -> [Plan; 5] {
    [
        Plan {
            name: "3 -> 1 -> 3 Mbit/s",
            path: Path { capacity: DROP, ..Path::CLEAN },
            reach: &[(0, 5_000), (20, 5_000), (40, 5_000)],
            ..Plan::CLEAN
        },
        Plan {
            name: "buffer of 40 ms only",
            path: Path { buffer_ms: 40, ..Path::CLEAN },
            used_percent: 80,
            ..Plan::CLEAN
        },
        Plan {
            name: "jitter 20 ms",
            path: Path { jitter_ms: 20, ..Path::CLEAN },
            used_percent: 80,
            ..Plan::CLEAN
        },
        Plan {
            name: "round trip 200 ms",
            path: Path { round_trip_ms: 200, ..Path::CLEAN },
            used_percent: 80,
            ..Plan::CLEAN
        },
        Plan {
            name: "others take 1 Mbit/s, on and off",
            path: Path { cross_kbps: 1_000, ..Path::CLEAN },
            used_percent: 75,
            ..Plan::CLEAN
        },
    ]
}

/// Thin and wide paths, and shared ones.
fn widths() -> [Plan; 5] {
    [
        Plan {
            name: "150 kbit/s",
            path: Path { capacity: &[(0, 150)], ..Path::CLEAN },
            used_percent: 75,
            wait_ms: 250,
            ..Plan::CLEAN
        },
        Plan {
            name: "150 kbit/s, loss 5 %",
            path: Path { capacity: &[(0, 150)], loss_permille: 50, ..Path::CLEAN },
            used_percent: 70,
            wait_ms: 250,
            ..Plan::CLEAN
        },
        Plan {
            name: "20 Mbit/s",
            path: Path { capacity: &[(0, 20_000)], ..Path::CLEAN },
            ..Plan::CLEAN
        },
        Plan {
            name: "600 kbit/s to send on 3 Mbit/s",
            flows: &[(0, 600)],
            reach: &[],
            used_percent: 18,
            ..Plan::CLEAN
        },
        Plan {
            name: "two flows, the second after 10 s",
            flows: &[(0, PLENTY_KBPS), (10_000, PLENTY_KBPS)],
            seconds: 90,
            fair_percent: 50,
            ..Plan::CLEAN
        },
    ]
}

const HEAD: &str = "\
One column for each seed. Used: what arrived of what is free, from second 5 on, %. Queue: how long
packets stand before the narrow place, 50th/95th percentile, ms. Reached: when a second begins in
which 85 % of what is free arrives (less what is lost by chance), ms after the start / each change
of capacity. Fair: the weaker flow's share of the stronger's in the last 30 s, %.
";

#[test]
fn every_plan_keeps_its_bounds_and_the_table() {
    let mut table = HEAD.to_owned();
    let (plan, used, queue) = ("plan", "used", "queue");
    writeln!(table, "\n{plan:<34}| {used:<16}| {queue:<28}| {:<40}| fair", "reached").unwrap();
    let mut complaints = Vec::new();
    for plan in plans() {
        let runs: Vec<Run> =
            SEEDS.iter().map(|seed| run(&plan.path, *seed, plan.seconds, plan.flows)).collect();
        for (run, seed) in runs.iter().zip(SEEDS) {
            for complaint in plan.complaints(run) {
                complaints.push(format!("{}, seed {seed}: {complaint}", plan.name));
            }
        }
        writeln!(table, "{}", plan.row(&runs)).unwrap();
    }
    assert!(complaints.is_empty(), "{}\n{table}", complaints.join("\n"));
    expect_file!["table.txt"].assert_eq(&table);
}

#[test]
fn impossible_bounds_are_complained_of() {
    let plan = Plan {
        used_percent: 101,
        wait_ms: 0,
        reach: &[(0, 0)],
        fair_percent: 101,
        flows: &[(0, PLENTY_KBPS), (0, PLENTY_KBPS)],
        seconds: 31,
        ..Plan::CLEAN
    };
    let run = run(&plan.path, 1, plan.seconds, plan.flows);
    assert_eq!(plan.complaints(&run).len(), 4, "{:?}", plan.complaints(&run));
}
