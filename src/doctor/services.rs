//! What stands elsewhere: clocks, the second copy, engines and authorities.
//!
//! What is not here: using them.

use std::time::Duration;

use recorder::Store;
use signaling::TimeServers;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

use super::Finding;
use crate::config::Config;

/// A service that does not take a connection within this time is away.
const CONNECT_WAIT: Duration = Duration::from_secs(3);
/// A store that does not answer a trial within this time is away.
const STORE_WAIT: Duration = Duration::from_secs(20);

/// All that is configured.
pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let mut found = vec![clock(config).await, copy(config).await];
    let services = [
        ("timestamp", "timestamp_url", &config.timestamp_url),
        ("faces", "face_url", &config.face_url),
        ("speech", "speech_url", &config.speech_url),
    ];
    for (what, key, url) in services {
        if let Some(url) = url {
            found.push(reached(what, key, url).await);
        }
    }
    found
}

async fn clock(config: &Config) -> Finding {
    let what = "clock";
    let (servers, limit_ms) = (config.time_servers.clone(), config.clock_limit_ms);
    if servers.is_empty() {
        return Finding::note(
            what,
            "没有设置时间服务器，时钟无从核对，录音录像中会注明",
            "No time server is named: the clock is not checked, and the records say so",
        )
        .so("设置 time_servers", "Set time_servers");
    }
    let names = servers.join(", ");
    let reading = TimeServers { servers, limit_ms }.ask().await;
    let Some(offset) = reading.offset_ms else {
        return Finding::bad(
            what,
            format!("时间服务器没有应答：{names}"),
            format!("No time server answers: {names}"),
        )
        .so(
            "检查 time_servers 与防火墙（UDP 123）",
            "Check time_servers and the firewall (UDP 123)",
        );
    };
    if reading.is_off() {
        return Finding::bad(
            what,
            format!("时钟相差 {offset} 毫秒，超过 {limit_ms} 毫秒，需录制的庭审不能开庭"),
            format!("The clock is {offset} ms off, more than {limit_ms}: nothing recorded opens"),
        )
        .so("启用系统校时（chrony 或 systemd-timesyncd）", "Let the system set it (chrony)");
    }
    Finding::good(
        what,
        format!("时钟相差 {offset} 毫秒（{}）", reading.source),
        format!("The clock is {offset} ms off ({})", reading.source),
    )
}

async fn copy(config: &Config) -> Finding {
    let what = "copy";
    let Some(store) = config.store() else {
        return Finding::note(what, "没有第二份副本", "There is no second copy")
            .so("设置 copy_to，例如另一台机器上的目录", "Set copy_to, such as a folder elsewhere");
    };
    let place = store.place.clone();
    let tried = match Store::open(&store) {
        Ok(store) => timeout(STORE_WAIT, store.try_out()).await,
        Err(fault) => {
            return Finding::bad(what, "副本存储的配置不可用", fault)
                .so("检查 copy_ 各项", "Check the keys that begin with copy_");
        }
    };
    let why = match tried {
        Ok(Ok(())) => {
            if let Some(told) = config.lock_ends_early() {
                return Finding::note(
                    what,
                    format!("副本存储 {place} 可用，但锁定期短于保管期限，期满后副本可被删除"),
                    told,
                )
                .so("加大 copy_lock_days", "Make copy_lock_days larger");
            }
            return Finding::good(
                what,
                format!("副本存储 {place} 可写、可读、可删"),
                format!("The store {place} takes, gives and deletes"),
            );
        }
        Ok(Err(fault)) => fault.to_string(),
        Err(_) => format!("no answer within {} s", STORE_WAIT.as_secs()),
    };
    Finding::bad(what, format!("副本存储 {place} 不可用"), why).so(
        "检查挂载、网络、空间、密钥的权限（列出、读、写、删）",
        "Check mount, network, space, and what the access key may do (list, read, put, delete)",
    )
}

/// A TCP connection to where a service should be.
async fn reached(what: &'static str, key: &str, url: &str) -> Finding {
    let address = Url::parse(url).ok().and_then(|url| {
        let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']').to_owned();
        Some((host, url.port_or_known_default()?))
    });
    let Some(address) = address else {
        return Finding::bad(what, format!("{key} 不是网址"), format!("{key} is no address"))
            .so(format!("修改 {key}"), format!("Mend {key}"));
    };
    let (host, port) = &address;
    match timeout(CONNECT_WAIT, TcpStream::connect((host.as_str(), *port))).await {
        Ok(Ok(_)) => Finding::good(
            what,
            format!("{key} {host}:{port} 可以连接"),
            format!("{key} takes connections at {host}:{port}"),
        ),
        Ok(Err(_)) | Err(_) => Finding::bad(
            what,
            format!("{key} {host}:{port} 连接不上"),
            format!("{key} takes no connection at {host}:{port}"),
        )
        .so("检查该服务是否运行、网络是否放行", "Check that it runs, and that the network lets it"),
    }
}
