//! What an operator says about cameras: the arguments of one camera, or a TOML file with several.
//!
//! What is not here: what is done with it. Addresses and codes are private; no fault repeats them.

use std::path::{Path, PathBuf};

use hyper::Uri;
use model::Private;
use serde::Deserialize;
use url::Url;

use crate::tls::{SYSTEM_AUTHORITIES, Trust};

/// Cameras of one process.
const CAMERAS_MAX: usize = 64;
/// Bytes of the file.
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// How RTP comes from the camera.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Transport {
    /// Inside the RTSP connection: nothing is lost and nothing else needs to be open.
    #[default]
    Tcp,
    /// In datagrams of its own: less delay on a good network of one's own.
    Udp,
}

/// One camera and the seat it takes.
#[derive(Clone, Debug)]
pub(crate) struct Camera {
    /// Its place in the file or on the command line, from 1: the name it has in the log.
    pub(crate) number: usize,
    /// The RTSP address, without name and password.
    pub(crate) rtsp: Private<Url>,
    /// Name and password for digest authentication.
    pub(crate) login: Option<Private<(String, String)>>,
    /// How RTP comes from the camera.
    pub(crate) transport: Transport,
    /// The WHIP address of the hearing.
    pub(crate) whip: Private<Uri>,
    /// The join code of the seat.
    pub(crate) code: Private<String>,
    /// Whose certificate is believed.
    pub(crate) trust: Trust,
}

/// One camera as it is written; both the arguments and a table of the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    /// `rtsp://user:password@host/path`
    pub(crate) rtsp: Private<String>,
    /// Name, where it does not stand in the address.
    pub(crate) user: Option<Private<String>>,
    /// Password, where it does not stand in the address.
    pub(crate) password: Option<Private<String>>,
    /// `tcp` or `udp`.
    #[serde(default)]
    pub(crate) transport: Transport,
    /// `https://court:8443/whip/<hearing>`
    pub(crate) whip: Private<String>,
    /// The join code.
    pub(crate) code: Private<String>,
    /// PEM file of the authorities that are believed.
    pub(crate) trust: Option<PathBuf>,
    /// Believe every certificate.
    #[serde(default)]
    pub(crate) trust_any: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    camera: Vec<Written>,
}

/// Reads a file of cameras.
///
/// # Errors
/// One sentence in Chinese and English that says what to mend.
pub(crate) fn read(path: &Path) -> Result<Vec<Camera>, String> {
    let unreadable = |fault: std::io::Error| {
        format!(
            "无法读取摄像机配置文件 {0}：{fault}。Cannot read the cameras' file {0}: {fault}.",
            path.display()
        )
    };
    let size = std::fs::metadata(path).map_err(unreadable)?.len();
    if size > FILE_BYTES_MAX {
        return Err("摄像机配置文件过大。The cameras' file is too large.".to_owned());
    }
    parse(&std::fs::read_to_string(path).map_err(unreadable)?)
}

fn parse(text: &str) -> Result<Vec<Camera>, String> {
    // The parser's own message would quote the line, password and all.
    let file: File = toml::from_str(text).map_err(|fault| {
        let line = fault.span().map_or(0, |span| {
            1 + text.as_bytes().iter().take(span.start).filter(|byte| **byte == b'\n').count()
        });
        format!(
            "摄像机配置文件第 {line} 行有误，请对照说明修改。\
             The cameras' file is wrong at line {line}; compare it with docs/operating.md."
        )
    })?;
    if file.camera.is_empty() || file.camera.len() > CAMERAS_MAX {
        return Err(format!(
            "摄像机须为 1 至 {CAMERAS_MAX} 台。Give one to {CAMERAS_MAX} cameras."
        ));
    }
    file.camera.into_iter().enumerate().map(|(at, one)| check(at + 1, one)).collect()
}

/// Checks one camera.
///
/// # Errors
/// One sentence in Chinese and English that says what to mend.
pub(crate) fn check(number: usize, written: Written) -> Result<Camera, String> {
    let wrong = |zh: &str, en: &str| format!("摄像机 {number}：{zh}。Camera {number}: {en}.");
    let mut rtsp: Url = written.rtsp.reveal().parse().map_err(|_| {
        wrong(
            "rtsp 不是地址",
            "rtsp is no address (special letters of a password: use user, password)",
        )
    })?;
    if rtsp.scheme() != "rtsp" || rtsp.host_str().is_none_or(str::is_empty) {
        return Err(wrong("rtsp 须以 rtsp:// 开头并含主机", "rtsp must be rtsp://host/path"));
    }
    let in_address = (!rtsp.username().is_empty())
        .then(|| (decode(rtsp.username()), decode(rtsp.password().unwrap_or_default())));
    if rtsp.set_username("").is_err() || rtsp.set_password(None).is_err() {
        return Err(wrong("rtsp 不是地址", "rtsp is no address"));
    }
    let beside = written.user.map(|user| {
        (user.into_inner(), written.password.map(Private::into_inner).unwrap_or_default())
    });
    let whip: Uri =
        written.whip.reveal().parse().map_err(|_| wrong("whip 不是地址", "whip is no address"))?;
    if whip.scheme_str() != Some("https") || whip.host().is_none() {
        return Err(wrong("whip 须为 https 地址", "whip must be an https address"));
    }
    let code = written.code.reveal();
    if code.is_empty() || code.len() > 200 || !code.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong("验证码不可用", "the join code cannot be used"));
    }
    let trust = match (written.trust, written.trust_any) {
        (Some(_), true) => {
            return Err(wrong("trust 与 trust-any 只可选一", "take trust or trust-any, not both"));
        }
        (Some(file), false) => Trust::Authorities(file),
        (None, true) => Trust::Anybody,
        (None, false) => Trust::Authorities(PathBuf::from(SYSTEM_AUTHORITIES)),
    };
    Ok(Camera {
        number,
        rtsp: Private::new(rtsp),
        login: beside.or(in_address).map(Private::new),
        transport: written.transport,
        whip: Private::new(whip),
        code: written.code,
        trust,
    })
}

/// Undoes percent encoding (RFC 3986 §2.1); what is not encoded rightly stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|two| core::str::from_utf8(two).ok());
        let coded = (first == b'%').then_some(digits).flatten();
        match coded.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests;
