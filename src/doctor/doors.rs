//! The doors: the certificate, the ports of pages and media, the address parties are given.
//!
//! What is not here: what stands behind the doors. Whether stations reach them can only be seen from
//! a station: the page's connection test does.

use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::HOST;
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use signaling::CertificateLook;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::Finding;
use crate::config::Config;
use crate::tls::{Trust, client_config};

/// A certificate that runs out sooner is named.
const RENEW_DAYS: i64 = 21;
const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// A name server that takes longer is away.
const NAMES_WAIT: Duration = Duration::from_secs(5);
/// A server of ours says that it is well within this time.
const HEALTH_WAIT: Duration = Duration::from_secs(3);
/// What it says.
const WELL: &[u8] = b"ok\n";

/// All of it.
pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let mut found = vec![certificate(config)];
    let mut ours = false;
    for address in &config.https {
        let (finding, is_assize) = https(*address).await;
        ours |= is_assize;
        found.push(finding);
    }
    found.extend(config.media.iter().map(|address| media(*address, ours)));
    found.extend(page(config).await);
    found
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn certificate(config: &Config) -> Finding {
    let what = "certificate";
    let (Some(chain), Some(key)) = (&config.certificate, &config.certificate_key) else {
        return Finding::note(
            what,
            "使用自制试用证书，浏览器会警告，TLS 中继不提供",
            "The trial certificate is used: browsers warn, and the relay over TLS is not offered",
        )
        .so(
            "正式使用时设置 certificate 与 certificate_key",
            "In service set certificate and certificate_key",
        );
    };
    let look = match signaling::look_at_certificate(chain, key) {
        Ok(look) => look,
        Err(fault) => {
            return Finding::bad(what, "证书不可用", format!("The certificate: {fault}")).so(
                "检查 certificate（PEM，站点证书在前）与 certificate_key 是否配对",
                "Check that certificate (PEM, leaf first) and certificate_key belong together",
            );
        }
    };
    judge_certificate(&look, now_ms(), host_of(&config.page))
}

/// What a certificate is worth at a moment, for a page at this host.
fn judge_certificate(look: &CertificateLook, now_ms: i64, host: Option<&str>) -> Finding {
    let what = "certificate";
    let renew = |finding: Finding| {
        finding.so(
            "向证书机构续期，替换文件后重启服务",
            "Renew it, put the new files in place and restart",
        )
    };
    let days = (look.until.0 - now_ms).div_euclid(DAY_MS);
    if now_ms < look.from.0 {
        return renew(Finding::bad(
            what,
            "证书尚未生效",
            "The certificate is not valid yet; or this machine's clock is behind",
        ));
    }
    if days < 0 {
        let past = -days;
        return renew(Finding::bad(
            what,
            format!("证书已过期 {past} 天"),
            format!("The certificate ran out {past} days ago"),
        ));
    }
    let names = look.names.join(", ");
    if let Some(host) = host.filter(|host| !look.names.iter().any(|name| covers(name, host))) {
        return Finding::bad(
            what,
            format!("证书上没有 {host}（只有 {names}）"),
            format!("The certificate does not name {host} (it names {names})"),
        )
        .so("换一张包含该名称的证书，或修改 page", "Get one that names it, or mend page");
    }
    if days < RENEW_DAYS {
        return renew(Finding::note(
            what,
            format!("证书 {days} 天后过期"),
            format!("The certificate runs out in {days} days"),
        ));
    }
    Finding::good(
        what,
        format!("证书可用，{days} 天后过期，名称 {names}"),
        format!("The certificate is good for {days} days and names {names}"),
    )
}

/// Whether a name of a certificate is a host's (RFC 6125 §6.4.3: a star is one whole first label).
fn covers(name: &str, host: &str) -> bool {
    let rest = name.strip_prefix('*').filter(|rest| rest.starts_with('.'));
    match rest {
        Some(rest) => host.split_once('.').is_some_and(|(first, after)| {
            !first.is_empty() && after.eq_ignore_ascii_case(&rest[1..])
        }),
        None => name.eq_ignore_ascii_case(host),
    }
}

/// The host of a page's address, without port.
fn host_of(page: &str) -> Option<&str> {
    let rest = page.strip_prefix("https://")?;
    match rest.strip_prefix('[') {
        Some(v6) => v6.split_once(']').map(|(host, _)| host),
        None => Some(rest.split_once(':').map_or(rest, |(host, _)| host)),
    }
}

/// What is wrong with an address nothing can be bound to.
fn unbound(what: &'static str, key: &str, address: SocketAddr, fault: &io::Error) -> Finding {
    let sentence = |zh: &dyn Display, en: &dyn Display| Finding::bad(what, zh, en);
    let kind = fault.kind();
    if kind == ErrorKind::AddrInUse {
        let zh = format!("{key} 的 {address} 已被其他程序占用");
        sentence(&zh, &format!("{address} of {key} is taken by another program")).so(
            format!("用 ss -lntup 查明是谁，停止它，或修改 {key}"),
            format!("Find it with ss -lntup and stop it, or change {key}"),
        )
    } else if kind == ErrorKind::AddrNotAvailable {
        let zh = format!("{key} 的 {address} 不是本机地址");
        sentence(&zh, &format!("{address} of {key} is no address of this machine")).so(
            format!("把 {key} 改为本机地址（ip address 可查）"),
            format!("Set {key} to an address of this machine (see ip address)"),
        )
    } else if kind == ErrorKind::PermissionDenied {
        let zh = format!("没有权限使用 {address}（端口小于 1024）");
        sentence(&zh, &format!("No right to use {address} (a port below 1024)")).so(
            "服务单元设 AmbientCapabilities=CAP_NET_BIND_SERVICE",
            "Set AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit",
        )
    } else {
        let zh = format!("{key} 的 {address} 不可用：{fault}");
        sentence(&zh, &format!("{address} of {key} cannot be used: {fault}"))
            .so(format!("检查 {key}"), format!("Check {key}"))
    }
}

