//! The folders: data, archive, keys and the database in them.
//!
//! What is not here: the second copy (`services`).

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use recorder::KeyPlace;
use rustix::process::geteuid;
use signaling::DatabaseLook;

use super::Finding;
use crate::config::Config;

/// Writes of a trial: so many, of so many bytes.
const WRITES: usize = 5;
const WRITE_BYTES: usize = 1024 * 1024;
/// From here on a disk is slow for a record that is synced every second.
const SLOW: Duration = Duration::from_millis(250);
/// From here on alarms would be raised (`disk_slow`).
const TOO_SLOW: Duration = Duration::from_secs(2);
/// Kinds of file systems that lose everything with the power (statfs(2)).
const TMPFS: i64 = 0x0102_1994;
const RAMFS: i64 = 0x8584_58f6;

/// All of it.
pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let mut found = folder("data", "数据目录", "data folder", &config.data, 0);
    found.extend(folder(
        "archive",
        "卷宗目录",
        "archive folder",
        &config.archive,
        config.archive_free_min,
    ));
    found.extend(same_disk(config));
    found.push(database(&config.data).await);
    found.push(key(config));
    found
}

/// The folder, or the nearest one above it that exists.
fn standing(path: &Path) -> Option<PathBuf> {
    let own = std::path::absolute(path).ok()?;
    own.ancestors().find(|path| path.exists()).map(Path::to_owned)
}

fn folder(what: &'static str, zh: &str, en: &str, path: &Path, free_min: u64) -> Vec<Finding> {
    let shown = path.display();
    let Some(place) = standing(path) else {
        return vec![
            Finding::bad(
                what,
                format!("{zh} {shown} 无效"),
                format!("The {en} {shown} is no path"),
            )
            .so("修改配置", "Mend the configuration"),
        ];
    };
    let write = match trial(&place) {
        Ok(write) => write,
        Err(fault) => {
            return vec![
                Finding::bad(
                    what,
                    format!("{zh} {shown} 无法写入：{fault}"),
                    format!("The {en} {shown} cannot be written: {fault}"),
                )
                .so(
                    "以运行服务的用户执行本命令；检查权限，检查磁盘是否已挂载、是否只读",
                    "Run this as the user of the service; check rights, and that the disk is \
                     mounted and not read-only",
                ),
            ];
        }
    };
    let mut found = vec![speed(what, zh, en, path, write)];
    found.extend(space(what, zh, en, &place, free_min));
    found.extend(kind(what, zh, en, &place));
    found.extend(owner(what, zh, en, path));
    found
}

/// Writes and syncs as the recorder does; the longest it took.
fn trial(folder: &Path) -> io::Result<Duration> {
    if !folder.is_dir() {
        return Err(io::Error::from(io::ErrorKind::NotADirectory));
    }
    let mut chance = [0; 8];
    getrandom::fill(&mut chance).map_err(io::Error::other)?;
    let path = folder.join(format!(".doctor-{:016x}", u64::from_le_bytes(chance)));
    let written = write(&path);
    fs::remove_file(&path)?;
    written
}

fn write(path: &Path) -> io::Result<Duration> {
    let bytes = vec![0x5a; WRITE_BYTES];
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let mut longest = Duration::ZERO;
    for _ in 0..WRITES {
        let begun = Instant::now();
        file.write_all(&bytes)?;
        file.sync_data()?;
        longest = longest.max(begun.elapsed());
    }
    Ok(longest)
}

fn speed(what: &'static str, zh: &str, en: &str, path: &Path, write: Duration) -> Finding {
    let (shown, ms) = (path.display(), write.as_millis());
    let slow = if write < SLOW {
        return Finding::good(
            what,
            format!("{zh} {shown} 可写，写入 1 MiB 并落盘最慢 {ms} 毫秒"),
            format!("The {en} {shown} can be written; 1 MiB is on disk within {ms} ms"),
        );
    } else if write < TOO_SLOW {
        Finding::note
    } else {
        Finding::bad
    };
    slow(
        what,
        format!("{zh} {shown} 很慢：写入 1 MiB 并落盘用了 {ms} 毫秒"),
        format!("The {en} {shown} is slow: 1 MiB took {ms} ms"),
    )
    .so(
        "查明还有谁在用这块磁盘，或换更快的盘",
        "Find what else uses the disk, or take a quicker one",
    )
}

fn space(what: &'static str, zh: &str, en: &str, place: &Path, least: u64) -> Option<Finding> {
    let free = recorder::free_bytes(place)?;
    let (gib, least_gib) = (free >> 30, least >> 30);
    (free < least).then(|| {
        Finding::bad(
            what,
            format!(
                "{zh}所在磁盘只剩 {gib} GiB，低于 archive_free_min（{least_gib} GiB），无法开庭"
            ),
            format!(
                "The disk of the {en} has {gib} GiB left, below archive_free_min ({least_gib} \
                 GiB): no hearing opens"
            ),
        )
        .so("腾出空间，或换更大的磁盘", "Make space, or take a larger disk")
    })
}

