//! What the machine must have: programs, fonts, limits of the process, buffers of the kernel.
//!
//! What is not here: disks (`folders`), ports (`doors`).

use std::fs::read_to_string;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

use rustix::process::{Resource, getrlimit};

use super::Finding;
use crate::config::Config;
use crate::press;

/// Files and connections a busy server holds: 8,192 connections, and what it writes.
const FILES_MIN: u64 = 10_240;
/// Free memory below which a server with a few hearings has none to spare, bytes.
const MEMORY_MIN: u64 = 1024 * 1024 * 1024;

/// All of it, one after the other.
pub(super) fn look(config: &Config) -> Vec<Finding> {
    vec![ffmpeg(), printing(), film_font(), files(), memory(), threads(config), buffers()]
}

/// What a program prints, if it is there and ends well.
fn printed(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn ffmpeg() -> Finding {
    let wanted = ["libx264", "aac"];
    let Some(list) = printed("ffmpeg", &["-hide_banner", "-encoders"]) else {
        return Finding::bad(
            "ffmpeg",
            "找不到 ffmpeg，无法合成录像，也无法回放画面",
            "There is no ffmpeg: films cannot be composed, pictures not played",
        )
        .so("安装软件包 ffmpeg", "Install the package ffmpeg");
    };
    let has = |name: &&str| list.lines().any(|line| line.split_whitespace().nth(1) == Some(name));
    let missing: Vec<_> = wanted.into_iter().filter(|name| !has(name)).collect();
    if missing.is_empty() {
        return Finding::good("ffmpeg", "ffmpeg 可用", "ffmpeg has the encoders it needs");
    }
    let missing = missing.join(", ");
    Finding::bad(
        "ffmpeg",
        format!("ffmpeg 缺少编码器 {missing}，无法合成录像"),
        format!("ffmpeg lacks the encoders {missing}: films cannot be composed"),
    )
    .so("安装 Debian 的 ffmpeg", "Install the ffmpeg of Debian")
}

fn printing() -> Finding {
    if let Err(sentence) = press::fonts(Path::new(press::FONTS)) {
        return Finding::bad("documents", "无法打印文书（PDF）", sentence)
            .so("安装软件包 fonts-noto-cjk", "Install the package fonts-noto-cjk");
    }
    match printed("prlimit", &["--version"]) {
        Some(_) => Finding::good("documents", "文书字体齐全", "Documents can be printed"),
        None => Finding::bad(
            "documents",
            "找不到 prlimit，无法打印文书（PDF）",
            "There is no prlimit: documents cannot be printed",
        )
        .so("安装软件包 util-linux", "Install the package util-linux"),
    }
}

fn film_font() -> Finding {
    let font = recorder::FONT;
    match std::fs::metadata(font) {
        Ok(_) => Finding::good("film_font", "录像字幕字体齐全", "Films have their font"),
        Err(fault) => Finding::bad(
            "film_font",
            format!("合成录像缺少字体 {font}（{fault}）"),
            format!("Films lack their font {font} ({fault})"),
        )
        .so("安装软件包 fonts-noto-cjk", "Install the package fonts-noto-cjk"),
    }
}

fn files() -> Finding {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    if limit >= FILES_MIN {
        return Finding::good(
            "open_files",
            "可同时打开的文件数足够",
            "Enough files can be open at once",
        );
    }
    Finding::note(
        "open_files",
        format!("最多只能同时打开 {limit} 个文件，人多时会不够"),
        format!("Only {limit} files can be open at once, too few for many people"),
    )
    .so(
        format!("服务单元设 LimitNOFILE=65536；手工运行先执行 ulimit -n {FILES_MIN}"),
        format!("Set LimitNOFILE=65536 in the unit; by hand run ulimit -n {FILES_MIN} first"),
    )
}

/// A figure of `/proc/meminfo`, bytes.
fn available_memory() -> Option<u64> {
    let text = read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    kib.checked_mul(1024)
}

fn memory() -> Finding {
    match available_memory() {
        Some(free) if free < MEMORY_MIN => Finding::note(
            "memory",
            format!("可用内存仅 {} MiB", free >> 20),
            format!("Only {} MiB of memory are free", free >> 20),
        )
        .so("关闭其他程序，或增加内存", "End other programs, or add memory"),
        Some(_) | None => Finding::good("memory", "内存足够", "There is memory enough"),
    }
}

fn threads(config: &Config) -> Finding {
    let cores = available_parallelism().map_or(1, usize::from);
    let threads = config.media_threads;
    if threads <= cores {
        return Finding::good(
            "media_threads",
            format!("媒体线程 {threads}，处理器核 {cores}"),
            format!("{threads} media threads on {cores} cores"),
        );
    }
    Finding::note(
        "media_threads",
        format!("媒体线程 {threads} 多于处理器核 {cores}"),
        format!("There are more media threads ({threads}) than cores ({cores})"),
    )
    .so("把 media_threads 设为不多于核数", "Set media_threads to the number of cores at most")
}

fn buffers() -> Finding {
    let wanted = sfu::KERNEL_BYTES;
    let small = ["rmem_max", "wmem_max"].into_iter().find_map(|name| {
        let text = read_to_string(format!("/proc/sys/net/core/{name}")).ok()?;
        let bytes: usize = text.trim().parse().ok()?;
        (bytes < wanted).then_some((name, bytes))
    });
    let Some((name, bytes)) = small else {
        return Finding::good("udp_buffers", "UDP 缓冲足够", "The kernel's UDP buffers are large");
    };
    Finding::note(
        "udp_buffers",
        format!("系统允许的 UDP 缓冲只有 {bytes} 字节，忙时可能丢包"),
        format!(
            "The kernel allows UDP buffers of {bytes} bytes only: a busy server may lose packets"
        ),
    )
    .so(
        format!("执行 sysctl -w net.core.{name}={wanted}，并写入 /etc/sysctl.d"),
        format!("Run sysctl -w net.core.{name}={wanted}, and keep it in /etc/sysctl.d"),
    )
}