/// An address of pages: free, or taken by a server of ours.
async fn https(address: SocketAddr) -> (Finding, bool) {
    let what = "https";
    let Err(fault) = TcpListener::bind(address) else {
        let zh = format!("网页端口 TCP {address} 空闲");
        return (Finding::good(what, zh, format!("TCP {address} is free for pages")), false);
    };
    if fault.kind() == ErrorKind::AddrInUse && is_assize(local(address)).await {
        let zh = format!("网页端口 TCP {address} 上 Assize 正在运行");
        return (Finding::good(what, zh, format!("Assize answers at TCP {address}")), true);
    }
    (unbound(what, "https", address, &fault), false)
}

/// Whether a server of ours answers there, under whatever certificate.
async fn is_assize(address: SocketAddr) -> bool {
    let asked = timeout(HEALTH_WAIT, health(address)).await;
    asked.is_ok_and(|answer| answer.is_some_and(|answer| answer == WELL))
}

async fn health(address: SocketAddr) -> Option<Bytes> {
    let tls = client_config(&Trust::Anybody).ok()?;
    let stream = TcpStream::connect(address).await.ok()?;
    let name = ServerName::from(address.ip());
    let stream = TlsConnector::from(Arc::new(tls)).connect(name, stream).await.ok()?;
    let opened = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, driver) = opened.ok()?;
    // Ends with the one request it carries.
    let driver = tokio::spawn(driver);
    let request = Request::get("/health").header(HOST, address.to_string());
    let answer = sender.send_request(request.body(Empty::<Bytes>::new()).ok()?).await.ok()?;
    let body = http_body_util::Limited::new(answer.into_body(), WELL.len()).collect().await.ok()?;
    driver.abort();
    Some(body.to_bytes())
}

/// By which address this machine reaches what listens there.
fn local(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn media(address: SocketAddr, ours: bool) -> Finding {
    let what = "media";
    match UdpSocket::bind(address) {
        Ok(_) => Finding::good(
            what,
            format!("媒体端口 UDP {address} 空闲；站点能否到达，请在站点用网页的连接测试"),
            format!(
                "UDP {address} is free for media; whether stations reach it shows their \
                 connection test"
            ),
        ),
        Err(fault) if ours && fault.kind() == ErrorKind::AddrInUse => Finding::good(
            what,
            format!("媒体端口 UDP {address} 正在使用"),
            format!("UDP {address} is in use"),
        ),
        Err(fault) => unbound(what, "media", address, &fault),
    }
}

/// The address parties are given must lead somewhere.
async fn page(config: &Config) -> Option<Finding> {
    let what = "page";
    let host = host_of(&config.page)?;
    let found = timeout(NAMES_WAIT, lookup_host((host, 443))).await;
    let first = found.ok().and_then(Result::ok).and_then(|mut found| found.next());
    Some(match first {
        Some(address) => Finding::good(
            what,
            format!("{host} 解析为 {}", address.ip()),
            format!("{host} is {}", address.ip()),
        ),
        None => Finding::bad(
            what,
            format!("无法解析 {host}，通知里的链接打不开"),
            format!("{host} cannot be resolved: links in notices lead nowhere"),
        )
        .so("检查 page 与域名解析", "Check page and the name servers"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;
    use model::Timestamp;

    #[test]
    fn names_of_certificates() {
        for (name, host, fits) in [
            ("court.example", "Court.Example", true),
            ("*.court.example", "hearing.court.example", true),
            ("*.court.example", "court.example", false),
            ("*.court.example", "a.b.court.example", false),
            ("*", "court", false),
        ] {
            assert_eq!(covers(name, host), fits, "{name} {host}");
        }
        assert_eq!(host_of("https://[2001:db8::1]:8443"), Some("2001:db8::1"));
        assert_eq!(host_of("https://court.example:8443"), Some("court.example"));
    }

    #[test]
    fn certificates_run_out() {
        let look = CertificateLook {
            from: Timestamp(10 * DAY_MS),
            until: Timestamp(100 * DAY_MS),
            names: vec!["court.example".to_owned()],
        };
        let at = |day: i64| judge_certificate(&look, day * DAY_MS, Some("court.example")).state;
        assert_eq!(at(9), State::Bad);
        assert_eq!(at(10), State::Good);
        assert_eq!(at(79), State::Good);
        assert_eq!(at(80), State::Note);
        assert_eq!(at(101), State::Bad);
        assert_eq!(judge_certificate(&look, 20 * DAY_MS, Some("other")).state, State::Bad);
        assert_eq!(judge_certificate(&look, 20 * DAY_MS, None).state, State::Good);
    }
}