fn kind(what: &'static str, zh: &str, en: &str, place: &Path) -> Option<Finding> {
    let kind = rustix::fs::statfs(place).ok()?.f_type;
    [TMPFS, RAMFS].contains(&kind).then(|| {
        Finding::note(
            what,
            format!("{zh}在内存中，断电即失"),
            format!("The {en} is in memory: it is gone with the power"),
        )
        .so("改放到磁盘上", "Put it on a disk")
    })
}

/// Files made by somebody else cannot be written by the service.
fn owner(what: &'static str, zh: &str, en: &str, path: &Path) -> Option<Finding> {
    let (owner, own) = (fs::metadata(path).ok()?.uid(), geteuid().as_raw());
    (owner != own).then(|| {
        Finding::note(
            what,
            format!("{zh}属于用户 {owner}，本命令以用户 {own} 运行"),
            format!("The {en} belongs to user {owner}, this command runs as user {own}"),
        )
        .so(
            "以运行服务的用户执行：sudo -u assize assize doctor --config …",
            "Run it as the user of the service: sudo -u assize assize doctor --config …",
        )
    })
}

fn same_disk(config: &Config) -> Option<Finding> {
    let disk = |path: &Path| fs::metadata(standing(path)?).ok().map(|meta| meta.dev());
    (disk(&config.data)? == disk(&config.archive)?).then(|| {
        Finding::note("archive", "卷宗与数据在同一块磁盘上", "Records and data are on one disk").so(
            "正式使用时给卷宗单独一块盘，并设置 copy_to",
            "In service give the records a disk of their own, and set copy_to",
        )
    })
}

async fn database(data: &Path) -> Finding {
    let what = "database";
    match signaling::look_at_database(data).await {
        DatabaseLook::Missing => Finding::good(
            what,
            "还没有排期库，首次启动时创建",
            "There is no docket yet; the first start makes it",
        ),
        DatabaseLook::Sound { lines, head } => Finding::good(
            what,
            format!("排期库完好，操作日志 {lines} 条，链完整（末条 {head}）"),
            format!("The docket is sound; the audit log's {lines} lines follow (last {head})"),
        ),
        DatabaseLook::AuditBroken { line } => Finding::bad(
            what,
            format!("操作日志自第 {line} 条起对不上：有人绕过程序改动了数据库"),
            format!(
                "The audit log does not follow from line {line} on: somebody changed it by hand"
            ),
        )
        .so(
            "保留现状，与备份比对，报安全管理员",
            "Keep it as it is, compare it with a backup, tell who answers for security",
        ),
        DatabaseLook::Damaged(why) => Finding::bad(
            what,
            format!("排期库损坏或无法读取：{why}"),
            format!("The docket is damaged or cannot be read: {why}"),
        )
        .so(
            "停止服务，保留原文件，从备份恢复 docket.sqlite",
            "Stop the service, keep the file, restore docket.sqlite from a backup",
        ),
    }
}

fn key(config: &Config) -> Finding {
    let what = "record_key";
    let place = KeyPlace {
        data: config.data.clone(),
        given: config.record_key.clone(),
        algorithm: config.record_signature,
    };
    let path = place.path();
    let mode = fs::metadata(&path).map(|meta| meta.permissions().mode());
    match (mode, &config.record_key) {
        (Err(_), None) => Finding::good(
            what,
            "还没有卷宗签名密钥，首次启动时创建",
            "There is no key for the records yet; the first start makes it",
        ),
        (Ok(mode), _) if mode & 0o077 != 0 => Finding::bad(
            what,
            format!("卷宗签名密钥 {} 可被他人读取", path.display()),
            format!("The key that signs the records, {}, can be read by others", path.display()),
        )
        .so(format!("chmod 600 {}", path.display()), format!("chmod 600 {}", path.display())),
        (Ok(_) | Err(_), _) => match recorder::court_key(&place) {
            Ok(key) => {
                let print = key.public().fingerprint();
                Finding::good(
                    what,
                    format!("卷宗签名密钥可用，指纹 {print}"),
                    format!("The key that signs the records has the fingerprint {print}"),
                )
            }
            Err(fault) => Finding::bad(
                what,
                "卷宗签名密钥不可用",
                format!("The key that signs the records cannot be used: {fault}"),
            )
            .so("检查 record_key 与数据目录", "Check record_key and the data folder"),
        },
    }
}
