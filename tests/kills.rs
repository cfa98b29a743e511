//! Kills by chance while several hearings run: what is lost of each, and that everything verifies.
//!
//! What is not here: one hearing and one kill, see `record.rs`.
//!
//! `ASSIZE_KILL_HEARINGS` (3), `ASSIZE_KILLS` (10) and `ASSIZE_KILL_SEED` (1) choose how many, how
//! often and when.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tokio::time::timeout;

use crate::house::{Case, House, Robot, until};
use crate::record::{LOSS_MS_MAX, SLACK_MS, now_ms};

fn number(name: &str, or: u64) -> u64 {
    std::env::var(name).map_or(or, |text| text.parse().expect("a number"))
}

/// The entries of a hearing's ledger; a half line at its end is left out.
fn ledger(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("ledger.jsonl")).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Until when each track that was being recorded is on disk, on the wall clock, ms.
pub(crate) fn on_disk_until(ledger: &[Value]) -> BTreeMap<String, i64> {
    let (mut ends, mut zero) = (BTreeMap::new(), None);
    for line in ledger {
        let entry = &line["entry"];
        let number = |value: &Value| value.as_i64().expect("a number");
        match entry["kind"].as_str().expect("a kind") {
            "roll" if entry["rolling"] == true => {
                zero = Some(number(&entry["ordered_at"]) - number(&entry["media_ms"]));
            }
            "segment_sealed" => {
                ends.remove(entry["segment"].as_str().expect("a name"));
            }
            _ => {}
        }
        for piece in entry["pieces"].as_array().into_iter().flatten() {
            let segment = piece["segment"].as_str().expect("a name").to_owned();
            ends.insert(segment, number(&piece["to_ms"]) + zero.expect("rolled before"));
        }
    }
    ends
}

/// Bytes of media attested so far.
fn attested(folder: &Path) -> u64 {
    let length = |piece: &Value| piece["length"].as_u64().unwrap_or(0);
    let pieces = |line: Value| line["entry"]["pieces"].as_array().cloned().unwrap_or_default();
    ledger(folder).into_iter().flat_map(pieces).map(|piece| length(&piece)).sum()
}

/// One hearing with its judge and one party.
struct Court {
    folder: PathBuf,
    judge: Robot,
    party: Robot,
}

impl Court {
    async fn open(house: &House, case: &Case) -> Self {
        let mut judge = house.judge_of(case.hearing);
        judge.must("until:connected").await;
        judge.must("open-check-in").await;
        let party = case.codes.iter().find(|(role, _)| role == "plaintiff");
        let mut party = house.person_with(&party.expect("a plaintiff").1);
        judge.must("until:checked-in:1").await;
        judge.must("admit-all").await;
        party.must("until:in_hearing").await;
        party.must("until:connected").await;
        judge.must("until:people:1").await;
        judge.must("open").await;
        judge.must("until:in_session").await;
        judge.must("until:rolling").await;
        let folder = house.archive().join(format!("h{}", case.hearing));
        Self { folder, judge, party }
    }

    async fn come_back(&mut self) {
        for robot in [&mut self.judge, &mut self.party] {
            robot.must("reload").await;
            robot.must("until:seated").await;
            robot.must("until:connected").await;
            robot.must("until:in_session").await;
        }
        self.judge.must("until:rolling").await;
    }

    async fn close(mut self) {
        self.judge.must("close").await;
        self.judge.must("until:closed").await;
        self.judge.must("until:sealed").await;
        self.judge.kill().await;
        self.party.kill().await;
    }
}

#[tokio::test]
async fn kills_by_chance_cost_each_hearing_less_than_a_second() {
    let hearings = u16::try_from(number("ASSIZE_KILL_HEARINGS", 3)).expect("few");
    let (kills, seed) = (number("ASSIZE_KILLS", 10), number("ASSIZE_KILL_SEED", 1));
    let mut dice = sim::dice::Dice::from_seed(seed);
    let mut house = House::of_cases(hearings, 3, "");
    house.start().await;
    let cases = house.cases();
    let mut courts = Vec::new();
    // Signing in all at once is taken for somebody who tries passwords.
    for some in cases.chunks(4) {
        courts.extend(join_all(some.iter().map(|case| Court::open(&house, case))).await);
    }
    assert_eq!(courts.len(), usize::from(hearings));
    let mut told = String::new();
    for kill in 1..=kills {
        for court in &courts {
            let (before, folder) = (attested(&court.folder), court.folder.clone());
            until("more on the record", || (attested(&folder) > before).then_some(())).await;
        }
        let pause = Duration::from_millis(u64::from(dice.roll(1_500)));
        timeout(pause, core::future::pending::<()>()).await.expect_err("a random moment");
        house.kill().await;
        let killed_at = now_ms();
        told.push_str(&format!("kill {kill} (seed {seed}): ms lost"));
        for court in &courts {
            let ends = on_disk_until(&ledger(&court.folder));
            let lost = killed_at - *ends.values().min().expect("something was being recorded");
            let name = court.folder.file_name().expect("a name").to_string_lossy().into_owned();
            told.push_str(&format!(" {name}={lost}"));
            assert!(lost <= LOSS_MS_MAX + SLACK_MS, "{told}");
        }
        told.push('\n');
        house.start().await;
        join_all(courts.iter_mut().map(Court::come_back)).await;
    }
    join_all(courts.into_iter().map(Court::close)).await;
    assert!(house.terminate().await.success());
    let (status, text) = house.verify().await;
    assert!(status.success(), "{text}");
    assert_eq!(text.matches("已封存").count(), usize::from(hearings), "{text}");
    // Seen with `--nocapture`; the figures of a whole run stand in docs/record.md.
    assert!(std::io::Write::write_all(&mut std::io::stdout(), told.as_bytes()).is_ok());
}
