//! The reconciliation of docket, records and second copy, every night inside the server.
//!
//! What is not here: comparing (`recorder`).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::{Now, Timestamp};
use protocol::OpsReconciled;
use recorder::{Compared, DurableTeller, KeepFault, Listed, Report, ReportBoard, Store};
use signaling::Docket;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};

/// Beijing time goes so many minutes before UTC.
const BEIJING_MINUTES: i64 = 8 * 60;
const DAY_MINUTES: i64 = 24 * 60;
const MINUTE_MS: i64 = 60_000;
/// A reconciliation that could not be done is tried again after this time.
const AGAIN: Duration = Duration::from_secs(3600);

/// What is reconciled.
pub(crate) struct Nightly {
    pub(crate) at_minute: u16,
    pub(crate) clock: Arc<dyn Fn() -> Now + Send + Sync>,
    pub(crate) docket: Arc<Docket>,
    pub(crate) archive: PathBuf,
    pub(crate) live: DurableTeller,
    pub(crate) store: Option<Store>,
    /// Hearings whose copy is to be completed.
    pub(crate) again: Option<mpsc::Sender<model::HearingId>>,
    pub(crate) board: ReportBoard,
    pub(crate) shown: watch::Sender<Option<OpsReconciled>>,
}

/// The minute of the day of a text like `03:30`.
pub(crate) fn minute_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |text: &str| (text.len() == 2).then(|| text.parse::<u16>().ok()).flatten();
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// How long until that minute of the day in Beijing comes next.
fn until(minute: u16, now: Timestamp) -> Duration {
    let day_ms = DAY_MINUTES * MINUTE_MS;
    let today = (now.0 + BEIJING_MINUTES * MINUTE_MS).rem_euclid(day_ms);
    let wait = (i64::from(minute) * MINUTE_MS - today).rem_euclid(day_ms);
    let wait = if wait == 0 { day_ms } else { wait };
    Duration::from_millis(u64::try_from(wait).unwrap_or(0))
}

impl Nightly {
    /// Reconciles every night, until it is dropped.
    #[expect(clippy::infinite_loop, reason = "it ends with the server, which aborts it")]
    pub(crate) async fn run(self) {
        loop {
            tokio::time::sleep(until(self.at_minute, (self.clock)().utc)).await;
            while let Err(fault) = self.once().await {
                tracing::error!(%fault, "the reconciliation could not be done");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }

    async fn once(&self) -> Result<(), String> {
        let listed = listed(&self.docket).await.map_err(|fault| fault.to_string())?;
        let (archive, store) = (self.archive.clone(), self.store.clone());
        let (live, clock) = (self.live.live(), Arc::clone(&self.clock));
        let runtime = Handle::current();
        let report = tokio::task::spawn_blocking(move || {
            let compared = Compared {
                archive: &archive,
                store: store.as_ref(),
                listed: Some(&listed),
                live: &live,
            };
            let report = recorder::reconcile(&compared, &runtime, || clock().utc)?;
            forget_erased(store.as_ref(), &runtime, &archive, &report)?;
            lock_copies(store.as_ref(), &runtime, clock().utc, &report);
            Ok::<Report, KeepFault>(report)
        });
        let report = report.await.map_err(|fault| fault.to_string())?;
        let report = report.map_err(|fault| fault.to_string())?;
        self.board.show(&report);
        self.shown.send_replace(Some(shown(&report)));
        for hearing in report.behind() {
            // What finds no place is found again the next night.
            if let Some(Err(full)) = self.again.as_ref().map(|again| again.try_send(hearing)) {
                tracing::warn!(%hearing, %full, "the second copy has too much to do");
            }
        }
        Ok(())
    }
}

/// What erased records left in the second copy goes too.
pub(crate) fn forget_erased(
    store: Option<&Store>,
    runtime: &Handle,
    archive: &std::path::Path,
    report: &Report,
) -> Result<(), KeepFault> {
    let Some(store) = store else { return Ok(()) };
    report.erased.iter().try_for_each(|hearing| {
        recorder::forget(store, runtime, *hearing, archive)?;
        tracing::warn!(%hearing, "the second copy of an erased record was deleted");
        Ok(())
    })
}

/// What is not locked in the second copy is locked; what cannot be is found again the next night.
pub(crate) fn lock_copies(
    store: Option<&Store>,
    runtime: &Handle,
    now: Timestamp,
    report: &Report,
) {
    let Some(store) = store else { return };
    for (hearing, held) in &report.unlocked {
        match recorder::lock_copy(store, runtime, *hearing, now, *held) {
            Ok(()) => tracing::warn!(%hearing, held, "the second copy is locked now"),
            Err(fault) => tracing::error!(%hearing, %fault, "the second copy is not locked"),
        }
    }
}

/// What the docket says of its hearings.
pub(crate) async fn listed(docket: &Docket) -> Result<Vec<Listed>, signaling::DocketFault> {
    let lines = docket.all_hearings().await?.into_iter();
    Ok(lines
        .map(|line| {
            let signaling::HearingLine { hearing, closed, opened, held } = line;
            Listed { hearing, closed, opened, held }
        })
        .collect())
}

fn shown(report: &Report) -> OpsReconciled {
    OpsReconciled { at: report.at, findings: u32::try_from(report.count()).unwrap_or(u32::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_read_or_refused() {
        assert_eq!(minute_of_day("00:00"), Some(0));
        assert_eq!(minute_of_day("03:30"), Some(210));
        assert_eq!(minute_of_day("23:59"), Some(1_439));
        for wrong in ["24:00", "3:30", "03:60", "03-30", "", "aa:bb", "003:30"] {
            assert_eq!(minute_of_day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_next_night_is_in_beijing() {
        // 2026-11-30T19:00:00Z is three in the morning there.
        let three = Timestamp(1_796_065_200_000);
        assert_eq!(until(210, three), Duration::from_secs(1_800));
        assert_eq!(until(180, three), Duration::from_secs(86_400));
        assert_eq!(until(179, three), Duration::from_secs(86_400 - 60));
    }
}
