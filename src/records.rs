//! Subcommands for records at rest: verify, pack, key.
//!
//! What is not here: what is checked and packed (crates `record` and `recorder`).

use std::path::Path;
use std::process::ExitCode;

use recorder::{CourtKey, KeyPlace, PublicKey, RecorderFault};

use crate::clock;
use crate::commands::{complain, say};
use crate::config::{self, Config};

/// `assize verify`: 0 when everything is intact, 1 when something was found, 2 when it cannot be
/// read.
pub(crate) fn verify(archive: &Path, key: Option<&Path>) -> ExitCode {
    let key = match key.map(public_key).transpose() {
        Ok(key) => key,
        Err(sentence) => return complain(&sentence),
    };
    let verdicts = match recorder::verify(archive, key.as_ref()) {
        Ok(verdicts) => verdicts,
        Err(fault) => {
            return complain(&format!(
                "无法读取卷宗 {0}：{fault}。Cannot read the archive {0}: {fault}.",
                archive.display()
            ));
        }
    };
    if verdicts.is_empty() {
        return complain(&format!(
            "{0} 中没有庭审卷宗。There is no hearing in {0}.",
            archive.display()
        ));
    }
    let mut intact = true;
    for (hearing, verdict) in verdicts {
        intact &= verdict.intact;
        say(&format!(
            "{hearing}: {} · {} · 条目 entries {} · 分段 segments {}",
            if verdict.intact { "完整 intact" } else { "不完整 NOT INTACT" },
            if verdict.sealed { "已封存 sealed" } else { "未封存 not sealed" },
            verdict.entries,
            verdict.segments,
        ));
        for finding in verdict.findings {
            say(&format!("  {finding}"));
        }
        for remark in verdict.remarks {
            say(&format!("  · {remark}"));
        }
    }
    if intact { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn public_key(path: &Path) -> Result<PublicKey, String> {
    let wrong = |fault: &dyn core::fmt::Display| {
        format!(
            "公钥文件 {0} 不可用：{fault}。The public key {0} cannot be used: {fault}.",
            path.display()
        )
    };
    let text = std::fs::read_to_string(path).map_err(|fault| wrong(&fault))?;
    PublicKey::from_pem(&text).ok_or_else(|| wrong(&"no Ed25519 or SM2 public key (PEM)"))
}

/// `assize pack`: 0 when the package is written, 2 when it cannot be.
pub(crate) fn pack(hearing: &Path, out: &Path) -> ExitCode {
    match recorder::pack(hearing, out, &signaling::verifier_page(), clock::start()().utc) {
        Ok(Some(())) => {
            say(&format!("卷宗包已写好。The package is written: {}", out.display()));
            ExitCode::SUCCESS
        }
        Ok(None) => complain(&format!(
            "{0} 不是已封存的庭审卷宗目录（形如 h17）。{0} is no folder of a sealed hearing (as h17).",
            hearing.display()
        )),
        Err(fault) => {
            complain(&format!("无法打包：{fault}。The package cannot be written: {fault}."))
        }
    }
}

/// `assize key`: prints the public key; 2 when there is none and none can be made.
pub(crate) fn key(path: Option<&Path>) -> ExitCode {
    let config = match config::read(path) {
        Ok(config) => config,
        Err(sentence) => return complain(&sentence),
    };
    match court_key(&config) {
        Ok(key) => {
            let public = key.public();
            say(public.to_pem().trim_end());
            say(&format!("{} · 指纹 fingerprint {}", public.algorithm(), public.fingerprint()));
            ExitCode::SUCCESS
        }
        Err(fault) => complain(&key_sentence(&fault)),
    }
}

/// The court's key as the configuration says.
///
/// # Errors
/// As [`recorder::court_key`].
pub(crate) fn court_key(config: &Config) -> Result<CourtKey, RecorderFault> {
    recorder::court_key(&KeyPlace {
        data: config.data.clone(),
        given: config.record_key.clone(),
        algorithm: config.record_signature,
    })
}

/// What to do about a key that cannot be used.
pub(crate) fn key_sentence(fault: &RecorderFault) -> String {
    format!(
        "卷宗签名密钥不可用：{fault}。请检查 record_key 与数据目录。\
         The key that signs the records cannot be used: {fault}. Check record_key and data."
    )
}
