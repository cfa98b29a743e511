//! `assize move`, `assize restore`, `assize reconcile` and `assize verify --copy`: what is done with
//! records at rest and their second copies.
//!
//! What is not here: how it is done (`recorder`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use model::HearingId;
use model::archive::Verdict;
use recorder::{Compared, Store};
use signaling::Docket;
use tokio::runtime::Handle;

use crate::commands::{complain, say};
use crate::config::{self, Config};
use crate::{clock, nightly};

/// The configuration and the store of the second copy in it.
fn with_store(path: Option<&Path>) -> Result<(Config, Store), String> {
    let config = config::read(path)?;
    let Some(store) = config.store() else {
        return Err(
            "配置中没有 copy_to，没有第二份副本。The configuration has no copy_to: there is \
                    no second copy."
                .to_owned(),
        );
    };
    let store = Store::open(&store).map_err(|fault| format!("副本存储不可用。{fault}."))?;
    Ok((config, store))
}

/// Work that blocks, with the runtime at hand.
async fn aside(work: impl FnOnce(&Handle) -> ExitCode + Send + 'static) -> ExitCode {
    let runtime = Handle::current();
    let done = tokio::task::spawn_blocking(move || work(&runtime)).await;
    done.unwrap_or_else(|fault| complain(&fault.to_string()))
}

fn say_verdict(hearing: HearingId, done: &str, verdict: &Verdict) {
    say(&format!(
        "{hearing}: {done} · {} · 条目 entries {} · 分段 segments {}",
        if verdict.intact { "完整 intact" } else { "不完整 NOT INTACT" },
        verdict.entries,
        verdict.segments,
    ));
    for finding in &verdict.findings {
        say(&format!("  {finding}"));
    }
}

/// The hearings meant: one, or all of a list.
fn chosen(one: Option<u32>, all: Vec<HearingId>) -> Vec<HearingId> {
    one.map_or(all, |hearing| vec![HearingId(hearing)])
}

/// `assize verify --copy`: 0 when everything is intact, 1 when something was found, 2 when it cannot
/// be read.
pub(crate) async fn verify_copy(path: Option<PathBuf>, hearing: Option<u32>) -> ExitCode {
    let (_, store) = match with_store(path.as_deref()) {
        Ok(opened) => opened,
        Err(sentence) => return complain(&sentence),
    };
    aside(move |runtime| {
        let all = match recorder::copied(&store, runtime) {
            Ok(all) => all,
            Err(fault) => return complain(&format!("无法读取副本。{fault}.")),
        };
        let mut intact = true;
        for hearing in chosen(hearing, all) {
            match recorder::verify_copy(&store, runtime, hearing) {
                Ok(verdict) => {
                    say_verdict(hearing, "副本 copy", &verdict);
                    intact &= verdict.intact;
                }
                Err(fault) => return complain(&format!("无法读取副本。{fault}.")),
            }
        }
        if intact { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    })
    .await
}

/// `assize restore`: builds folders of the archive from the second copy. Without a hearing: every one
/// that the archive does not have. 1 when one was not intact, 2 when it could not be done.
pub(crate) async fn restore(
    path: Option<PathBuf>,
    hearing: Option<u32>,
    to: Option<PathBuf>,
) -> ExitCode {
    let (config, store) = match with_store(path.as_deref()) {
        Ok(opened) => opened,
        Err(sentence) => return complain(&sentence),
    };
    let archive = to.unwrap_or(config.archive);
    aside(move |runtime| {
        let all = match recorder::copied(&store, runtime) {
            Ok(all) => all,
            Err(fault) => return complain(&format!("无法读取副本。{fault}.")),
        };
        let missing = |hearing: &HearingId| !archive.join(hearing.to_string()).exists();
        let all = all.into_iter().filter(missing).collect();
        let mut code = ExitCode::SUCCESS;
        for hearing in chosen(hearing, all) {
            match recorder::restore(&store, runtime, hearing, &archive) {
                Ok(verdict) => say_verdict(hearing, "已恢复 restored", &verdict),
                Err(fault @ recorder::KeepFault::NotIntact { .. }) => {
                    say(&format!("{hearing}: {fault}."));
                    code = ExitCode::FAILURE;
                }
                Err(fault) => return complain(&format!("无法恢复。{fault}.")),
            }
        }
        code
    })
    .await
}

/// `assize move`: 1 when a record stays because it is not intact or not sealed, 2 when it could not
/// be done.
pub(crate) fn move_records(from: &Path, to: &Path) -> ExitCode {
    let folders = if from.join("ledger.jsonl").is_file() {
        Ok(vec![from.to_owned()])
    } else {
        recorder::folders(from)
    };
    let folders = match folders {
        Ok(folders) if !folders.is_empty() => folders,
        Ok(_) => {
            return complain(&format!(
                "{0} 中没有庭审卷宗。There is no hearing in {0}.",
                from.display()
            ));
        }
        Err(fault) => return complain(&format!("无法读取。{fault}.")),
    };
    let mut code = ExitCode::SUCCESS;
    for folder in folders {
        match recorder::move_record(&folder, to) {
            Ok(_) => say(&format!("{} → {}", folder.display(), to.display())),
            Err(
                fault @ (recorder::KeepFault::NotIntact { .. } | recorder::KeepFault::Unsealed(_)),
            ) => {
                say(&format!("{}: {fault}.", folder.display()));
                code = ExitCode::FAILURE;
            }
            Err(fault) => return complain(&format!("无法移动。{fault}.")),
        }
    }
    code
}

/// `assize reconcile`: compares docket, records and second copy. 0 when nothing was found, 1 with
/// what was, 2 when it could not be done.
pub(crate) async fn reconcile(path: Option<PathBuf>) -> ExitCode {
    let config = match config::read(path.as_deref()) {
        Ok(config) => config,
        Err(sentence) => return complain(&sentence),
    };
    let store = match config.store().map(|store| Store::open(&store)).transpose() {
        Ok(store) => store,
        Err(fault) => return complain(&format!("副本存储不可用。{fault}.")),
    };
    let listed = match Docket::open_with(&config.data, config.real_name_key.as_deref()).await {
        Ok(docket) => nightly::listed(&docket).await,
        Err(fault) => Err(fault),
    };
    let listed = match listed {
        Ok(listed) => listed,
        Err(fault) => return complain(&format!("无法打开排期库。{fault}.")),
    };
    aside(move |runtime| {
        // What is not closed may be going on in a server beside this command.
        let live: BTreeSet<_> =
            listed.iter().filter(|line| !line.closed).map(|line| line.hearing).collect();
        let compared = Compared {
            archive: &config.archive,
            store: store.as_ref(),
            listed: Some(&listed),
            live: &live,
        };
        let clock = clock::start();
        let report = match recorder::reconcile(&compared, runtime, || clock().utc) {
            Ok(report) => report,
            Err(fault) => return complain(&format!("无法核对。{fault}.")),
        };
        for finding in &report.findings {
            let recorder::Finding { hearing, wrong, detail } = finding;
            say(&format!("{hearing}: {} · {detail}", wrong.named()));
        }
        say(&format!(
            "卷宗 records {} · 副本 copies {} · 差异 findings {}",
            report.records,
            report.copies,
            report.count(),
        ));
        nightly::lock_copies(store.as_ref(), runtime, clock().utc, &report);
        if report.count() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    })
    .await
}
